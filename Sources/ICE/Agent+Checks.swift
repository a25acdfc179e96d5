import Addressing
import Quantities
import STUN

extension Agent {
    /// Sends the next check when Ta has passed since the last (RFC 8445 §6.1.4.2).
    mutating func runChecks(at now: SimTime) {
        guard let peer, now >= nextCheckAt else { return }
        if let pair = nominationDue(at: now) {
            send(checkOf: pair, to: peer, useCandidate: true, at: now)
            return
        }
        guard let next = nextPair() else { return }
        begin(next, at: now)
        send(checkOf: next, to: peer, useCandidate: false, at: now)
    }

    /// Once a pair is selected: only the checks that the peer's nominations ask for.
    mutating func runFollowUpChecks(at now: SimTime) {
        guard let peer, now >= nextCheckAt, let next = firstTriggered() else { return }
        begin(next, at: now)
        send(checkOf: next, to: peer, useCandidate: false, at: now)
    }

    private mutating func begin(_ index: Int, at now: SimTime) {
        pairs[index].triggered = 0
        guard pairs[index].state != .succeeded else { return }
        if pairs[index].state != .inProgress { pairs[index].firstCheckAt = now }
        pairs[index].state = .inProgress
    }

    var nextCheckAt: SimTime {
        lastCheckAt.map { $0 + pacing } ?? .zero
    }

    /// Ta, the larger of both sides' (RFC 8445 §14.2).
    @inline(__always)
    var pacing: SimDuration { max(configuration.timing.pacing, peerPacing) }

    @inline(__always)
    var hasFollowUpCheck: Bool { firstTriggered() != nil }

    @inline(__always)
    private func firstTriggered() -> Int? {
        guard triggeredCount > 0 else { return nil }
        var first: Int?
        for index in pairs.indices where pairs[index].triggered > 0 && isSendable(index) {
            if first == nil || pairs[index].triggered < pairs[first!].triggered { first = index }
        }
        return first
    }

    /// The pair whose turn it is: triggered ones in order, then by the profile.
    private mutating func nextPair() -> Int? {
        if let first = firstTriggered() { return first }
        if configuration.timing.repetition == .roundRobin { return nextInTurn() }
        if let best = bestWaiting() { return best }
        if let frozen = bestUnfreezable() { pairs[frozen].state = .waiting }
        return bestWaiting()
    }

    @inline(__always)
    private func bestWaiting() -> Int? {
        var best: Int?
        for index in pairs.indices where pairs[index].state == .waiting && isSendable(index) {
            if best == nil || pairs[index].priority > pairs[best!].priority { best = index }
        }
        return best
    }

    /// Pairs never checked first, the best of them; then the one checked longest ago. Pairs worse
    /// than a valid one have lost already and are left alone.
    @inline(__always)
    private func nextInTurn() -> Int? {
        let valid = bestIdentifiedValid
        var best: Int?
        for index in pairs.indices {
            let pair = pairs[index]
            guard pair.state == .waiting || pair.state == .inProgress, isSendable(index) else {
                continue
            }
            if let valid, isOutdone(index, by: valid) { continue }
            guard let current = best else {
                best = index
                continue
            }
            if isBefore(pair, pairs[current]) { best = index }
        }
        return best
    }

    private func isBefore(_ a: CandidatePair, _ b: CandidatePair) -> Bool {
        if a.checksSent == 0, b.checksSent == 0 { return a.priority > b.priority }
        if a.checksSent == 0 || b.checksSent == 0 { return a.checksSent == 0 }
        return a.lastCheckAt < b.lastCheckAt
    }

    @inline(__always)
    private var bestIdentifiedValid: Int? {
        guard firstValidAt != .distantFuture else { return nil }
        var best: Int?
        for index in pairs.indices
        where pairs[index].state == .succeeded && isIdentified(pairs[index].remote) {
            if best == nil || pairs[index].priority > pairs[best!].priority { best = index }
        }
        return best
    }

    /// Whether a check of pair `index` could leave now: over a relay the permission must stand.
    @inline(__always)
    func isSendable(_ index: Int) -> Bool {
        let leg = locals[pairs[index].local].leg
        guard leg >= 0 else { return true }
        guard legs[leg].isOpen else { return false }
        let ip = remotes[pairs[index].remote].address.ip
        for place in legs[leg].permitted.indices where legs[leg].permitted[place] == ip {
            return true
        }
        return false
    }

