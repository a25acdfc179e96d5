import EventEngine
import ICE
import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel

/// What a modelled connection will come to: decided at the pairing, and again when an allocation
/// is refused.
struct ModelledPlan {
    let begins: SimTime
    var conditions: SetUpConditions
    var estimate: SetUpEstimate
    /// The event of the outcome.
    var outcome: EventID = .none

    subscript(side: Side) -> SetUpEstimate.Allocation? {
        side == .offerer ? estimate.offererAllocation : estimate.answererAllocation
    }
}

/// Connections by rule table and timing formula instead of packets (`ice.setup: modelled`).
///
/// Allocations are taken from the real servers' ports when the formula says that they are made;
/// where one is refused, the connection goes on as if that side had none to ask: the other side's
/// relay serves if it gets a port, else the set-up fails when the agents would give up.
/// Calls at full fidelity are set up by packets all the same: their media need the sockets.
extension Platform {
    mutating func modelConnection(of call: Handle, _ engine: inout Engine<PlatformEvent>) {
        let (offerer, answerer) = (
            place(of: LegID(call: call, side: .offerer)),
            place(of: LegID(call: call, side: .answerer))
        )
        let latency = scenario.signaling.latency
        let notice = latency.sampleDuration(using: &legs[offerer].channel!)
        let message = latency.sampleDuration(using: &legs[answerer].channel!)
        for side in Side.allCases {
            let leg = LegID(call: call, side: side)
            let peer = peers[calls[call][side]]
            legs[place(of: leg)].server =
                relays.nearest(to: Int(peer.attributes.region), spread: peer.serial) ?? .max
            recordSignal(side == .offerer ? notice : message, to: leg)
        }
        let conditions = conditions(of: call, signalling: message)
        let estimate = formula.estimate(conditions)
        let begins = engine.now + notice
        calls[call].phase = .connecting
        calls[call].plan = ModelledPlan(
            begins: begins, conditions: conditions, estimate: estimate)
        for side in Side.allCases {
            guard let allocation = calls[call].plan![side] else { continue }
            engine.schedule(
                .modelledAllocation(LegID(call: call, side: side)), at: begins + allocation.madeAt)
        }
        calls[call].plan!.outcome = engine.schedule(
            .modelledOutcome(call), at: begins + estimate.connected)
    }

    private var formula: SetUpTimeFormula {
        scenario.ice.timing == .browser ? .browser : .rfc8445
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
            calls[leg.call].plan?[leg.side] != nil
        else { return }
        let place = place(of: leg)
        guard let port = holdPort(on: legs[place].server, at: engine.now) else {
            replan(leg.call, without: leg.side, &engine)
            return
        }
        legs[place].heldPort = port
        scheduleRelease(of: leg, &engine)
    }

    /// Has the port of a side given back when the plan says so, if it does.
    private mutating func scheduleRelease(
        of leg: LegID, _ engine: inout Engine<PlatformEvent>
    ) {
        let plan = calls[leg.call].plan!
        guard let end = plan[leg.side]?.releasedAt else { return }
        engine.schedule(.modelledRelease(leg), at: max(plan.begins + end, engine.now))
    }

    /// An allocation that the plan gives back is not on the call's path any more.
    mutating func modelledReleaseDue(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        guard calls.contains(leg.call), calls[leg.call].phase < .windingUp else { return }
        // A later plan may keep it, or for longer.
        let plan = calls[leg.call].plan!
        guard let end = plan[leg.side]?.releasedAt, plan.begins + end <= engine.now else { return }
        releaseModelled(leg, at: engine.now)
    }

    /// The allocation of `side` is refused: what the connection comes to without it.
    private mutating func replan(
        _ call: Handle, without side: Side, _ engine: inout Engine<PlatformEvent>
    ) {
        var plan = calls[call].plan!
        switch side {
        case .offerer: plan.conditions.offerer.gathersRelay = false
        case .answerer: plan.conditions.answerer.gathersRelay = false
        }
        plan.estimate = formula.estimate(plan.conditions)
        engine.reschedule(
            plan.outcome, at: max(plan.begins + plan.estimate.connected, engine.now))
        calls[call].plan = plan
        let other = LegID(call: call, side: side.other)
        if legs[place(of: other)].heldPort != nil { scheduleRelease(of: other, &engine) }
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
        guard plan.estimate.outcome != .unreachable else { return nil }
        guard plan.estimate.outcome == .relayed else { return .direct }
        let (a, b) = (
            legs[place(of: LegID(call: call, side: .offerer))],
            legs[place(of: LegID(call: call, side: .answerer))]
        )
        switch (isOnPath(a, plan[.offerer]), isOnPath(b, plan[.answerer])) {
        case (true, true): return .relayedTwice(offerer: a.server, answerer: b.server)
        case (true, false): return .relayed(by: .offerer, server: a.server)
        case (false, true): return .relayed(by: .answerer, server: b.server)
        case (false, false): return nil
        }
    }

    /// Whether a side holds a port that is not to be given back before the call ends.
    private func isOnPath(_ leg: Leg, _ allocation: SetUpEstimate.Allocation?) -> Bool {
        guard let allocation, leg.heldPort != nil else { return false }
        return allocation.releasedAt == nil
    }

    /// Gives back what a modelled connection still holds.
    mutating func releaseModelled(_ leg: LegID, at now: SimTime) {
        let place = place(of: leg)
        guard let port = legs[place].heldPort.take() else { return }
        releasePort(port, on: legs[place].server, at: now)
    }
}
