import EventEngine
import ICE
import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel

/// What a modelled connection will come to, decided at the pairing.
struct ModelledPlan {
    var begins: SimTime
    var estimate: SetUpEstimate

    subscript(side: Side) -> SetUpEstimate.Allocation? {
        side == .offerer ? estimate.offererAllocation : estimate.answererAllocation
    }
}

/// Connections by rule table and timing formula instead of packets (`ice.setup: modelled`).
///
/// Allocations are taken from the real servers' ports when the formula says that they are made;
/// where one is refused, the other side's relay serves if it got a port, else the set-up fails.
/// Calls at full fidelity are set up by packets all the same: their media need the sockets.
extension Platform {
    mutating func modelConnection(of call: Handle, _ engine: inout Engine<PlatformEvent>) {
        var stream = visitStream(.modelledConnection, calls[call].offerer)
        let notice = scenario.signaling.latency.sampleDuration(using: &stream)
        let message = scenario.signaling.latency.sampleDuration(using: &stream)
        for side in Side.allCases {
            let leg = LegID(call: call, side: side)
            let peer = peers[calls[call][side]]
            legs[place(of: leg)].server =
                relays.nearest(to: Int(peer.attributes.region), spread: peer.serial) ?? .max
            recordSignal(side == .offerer ? notice : message, to: leg)
        }
        let formula: SetUpTimeFormula = scenario.ice.timing == .browser ? .browser : .rfc8445
        let estimate = formula.estimate(conditions(of: call, signalling: message))
        let begins = engine.now + notice
        calls[call].phase = .connecting
        calls[call].plan = ModelledPlan(begins: begins, estimate: estimate)
        for side in Side.allCases {
            guard let allocation = calls[call].plan![side] else { continue }
            engine.schedule(
                .modelledAllocation(LegID(call: call, side: side)), at: begins + allocation.madeAt)
        }
        engine.schedule(.modelledOutcome(call), at: begins + estimate.connected)
    }

    private func conditions(of call: Handle, signalling: SimDuration) -> SetUpConditions {
        let (a, b) = (peers[calls[call].offerer].host, peers[calls[call].answerer].host)
        let servers = Side.allCases.map { relayHost(of: LegID(call: call, side: $0)) }
        func party(_ side: Side) -> SetUpParty {
            let peer = peers[calls[call][side]]
            func delay(to server: HostID?) -> SimDuration {
                server.map { network.meanOneWayDelay(from: peer.host, to: $0) } ?? .zero
            }
            let own = Int(side.rawValue)
            return SetUpParty(
                nat: peer.attributes.nat, toOwnServer: delay(to: servers[own]),
                toOtherServer: delay(to: servers[1 - own]),
                gathersRelay: servers[own] != nil
                    && gathersRelay(LegID(call: call, side: side)),
                hidesHostAddresses: peer.attributes.hidesAddresses)
        }
        let between: SimDuration =
            if let x = servers[0], let y = servers[1] {
                network.meanOneWayDelay(from: x, to: y)
            } else {
                .zero
            }
        let loss = network.pathLoss(from: a, to: b).loss
        return SetUpConditions(
            offerer: party(.offerer), answerer: party(.answerer),
            direct: network.meanOneWayDelay(from: a, to: b), betweenServers: between,
            signalling: signalling, exchangeLoss: min(0.99, 1 - (1 - loss) * (1 - loss)))
    }

    private func relayHost(of leg: LegID) -> HostID? {
        let server = legs[place(of: leg)].server
        return server == .max ? nil : relays.stations[Int(server)].host
    }

    mutating func modelledAllocationMade(
        _ leg: LegID, _ engine: inout Engine<PlatformEvent>
    ) {
        guard calls.contains(leg.call), calls[leg.call].phase == .connecting,
            let allocation = calls[leg.call].plan?[leg.side]
        else { return }
        let server = legs[place(of: leg)].server
        guard let port = holdPort(on: server, at: engine.now) else { return }
        if let end = allocation.releasedAt {
            let release = max(calls[leg.call].plan!.begins + end, engine.now)
            engine.schedule(.modelledRelease(server: server, port: port), at: release)
        } else {
            legs[place(of: leg)].heldPort = port
        }
    }

    mutating func modelledOutcomeArrives(
        _ call: Handle, _ engine: inout Engine<PlatformEvent>
    ) {
        guard calls.contains(call), calls[call].phase == .connecting,
            let plan = calls[call].plan
        else { return }
        guard let path = path(of: call, by: plan) else {
            fail(call, .noPath, &engine)
            return
        }
        calls[call].path = path
        calls[call].phase = .securing
        calls[call].iceConnectedAt = engine.now
        engine.log(
            TrajectoryCode.connected, UInt64(calls[call].serial), path.isRelayed ? 1 : 0)
        recordIceConnected(call, at: engine.now)
        legs[place(of: LegID(call: call, side: .answerer))].connectedAt =
            plan.begins + plan.estimate.answererConnected
        modelHandshake(call, &engine)
    }

    /// The path that the plan's outcome means, given the ports that were to be had.
    private func path(of call: Handle, by plan: ModelledPlan) -> CallPath? {
        let held = Side.allCases.map { legs[place(of: LegID(call: call, side: $0))] }
        switch plan.estimate.outcome {
        case .unreachable: return nil
        case .direct: return .direct
        case .relayed:
            let needsBoth = plan.estimate.heldAllocations == 2
            switch (held[0].heldPort != nil, held[1].heldPort != nil) {
            case (true, true) where needsBoth:
                return .relayedTwice(offerer: held[0].server, answerer: held[1].server)
            case (true, _) where !needsBoth:
                return .relayed(by: .offerer, server: held[0].server)
            case (_, true) where !needsBoth:
                return .relayed(by: .answerer, server: held[1].server)
            default: return nil
            }
        }
    }

    /// Gives back what a modelled connection still holds.
    mutating func releaseModelled(_ leg: LegID, at now: SimTime) {
        let place = place(of: leg)
        guard let port = legs[place].heldPort.take() else { return }
        releasePort(port, on: legs[place].server, at: now)
    }
}
