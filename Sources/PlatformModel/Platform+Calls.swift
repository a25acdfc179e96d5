import EventEngine
import ICE
import Matchmaking
import Measurement
import Quantities
import RandomStreams
import ScenarioModel

/// Limits of a set-up.
enum SetUp {
    /// A set-up that has not succeeded by then has failed: RFC 8445's slowest check needs 39.5 s
    /// (RFC 8489 §6.2.1), DTLS at one second initially 31 s for five losses; nobody waits longer.
    static let patience = SimDuration.seconds(60)
}

extension Platform {
    mutating func pair(
        _ pairing: Pairing, _ standings: (Overtaking.Standing, Overtaking.Standing),
        _ engine: inout Engine<PlatformEvent>
    ) {
        let now = engine.now
        knowledge?.confirm(pairing, in: paired)
        if let ticket = pairing.passedOver {
            tickets[tickets.handle(at: ticket.rawValue)].wasPassedOver = true
        }
        let first = takeTicket(pairing.first.ticket, &engine)
        let second = takeTicket(pairing.second.ticket, &engine)
        invariants.check(
            .nobodyMeetsThemselves, first.peer != second.peer, subject: UInt64(paired), at: now)
        checkConstraints(first, second, at: now)
        for (ticket, other, side) in [
            (first, second, pairing.first), (second, first, pairing.second),
        ] {
            lives.pair(ticket, with: other.serial, side, pairing, at: now)
        }
        recordPaired(first, second, pairing, standings, at: now)
        engine.log(
            TrajectoryCode.paired, UInt64(paired),
            UInt64(first.serial) << 32 | UInt64(second.serial))
        let call = calls.insert(
            Call(
                serial: paired, parties: BothSides(first.peer, second.peer), pairedAt: now,
                isMeasured: isMeasured(now), fidelity: fidelity(of: first.peer)))
        paired += 1
        for ticket in [first, second] {
            knowTicketEnds(of: ticket.peer, since: ticket.createdAt, at: now)
        }
        knowPairing(call, at: now)
        calls[call].deadline = engine.schedule(.deadline(call), after: SetUp.patience)
        for side in Side.both { peers[calls[call][side]].state = .inCall }
        if scenario.ice.setup == .packets || calls[call].fidelity.carriesMedia {
            prepareMachines(of: call)
            openSignaling(of: call, &engine)
        } else {
            modelConnection(of: call, &engine)
        }
    }

    private mutating func takeTicket(
        _ id: TicketID, _ engine: inout Engine<PlatformEvent>
    ) -> TicketRecord {
        let ticket = tickets.remove(tickets.handle(at: id.rawValue))
        engine.cancel(ticket.patience)
        return ticket
    }

    /// The detail in which the call of `offerer`'s present visit is simulated.
    private func fidelity(of offerer: Handle) -> Call.Fidelity {
        var stream = visitStream(.fidelity, offerer)
        let draw = stream.nextUnit()
        let shares = scenario.media.fidelity
        if draw < shares.full { return .full }
        return draw < shares.full + shares.sealed ? .sealed : .flow
    }

    /// The stream for `purpose` in the present visit of `peer`.
    func visitStream(_ purpose: Purpose, _ peer: Handle) -> RandomStream {
        root.stream(purpose, peer: peers[peer].serial, visit: peers[peer].visits - 1)
    }

    /// Both sides can hear: the talk begins and the end of it is known.
    mutating func beginTalk(_ call: Handle, _ engine: inout Engine<PlatformEvent>) {
        let now = engine.now
        calls[call].phase = .talking
        calls[call].talkingSince = now
        let wishes = BothSides { conversationWish(of: calls[call][$0]) }
        engine.log(TrajectoryCode.secured, UInt64(calls[call].serial), 0)
        engine.reschedule(calls[call].deadline, at: now + min(wishes.offerer, wishes.answerer))
        recordTalkBegins(call, at: now)
        knowTalk(call, at: now)
        let devices = BothSides { peers[calls[call][$0]].device! }
        calls[call].capabilities = risk.callBegins(devices.offerer, devices.answerer, at: now)
        knowledge?.noteRights(of: calls[call].serial, handing: devices, at: now)
        if calls[call].outage == nil {
            loadRelays(call, sign: 1, at: now)
        } else {
            // The last flight was under way when the relay crashed.
            noteSilenced(call)
        }
        if scenario.ice.policy == .relayForStrangers {
            engine.post(.strangerTimePasses(call), after: scenario.ice.strangerTime)
        }
    }

