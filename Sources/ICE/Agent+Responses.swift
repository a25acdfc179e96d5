import Addressing
import Quantities
import STUN

extension Agent {
    /// Takes the answer to one of our checks (RFC 8445 §7.2.5).
    mutating func handleAnswer(
        _ message: borrowing MessageView, from source: TransportAddress, base: Int, at now: SimTime
    ) -> Received {
        let id = message.id
        guard let place = checks.firstIndex(where: { $0.id == id }), let peer else {
            return reject(.unknownTransaction)
        }
        guard message.isAuthentic(under: peer.key) else { return reject(.wrongIntegrity) }
        let check = checks.remove(at: place)
        guard pairs[check.pair].local == base, remotes[pairs[check.pair].remote].address == source
        else {
            counters.asymmetricResponses += 1
            if phase == .running { failPair(check.pair) }
            return .consumed
        }
        if message.kind == .error {
            handleError(message.errorCode, of: check)
        } else if let mapped = message.mappedAddress {
            succeed(check, mapped: mapped, at: now)
        } else {
            return reject(.unexpectedMessage)
        }
        return .consumed
    }

    private mutating func handleError(_ code: ErrorCode?, of check: CheckTransaction) {
        guard code == .roleConflict else {
            if phase == .running { failPair(check.pair) }
            return
        }
        // RFC 8445 §7.2.5.1: give in unless we have already, with a new tie-breaker, and ask again.
        counters.roleConflicts += 1
        if check.role == role { switchRole() }
        tieBreaker = randomness.nextUInt64()
        if pairs[check.pair].state == .inProgress { pairs[check.pair].state = .waiting }
        if pairs[check.pair].isUndecided { trigger(check.pair) }
    }

    private mutating func succeed(
        _ check: CheckTransaction, mapped: TransportAddress, at now: SimTime
    ) {
        counters.responsesAccepted += 1
        let index = check.pair
        pairs[index].estimate.add(now - check.sentAt)
        if index == selected {
            consent.noteAnswer(after: now - check.sentAt, under: configuration.timing)
            consent.renew(at: now, for: configuration.timing.consentTimeout)
            noteHeard(at: now)
        }
        if pairs[index].state != .succeeded {
            let local = validLocal(mapped, base: pairs[index].local)
            pairs[index].state = .succeeded
            pairs[index].triggered = 0
            pairs[index].validLocal = local
            pairs[index].validPriority = Self.priority(
                local: locals[local].priority, remote: remotes[pairs[index].remote].priority,
                as: role)
            pairs[index].roundTrip = now - check.sentAt
            firstValidAt = min(firstValidAt, now)
            unfreeze(like: index)
        }
        if check.useCandidate, check.role == .controlling, role == .controlling {
            if phase == .running { select(index, at: now) }
        } else if pairs[index].nominatedByPeer, role == .controlled {
            follow(index, at: now)
        }
    }

    /// The local candidate that the peer sees at `mapped`: the base, a reflexive one, or one
    /// learnt now (RFC 8445 §7.2.5.3.1).
    private mutating func validLocal(_ mapped: TransportAddress, base: Int) -> Int {
        if locals[base].address == mapped { return base }
        if let known = locals.firstIndex(where: { $0.address == mapped && $0.base == base }) {
            return known
        }
        guard locals.count < Self.maximumLocalCandidates else { return base }
        peerReflexiveCount += 1
        counters.peerReflexiveCandidates += 1
        let preference = locals[base].localPreference
        return add(
            LocalCandidate(
                address: mapped, base: base, type: .peerReflexive, localPreference: preference,
                priority: Priority.candidate(type: .peerReflexive, localPreference: preference),
                foundation: Foundation(reflexive: peerReflexiveCount),
                related: locals[base].address))
    }
}
