import EventEngine
import ICE
import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel
import TURN

/// What a modelled connection will come to: decided at the pairing, and again when an allocation
/// is refused.
struct ModelledPlan: BitwiseCopyable {
    let begins: SimTime
    var conditions: SetUpConditions
    var estimate: PlannedOutcome
    /// How long after the beginning an agent that knows the other's credentials gives up.
    var patience = SimDuration.max
    /// The relay server each side allocates on; ``noServer`` where there is none.
    let servers: BothSides<UInt16>
    /// The relay ports held; none where there are none.
    var ports = BothSides(HeldPorts.none, HeldPorts.none)
    /// The event of the outcome.
    var outcome: EventID = .none

    static var noServer: UInt16 { .max }

    /// The relay ports that each side holds.
    var heldPorts: BothSides<HeldPorts?> {
        get { BothSides { ports[$0] == .none ? nil : ports[$0] } }
        set { ports = BothSides { newValue[$0] ?? .none } }
    }

    subscript(side: Side) -> SetUpEstimate.Allocation? {
        side == .offerer ? estimate.offererAllocation : estimate.answererAllocation
    }

    /// Whether a side holds a port that is not to be given back before the call ends.
    func isOnPath(_ side: Side) -> Bool {
        guard let allocation = self[side], heldPorts[side] != nil else { return false }
        return allocation.releasedAt == nil
    }

    /// The path that the outcome means, given the ports that were to be had.
    var path: CallPath? {
        guard estimate.outcome != .unreachable else { return nil }
        guard estimate.outcome == .relayed else { return .direct }
        switch (isOnPath(.offerer), isOnPath(.answerer)) {
        case (true, true):
            return .relayedTwice(offerer: servers.offerer, answerer: servers.answerer)
        case (true, false): return .relayed(by: .offerer, server: servers.offerer)
        case (false, true): return .relayed(by: .answerer, server: servers.answerer)
        case (false, false): return nil
        }
    }
}

/// What of an estimate a plan goes by.
struct PlannedOutcome: BitwiseCopyable {
    private(set) var outcome: ConnectivityOutcome
    private(set) var offererConnected: SimDuration
    private(set) var answererConnected: SimDuration
    let offererAllocation: SetUpEstimate.Allocation?
    let answererAllocation: SetUpEstimate.Allocation?

    /// When both have selected a pair, or have given up.
    var connected: SimDuration { max(offererConnected, answererConnected) }

    /// What `estimate` comes to where an agent gives up after `patience`.
    init(_ estimate: SetUpEstimate, within patience: SimDuration = .max) {
        outcome = estimate.outcome
        offererConnected = estimate.offererConnected
        answererConnected = estimate.answererConnected
        offererAllocation = estimate.offererAllocation
        answererAllocation = estimate.answererAllocation
        guard connected > patience else { return }
        (outcome, offererConnected, answererConnected) = (.unreachable, patience, patience)
    }
}

/// Connections by rule table and timing formula instead of packets (`ice.setup: modelled`).
///
/// Allocations are taken from the real servers' ports when the formula says that they are made;
/// where one is refused, the connection goes on as if that side had none to ask: the other side's
/// relay serves if it gets a port, else the set-up fails when the agents would give up.
/// Calls whose media run packet by packet are set up by packets all the same: their media need the sockets.
extension Platform {
    mutating func modelConnection(of call: Handle, _ engine: inout Engine<PlatformEvent>) {
        let (offerer, answerer) = (calls[call].offerer, calls[call].answerer)
        var (there, back) = (visitStream(.signaling, offerer), visitStream(.signaling, answerer))
        let notice = scenario.signaling.latency.sampleDuration(using: &there)
        let message = scenario.signaling.latency.sampleDuration(using: &back)
        recordSignal(notice, to: LegID(call: call, side: .offerer))
        recordSignal(message, to: LegID(call: call, side: .answerer))
        let dialogue = modelDialogue(
            of: call, notice: notice, message: message,
            found: BothSides { findingTime(of: calls[call][$0], in: call, at: engine.now) },
            at: engine.now)
        beginPlan(
            of: call, at: dialogue.begins, signalling: dialogue.signalling,
            patience: dialogue.patience, &engine)
        calls[call].phase = .connecting
    }

    /// How long a side takes to learn its address from its server.
    private func findingTime(of peer: Handle, in call: Handle, at now: SimTime) -> SimDuration {
        guard let server = nearestRelay(to: peer, in: call, at: now) else { return .zero }
        return paths.meanDelay(
            peers[peer].attributes, toServerIn: relays.stations[Int(server)].region) * 2
    }

