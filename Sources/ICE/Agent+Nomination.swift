import Addressing
import Quantities

/// A pair being nominated by us.
struct Nomination: BitwiseCopyable {
    var pair: Int
    /// When USE-CANDIDATE is sent (again).
    var nextCheckAt: SimTime
}

extension Agent {
    /// Nominates, when controlling, by this rule (RFC 8445 §8.1.1 leaves it to the agent):
    ///
    /// 1. a valid direct pair at once, the best if there are several;
    /// 2. any other valid pair once no direct one can become valid any more, or after
    ///    ``TimingProfile/relayPatience`` and some of its round trips since the first valid pair;
    ///    one over two relays waits as long for one over a single relay in the other family.
    mutating func decide(at now: SimTime) {
        guard role == .controlling, nomination == nil, firstValidAt <= now else { return }
        guard let best = bestValid else { return }
        if now < patienceEnd(for: best), !isDirect(pairs[best]),
            canStillBeDirect || candidates.canSaveRelay(of: pairs[best], among: pairs)
        {
            return
        }
        nomination = Nomination(pair: best, nextCheckAt: now)
    }

    @inline(__always)
    private var candidates: CandidateTable {
        CandidateTable(locals: locals, remotes: remotes, hasRemoteEnded: hasRemoteEnded)
    }

    @inline(__always)
    private var bestValid: Int? { candidates.bestValid(of: pairs) }

    @inline(__always)
    private func patienceEnd(for index: Int) -> SimTime {
        firstValidAt + configuration.timing.relayPatience
            + pairs[index].roundTrip * configuration.timing.relayPatienceRoundTrips
    }

    /// Whether no relay is on the path of `pair`, for certain.
    @inline(__always)
    func isDirect(_ pair: CandidatePair) -> Bool { candidates.isDirect(pair) }

    /// Whether valid pair `other` has made pair `index` not worth a check: its priority is higher,
    /// and it takes no relay more.
    @inline(__always)
    func isOutdone(_ index: Int, by other: Int) -> Bool {
        pairs[index].priority <= pairs[other].priority
            && !candidates.saves(pairs[index], overTwoRelaysOf: pairs[other])
    }

    /// Whether it is certain what kind of candidate remote candidate `index` is.
    @inline(__always)
    func isIdentified(_ index: Int) -> Bool { candidates.isIdentified(index) }

    @inline(__always)
    private var canStillBeDirect: Bool {
        if relaysOnly || gathering.isUDPBlocked { return false }
        if !hasRemoteEnded { return true }
        return candidates.hasUndecidedDirectPair(among: pairs)
    }

    /// The pair whose nominating check is to be sent now. It is sent again at 1.5 round trips, as
    /// a new check, where the profile repeats checks so.
    mutating func nominationDue(at now: SimTime) -> Int? {
        guard let current = nomination, now >= current.nextCheckAt else { return nil }
        let timing = configuration.timing
        let trip = pairs[current.pair].roundTrip
        let spacing = pacing
        nomination?.nextCheckAt =
            timing.repetition == .roundRobin
            ? now + max(spacing, trip + trip / 2) : .distantFuture
        return current.pair
    }

    /// When nominating has something to do.
    @inline(__always)
    var nominationTimeout: SimTime {
        guard role == .controlling else { return .distantFuture }
        if let nomination {
            return max(nomination.nextCheckAt, nextCheckAt)
        }
        guard firstValidAt != .distantFuture, let best = bestValid else { return .distantFuture }
        return patienceEnd(for: best)
    }

    /// The peer, controlling, has nominated the valid pair `index`.
    mutating func follow(_ index: Int, at now: SimTime) {
        switch phase {
        case .running:
            select(index, at: now)
        case .connected:
            pairs[index].nominatedByPeer = false
            guard let selected else { return select(index, at: now) }
            guard index != selected,
                pairs[index].validPriority > pairs[selected].validPriority
            else { return }
            use(index, at: now)
            events.append(.selectedPairChanged(describe(index)))
        default:
            break
        }
    }

    /// Ends the search with pair `index`: all else stops (RFC 8445 §8.1.2), and an allocation that
    /// is not on the path is given back.
    mutating func select(_ index: Int, at now: SimTime) {
        phase = .connected
        nomination = nil
        deadline = .distantFuture
        queries.removeAll()
        for other in pairs.indices { pairs[other].triggered = 0 }
        for check in checks.indices { checks[check].timer = nil }
        retireFormers(at: now)
        use(index, at: now)
        events.append(hasConnected ? .restarted(describe(index)) : .connected(describe(index)))
        hasConnected = true
    }

