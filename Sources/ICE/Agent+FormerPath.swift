import Addressing
import Quantities
import STUN

/// The paths that earlier generations had selected, while a new one looks for another.
extension Agent {
    /// How long a path is still listened to after another has taken its place
    /// (RFC 8445 §8.3.1: 3 s): the peer may change over later, and datagrams are on their way.
    static var formerPathLinger: SimDuration { .seconds(3) }

    /// Makes the selected pair the former path. The peer may still send over those that were that
    /// before: they are listened to until a new pair is in use here.
    mutating func keepSelectedPath(at now: SimTime) {
        guard peer != nil else { return }
        if phase == .connected, let selected {
            for place in formers.indices {
                formers[place].isSuperseded = true
                formers[place].endsAt = .distantFuture
            }
            keep(selected, at: 0)
        } else if phase == .running, let pair = pairInNomination {
            let place = formers.first?.isInUse == true ? 1 : 0
            keep(pair, at: place)
            formers[place].isSuperseded = true
        }
    }

    /// The pair that the peer may have selected already, while here the nomination is under way.
    @inline(__always)
    private var pairInNomination: Int? {
        switch role {
        case .controlling: nomination?.pair
        case .controlled: pairs.firstIndex { $0.nominatedByPeer && $0.isLive }
        }
    }

    private mutating func keep(_ index: Int, at place: Int) {
        guard let peer else { return }
        let local = locals[pairs[index].local]
        let path = FormerPath(
            pair: describe(index), peer: peer,
            localFragment: localCredentials.usernameFragment, localKey: localKey, role: role,
            tieBreaker: tieBreaker,
            priority: Priority.candidate(
                type: .peerReflexive, localPreference: local.localPreference),
            leg: local.leg, consent: consent)
        if formers.count == FormerPath.maximumKept { formers.removeLast() }
        formers.insert(path, at: place)
    }

    /// Index of the leg that the newest former path goes over; nil for none.
    var formerLeg: Int? {
        guard let leg = formers.first?.leg, leg >= 0 else { return nil }
        return leg
    }

    /// Whether a former path goes over leg `index`.
    func isOfFormerPath(_ index: Int) -> Bool {
        formers.contains { $0.leg == index }
    }

    /// Takes what belongs to a former path; nil for anything else. `leg` unwrapped it, -1 for a
    /// datagram that came to a host address.
    mutating func receiveFormer(
        _ datagram: borrowing [UInt8], from source: TransportAddress, to local: TransportAddress,
        leg: Int, at now: SimTime
    ) -> Received? {
        for place in formers.indices {
            let former = formers[place]
            guard former.leg == leg, leg >= 0 || former.pair.base == local else { continue }
            guard let received = receive(datagram, over: place, from: source, at: now) else {
                continue
            }
            if former.isInUse, !received.isRejected, formers[place].consent.hear(at: now) {
                events.append(.reconnected)
            }
            return received
        }
        return nil
    }

    private mutating func receive(
        _ datagram: borrowing [UInt8], over place: Int, from source: TransportAddress,
        at now: SimTime
    ) -> Received? {
        switch DatagramKind.classify(datagram) {
        case .stun:
            guard let message = try? MessageView(copy datagram), message.method == .binding else {
                return nil
            }
            if message.kind == .request {
                guard formers[place].isAddressed(message) else { return nil }
                return answer(message, over: place, to: source, at: now)
            }
            return takeAnswer(message, over: place, from: source, at: now)
        case .dtls, .rtp:
            guard source == formers[place].pair.remoteAddress else { return nil }
            return .application(copy datagram)
        case .turnChannel, .zrtp, .unknown:
            return nil
        }
    }

    /// Answers a check of the former generation and learns nothing from it.
    private mutating func answer(
        _ message: borrowing MessageView, over place: Int, to source: TransportAddress,
        at now: SimTime
    ) -> Received {
        let key = formers[place].localKey
        guard message.has(.messageIntegrity), message.has(.fingerprint) else {
            return reject(.incompleteCheck)
        }
        guard message.isAuthentic(under: key) else { return reject(.wrongIntegrity) }
        counters.checksReceived += 1
        var builder = MessageBuilder(.success, answering: message)
        builder.add(.xorMappedAddress, source)
        transmit(
            builder.finish(integrity: key, fingerprint: true), over: place, to: source, at: now)
        return .consumed
    }