    /// The offerer of a call whose relay is gone offers anew; its side of the channel costs nothing.
    mutating func modelRestart(of call: Handle, _ engine: inout Engine<PlatformEvent>) {
        var channel = visitStream(.restartSignaling, calls[call].offerer)
        var message = SimDuration.zero
        for _ in 0..<calls[call].outage!.restarts {
            message = scenario.signaling.latency.sampleDuration(using: &channel)
        }
        // What was planned before, such as a move, does not come about.
        if let plan = calls[call].plan { engine.cancel(plan.outcome) }
        recordSignal(message, to: LegID(call: call, side: .answerer))
        beginPlan(of: call, at: engine.now, signalling: message, &engine)
    }

    /// Decides what a connection that begins at `begins` will come to, and when.
    private mutating func beginPlan(
        of call: Handle, at begins: SimTime, signalling message: SimDuration,
        patience: SimDuration = .max, _ engine: inout Engine<PlatformEvent>
    ) {
        let servers = BothSides {
            nearestRelay(to: calls[call][$0], in: call, at: engine.now) ?? ModelledPlan.noServer
        }
        let conditions = conditions(of: call, servers, signalling: message)
        let estimate = PlannedOutcome(formula.estimate(conditions), within: patience)
        var plan = ModelledPlan(
            begins: begins, conditions: conditions, estimate: estimate, patience: patience,
            servers: servers)
        for side in Side.both {
            guard let allocation = plan[side] else { continue }
            engine.post(
                .modelledAllocation(LegID(call: call, side: side)), at: begins + allocation.madeAt)
        }
        plan.outcome = engine.schedule(.modelledOutcome(call), at: begins + estimate.connected)
        calls[call].plan = plan
        openDialogue(of: call, &engine)
    }

    /// The offerer of a call on its relays offers anew, to go by whatever path there is.
    mutating func modelMove(of call: Handle, _ engine: inout Engine<PlatformEvent>) {
        var channel = visitStream(.moveSignaling, calls[call].offerer)
        let message = scenario.signaling.latency.sampleDuration(using: &channel)
        recordSignal(message, to: LegID(call: call, side: .answerer))
        let former = calls[call].plan!
        var conditions = conditions(of: call, former.servers, signalling: message)
        conditions.offerer.takeOver(former.heldPorts.offerer)
        conditions.answerer.takeOver(former.heldPorts.answerer)
        let estimate = PlannedOutcome(formula.estimate(conditions))
        var plan = ModelledPlan(
            begins: engine.now, conditions: conditions, estimate: estimate,
            servers: former.servers, ports: former.ports)
        plan.outcome = engine.schedule(.modelledOutcome(call), after: estimate.connected)
        calls[call].plan = plan
        for side in Side.both { scheduleRelease(of: LegID(call: call, side: side), &engine) }
        openDialogue(of: call, &engine)
    }

    /// The server that a side of `call` is given now.
    func nearestRelay(to peer: Handle, in call: Handle, at now: SimTime) -> UInt16? {
        relays.nearest(
            to: Int(peers[peer].attributes.region), spread: peers[peer].serial, at: now,
            avoiding: calls[call].outage?.lost)
    }

    var formula: SetUpTimeFormula {
        scenario.ice.timing == .browser ? .browser : .rfc8445
    }

    private func conditions(
        of call: Handle, _ servers: BothSides<UInt16>, signalling: SimDuration
    ) -> SetUpConditions {
        let regions = BothSides { side in
            servers[side] == ModelledPlan.noServer
                ? nil : relays.stations[Int(servers[side])].region
        }
        let (a, b) = (
            peers[calls[call].offerer].attributes, peers[calls[call].answerer].attributes
        )
        func party(_ peer: Peer.Attributes, _ side: Side) -> SetUpParty {
            func delay(to region: Int?) -> SimDuration {
                region.map { paths.meanDelay(peer, toServerIn: $0) } ?? .zero
            }
            var party = SetUpParty(
                nat: outerNAT(peer), toOwnServer: delay(to: regions[side]),
                toOtherServer: delay(to: regions[side.other]),
                gathersRelay: regions[side] != nil
                    && gathersRelay(LegID(call: call, side: side)),
                hidesHostAddresses: peer.hidesAddresses)
            party.hasIPv6 = peer.hasIPv6
            return party
        }
        var between = SimDuration.zero
        if let x = regions.offerer, let y = regions.answerer {
            between = paths.backboneDelay(from: x, to: y)
        }
        let loss = paths.loss(from: a, to: b)
        let direct = directDelay(a, b)
        var conditions = SetUpConditions(
            offerer: party(a, .offerer), answerer: party(b, .answerer),
            direct: direct.base + (direct.leavesHome ? paths.meanJitter(a, b) : .zero),
            betweenServers: between,
            signalling: signalling, exchangeLoss: min(0.99, 1 - (1 - loss) * (1 - loss)))
        conditions.vicinity = vicinity(a, b)
        conditions.relaysOnly = relaysOnly(call)
        return conditions
    }

