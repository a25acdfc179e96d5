import Addressing
import EventEngine
import ICE
import MediaSecurity
import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel
import Signaling

/// Connections set up packet by packet: real agents, real STUN, real NATs.
extension Platform {
    /// The first port of calls' sockets (RFC 6335 §6: the dynamic range begins at 49152), and how
    /// many are used in turn, so that a late packet of one call does not meet the next.
    private static let firstPort: UInt16 = 50000
    private static let portCount: UInt16 = 10000

    /// The port of the socket of a peer's `visit`-th call, from 1.
    static func socketPort(visit: UInt16) -> UInt16 { firstPort + (visit - 1) % portCount }

    /// Gives the side of a call its agent and socket; gathering begins at once.
    mutating func openAgent(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        let peer = calls[leg.call][leg.side]
        let attributes = peers[peer].attributes
        let serial = peers[peer].serial
        let port = Self.socketPort(visit: peers[peer].visits)
        let server = nearestRelay(to: peer, in: leg.call, at: engine.now)
        // IPv6 first (RFC 8421 §3).
        let bases = network.localAddresses(of: peers[peer].host!).reversed().map {
            TransportAddress($0, port: port)
        }
        let station = server.map { relays.stations[Int($0)] }
        let turn = server.map {
            relays.description(of: $0, for: relayName(of: peer), at: engine.now)
        }
        if let turn, gathersRelay(leg) {
            knowledge?.noteRelayName(turn.username, of: serial, in: calls[leg.call].serial)
        }
        var configuration = AgentConfiguration(
            timing: scenario.ice.timing.profile,
            policy: candidatePolicy(of: leg.call),
            hidesHostAddresses: attributes.hidesAddresses && plantedLeak != .hostCandidates,
            stunServer: station?.address,
            turnServer: turn,
            gathersRelay: gathersRelay(leg),
            relayedFamilies: relayedFamilies(at: station),
            consentChecks: calls[leg.call].fidelity.carriesMedia,
            keepAliveInterval: keepAliveInterval)
        if let second = station?.address6 { configuration.stunServers.append(second) }
        var agent = Agent(
            configuration: configuration,
            role: leg.side == .offerer ? .controlling : .controlled, localAddresses: bases,
            randomness: agentStream(leg))
        agent.startGathering(at: engine.now)
        let place = place(of: leg)
        let isRestart = legs[place].agent != nil
        if isRestart { retireAgent(leg, &engine) }
        legs[place].agent = agent
        legs[place].server = server ?? .max
        if !isRestart { openSocket(leg, port: port) }
    }

    /// How often agents that ask for no consent keep their bindings alive: never where all NATs keep
    /// them for two minutes, as the calls for which that would be too short are few and long.
    private var keepAliveInterval: SimDuration? {
        let isUsual = scenario.access.allSatisfy {
            $0.bindingTimeout == .constant(NATBox.defaultBindingTimeout.seconds)
        }
        return isUsual ? nil : AgentConfiguration.smallestKeepAliveInterval
    }

    /// What the agent of a side draws from; after a restart, further on in another stream.
    private func agentStream(_ leg: LegID) -> RandomStream {
        let peer = calls[leg.call][leg.side]
        guard let outage = calls[leg.call].outage else { return visitStream(.iceAgent, peer) }
        var stream = visitStream(.restartAgent, peer)
        // An agent draws far fewer in its life.
        for _ in 1..<max(1, Int(outage.restarts)) { for _ in 0..<4096 { _ = stream.nextUInt64() } }
        return stream
    }

    /// The agent of the generation before a restart says farewell to its relay, once, and is gone.
    private mutating func retireAgent(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        let place = place(of: leg)
        let host = peers[calls[leg.call][leg.side]].host!
        engine.disarm(&legs[place].agentTimer)
        legs[place].agent!.close(at: engine.now)
        while let output = legs[place].agent!.pollTransmit() {
            transmit(output, from: host, &engine)
        }
    }

    /// Whether the side allocates on a relay: both do in browsers, and where there is no other
    /// path; else the offerer, and whoever has no other way.
    func gathersRelay(_ leg: LegID) -> Bool {
        if relaysOnly(leg.call) { return true }
        let nat = peers[calls[leg.call][leg.side]].attributes.nat
        return scenario.ice.relayGathering == .both || leg.side == .offerer || nat == .udpBlocked
    }

    /// The offerer knows that it is paired: agent, offer, candidates.
    mutating func makeOffer(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        openAgent(leg, &engine)
        send(.offer(describe(leg, .actpass)), from: leg, &engine)
        drainAgent(leg, &engine)
    }