    private mutating func takeAnswer(
        _ message: borrowing MessageView, over place: Int, from source: TransportAddress,
        at now: SimTime
    ) -> Received? {
        let id = message.id
        guard let check = formers[place].unanswered.firstIndex(where: { $0.id == id }) else {
            return nil
        }
        guard message.isAuthentic(under: formers[place].peer.key) else {
            return reject(.wrongIntegrity)
        }
        guard source == formers[place].pair.remoteAddress else {
            counters.asymmetricResponses += 1
            return .consumed
        }
        let trip = now - formers[place].unanswered[check].sentAt
        formers[place].unanswered.removeFirst(check + 1)
        if message.kind == .success {
            counters.responsesAccepted += 1
            formers[place].consent.noteAnswer(after: trip, under: configuration.timing)
            formers[place].consent.renew(at: now, for: configuration.timing.consentTimeout)
        }
        return .consumed
    }

    /// Sends application data over the former path; false when there is none in use.
    mutating func sendOverFormer(_ payload: consuming [UInt8], at now: SimTime) -> Bool {
        guard phase == .running || phase == .connected, let former = formers.first, former.isInUse
        else { return false }
        transmit(payload, over: 0, to: former.pair.remoteAddress, at: now)
        if former.leg >= 0 { drainRelay(at: now) }
        return true
    }

    private mutating func transmit(
        _ bytes: consuming [UInt8], over place: Int, to address: TransportAddress, at now: SimTime
    ) {
        let leg = formers[place].leg
        if leg >= 0 {
            legs[leg].send(bytes, to: address, at: now)
        } else {
            transmits.append(
                Transmit(
                    source: formers[place].pair.base, destination: address, transport: .udp,
                    payload: bytes))
        }
    }

    /// Keeps consent for the former path in use, and forgets those whose time has come.
    mutating func advanceFormer(at now: SimTime) {
        for place in formers.indices.reversed() where now >= formers[place].endsAt {
            dropFormer(place, at: now)
        }
        guard let former = formers.first, former.isInUse else { return }
        if now >= former.consent.expiresAt {
            loseFormer(.consentLost, at: now)
        } else if now >= former.consent.nextCheckAt {
            if formers[0].consent.fallsSilent(at: now, after: silenceTimeout) {
                events.append(.disconnected)
            }
            formers[0].consent = planned(
                formers[0].consent, roundTrip: former.pair.roundTrip, at: now)
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
        formers[0].unanswered.append(FormerCheck(id: id, sentAt: now))
        counters.checksSent += 1
        transmit(bytes, over: 0, to: former.pair.remoteAddress, at: now)
    }

    /// The new generation has a pair: the old paths are only listened to any more.
    mutating func retireFormers(at now: SimTime) {
        for place in formers.indices {
            formers[place].consent = Consent()
            formers[place].endsAt = now + Self.formerPathLinger
        }
    }

    /// The relay of leg `index` is gone, and the former paths over it.
    mutating func loseFormers(over index: Int, at now: SimTime) {
        for place in formers.indices.reversed() where formers[place].leg == index && place > 0 {
            dropFormer(place, at: now)
        }
        if formerLeg == index { loseFormer(.relayLost, at: now) }
    }

    /// The former path is gone. Without it an agent that has no other has lost its peer.
    private mutating func loseFormer(_ reason: AgentFailure, at now: SimTime) {
        let wasInUse = formers[0].isInUse
        dropFormer(0, at: now)
        guard wasInUse else { return }
        if phase == .connected {
            lose(reason, at: now)
        } else {
            events.append(reason == .relayLost ? .relayLost : .consentLost)
        }
    }

    /// Forgets a former path and gives back the allocation that only it used.
    private mutating func dropFormer(_ place: Int, at now: SimTime) {
        let leg = formers.remove(at: place).leg
        guard leg >= 0, !legs[leg].isAnnounced || !isOnSelectedPath(leg) else { return }
        release(leg, at: now)
    }

    @inline(__always)
    private func isOnSelectedPath(_ leg: Int) -> Bool {
        if phase == .running { return true }
        guard let selected else { return false }
        return locals[pairs[selected].local].leg == leg
    }
}