    mutating func modelledAllocationMade(
        _ leg: LegID, _ engine: inout Engine<PlatformEvent>
    ) {
        guard calls.contains(leg.call), isConnectingByPlan(leg.call),
            calls[leg.call].plan?[leg.side] != nil
        else { return }
        let server = calls[leg.call].plan!.servers[leg.side]
        let held = holdPorts(on: server, at: engine.now)
        if let held {
            calls[leg.call].plan!.heldPorts[leg.side] = held
            scheduleRelease(of: leg, &engine)
        } else {
            replan(leg.call, without: leg.side, &engine)
        }
        serverAnswers(leg, giving: held, &engine)
    }

    /// Has the port of a side given back when the plan says so, if it does.
    private mutating func scheduleRelease(
        of leg: LegID, _ engine: inout Engine<PlatformEvent>
    ) {
        guard let plan = calls[leg.call].plan, let end = plan[leg.side]?.releasedAt else { return }
        engine.post(.modelledRelease(leg), at: max(plan.begins + end, engine.now))
    }

    /// An allocation that the plan gives back is not on the call's path any more.
    mutating func modelledReleaseDue(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        // A later plan may keep it, or for longer.
        guard calls.contains(leg.call), calls[leg.call].phase < .windingUp,
            let plan = calls[leg.call].plan, let end = plan[leg.side]?.releasedAt,
            plan.begins + end <= engine.now
        else { return }
        releaseModelled(leg, at: engine.now)
    }

    /// The allocation of `side` is refused: what the connection comes to without it.
    mutating func replan(
        _ call: Handle, without side: Side, _ engine: inout Engine<PlatformEvent>
    ) {
        var plan = calls[call].plan!
        switch side {
        case .offerer: plan.conditions.offerer.gathersRelay = false
        case .answerer: plan.conditions.answerer.gathersRelay = false
        }
        plan.estimate = PlannedOutcome(
            formula.estimate(plan.conditions), within: plan.patience)
        engine.reschedule(
            plan.outcome, at: max(plan.begins + plan.estimate.connected, engine.now))
        calls[call].plan = plan
        guard plan.heldPorts[side.other] != nil else { return }
        scheduleRelease(of: LegID(call: call, side: side.other), &engine)
    }

    mutating func modelledOutcomeArrives(
        _ call: Handle, _ engine: inout Engine<PlatformEvent>
    ) {
        guard calls.contains(call), isConnectingByPlan(call), let plan = calls[call].plan else {
            return
        }
        if case .direct? = plan.path { knowDirectPath(of: call, at: engine.now) }
        guard calls[call].outage == nil else {
            restartEnds(call, plan.path, &engine)
            return
        }
        guard calls[call].phase == .connecting else {
            if let path = plan.path { move(call, to: path, &engine) }
            return
        }
        guard let path = plan.path else {
            fail(call, .noPath, &engine)
            return
        }
        calls[call].path = path
        calls[call].phase = .securing
        calls[call].iceConnectedAt = engine.now
        engine.log(
            TrajectoryCode.connected, UInt64(calls[call].serial), path.isRelayed ? 1 : 0)
        recordIceConnected(call, at: engine.now)
        modelHandshake(
            call,
            connected: BothSides(
                plan.begins + plan.estimate.offererConnected,
                plan.begins + plan.estimate.answererConnected), &engine)
    }

    /// Gives back what a side of a modelled connection still holds.
    mutating func releaseModelled(_ leg: LegID, at now: SimTime) {
        guard let held = calls[leg.call].plan?.heldPorts[leg.side] else { return }
        serverTakesBack(leg, at: now)
        calls[leg.call].plan!.heldPorts[leg.side] = nil
        releasePorts(held, on: calls[leg.call].plan!.servers[leg.side], at: now)
    }
}

extension SetUpParty {
    /// A restart uses `held` if there is something, and asks for no other.
    fileprivate mutating func takeOver(_ held: HeldPorts?) {
        hasAllocation = held != nil
        gathersRelay = held != nil
    }
}