    /// A message of the other side has arrived.
    mutating func accept(
        _ message: SignalingMessage, by leg: LegID, _ engine: inout Engine<PlatformEvent>
    ) {
        let place = place(of: leg)
        let now = engine.now
        switch message {
        case .offer(let description):
            // The agent of a call that moves restarts by itself.
            if calls[leg.call].acquaintance != .moving { openAgent(leg, &engine) }
            legs[place].remoteFingerprint = description.fingerprint
            legs[place].agent!.setRemoteCredentials(description.credentials, at: now)
            send(.answer(describe(leg, .active)), from: leg, &engine)
        case .answer(let description):
            legs[place].remoteFingerprint = description.fingerprint
            legs[place].agent!.setRemoteCredentials(description.credentials, at: now)
            if calls[leg.call].phase < .connecting { calls[leg.call].phase = .connecting }
        case .candidate(let candidate, let fragment):
            legs[place].agent!.addRemoteCandidate(
                candidate, usernameFragment: fragment, at: now)
        case .endOfCandidates(let fragment):
            legs[place].agent!.endOfRemoteCandidates(usernameFragment: fragment, at: now)
        case .bye, .resume, .seen, .notice:
            return
        }
        drainAgent(leg, &engine)
    }

    /// A datagram has reached the socket of a side.
    mutating func legReceives(
        _ leg: LegID, _ payload: consuming [UInt8], _ local: TransportAddress,
        from source: TransportAddress, _ transport: TransportProtocol,
        _ engine: inout Engine<PlatformEvent>
    ) {
        knowDatagram(payload, to: leg, from: source, at: engine.now)
        let received = legs[place(of: leg)].agent?.handle(
            payload, from: source, to: local, transport: transport, at: engine.now)
        if case .application(let data) = received { handshakeReceives(leg, data, &engine) }
        drainAgent(leg, &engine)
    }

    mutating func agentTimerFires(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        let place = place(of: leg)
        legs[place].agentTimer.fired()
        legs[place].agent?.handleTimeout(at: engine.now)
        drainAgent(leg, &engine)
    }

    /// Carries out what the agent of a side wants: datagrams, events, its next timer.
    mutating func drainAgent(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        guard calls.contains(leg.call) else { return }
        let place = place(of: leg)
        guard legs[place].agent != nil else { return }
        let host = peers[calls[leg.call][leg.side]].host!
        while true {
            while let output = legs[place].agent!.pollTransmit() {
                transmit(output, from: host, &engine)
            }
            guard let event = legs[place].agent!.pollEvent() else { break }
            agentReports(event, of: leg, &engine)
            guard legs[place].agent != nil else { return }
        }
        if calls[leg.call].phase == .windingUp, legs[place].agent!.nextTimeout == nil {
            closeSocket(leg, &engine)
            return
        }
        let due = legs[place].agent!.nextTimeout
        engine.rearm(&legs[place].agentTimer, to: due, .agentTimer(leg))
    }

    private mutating func agentReports(
        _ event: AgentEvent, of leg: LegID, _ engine: inout Engine<PlatformEvent>
    ) {
        guard calls[leg.call].phase < .windingUp else { return }
        switch event {
        case .localCandidate(let candidate):
            send(.candidate(candidate), from: leg, &engine)
        case .gatheringComplete:
            send(.endOfCandidates(), from: leg, &engine)
        case .connected(let pair):
            sideConnected(leg, pair, &engine)
        case .selectedPairChanged(let pair):
            legs[place(of: leg)].selected = pair
            followSelectedPairs(of: leg.call, &engine)
        case .restarted(let pair):
            legs[place(of: leg)].selected = pair
            legs[place(of: leg)].connectedAt = engine.now
            followSelectedPairs(of: leg.call, &engine)
        case .failed:
            if calls[leg.call].phase < .talking {
                fail(leg.call, .noPath, &engine)
            } else if (calls[leg.call].outage?.restarts ?? 0) > 0 {
                drop(leg.call, &engine)
            } else {
                loseConsent(leg.call, &engine)
            }
        case .consentLost:
            // A restart that is under way may still find a path.
            if calls[leg.call].acquaintance != .moving { loseConsent(leg.call, &engine) }
        case .resolve(let name):
            resolve(name, for: leg, at: engine.now)
        case .relayRefused, .relayReleased, .disconnected, .reconnected, .relayLost,
            .restartFailed:
            break
        }
    }

