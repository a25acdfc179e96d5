import EventEngine
import ICE
import NetworkModel
import Quantities
import ScenarioModel

/// A call whose relay has crashed, until its media flow again.
struct Outage: BitwiseCopyable {
    /// When the media stopped.
    let since: SimTime
    /// The server that is gone; the sides do not ask it again.
    var lost: UInt16
    /// ICE restarts begun so far.
    var restarts: UInt8 = 0

    /// ICE restarts after which a call is given up: each has failed for want of any path.
    static let mostRestarts: UInt8 = 3

    /// How long after its last packet a peer takes its path to be gone: Chrome's receiving timeout
    /// (`p2p_constants.h`), or the end of consent (RFC 7675 §5.1).
    static func detection(under timing: ScenarioModel.ICE.Timing) -> SimDuration {
        timing == .browser ? .milliseconds(2500) : TimingProfile.rfc8445.consentTimeout
    }
}

/// Relay servers that crash or are drained, and the calls that this leaves without media.
///
/// A crash takes all that the server knew. Media over it stop at once; ``Outage/detection(under:)``
/// later the offerer restarts ICE (RFC 8445 §9): new credentials, new candidates from another
/// server, a new offer. The keys stay: the DTLS association does not depend on the path.
extension Platform {
    mutating func scheduleFaults(_ engine: inout Engine<PlatformEvent>) {
        for (number, fault) in scenario.faults.enumerated() {
            engine.post(.faultBegins(UInt16(number)), at: .zero + fault.at)
            engine.post(.faultEnds(UInt16(number)), at: .zero + fault.end)
        }
    }

    /// The station that a fault of the scenario befalls.
    private func station(of number: UInt16) -> UInt16 {
        guard let index = scenario.relay.index(of: scenario.faults[Int(number)].relay) else {
            preconditionFailure("a validated scenario names a relay that there is not")
        }
        return UInt16(index)
    }

    mutating func faultBegins(_ number: UInt16, _ engine: inout Engine<PlatformEvent>) {
        let server = station(of: number)
        engine.log(TrajectoryCode.fault, UInt64(server), UInt64(number) << 1 | 1)
        switch scenario.faults[Int(number)].kind {
        case .drain: relays.setDraining(server, true)
        case .crash:
            silenceCalls(over: server, &engine)
            forgetPorts(of: server, &engine)
            relays.crash(server, at: engine.now)
            drainRelay(server, &engine)
        }
    }

    mutating func faultEnds(_ number: UInt16, _ engine: inout Engine<PlatformEvent>) {
        let server = station(of: number)
        engine.log(TrajectoryCode.fault, UInt64(server), UInt64(number) << 1)
        switch scenario.faults[Int(number)].kind {
        case .drain: relays.setDraining(server, false)
        case .crash: relays.restore(server, at: engine.now)
        }
    }

    /// Media over `server` stop.
    private mutating func silenceCalls(
        over server: UInt16, _ engine: inout Engine<PlatformEvent>
    ) {
        let detection = Outage.detection(under: scenario.ice.timing)
        let hit = calls.handles {
            ($0.phase == .talking || $0.phase == .securing) && $0.outage == nil
                && $0.path?.uses(server) == true
        }
        for call in hit {
            if calls[call].phase == .talking {
                loadRelays(call, sign: -1, at: engine.now)
                noteSilenced(call)
            }
            calls[call].outage = Outage(since: engine.now, lost: server)
            engine.post(.outageNoticed(call), after: detection)
        }
    }

    /// A call that is talked, or begins to be, has lost its relay.
    mutating func noteSilenced(_ call: Handle) {
        tally.silenced += 1
        recordSilenced(call)
    }

    /// The ports of `server` are nobody's any more. Connections that are being set up by formula
    /// go on as if the server had never answered.
    private mutating func forgetPorts(
        of server: UInt16, _ engine: inout Engine<PlatformEvent>
    ) {
        let holders = calls.handles {
            $0.phase < .windingUp
                && ($0.plan?.servers.offerer == server
                    || $0.plan?.servers.answerer == server)
        }
        for call in holders {
            for side in Side.both where calls[call].plan!.servers[side] == server {
                calls[call].plan!.heldPorts[side] = nil
                if isConnectingByPlan(call) { replan(call, without: side, &engine) }
            }
        }
    }