    /// Builds and sends a check (RFC 8445 §7.2.2).
    mutating func send(
        checkOf index: Int, to peer: Peer, useCandidate: Bool, at now: SimTime
    ) {
        let pair = pairs[index]
        let id = TransactionID(using: &randomness)
        var builder = MessageBuilder(.request, .binding, id: id, capacity: 112)
        builder.add(.username, peer.username)
        builder.add(role == .controlling ? .iceControlling : .iceControlled, tieBreaker)
        if useCandidate { builder.add(.useCandidate) }
        builder.add(
            .priority,
            Priority.candidate(
                type: .peerReflexive, localPreference: locals[pair.local].localPreference))
        let bytes = builder.finish(integrity: peer.key, fingerprint: true)
        remember(id, pair: index, useCandidate: useCandidate, bytes: bytes, at: now)
        counters.checksSent += 1
        pairs[index].checksSent += 1
        pairs[index].lastCheckAt = now
        lastCheckAt = now
        transmit(bytes, from: pair.local, to: remotes[pair.remote].address, at: now)
    }

    private mutating func remember(
        _ id: TransactionID, pair: Int, useCandidate: Bool, bytes: [UInt8], at now: SimTime
    ) {
        if checks.count == Self.maximumUnansweredChecks {
            checks.removeFirst()
            counters.forgottenChecks += 1
        }
        let retransmits = configuration.timing.repetition == .retransmission && phase == .running
        checks.append(
            CheckTransaction(
                id: id, pair: pair, sentAt: now, role: role, useCandidate: useCandidate,
                timer: retransmits
                    ? RetransmissionTimer(sentAt: now, initialInterval: retransmissionTimeout)
                    : nil,
                bytes: retransmits ? bytes : []))
    }

    /// RTO = max(500 ms, Ta·N·(Waiting + In-Progress)) with N = 1 checklist (RFC 8445 §14.3).
    @inline(__always)
    private var retransmissionTimeout: SimDuration {
        let busy = pairs.reduce(0) {
            $0 + ($1.state == .waiting || $1.state == .inProgress ? 1 : 0)
        }
        return max(
            configuration.timing.smallestRTO, pacing * Int64(busy))
    }

    /// Sends `bytes` from the base `local`: as they are, or wrapped for the relay.
    mutating func transmit(
        _ bytes: consuming [UInt8], from local: Int, to address: TransportAddress, at now: SimTime
    ) {
        let leg = locals[local].leg
        if leg >= 0 {
            legs[leg].send(bytes, to: address, at: now)
        } else {
            transmits.append(
                Transmit(
                    source: locals[local].address, destination: address, transport: .udp,
                    payload: bytes))
        }
    }

    /// Repeats checks whose RTO has run out and fails those out of repetitions, or of time.
    mutating func expireChecks(at now: SimTime) {
        if configuration.timing.repetition == .roundRobin {
            for index in pairs.indices
            where pairs[index].state == .inProgress
                && now - pairs[index].firstCheckAt >= configuration.timing.pairTimeout
            {
                failPair(index)
            }
            return
        }
        var index = 0
        while index < checks.count {
            switch checks[index].timer?.expire(at: now) ?? .wait {
            case .wait:
                index += 1
            case .retransmit:
                let check = checks[index]
                counters.checksSent += 1
                transmit(
                    check.bytes, from: pairs[check.pair].local,
                    to: remotes[pairs[check.pair].remote].address, at: now)
                index += 1
            case .failed:
                let check = checks.remove(at: index)
                if pairs[check.pair].state == .inProgress || check.useCandidate {
                    failPair(check.pair)
                }
            }
        }
    }

    /// Pair `index` will not do (RFC 8445 §7.2.5.2).
    mutating func failPair(_ index: Int) {
        pairs[index].state = .failed
        pairs[index].triggered = 0
        pairs[index].validLocal = -1
        if nomination?.pair == index { nomination = nil }
    }

    /// When the next thing about checks is due while running.
    @inline(__always)
    var earliestCheckTimeout: SimTime {
        var earliest = deadline
        if peer != nil, hasCheckToSend { earliest = min(earliest, nextCheckAt) }
        for index in checks.indices {
            if let timer = checks[index].timer { earliest = min(earliest, timer.deadline) }
        }
        return min(earliest, nominationTimeout)
    }

    @inline(__always)
    private var hasCheckToSend: Bool {
        if firstTriggered() != nil { return true }
        if configuration.timing.repetition == .roundRobin { return nextInTurn() != nil }
        return bestWaiting() != nil || bestUnfreezable() != nil
    }
}
