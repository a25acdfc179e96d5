import Addressing
import EventEngine
import ICE
import KnowledgeLedger
import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel
import Signaling

/// What the two of a modelled connection say to each other, in a run that fills its stores or is audited.
///
/// No agent runs. When the set-up begins, when a server has answered and when a relay has, a side sends what an agent would
/// send then: its description, and candidates with the addresses that it has on the network. They are the texts of real
/// messages, stored as they are sent, and they arrive as late as the plan says. Ports are drawn where a NAT would choose
/// them. Nothing of the run depends on any of this: no stream of anybody else is drawn from, and nothing is logged.
extension Platform {
    /// A modelled connection has been planned.
    mutating func openDialogue(of call: Handle, _ engine: inout Engine<PlatformEvent>) {
        guard keepsDialogues, let plan = calls[call].plan else { return }
        let serial = calls[call].serial
        if dialogues.isOpen(call, of: serial) {
            dialogues[call].beginAgain()
        } else {
            let sides = BothSides { newSide(LegID(call: call, side: $0)) }
            dialogues.open(Dialogue(of: serial, between: sides), of: call)
            for side in Side.both {
                knowledge?.noteModelled(
                    serial, of: peers[calls[call][side]].serial, from: sides[side].mapped.ip)
            }
        }
        post(.begins, LegID(call: call, side: .offerer), at: plan.begins, &engine)
    }

    /// A side as the network has it.
    private func newSide(_ leg: LegID) -> DialogueSide {
        let peer = calls[leg.call][leg.side]
        let host = peers[peer].host!
        let port = Self.socketPort(visit: peers[peer].visits)
        let nat = outerNAT(peers[peer].attributes)
        var mapped = port
        if nat == .udpBlocked || nat.isEndpointDependent {
            var stream = visitStream(.dialogue, peer)
            mapped = 1024 + UInt16(stream.nextInteger(below: 64_512))
        }
        let addresses = network.localAddresses(of: host)
        return DialogueSide(
            base: TransportAddress(addresses[0], port: port),
            base6: addresses.count > 1 ? TransportAddress(addresses[1], port: port) : nil,
            mapped: TransportAddress(network.publicAddress(of: host), port: mapped))
    }

    /// Has a step happen at `time`.
    func post(
        _ step: DialogueStep, _ leg: LegID, at time: SimTime,
        _ engine: inout Engine<PlatformEvent>
    ) {
        let generation = dialogues[leg.call].generation
        engine.post(
            .dialogue(DialogueTurn(leg: leg, step: step, generation: generation)), at: time)
    }

    mutating func dialogueGoesOn(
        _ turn: DialogueTurn, _ engine: inout Engine<PlatformEvent>
    ) {
        let leg = turn.leg
        guard calls.contains(leg.call), calls[leg.call].phase < .windingUp,
            dialogues[leg.call].generation == turn.generation
        else { return }
        switch turn.step {
        case .begins: describe(leg, &engine)
        case .reflected: reflect(leg, &engine)
        case .relayed: relay(leg, &engine)
        case .arrives(let batch): arrive(batch, at: leg, &engine)
        case .permits: serverPermits(leg, at: engine.now)
        }
    }

    // MARK: Sending

