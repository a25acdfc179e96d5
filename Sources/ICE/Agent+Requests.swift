import Addressing
import Quantities
import STUN

extension Agent {
    /// Acts as the server of a connectivity check (RFC 8445 §7.3).
    mutating func handleCheck(
        _ message: borrowing MessageView, from source: TransportAddress, base: Int, at now: SimTime
    ) -> Received {
        if let rejection = fault(of: message) { return reject(rejection) }
        counters.checksReceived += 1
        if message.unknownRequiredCount > 0 {
            refuse(message, .unknownAttribute, to: source, base: base, at: now)
            return .consumed
        }
        guard resolveConflict(message, from: source, base: base, at: now) else { return .consumed }
        guard let remote = knownOrLearnt(source, from: message, base: base, at: now) else {
            return reject(.tooManyCandidates)
        }
        respond(to: message, source: source, base: base, at: now)
        if let index = pair(local: base, remote: remote) ?? formPair(local: base, remote: remote) {
            consider(index, isNominated: message.has(.useCandidate), at: now)
        }
        return .consumed
    }

    /// What keeps the message from being a check of this session (RFC 8489 §9.1.3); such are
    /// dropped without an answer, which would only tell a stranger that somebody is here.
    @inline(__always)
    private func fault(of message: borrowing MessageView) -> Rejection? {
        guard let username = message.range(of: .username), message.has(.messageIntegrity),
            message.has(.fingerprint), message.priority != nil,
            message.has(.iceControlling) != message.has(.iceControlled)
        else { return .incompleteCheck }
        let fragment = localCredentials.usernameFragment
        guard username.count > fragment.count,
            message.bytes[username.lowerBound + fragment.count] == UInt8(ascii: ":")
        else { return .unknownUsername }
        for index in fragment.indices
        where message.bytes[username.lowerBound + index] != fragment[index] {
            return .unknownUsername
        }
        return message.isAuthentic(under: localKey) ? nil : .wrongIntegrity
    }

    mutating func reject(_ reason: Rejection) -> Received {
        counters.count(reason)
        return .rejected(reason)
    }

    /// Settles who is controlling when both say they are the same; false when the peer was told to
    /// give in (RFC 8445 §7.3.1.1).
    private mutating func resolveConflict(
        _ message: borrowing MessageView, from source: TransportAddress, base: Int, at now: SimTime
    ) -> Bool {
        let theirs: UInt64
        switch role {
        case .controlling:
            guard let value = message.number64(of: .iceControlling) else { return true }
            theirs = value
        case .controlled:
            guard let value = message.number64(of: .iceControlled) else { return true }
            theirs = value
        }
        counters.roleConflicts += 1
        let staysOrBecomesControlling = tieBreaker >= theirs
        if staysOrBecomesControlling == (role == .controlling) {
            refuse(message, .roleConflict, to: source, base: base, at: now)
            return false
        }
        switchRole()
        return true
    }

    mutating func switchRole() {
        role = role.opposite
        nomination = nil
        recomputePriorities()
    }

    /// The remote candidate at `source`, learnt as peer-reflexive if new (RFC 8445 §7.3.1.3).
    private mutating func knownOrLearnt(
        _ source: TransportAddress, from message: borrowing MessageView, base: Int, at now: SimTime
    ) -> Int? {
        if let known = remotes.firstIndex(where: { $0.address == source }) { return known }
        let count = remotes.count { $0.learntAt == base }
        guard count < Self.maximumLearntCandidates else { return nil }
        peerReflexiveCount += 1
        let learnt = RemoteCandidate(
            address: source, type: .peerReflexive, priority: message.priority ?? 1,
            foundation: Foundation(reflexive: peerReflexiveCount), learntAt: base)
        let index = addRemote(learnt, at: now)
        if index != nil { counters.peerReflexiveCandidates += 1 }
        return index
    }

    private mutating func respond(
        to message: borrowing MessageView, source: TransportAddress, base: Int, at now: SimTime
    ) {
        var builder = MessageBuilder(.success, answering: message)
        builder.add(.xorMappedAddress, source)
        transmit(
            builder.finish(integrity: localKey, fingerprint: true), from: base, to: source, at: now)
    }

    private mutating func refuse(
        _ message: borrowing MessageView, _ error: ErrorCode, to source: TransportAddress,
        base: Int, at now: SimTime
    ) {
        var builder = MessageBuilder(.error, answering: message)
        builder.add(error)
        if error == .unknownAttribute { builder.add(unknownAttributesOf: message) }
        transmit(
            builder.finish(integrity: localKey, fingerprint: true), from: base, to: source, at: now)
    }

    /// The peer's check has come in on pair `index`: check it in turn, note its nomination
    /// (RFC 8445 §7.3.1.4, §7.3.1.5).
    private mutating func consider(_ index: Int, isNominated: Bool, at now: SimTime) {
        if index == selected { noteHeard(at: now) }
        guard phase == .running || phase == .connected else { return }
        let isNews = isNominated && role == .controlled
        if pairs[index].state == .succeeded {
            if isNews { follow(index, at: now) }
            return
        }
        if phase == .connected, !isNews { return }
        if isNews { pairs[index].nominatedByPeer = true }
        if pairs[index].state != .inProgress {
            pairs[index].state = .waiting
        } else if configuration.timing.repetition == .retransmission {
            cancelCheck(of: index)
        }
        trigger(index)
    }

    /// Ends the repetitions of the check under way on pair `index`: a new one follows, and silence
    /// after the old one is no failure, while its answer still counts (RFC 8445 §7.3.1.4).
    private mutating func cancelCheck(of index: Int) {
        for place in checks.indices where checks[place].pair == index {
            guard !checks[place].useCandidate else { continue }
            checks[place].timer = nil
            checks[place].bytes = []
        }
        pairs[index].state = .waiting
    }
}
