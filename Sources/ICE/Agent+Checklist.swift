import Addressing
import Quantities

extension Agent {
    /// Appends `local`; a base (host or relayed) is paired with what the peer has.
    ///
    /// A reflexive candidate forms no pairs of its own: with its base in its place they would all
    /// be redundant (RFC 8445 §6.1.2.4).
    @discardableResult
    mutating func add(_ local: LocalCandidate) -> Int {
        let index = locals.count
        locals.append(local)
        if local.base == index, selected == nil {
            for remote in remotes.indices { formPair(local: index, remote: remote) }
        }
        return index
    }

    /// Takes a candidate the peer signalled; one that is unusable here is counted.
    ///
    /// - Parameters:
    ///   - candidate: the candidate.
    ///   - usernameFragment: the generation it belongs to (RFC 8840 §4.4, `a=ice-ufrag`): one of
    ///     an old generation is dropped, one that comes before its generation's credentials waits
    ///     for them. Nil for that of the peer's last credentials.
    ///   - now: the time.
    public mutating func addRemoteCandidate(
        _ candidate: Candidate, usernameFragment: [UInt8]? = nil, at now: SimTime
    ) {
        guard isCurrent(candidate, of: usernameFragment) else { return }
        take(candidate, at: now)
        advance(at: now)
    }

    /// Whether a candidate, or nil for their end, is of the peer's current generation. What may
    /// be of the next is kept, what is of an old one counted.
    mutating func isCurrent(_ candidate: Candidate?, of fragment: [UInt8]?) -> Bool {
        if let peer {
            if fragment == nil || fragment == peer.credentials.usernameFragment { return true }
        } else if let fragment {
            // Twice as many: each generation may have all that are kept.
            if early.count < 2 * Self.maximumRemoteCandidates {
                early.append(EarlyCandidate(candidate: candidate, usernameFragment: fragment))
                return false
            }
        } else if generation == 0 {
            return true
        }
        // Sent before the peer knew of the restart: its answer would have come first.
        counters.staleCandidates += 1
        return false
    }

    /// The peer's credentials are known: takes the candidates that came before them.
    mutating func takeEarlyCandidates(at now: SimTime) {
        guard !early.isEmpty else { return }
        let waiting = early
        early.removeAll()
        for item in waiting where isCurrent(item.candidate, of: item.usernameFragment) {
            if let candidate = item.candidate {
                take(candidate, at: now)
            } else {
                hasRemoteEnded = true
            }
        }
    }

    private mutating func take(_ candidate: Candidate, at now: SimTime) {
        guard phase.isLive, candidate.component == 1, candidate.transport == .udp else {
            counters.ignoredCandidates += 1
            return
        }
        switch candidate.address {
        case .ip(let address): take(candidate, at: address, name: nil, at: now)
        case .mdns(let name, _): ask(for: name, of: candidate)
        }
    }

    /// Takes `candidate`, which is reached at `address`; behind `name` if that hides it.
    mutating func take(
        _ candidate: Candidate, at address: TransportAddress, name: MDNSName?, at now: SimTime
    ) {
        guard address.port != 0 else {
            counters.ignoredCandidates += 1
            return
        }
        let remote = RemoteCandidate(
            address: address, type: candidate.type, priority: candidate.priority,
            foundation: candidate.foundation, related: candidate.related, name: name)
        if let known = remotes.firstIndex(where: { $0.address == address }) {
            update(known, with: remote)
        } else if addRemote(remote, at: now) == nil {
            counters.ignoredCandidates += 1
        }
    }

    /// A candidate first learnt from a check is known by its signalled type from then on
    /// (RFC 8838 §11.4 leaves one of the two); any other repetition changes nothing.
    private mutating func update(_ index: Int, with remote: RemoteCandidate) {
        guard remotes[index].type == .peerReflexive, remote.type != .peerReflexive else {
            counters.ignoredCandidates += 1
            return
        }
        remotes[index] = remote
        recomputePriorities()
    }

    /// Appends `remote` and pairs it with our bases; nil beyond the limit.
    mutating func addRemote(_ remote: RemoteCandidate, at now: SimTime) -> Int? {
        guard remotes.count < Self.maximumRemoteCandidates else { return nil }
        let index = remotes.count
        remotes.append(remote)
        permit(remote.address, at: now)
        if selected == nil {
            for local in locals.indices where locals[local].base == local {
                formPair(local: local, remote: index)
            }
        }
        return index
    }

    /// The pair of this base and this remote candidate, if it is on the checklist.
    @inline(__always)
    func pair(local: Int, remote: Int) -> Int? {
        for index in pairs.indices
        where pairs[index].local == local && pairs[index].remote == remote
            && pairs[index].state != .discarded
        {
            return index
        }
        return nil
    }