    /// A side sends its description, and the candidates that it has.
    private mutating func describe(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        let (call, now) = (leg.call, engine.now)
        let plan = calls[call].plan!
        let peer = calls[call][leg.side]
        let asks = plan.servers[leg.side] != ModelledPlan.noServer
        let reflects =
            asks && !plan.conditions.relaysOnly
            && outerNAT(peers[peer].attributes) != .udpBlocked
        let hasRelay = plan.heldPorts[leg.side] != nil
        let awaitsRelay = plan[leg.side] != nil && !hasRelay
        dialogues[call].sides[leg.side].awaitsRelay = awaitsRelay
        var stream = dialogueStream(leg)
        var messages = [description(of: leg, using: &stream)]
        var shown: ShownAddresses = []
        if !plan.conditions.relaysOnly {
            messages += hostCandidates(of: leg, using: &stream)
            shown.insert(.local)
        }
        if hasRelay {
            messages += relayedCandidates(of: leg)
            shown.insert(.relayed)
        }
        if !reflects, !awaitsRelay { messages.append(.endOfCandidates()) }
        say(messages, .description, showing: shown, from: leg, &engine)
        if reflects {
            post(.reflected, leg, at: now + toOwnServer(leg) * 2, &engine)
        }
        if asks {
            knowledge?.declareUnseen(
                [.publicAddress, .traffic], of: peers[peer].serial, to: .networkObserver,
                in: calls[call].serial, at: now)
        }
    }

    /// A side sends the addresses that a server has seen, where they are news.
    private mutating func reflect(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        var messages = reflexiveCandidates(of: leg)
        let shown: ShownAddresses = messages.isEmpty ? [] : .mapped
        if !dialogues[leg.call].sides[leg.side].awaitsRelay {
            messages.append(.endOfCandidates())
        }
        say(messages, .reflexive, showing: shown, from: leg, &engine)
    }

    /// A side's relay has answered: it sends its address there, if it has one and no path yet, and that there are no more.
    private mutating func relay(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        dialogues[leg.call].sides[leg.side].awaitsRelay = false
        var messages: [SignalingMessage] = []
        if wantsRelay(leg, at: engine.now) {
            messages = relayedCandidates(of: leg)
            askForPermissions(leg, &engine)
        }
        let shown: ShownAddresses = messages.isEmpty ? [] : .relayed
        messages.append(.endOfCandidates())
        say(messages, .relayed, showing: shown, from: leg, &engine)
    }

    /// Stores what a side sends, and has it arrive.
    private mutating func say(
        _ messages: [SignalingMessage], _ batch: DialogueBatch, showing shown: ShownAddresses,
        from leg: LegID, _ engine: inout Engine<PlatformEvent>
    ) {
        guard !messages.isEmpty else { return }
        var side = dialogues[leg.call].sides[leg.side]
        let isNumbered = scenario.signaling.disconnect > 0
        var news = DialogueNews(shown: shown)
        for message in messages {
            side.sent += 1
            let number = isNumbered ? side.sent : nil
            let text = message.text(
                in: callID(leg.call), number: number,
                acknowledging: isNumbered ? side.heard : nil)
            let told = keepMessage(
                text, meaning: message, numbered: number, from: leg, at: engine.now)
            if let told { news.told.formUnion(told) }
        }
        news.count = side.sent
        side[batch] = news
        dialogues[leg.call].sides[leg.side] = side
        post(
            .arrives(batch), LegID(call: leg.call, side: leg.side.other),
            at: engine.now + calls[leg.call].plan!.conditions.signalling, &engine)
    }

    // MARK: Receiving

    /// What the other side has sent arrives. The answerer describes itself when it has the offer.
    private mutating func arrive(
        _ batch: DialogueBatch, at leg: LegID, _ engine: inout Engine<PlatformEvent>
    ) {
        let news = dialogues[leg.call].sides[leg.side.other][batch]
        dialogues[leg.call].sides[leg.side].known.formUnion(news.shown)
        dialogues[leg.call].sides[leg.side].heard = news.count
        knowledge?.disclose(
            news.told, of: peers[calls[leg.call][leg.side.other]].serial, to: .partner,
            in: calls[leg.call].serial, since: engine.now, until: .distantFuture)
        if batch == .description, leg.side == .answerer { describe(leg, &engine) }
        knowChecks(of: leg, at: engine.now)
        if !dialogues[leg.call].sides[leg.side].awaitsRelay, wantsRelay(leg, at: engine.now) {
            askForPermissions(leg, &engine)
        }
    }