    private mutating func use(_ index: Int, at now: SimTime) {
        selected = index
        startConsent(at: now)
        let leg = locals[pairs[index].local].leg
        releaseRelay(except: leg < 0 ? nil : leg, at: now)
        if leg >= 0 { settleRelay(leg, with: remotes[pairs[index].remote].address, at: now) }
    }

    /// Fails for want of time, and not before: while an agent has nothing left to try, the peer's
    /// checks may still show it a path (RFC 8863 §4).
    mutating func giveUpIfHopeless(at now: SimTime) {
        guard now >= deadline else { return }
        if formers.first?.isInUse == true { return stayOnFormerPath(at: now) }
        let isHopeless = hasRemoteEnded && gathering.isComplete && pairs.allSatisfy { !$0.isLive }
        fail(isHopeless ? .allPairsFailed : .timeout, at: now)
    }
}

/// What an agent knows of both sides' candidates, apart from the agent: to look at it takes no copy
/// of the whole.
private struct CandidateTable {
    let locals: [LocalCandidate]
    let remotes: [RemoteCandidate]
    let hasRemoteEnded: Bool

    /// The best valid pair: direct ones before all others, then by priority.
    func bestValid(of pairs: [CandidatePair]) -> Int? {
        var best: Int?
        for index in pairs.indices where pairs[index].state == .succeeded {
            guard let current = best else {
                best = index
                continue
            }
            let direct = isDirect(pairs[index])
            if direct != isDirect(pairs[current]) {
                if direct { best = index }
            } else if saves(pairs[current], overTwoRelaysOf: pairs[index]) {
                continue
            } else if saves(pairs[index], overTwoRelaysOf: pairs[current])
                || pairs[index].validPriority > pairs[current].validPriority
            {
                best = index
            }
        }
        return best
    }

    private func family(_ pair: CandidatePair) -> IPAddress.Family {
        remotes[pair.remote].address.ip.family
    }

    private func relayCount(_ pair: CandidatePair) -> Int {
        (locals[pair.local].type == .relayed ? 1 : 0)
            + (remotes[pair.remote].type == .relayed ? 1 : 0)
    }

    /// Whether `pair` takes one relay and `other`, of the other family, two. In one family pairs
    /// over one relay have the higher priority (RFC 8445 §6.1.2.3); of two, the family's preference
    /// would outweigh an allocation.
    func saves(_ pair: CandidatePair, overTwoRelaysOf other: CandidatePair) -> Bool {
        family(pair) != family(other) && relayCount(other) == 2 && relayCount(pair) < 2
    }

    /// Whether `pair` goes, or may go, over two relays, while one over a single relay may still
    /// succeed in the other family.
    func canSaveRelay(of pair: CandidatePair, among pairs: [CandidatePair]) -> Bool {
        guard locals[pair.local].type == .relayed,
            remotes[pair.remote].type == .relayed || !isIdentified(pair.remote)
        else { return false }
        return pairs.contains {
            $0.isUndecided && family($0) != family(pair) && relayCount($0) == 1
        }
    }

    /// Whether no relay is on the path of `pair`, for certain.
    func isDirect(_ pair: CandidatePair) -> Bool {
        locals[pair.local].type != .relayed && remotes[pair.remote].type != .relayed
            && isIdentified(pair.remote)
    }

    /// Whether it is certain what kind of candidate remote candidate `index` is.
    ///
    /// A peer-reflexive one may be a relayed one whose signalling is still on its way. It is not
    /// when a direct candidate of the peer's has the same IP (another port of a symmetric NAT), or
    /// when the peer has signalled all it has.
    func isIdentified(_ index: Int) -> Bool {
        let candidate = remotes[index]
        return candidate.type != .peerReflexive || hasRemoteEnded
            || remotes.contains {
                ($0.type == .host || $0.type == .serverReflexive)
                    && $0.address.ip == candidate.address.ip
            }
    }

    /// Whether a pair without relay may still succeed.
    func hasUndecidedDirectPair(among pairs: [CandidatePair]) -> Bool {
        pairs.contains {
            $0.isUndecided && locals[$0.local].type != .relayed
                && remotes[$0.remote].type != .relayed
        }
    }
}
