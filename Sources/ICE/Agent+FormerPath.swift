import Addressing
import Quantities
import STUN

/// The path that the last generation had selected, while a new one looks for another.
extension Agent {
    /// How long a path is still listened to after another has taken its place
    /// (RFC 8445 §8.3.1: 3 s): the peer may change over later, and datagrams are on their way.
    static var formerPathLinger: SimDuration { .seconds(3) }

    /// Makes the selected pair the former path; one that was that before is forgotten.
    mutating func keepSelectedPath(at now: SimTime) {
        guard phase == .connected, let selected, let peer else { return }
        let local = locals[pairs[selected].local]
        formers = [
            FormerPath(
                pair: describe(selected), peer: peer,
                localFragment: localCredentials.usernameFragment, localKey: localKey, role: role,
                tieBreaker: tieBreaker,
                priority: Priority.candidate(
                    type: .peerReflexive, localPreference: local.localPreference),
                leg: local.leg, consent: consent)
        ]
    }

    /// Index of the leg that the former path goes over; nil for none.
    var formerLeg: Int? {
        guard let leg = formers.first?.leg, leg >= 0 else { return nil }
        return leg
    }

    /// Takes what belongs to the former path; nil for anything else. `leg` unwrapped it, -1 for a
    /// datagram that came to a host address.
    mutating func receiveFormer(
        _ datagram: borrowing [UInt8], from source: TransportAddress, to local: TransportAddress,
        leg: Int, at now: SimTime
    ) -> Received? {
        guard let former = formers.first, former.leg == leg,
            leg >= 0 || former.pair.base == local
        else { return nil }
        switch DatagramKind.classify(datagram) {
        case .stun:
            guard let message = try? MessageView(copy datagram), message.method == .binding else {
                return nil
            }
            if message.kind == .request {
                guard former.isAddressed(message) else { return nil }
                return answerFormer(message, former, to: source, at: now)
            }
            return takeFormerAnswer(message, from: source, at: now)
        case .dtls, .rtp:
            return source == former.pair.remoteAddress ? .application(copy datagram) : nil
        case .turnChannel, .zrtp, .unknown:
            return nil
        }
    }

    /// Answers a check of the former generation and learns nothing from it.
    private mutating func answerFormer(
        _ message: borrowing MessageView, _ former: FormerPath, to source: TransportAddress,
        at now: SimTime
    ) -> Received {
        guard message.has(.messageIntegrity), message.has(.fingerprint) else {
            return reject(.incompleteCheck)
        }
        guard message.isAuthentic(under: former.localKey) else { return reject(.wrongIntegrity) }
        counters.checksReceived += 1
        var builder = MessageBuilder(.success, answering: message)
        builder.add(.xorMappedAddress, source)
        transmitFormer(
            builder.finish(integrity: former.localKey, fingerprint: true), to: source, at: now)
        return .consumed
    }

    private mutating func takeFormerAnswer(
        _ message: borrowing MessageView, from source: TransportAddress, at now: SimTime
    ) -> Received? {
        let id = message.id
        guard let place = formers[0].unanswered.firstIndex(of: id) else { return nil }
        guard message.isAuthentic(under: formers[0].peer.key) else {
            return reject(.wrongIntegrity)
        }
        guard source == formers[0].pair.remoteAddress else {
            counters.asymmetricResponses += 1
            return .consumed
        }
        formers[0].unanswered.removeFirst(place + 1)
        if message.kind == .success {
            counters.responsesAccepted += 1
            formers[0].consent.renew(at: now, for: configuration.timing.consentTimeout)
        }
        return .consumed
    }

    /// Sends application data over the former path; false when there is none in use.
    mutating func sendOverFormer(_ payload: consuming [UInt8], at now: SimTime) -> Bool {
        guard phase == .running || phase == .connected, let former = formers.first, former.isInUse
        else { return false }
        transmitFormer(payload, to: former.pair.remoteAddress, at: now)
        if former.leg >= 0 { drainRelay(at: now) }
        return true
    }

    private mutating func transmitFormer(
        _ bytes: consuming [UInt8], to address: TransportAddress, at now: SimTime
    ) {
        let leg = formers[0].leg
        if leg >= 0 {
            legs[leg].send(bytes, to: address, at: now)
        } else {
            transmits.append(
                Transmit(
                    source: formers[0].pair.base, destination: address, transport: .udp,
                    payload: bytes))
        }
    }

    /// Keeps consent for the former path, and forgets it when its time has come.
    mutating func advanceFormer(at now: SimTime) {
        guard let former = formers.first else { return }
        if now >= former.endsAt {
            dropFormer(at: now)
        } else if now >= former.consent.expiresAt {
            loseFormer(.consentLost, at: now)
        } else if now >= former.consent.nextCheckAt {
            formers[0].consent.nextCheckAt = now + consentInterval()
            sendFormerCheck(at: now)
        }
    }

    private mutating func sendFormerCheck(at now: SimTime) {
        let former = formers[0]
        let id = TransactionID(using: &randomness)
        var builder = MessageBuilder(.request, .binding, id: id, capacity: 112)
        builder.add(.username, former.peer.username)
        builder.add(
            former.role == .controlling ? .iceControlling : .iceControlled, former.tieBreaker)
        builder.add(.priority, former.priority)
        let bytes = builder.finish(integrity: former.peer.key, fingerprint: true)
        if former.unanswered.count == FormerPath.maximumUnanswered {
            formers[0].unanswered.removeFirst()
        }
        formers[0].unanswered.append(id)
        counters.checksSent += 1
        transmitFormer(bytes, to: former.pair.remoteAddress, at: now)
    }

    /// The new generation has a pair: the old path is only listened to any more.
    mutating func retireFormer(at now: SimTime) {
        guard !formers.isEmpty else { return }
        formers[0].consent = Consent()
        formers[0].endsAt = now + Self.formerPathLinger
    }

    /// The former path is gone. Without it an agent that has no other has lost its peer.
    mutating func loseFormer(_ reason: AgentFailure, at now: SimTime) {
        let wasInUse = formers[0].isInUse
        dropFormer(at: now)
        guard wasInUse else { return }
        if phase == .connected {
            lose(reason, at: now)
        } else {
            events.append(reason == .relayLost ? .relayLost : .consentLost)
        }
    }

    /// Forgets the former path and gives back the allocation that only it used.
    mutating func dropFormer(at now: SimTime) {
        let leg = formerLeg
        formers.removeAll()
        if let leg, legs[leg].local < 0 || !isOnSelectedPath(leg) { release(leg, at: now) }
    }

    private func isOnSelectedPath(_ leg: Int) -> Bool {
        if phase == .running { return true }
        guard let selected else { return false }
        return locals[pairs[selected].local].leg == leg
    }
}