    /// A side that knows of addresses and has no path yet checks them: in clear over the Internet, and through relays where
    /// they are relays'. Two on one link have a pair there before they know of others. A relayed address has its turn after a
    /// better one, which it awaits half a pacing on average, and is left alone once that is valid: a round trip before it is
    /// nominated.
    private mutating func knowChecks(of leg: LegID, at now: SimTime) {
        guard knowledge != nil, isWithoutPath(leg, at: now) else { return }
        let conditions = calls[leg.call].plan!.conditions
        let known = dialogues[leg.call].sides[leg.side].known
        guard !known.isDisjoint(with: [.mapped, .relayed]),
            conditions.vicinity != .link || conditions.relaysOnly
        else { return }
        let turn = now + formula.pacing * 3 / 2 + conditions.direct * 2
        let reachesRelay =
            known.contains(.relayed) && (conditions.relaysOnly || isWithoutPath(leg, at: turn))
        let serial = calls[leg.call].serial
        for side in Side.both {
            let subject = peers[calls[leg.call][side]].serial
            knowledge?.declareUnseen(
                [.userFragment], of: subject, to: .networkObserver, in: serial, at: now)
            guard reachesRelay else { continue }
            for observer in [Observer.relayProcessor, .infrastructureOnCall] {
                knowledge?.declareUnseen(
                    [.userFragment], of: subject, to: observer, in: serial, at: now, until: now)
            }
        }
    }

    /// Whether a side holds an address at a relay and has no path yet.
    private func wantsRelay(_ leg: LegID, at now: SimTime) -> Bool {
        calls[leg.call].plan!.heldPorts[leg.side] != nil && isWithoutPath(leg, at: now)
    }

    /// Whether a side has selected no pair yet.
    private func isWithoutPath(_ leg: LegID, at now: SimTime) -> Bool {
        let plan = calls[leg.call].plan!
        let connected =
            leg.side == .offerer
            ? plan.estimate.offererConnected : plan.estimate.answererConnected
        return now < plan.begins + connected
    }

    private func askForPermissions(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        let side = dialogues[leg.call].sides[leg.side]
        guard !side.known.subtracting(side.permitted).isEmpty else { return }
        post(.permits, leg, at: engine.now + toOwnServer(leg), &engine)
    }

    /// One-way delay between a side and its server.
    func toOwnServer(_ leg: LegID) -> SimDuration {
        let conditions = calls[leg.call].plan!.conditions
        return leg.side == .offerer
            ? conditions.offerer.toOwnServer : conditions.answerer.toOwnServer
    }

    /// A modelled connection goes by a direct path: each side sees where the other's packets come from, and so does who
    /// listens between them.
    mutating func knowDirectPath(of call: Handle, at now: SimTime) {
        guard knowledge != nil, let vicinity = calls[call].plan?.conditions.vicinity else { return }
        for side in Side.both {
            let subject = peers[calls[call][side]].serial
            knowledge?.declareUnseen(
                vicinity == .link ? [.privateAddress] : [.publicAddress], of: subject,
                to: .partner, in: calls[call].serial, at: now)
            guard vicinity == .apart else { continue }
            knowledge?.declareUnseen(
                [.publicAddress, .traffic], of: subject, to: .networkObserver,
                in: calls[call].serial, at: now)
        }
    }

    // MARK: Messages

    /// What a side's agent of this generation would draw from.
    private func dialogueStream(_ leg: LegID) -> RandomStream {
        var stream = visitStream(.dialogue, calls[leg.call][leg.side])
        // The first are for ports; an agent draws fewer than sixteen.
        for _ in 0..<2 + 16 * Int(dialogues[leg.call].generation) { _ = stream.nextUInt64() }
        return stream
    }

