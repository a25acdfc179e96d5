import EventEngine
import ICE
import Quantities
import ScenarioModel

/// How far two have come from being strangers, under `ice.policy: relay_for_strangers`.
enum Acquaintance: UInt8, BitwiseCopyable {
    /// They have not stayed in the call for long enough; so it is under all other policies.
    case strangers
    /// They have, and permit direct paths.
    case acquainted
    /// As before, and an ICE restart looks for such a path.
    case moving
}

/// Which paths the two of a call may use, and the move of a call from relays to a direct path.
///
/// Both sides permit direct paths at the same moment, `ice.stranger_time` into the talk; the offerer
/// then restarts ICE (``ICE/Agent/permitDirect(at:)``). The media stay on the relays until both sides
/// have selected another pair, and a port that it does not use is given back.
extension Platform {
    /// Whether the two of a call may use relayed paths only, now.
    func relaysOnly(_ call: Handle) -> Bool {
        switch scenario.ice.policy {
        case .all: false
        case .relay: true
        case .relayForStrangers: calls[call].acquaintance == .strangers
        }
    }

    /// What new agents of a call gather and use.
    func candidatePolicy(of call: Handle) -> CandidatePolicy {
        guard relaysOnly(call) else { return .all }
        return scenario.ice.policy == .relay ? .relay : .relayForStrangers
    }

    mutating func strangerTimePasses(_ call: Handle, _ engine: inout Engine<PlatformEvent>) {
        guard calls.contains(call), calls[call].phase == .talking else { return }
        engine.log(TrajectoryCode.acquainted, UInt64(calls[call].serial), 0)
        calls[call].acquaintance = .acquainted
        // Without a path there is nothing to move; the restart goes by the new rule.
        if calls[call].outage == nil { permitDirect(call, &engine) }
    }

    /// Both sides of a call permit direct paths.
    mutating func permitDirect(_ call: Handle, _ engine: inout Engine<PlatformEvent>) {
        guard calls[call].path!.isRelayed else { return }
        guard hasMachines(call) else {
            // A restart after the permission has gone by it.
            guard calls[call].plan!.conditions.relaysOnly else { return }
            calls[call].acquaintance = .moving
            modelMove(of: call, &engine)
            return
        }
        let offerer = place(of: LegID(call: call, side: .offerer))
        guard legs[offerer].agent!.configuration.policy == .relayForStrangers else { return }
        calls[call].acquaintance = .moving
        for side in Side.both {
            let leg = LegID(call: call, side: side)
            legs[place(of: leg)].connectedAt = nil
            if legs[place(of: leg)].agent!.permitDirect(at: engine.now) {
                send(.offer(describe(leg, .actpass)), from: leg, &engine)
            }
            drainAgent(leg, &engine)
        }
    }

    /// A call goes over to `path` while it is talked.
    mutating func move(
        _ call: Handle, to path: CallPath, _ engine: inout Engine<PlatformEvent>
    ) {
        let (now, former) = (engine.now, calls[call].path!)
        loadRelays(call, sign: -1, at: now)
        calls[call].path = path
        loadRelays(call, sign: 1, at: now)
        if calls[call].fidelity.carriesMedia { rerouteTalk(of: call, at: now) }
        calls[call].relayTime.change(isRelayed: path.isRelayed, at: now)
        knowCiphertext(of: call, at: now)
        let change = (path.isRelayed ? 1 : 0) - (former.isRelayed ? 1 : 0)
        recorder.level(.callsRelayed, add: Int64(change), at: now)
        guard calls[call].acquaintance == .moving else { return }
        calls[call].acquaintance = .acquainted
        engine.log(TrajectoryCode.moved, UInt64(calls[call].serial), path.isRelayed ? 1 : 0)
        calls[call].formerPath = former
        if !path.isRelayed, calls[call].isMeasured { recorder.count(.relayMoved) }
    }
}