    /// Whether a connection, or its restart, is under way by formula.
    func isConnectingByPlan(_ call: Handle) -> Bool {
        guard calls[call].plan != nil else { return false }
        guard calls[call].phase == .talking else { return calls[call].phase == .connecting }
        return calls[call].outage.map { $0.restarts > 0 }
            ?? (calls[call].acquaintance == .moving)
    }

    /// The peers have heard nothing for so long that they take their path to be gone.
    mutating func outageNoticed(_ call: Handle, _ engine: inout Engine<PlatformEvent>) {
        guard calls.contains(call), let outage = calls[call].outage else { return }
        switch calls[call].phase {
        case .securing: fail(call, .noPath, &engine)
        case .talking where outage.restarts < Outage.mostRestarts: restart(call, &engine)
        case .talking: drop(call, &engine)
        default: break
        }
    }

    private mutating func restart(_ call: Handle, _ engine: inout Engine<PlatformEvent>) {
        calls[call].outage!.restarts += 1
        // A move that was under way is part of the restart now.
        if calls[call].acquaintance == .moving { calls[call].acquaintance = .acquainted }
        engine.log(
            TrajectoryCode.restart, UInt64(calls[call].serial),
            UInt64(calls[call].outage!.restarts))
        if hasMachines(call) {
            for side in Side.both {
                legs[place(of: LegID(call: call, side: side))].connectedAt = nil
            }
            makeOffer(LegID(call: call, side: .offerer), &engine)
        } else {
            for side in Side.both {
                releaseModelled(LegID(call: call, side: side), at: engine.now)
            }
            modelRestart(of: call, &engine)
        }
    }

    /// A restart has found `path`, or none.
    mutating func restartEnds(
        _ call: Handle, _ path: CallPath?, _ engine: inout Engine<PlatformEvent>
    ) {
        let now = engine.now
        guard let path else { return drop(call, &engine) }
        if let dead = path.firstServer(where: { relays.stations[Int($0)].downSince != nil }) {
            // It crashed while it was being chosen.
            calls[call].outage!.lost = dead
            let detection = Outage.detection(under: scenario.ice.timing)
            engine.post(.outageNoticed(call), after: detection)
            return
        }
        endOutage(of: call, at: now)
        calls[call].path = path
        engine.log(
            TrajectoryCode.recovered, UInt64(calls[call].serial), path.isRelayed ? 1 : 0)
        loadRelays(call, sign: 1, at: now)
        if calls[call].fidelity.carriesMedia { rerouteTalk(of: call, at: now) }
        calls[call].relayTime.change(isRelayed: path.isRelayed, at: now)
        knowCiphertext(of: call, at: now)
        if !path.isRelayed { recorder.level(.callsRelayed, add: -1, at: now) }
        tally.recovered += 1
        // The time of being strangers may have passed while there was no path.
        if calls[call].acquaintance == .acquainted { permitDirect(call, &engine) }
    }

    /// The media of a call flow again, or it is over; what was lost is added up.
    private mutating func endOutage(of call: Handle, at now: SimTime) {
        let silence = now - calls[call].outage!.since
        calls[call].relayLoad.addOutage(silence)
        recordSilenceEnds(call, silence)
        calls[call].outage = nil
    }

    /// A call ends while its relay is gone: hung up by one who has heard nothing, or given up.
    mutating func concludeOutage(
        of call: Handle, isDropped: Bool, at now: SimTime
    ) {
        let silence = now - calls[call].outage!.since
        calls[call].relayLoad.addOutage(silence)
        recordEndedSilent(call, silence, isDropped: isDropped)
        if isDropped { tally.dropped += 1 } else { tally.endedSilent += 1 }
        calls[call].outage = nil
    }
}

extension CallPath {
    /// Whether `server` is on the path.
    func uses(_ server: UInt16) -> Bool { firstServer { $0 == server } != nil }

    /// The first server on the path that is as asked.
    func firstServer(where predicate: (UInt16) -> Bool) -> UInt16? {
        switch self {
        case .direct: nil
        case .relayed(_, let server): predicate(server) ? server : nil
        case .relayedTwice(let a, let b): predicate(a) ? a : predicate(b) ? b : nil
        }
    }
}