    private mutating func description(
        of leg: LegID, using stream: inout RandomStream
    ) -> SignalingMessage {
        var certificate = visitStream(.certificate, calls[leg.call][leg.side])
        let credentials = Credentials(using: &stream)
        knowFragment(credentials, of: leg)
        let description = description(
            of: leg, leg.side == .offerer ? .actpass : .active,
            version: 1 + UInt64(dialogues[leg.call].generation),
            credentials: credentials,
            fingerprint: certificate.nextBytes(SessionDescription.fingerprintByteCount))
        return leg.side == .offerer ? .offer(description) : .answer(description)
    }

    /// Whether a side's browser hides the addresses of its interface.
    private func hidesAddresses(_ leg: LegID) -> Bool {
        peers[calls[leg.call][leg.side]].attributes.hidesAddresses
            && plantedLeak != .hostCandidates
    }

    /// The bases of a side with the local preferences of their candidates; IPv6 first (RFC 8421 §3).
    private func bases(
        of leg: LegID
    ) -> [(address: TransportAddress, preference: UInt16)] {
        let side = dialogues[leg.call].sides[leg.side]
        guard let base6 = side.base6 else { return [(side.base, .max)] }
        return [(base6, .max), (side.base, UInt16.max - 1)]
    }

    private func hostCandidates(
        of leg: LegID, using stream: inout RandomStream
    ) -> [SignalingMessage] {
        let hides = hidesAddresses(leg)
        return bases(of: leg).enumerated().map { index, base in
            let address: CandidateAddress =
                hides
                ? .mdns(MDNSName(using: &stream), port: base.address.port) : .ip(base.address)
            return Self.candidate(index, .host, address, base.preference)
        }
    }

    /// The server-reflexive candidates of a side: none where its host candidates tell the same addresses (RFC 8445 §5.1.3).
    private func reflexiveCandidates(of leg: LegID) -> [SignalingMessage] {
        let (bases, hides) = (bases(of: leg), hidesAddresses(leg))
        let server = relays.stations[Int(calls[leg.call].plan!.servers[leg.side])]
        return bases.enumerated().compactMap { index, base in
            let isV6 = base.address.ip.family == .v6
            if isV6, server.address6 == nil { return nil }
            let mapped =
                isV6 ? base.address : dialogues[leg.call].sides[leg.side].mapped
            guard hides || mapped != base.address else { return nil }
            return Self.candidate(
                bases.count + index, .serverReflexive, .ip(mapped), base.preference,
                related: hides ? Candidate.concealed(base.address.ip.family) : base.address)
        }
    }

    /// The candidates of a side at its relay. Below those of hosts, IPv6 three more than IPv4, over TCP one less (``ICE/Agent``).
    private func relayedCandidates(of leg: LegID) -> [SignalingMessage] {
        let side = dialogues[leg.call].sides[leg.side]
        let isHidden = calls[leg.call].plan!.conditions.relaysOnly
        return side.relayedAddresses.enumerated().map { index, address in
            let preference: UInt16 =
                (clientTransport(leg) == .udp ? 16_383 : 16_382)
                + (address.ip.family == .v6 ? 3 : 0)
            return Self.candidate(
                2 * (side.base6 == nil ? 1 : 2) + index, .relayed, .ip(address), preference,
                related: isHidden ? Candidate.concealed(address.ip.family) : side.mapped)
        }
    }

    /// What carries packets between a side and its relay.
    func clientTransport(_ leg: LegID) -> TransportProtocol {
        outerNAT(peers[calls[leg.call][leg.side]].attributes) == .udpBlocked ? .tcp : .udp
    }

    /// The candidate of the `index`-th foundation of a side, from 0.
    private static func candidate(
        _ index: Int, _ type: CandidateType, _ address: CandidateAddress, _ preference: UInt16,
        related: TransportAddress? = nil
    ) -> SignalingMessage {
        .candidate(
            Candidate(
                foundation: Foundation(bytes: [UInt8(ascii: "1") + UInt8(index)])!,
                priority: Priority.candidate(type: type, localPreference: preference),
                address: address, type: type, related: related))
    }
}
