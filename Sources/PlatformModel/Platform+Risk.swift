import EventEngine
import Matchmaking
import Measurement
import Quantities
import RandomStreams
import RiskScoring
import ScenarioModel

/// Reports, and what they lead to.
extension Platform {
    /// The scorer learns that a call has ended; each side may report the other, an abuser by
    /// propensity, an innocent one falsely.
    mutating func riskOfEndedCall(
        _ call: Handle, _ duration: SimDuration, _ engine: inout Engine<PlatformEvent>
    ) {
        let now = engine.now
        let record = calls[call]
        for side in Side.both {
            risk.callEnds(of: peers[record[side]].device!, lasting: duration, at: now)
            if !peers[record[side]].wasContained { peers[record[side]].callsBeforeContainment += 1 }
        }
        for side in Side.both {
            let reporter = record[side]
            let inclinations = inclinations(of: reporter)
            let isAbuse = self.inclinations(of: record[side.other]).isAbusive
            var stream = visitStream(.report, reporter)
            let chance =
                isAbuse ? inclinations.reportPropensity : inclinations.falseReport
            guard stream.nextBool(probability: chance) else { continue }
            let right = record.capabilities!
            let outcome = risk.report(
                side == .offerer ? right.first : right.second, at: now)
            recordReport(outcome, call, by: side, &engine)
        }
        engine.rearm(&riskTimer, to: risk.nextTimeout, .riskTimer)
    }

    private mutating func recordReport(
        _ outcome: ReportOutcome, _ call: Handle, by side: Side,
        _ engine: inout Engine<PlatformEvent>
    ) {
        if calls[call].isMeasured {
            recorder.count(.riskReports, 1, labels(of: call, side.other))
        }
        let after: UInt64 =
            if case .counted(_, let tier) = outcome { UInt64(tier.rawValue) } else { .max }
        engine.log(TrajectoryCode.report, UInt64(peers[calls[call][side]].serial), after)
    }

    mutating func riskTimerFires(_ engine: inout Engine<PlatformEvent>) {
        riskTimer.fired()
        risk.handleTimeout(at: engine.now)
        engine.rearm(&riskTimer, to: risk.nextTimeout, .riskTimer)
    }

    /// A peer joins the queue in `tier`: the first time it is contained counts.
    mutating func noteContainment(_ handle: Handle, at now: SimTime) {
        guard peers[handle].tier.rawValue == DeviceTier.contained.rawValue,
            !peers[handle].wasContained
        else { return }
        peers[handle].wasContained = true
        guard inclinations(of: handle).isAbusive, isMeasured(now) else { return }
        recorder.record(
            .riskContainmentCalls, units: peers[handle].callsBeforeContainment,
            labels(peers[handle].attributes))
    }

    /// A peer leaves: whether an honest one was ever contained. Those who came in the warm-up do
    /// not count.
    mutating func recordContainment(_ peer: Peer) {
        let isAbusive = inclinations[Int(peer.attributes.persona)].isAbusive
        guard peer.isMeasured, !isAbusive, scenario.risk.enabled else { return }
        recorder.ratio(
            .riskFalseContainment, hit: peer.wasContained, labels(peer.attributes))
    }
}