    /// Puts a pair on the checklist (RFC 8445 §6.1.2, RFC 8838 §12); nil when it cannot be one or
    /// is not good enough for a full list.
    @discardableResult
    mutating func formPair(local: Int, remote: Int) -> Int? {
        let leg = locals[local].leg
        guard locals[local].address.ip.family == remotes[remote].address.ip.family else {
            return nil
        }
        // RFC 8445 §6.1.2.2.
        guard locals[local].address.ip.isLinkLocalV6 == remotes[remote].address.ip.isLinkLocalV6
        else { return nil }
        if leg >= 0, !legs[leg].isOpen { return nil }
        let new = CandidatePair(
            local: local, remote: remote,
            priority: Self.priority(
                local: locals[local].priority, remote: remotes[remote].priority, as: role),
            state: initialState(local: local, remote: remote))
        if pairs.count < Self.maximumPairs {
            pairs.append(new)
            return pairs.count - 1
        }
        counters.discardedPairs += 1
        guard let place = placeForPair(of: new.priority) else { return nil }
        checks.removeAll { $0.pair == place }
        pairs[place] = new
        return place
    }

    /// Where a pair of `priority` may go on a full checklist: the place of a discarded pair, or of
    /// the worst that has not been answered, if it is worse.
    private func placeForPair(of priority: UInt64) -> Int? {
        var worst: Int?
        for index in pairs.indices {
            if pairs[index].state == .discarded { return index }
            if pairs[index].state == .succeeded || index == nomination?.pair { continue }
            if worst == nil || pairs[index].priority < pairs[worst!].priority { worst = index }
        }
        guard let worst, pairs[worst].priority < priority else { return nil }
        return worst
    }

    /// Frozen while another pair of the same foundations is being tried (RFC 8445 §6.1.2.6);
    /// browsers freeze nothing.
    @inline(__always)
    private func initialState(local: Int, remote: Int) -> PairState {
        guard configuration.timing.repetition == .retransmission else { return .waiting }
        let foundations = Foundations(locals[local], remotes[remote])
        return foundations.areTried(among: pairs, locals, remotes) ? .frozen : .waiting
    }

    /// Pairs of the foundations of pair `index` need wait no longer (RFC 8445 §7.2.5.3.3).
    mutating func unfreeze(like index: Int) {
        let model = Foundations(locals[pairs[index].local], remotes[pairs[index].remote])
        for other in pairs.indices where pairs[other].state == .frozen {
            let pair = pairs[other]
            if Foundations(locals[pair.local], remotes[pair.remote]) == model {
                pairs[other].state = .waiting
            }
        }
    }

    /// With nothing waiting, the frozen pair to free next: the best whose foundations nobody is
    /// trying (RFC 8445 §6.1.4.2, step 2).
    func bestUnfreezable() -> Int? {
        var best: Int?
        for index in pairs.indices where pairs[index].state == .frozen {
            let model = Foundations(locals[pairs[index].local], remotes[pairs[index].remote])
            if model.areTried(among: pairs, locals, remotes) { continue }
            if best == nil || pairs[index].priority > pairs[best!].priority { best = index }
        }
        return best
    }

    /// The priority of a pair whose candidates have these priorities, in our role.
    static func priority(local ours: UInt32, remote theirs: UInt32, as role: Role) -> UInt64 {
        role == .controlling
            ? Priority.pair(controlling: ours, controlled: theirs)
            : Priority.pair(controlling: theirs, controlled: ours)
    }

    /// After a change of role or of a candidate's priority (RFC 8445 §7.3.1.1).
    mutating func recomputePriorities() {
        for index in pairs.indices {
            let pair = pairs[index]
            let theirs = remotes[pair.remote].priority
            pairs[index].priority = Self.priority(
                local: locals[pair.local].priority, remote: theirs, as: role)
            if pair.validLocal >= 0 {
                pairs[index].validPriority = Self.priority(
                    local: locals[pair.validLocal].priority, remote: theirs, as: role)
            }
        }
    }

    /// Puts pair `index` at the end of the triggered-check queue (RFC 8445 §6.1.4.1).
    mutating func trigger(_ index: Int) {
        guard pairs[index].triggered == 0 else { return }
        triggeredCount += 1
        pairs[index].triggered = triggeredCount
    }

    /// What pair `index` looks like from outside.
    func describe(_ index: Int) -> SelectedPair {
        let pair = pairs[index]
        let local = locals[pair.validLocal >= 0 ? pair.validLocal : pair.local]
        let remote = remotes[pair.remote]
        return SelectedPair(
            local: Candidate(
                foundation: local.foundation, priority: local.priority,
                address: local.shownAddress, type: local.type, related: local.related),
            remote: Candidate(
                foundation: remote.foundation, priority: remote.priority,
                address: remote.shownAddress, type: remote.type, related: remote.related),
            base: locals[pair.local].address, remoteAddress: remote.address,
            roundTrip: pair.roundTrip)
    }
}

/// The foundations of a pair's two candidates (RFC 8445 §6.1.2.6).
private struct Foundations: Equatable {
    let local: Foundation
    let remote: Foundation

    init(_ local: LocalCandidate, _ remote: RemoteCandidate) {
        self.local = local.foundation
        self.remote = remote.foundation
    }

    /// Whether one of `pairs` with these foundations waits or is being checked.
    func areTried(
        among pairs: [CandidatePair], _ locals: [LocalCandidate], _ remotes: [RemoteCandidate]
    ) -> Bool {
        for pair in pairs where pair.state == .waiting || pair.state == .inProgress {
            if Foundations(locals[pair.local], remotes[pair.remote]) == self { return true }
        }
        return false
    }
}