    /// A side of a call that is talked may not send any more (RFC 7675 §5.1): the call is over. In a
    /// call whose relay is gone nobody waits for that.
    private mutating func loseConsent(_ call: Handle, _ engine: inout Engine<PlatformEvent>) {
        guard calls[call].phase == .talking, calls[call].fidelity.carriesMedia,
            calls[call].outage == nil
        else { return }
        if calls[call].isMeasured { recorder.count(.callsLost) }
        drop(call, &engine)
    }

    /// A multicast query of a side for the name behind which a candidate of the other's hides: only a
    /// neighbour on the same link answers (RFC 6762).
    private mutating func resolve(_ name: MDNSName, for leg: LegID, at now: SimTime) {
        let (own, other) = (
            peers[calls[leg.call][leg.side]].host!, peers[calls[leg.call][leg.side.other]].host!
        )
        guard network.shareLink(own, other) else { return }
        legs[place(of: leg)].agent!.resolved(
            name, as: network.localAddress(of: other), at: now)
    }

    private mutating func sideConnected(
        _ leg: LegID, _ pair: SelectedPair, _ engine: inout Engine<PlatformEvent>
    ) {
        let (place, other) = (
            place(of: leg), place(of: LegID(call: leg.call, side: leg.side.other))
        )
        legs[place].selected = pair
        legs[place].connectedAt = engine.now
        engine.log(
            TrajectoryCode.connected, UInt64(calls[leg.call].serial),
            UInt64(leg.side.rawValue) << 16 | UInt64(pair.local.type.rawValue) << 8
                | UInt64(pair.remote.type.rawValue))
        let isRestart = calls[leg.call].phase == .talking
        if calls[leg.call].fidelity.carriesMedia, !isRestart { startHandshake(leg, &engine) }
        guard legs[other].connectedAt != nil else { return }
        guard !isRestart else {
            restartEnds(leg.call, path(of: leg.call), &engine)
            return
        }
        calls[leg.call].phase = .securing
        calls[leg.call].iceConnectedAt = engine.now
        calls[leg.call].path = path(of: leg.call)
        recordIceConnected(leg.call, at: engine.now)
        if calls[leg.call].fidelity == .flow {
            modelHandshake(
                leg.call,
                connected: BothSides {
                    legs[self.place(of: LegID(call: leg.call, side: $0))].connectedAt!
                }, &engine)
        }
    }

    /// A side has gone over to another pair: the media take the path that both now mean, once both
    /// have one.
    private mutating func followSelectedPairs(
        of call: Handle, _ engine: inout Engine<PlatformEvent>
    ) {
        guard calls[call].path != nil, calls[call].outage == nil, bothAreConnected(call) else {
            return
        }
        guard calls[call].phase == .talking else {
            calls[call].path = path(of: call)
            return
        }
        move(call, to: path(of: call), &engine)
    }

    private func bothAreConnected(_ call: Handle) -> Bool {
        Side.both.allSatisfy {
            legs[place(of: LegID(call: call, side: $0))].connectedAt != nil
        }
    }

    /// How the media go, by what the two agents selected.
    private func path(of call: Handle) -> CallPath {
        let a = place(of: LegID(call: call, side: .offerer))
        let b = place(of: LegID(call: call, side: .answerer))
        let isRelayed = (
            a: legs[a].selected!.local.type == .relayed, b: legs[b].selected!.local.type == .relayed
        )
        switch isRelayed {
        case (false, false): return .direct
        case (true, false): return .relayed(by: .offerer, server: legs[a].server)
        case (false, true): return .relayed(by: .answerer, server: legs[b].server)
        case (true, true): return .relayedTwice(offerer: legs[a].server, answerer: legs[b].server)
        }
    }

    /// The call is over for this side: its agent gives its allocation back.
    mutating func closeAgent(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        let place = place(of: leg)
        guard legs[place].agent != nil else {
            wound(leg)
            return
        }
        legs[place].agent!.close(at: engine.now)
        drainAgent(leg, &engine)
    }

    private mutating func closeSocket(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        let place = place(of: leg)
        engine.disarm(&legs[place].agentTimer)
        legs[place].agent = nil
        let peer = calls[leg.call][leg.side]
        closeSocket(of: leg)
        detachIfDone(peer)
        wound(leg)
    }

    /// A side of an ended call has nothing left to do; the second one takes the call away.
    private mutating func wound(_ leg: LegID) {
        legs[place(of: leg)].isWound = true
        if legs[place(of: LegID(call: leg.call, side: leg.side.other))].isWound {
            freeMachines(of: leg.call)
            _ = calls.remove(leg.call)
        }
    }
}
