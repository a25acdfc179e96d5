import Addressing
import EventEngine
import ICE
import NetworkModel
import Quantities
import Signaling
import TURN

extension TrialWorld {
    // MARK: Datagrams

    private func id(of participant: Participant) -> HostID {
        switch participant {
        case .host(let end): hosts[end]
        case .relay: relayHost
        }
    }

    private func participant(of host: HostID) -> Participant {
        host == hosts.a ? .host(.a) : host == hosts.b ? .host(.b) : .relay
    }

    private mutating func transmit(
        _ output: Transmit, from sender: Participant, _ engine: inout Engine<Event>
    ) {
        datagramCount += 1
        let outcome = network.send(
            from: id(of: sender), source: output.source, to: output.destination,
            transport: output.transport, byteCount: output.payload.count, at: engine.now)
        var record = -1
        if records != nil {
            record = records!.count
            records!.append(
                .datagram(Self.record(output, from: sender, outcome, at: engine.now)))
        }
        guard case .inFlight(let flight) = outcome else { return }
        datagrams.append(Datagram(flight: flight, payload: output.payload, record: record))
        engine.post(.datagram(Int32(datagrams.count - 1)), at: flight.arrival)
    }

    private static func record(
        _ output: Transmit, from sender: Participant, _ outcome: NetworkModel.SendOutcome,
        at now: SimTime
    ) -> DatagramRecord {
        var record = DatagramRecord(
            sentAt: now, sender: sender, transport: output.transport, source: output.source,
            translatedSource: nil, destination: output.destination,
            byteCount: output.payload.count, text: DatagramText.describe(output.payload),
            fate: .underWay)
        switch outcome {
        case .lost(let reason): record.fate = .lost(reason)
        case .inFlight(let flight): record.translatedSource = flight.source
        }
        return record
    }

    mutating func arrive(_ number: Int, _ engine: inout Engine<Event>) {
        let now = engine.now
        let record = datagrams[number].record
        switch network.arrive(datagrams[number].flight, at: now) {
        case .dropped(let reason):
            settle(record, .dropped(reason, at: now))
        case .delivered(let host, let local, let source):
            let receiver = participant(of: host)
            settle(record, .delivered(to: receiver, at: now))
            let transport = datagrams[number].flight.transport
            var payload: [UInt8] = []
            swap(&payload, &datagrams[number].payload)
            switch receiver {
            case .relay:
                relay.handle(payload, from: source, transport: transport, to: local, at: now)
                drainRelay(&engine)
            case .host(let end):
                _ = agents[end].handle(
                    payload, from: source, to: local, transport: transport, at: now)
                drain(end, &engine)
            }
        }
    }

    private mutating func settle(_ record: Int, _ fate: Fate) {
        guard record >= 0, case .datagram(var datagram) = records![record] else { return }
        datagram.fate = fate
        records![record] = .datagram(datagram)
    }

    mutating func drainRelay(_ engine: inout Engine<Event>) {
        while let output = relay.pollTransmit() { transmit(output, from: .relay, &engine) }
        guard let due = relay.nextTimeout, due != postedRelayTimer else { return }
        postedRelayTimer = due
        engine.post(.relayTimer, at: max(due, engine.now))
    }

    // MARK: Agents

    /// Carries out what the agent of `end` wants.
    mutating func drain(_ end: End, _ engine: inout Engine<Event>) {
        while true {
            while let output = agents[end].pollTransmit() {
                transmit(output, from: .host(end), &engine)
            }
            guard let event = agents[end].pollEvent() else { break }
            take(event, of: end, &engine)
        }
        guard let due = agents[end].nextTimeout, due != postedTimers[end] else { return }
        postedTimers[end] = due
        engine.post(.agentTimer(end), at: max(due, engine.now))
    }