    /// How long a peer would talk in its present visit.
    private func conversationWish(of peer: Handle) -> SimDuration {
        var stream = visitStream(.conversation, peer)
        return scenario.population[Int(peers[peer].attributes.persona)].conversation
            .sampleDuration(using: &stream)
    }

    mutating func deadlinePasses(_ call: Handle, _ engine: inout Engine<PlatformEvent>) {
        if calls[call].phase == .talking {
            hangUp(call, &engine)
        } else {
            fail(call, .timedOut, &engine)
        }
    }

    /// No restart has found a path for a call whose relay is gone: it ends.
    mutating func drop(_ call: Handle, _ engine: inout Engine<PlatformEvent>) {
        engine.cancel(calls[call].deadline)
        hangUp(call, isDropped: true, &engine)
    }

    private mutating func hangUp(
        _ call: Handle, isDropped: Bool = false, _ engine: inout Engine<PlatformEvent>
    ) {
        let now = engine.now
        let duration = now - calls[call].talkingSince!
        engine.log(
            TrajectoryCode.ended, UInt64(calls[call].serial), UInt64(duration.nanoseconds))
        if calls[call].outage == nil {
            loadRelays(call, sign: -1, at: now)
        } else {
            concludeOutage(of: call, isDropped: isDropped, at: now)
        }
        tally.ended += 1
        recordEnded(call, at: now)
        countCall(lasting: duration, at: now)
        knowEnd(of: call, at: now)
        if plantedLeak != nil { plantEnd(of: call, lasting: duration, at: now) }
        knowEnding(of: call, isDropped ? .dropped : .hungUp, at: now)
        recordConnections(of: call, hasFailed: false, at: now)
        if calls[call].fidelity.carriesMedia {
            closeTalk(of: call, &engine)
        } else {
            recordFlow(call, duration)
        }
        riskOfEndedCall(call, duration, &engine)
        lookAtScorer(of: call, at: now)
        release(call, &engine)
    }

    /// The set-up of `call` has failed; both go on as after a call.
    mutating func fail(
        _ call: Handle, _ reason: SetUpFailure, _ engine: inout Engine<PlatformEvent>
    ) {
        guard calls[call].phase < .talking else { return }
        engine.log(TrajectoryCode.failed, UInt64(calls[call].serial), UInt64(reason.rawValue))
        engine.cancel(calls[call].deadline)
        tally.failed += 1
        recordFailed(call)
        knowEnding(of: call, CallEnding(reason), at: engine.now)
        recordConnections(of: call, hasFailed: true, at: engine.now)
        closeHandshakes(of: call, &engine)
        release(call, &engine)
    }

    /// Winds the call up and lets both peers go on.
    private mutating func release(_ call: Handle, _ engine: inout Engine<PlatformEvent>) {
        calls[call].phase = .windingUp
        let (offerer, answerer) = (calls[call].offerer, calls[call].answerer)
        knowSignalingEnds(of: call, at: engine.now)
        if hasMachines(call) {
            closeSignaling(of: call, at: engine.now)
            for side in Side.both { closeAgent(LegID(call: call, side: side), &engine) }
        } else {
            for side in Side.both {
                releaseModelled(LegID(call: call, side: side), at: engine.now)
            }
            _ = calls.remove(call)
        }
        goOn(offerer, &engine)
        goOn(answerer, &engine)
    }

    /// After a call or a failed set-up: queue again, or leave.
    private mutating func goOn(_ peer: Handle, _ engine: inout Engine<PlatformEvent>) {
        let inclinations = inclinations(of: peer)
        var choice = visitStream(.requeue, peer)
        let returns = choice.nextBool(probability: inclinations.requeue)
        guard returns, peers[peer].visits < Peer.maximumVisits else {
            depart(peer, at: engine.now)
            return
        }
        var pause = visitStream(.thinkTime, peer)
        peers[peer].state = .thinking
        var change = visitStream(.returning, peer)
        peers[peer].signals = risk.returning(
            peers[peer].signals, persona: peers[peer].attributes.persona,
            switching: inclinations.deviceSwitch, using: &change)
        let thinkTime = scenario.population[Int(peers[peer].attributes.persona)].thinkTime
            .sampleDuration(using: &pause)
        engine.post(.joinsQueue(peer), after: thinkTime)
    }
}

/// Why a set-up came to nothing.
public enum SetUpFailure: UInt8, CaseIterable, Sendable {
    /// No pair of candidates works.
    case noPath = 1
    /// The media's handshake failed.
    case handshake
    /// It took longer than anybody waits.
    case timedOut
}

extension Call.Phase: Comparable {
    static func < (a: Call.Phase, b: Call.Phase) -> Bool { a.rawValue < b.rawValue }
}