    private mutating func take(
        _ event: AgentEvent, of end: End, _ engine: inout Engine<Event>
    ) {
        switch event {
        case .localCandidate(let candidate):
            send(.candidate(candidate), from: end, &engine)
        case .gatheringComplete:
            send(.endOfCandidates(), from: end, &engine)
        case .connected(let pair):
            connectedAt[end] = connectedAt[end] ?? engine.now
            note("connected, \(Self.text(pair))", of: end, at: engine.now)
        case .resolve(let name):
            resolve(name, for: end, &engine)
        case .selectedPairChanged(let pair), .restarted(let pair):
            note("changes to \(Self.text(pair))", of: end, at: engine.now)
        case .failed(let reason):
            hasFailed = true
            note("fails: \(reason)", of: end, at: engine.now)
        case .relayRefused(let code):
            note("no relay: \(code)", of: end, at: engine.now)
        case .relayReleased:
            note("gives its allocation back", of: end, at: engine.now)
        case .disconnected, .reconnected, .consentLost, .relayLost, .restartFailed:
            break  // Nothing of the kind befalls a path in the seconds of a trial.
        }
    }

    /// A multicast query for `name`, which only a neighbour on the same link answers (RFC 6762).
    private mutating func resolve(
        _ name: MDNSName, for end: End, _ engine: inout Engine<Event>
    ) {
        let address =
            network.shareLink(hosts.a, hosts.b) ? network.localAddress(of: hosts[end.other]) : nil
        note(
            "asks for \(name): \(address.map(\.description) ?? "nobody answers")",
            of: end, at: engine.now)
        agents[end].resolved(name, as: address, at: engine.now)
    }

    private static func text(_ pair: SelectedPair) -> String {
        "\(pair.local.type.token) \(text(pair.local)) to \(pair.remote.type.token) "
            + text(pair.remote)
    }

    private static func text(_ candidate: Candidate) -> String {
        candidate.address.transportAddress.map(\.description) ?? "behind an mDNS name"
    }

    private mutating func note(_ text: String, of end: End, at now: SimTime) {
        records?.append(.event(at: now, of: end, text: text))
    }

    // MARK: Signalling

    /// Sends `message` through the service to the other end.
    mutating func send(
        _ message: SignalingMessage, from end: End, _ engine: inout Engine<Event>
    ) {
        let text = message.text(in: Self.call)
        let verdict = signaling.handle(text, from: Self.party(end), at: engine.now)
        guard case .forward = verdict else { return }
        let arrival = engine.now + setting.signalingDelay
        records?.append(
            .signal(
                sentAt: engine.now, from: end, text: Self.text(message), arrivesAt: arrival))
        signals.append((to: end.other, text: text))
        engine.post(.signal(Int32(signals.count - 1)), at: arrival)
    }

    private static func text(_ message: SignalingMessage) -> String {
        switch message {
        case .offer: "offer"
        case .answer: "answer"
        case .candidate(let candidate, _): Self.line(of: candidate)
        case .endOfCandidates: "end-of-candidates"
        case .bye: "bye"
        case .resume: "resume"
        case .seen: "seen"
        case .notice: "notice"
        }
    }

    private static func line(of candidate: Candidate) -> String {
        var text: [UInt8] = []
        candidate.appendText(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The signalling text has reached `end`.
    mutating func take(_ text: [UInt8], at end: End, _ engine: inout Engine<Event>) {
        let message: SignalingMessage
        do throws(SignalingError) {
            message = try SignalingMessage.parse(text).message
        } catch {
            preconditionFailure("an agent's own message does not parse: \(error)")
        }
        switch message {
        case .offer(let description):
            agents[end].startGathering(at: engine.now)
            agents[end].setRemoteCredentials(description.credentials, at: engine.now)
            send(.answer(self.description(of: end)), from: end, &engine)
        case .answer(let description):
            agents[end].setRemoteCredentials(description.credentials, at: engine.now)
        case .candidate(let candidate, let fragment):
            agents[end].addRemoteCandidate(
                candidate, usernameFragment: fragment, at: engine.now)
        case .endOfCandidates(let fragment):
            agents[end].endOfRemoteCandidates(usernameFragment: fragment, at: engine.now)
        case .bye, .resume, .seen, .notice:
            return
        }
        drain(end, &engine)
    }
}
