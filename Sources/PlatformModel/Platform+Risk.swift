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
        noteTalk(call, duration)
        for side in Side.both {
            let (reporter, target) = (record[side], record[side.other])
            var stream = visitStream(.report, reporter)
            let chance = reportChance(reporter, against: target)
            guard stream.nextBool(probability: chance) else {
                let until = risk.callEnds(of: peers[target].device!, lasting: duration, at: now)
                knowCountedCall(call, of: target, at: now, until: until)
                continue
            }
            let right = record.capabilities!
            let (outcome, until) = risk.report(
                peers[target].device!, by: side == .offerer ? right.first : right.second,
                lasting: duration, at: now)
            knowCountedCall(call, of: target, at: now, until: until)
            recordReport(outcome, call, by: side, &engine)
        }
        engine.rearm(&riskTimer, to: risk.nextTimeout, .riskTimer)
    }

    /// What a call that has ended means for its two people.
    private mutating func noteTalk(_ call: Handle, _ duration: SimDuration) {
        let record = calls[call]
        for side in Side.both {
            let (handle, partner) = (record[side], record[side.other])
            let partnerAbuses = inclinations(of: partner).isAbusive
            if partnerAbuses { peers[handle].metAbuser = true }
            if !peers[handle].wasContained {
                let span = UInt32(clamping: duration.nanoseconds / 1_000_000)
                let talk = peers[handle].talkBeforeContainment.addingReportingOverflow(span)
                peers[handle].callsBeforeContainment += 1
                peers[handle].talkBeforeContainment = talk.overflow ? .max : talk.partialValue
            }
            guard record.isMeasured else { continue }
            let tier = UInt16(peers[handle].tier.rawValue)
            recorder.ratio(
                .riskAbusivePartner, hit: partnerAbuses,
                labels(peers[handle].attributes, tier: tier))
            if inclinations(of: handle).isBomber {
                recorder.ratio(.riskFramingCalls, numerator: 1, denominator: 0)
                recorder.ratio(
                    .riskFramingTime, numerator: duration.nanoseconds, denominator: 0)
            }
        }
    }

    /// The chance that a peer reports its partner of a call.
    private func reportChance(_ reporter: Handle, against partner: Handle) -> Double {
        let inclinations = inclinations(of: reporter)
        if self.inclinations(of: partner).isAbusive { return inclinations.reportPropensity }
        guard !inclinations.isBomber || isAimedAt(partner, by: inclinations.aim) else { return 0 }
        return inclinations.falseReport
    }

    /// Whether a brigade that aims at the share `aim` of the innocent has chosen this one. All
    /// brigades go by the same order of people, so they aim at the same ones.
    func isAimedAt(_ peer: Handle, by aim: Double) -> Bool {
        guard !inclinations(of: peer).isBomber else { return false }
        guard aim < 1 else { return true }
        var choice = root.stream(.chosen, UInt64(peers[peer].serial))
        return choice.nextUnit() < aim
    }

    private mutating func recordReport(
        _ outcome: ReportOutcome, _ call: Handle, by side: Side,
        _ engine: inout Engine<PlatformEvent>
    ) {
        if calls[call].isMeasured {
            let labels = labels(of: call, side.other)
            recorder.count(.riskReports, 1, labels)
            if case .ignored = outcome { recorder.count(.riskReportsIgnored, 1, labels) }
        }
        if case .counted = outcome { keepReport(call, by: side, at: engine.now) }
        let after: UInt64 =
            if case .counted(_, let tier) = outcome { UInt64(tier.rawValue) } else { .max }
        engine.log(TrajectoryCode.report, UInt64(peers[calls[call][side]].serial), after)
    }

    mutating func riskTimerFires(_ engine: inout Engine<PlatformEvent>) {
        riskTimer.fired()
        risk.handleTimeout(at: engine.now)
        engine.rearm(&riskTimer, to: risk.nextTimeout, .riskTimer)
    }

    /// A peer joins the queue: the first time it is contained counts.
    mutating func noteContainment(_ handle: Handle, at now: SimTime) {
        let peer = peers[handle]
        guard !peer.wasContained, risk.isContained(peer.device!, in: peer.tier, at: now) else {
            return
        }
        peers[handle].wasContained = true
        let isAbusive = inclinations(of: handle).isAbusive
        if isAbusive { recordWatch(handle, happened: true) }
        guard isMeasured(now) else { return }
        if isAbusive {
            recorder.record(
                .riskContainmentCalls, units: Int64(peer.callsBeforeContainment),
                labels(peer.attributes))
        } else if let greatestAim, isAimedAt(handle, by: greatestAim) {
            recorder.ratio(.riskFramingCalls, numerator: 0, denominator: 1)
            recorder.ratio(.riskFramingTime, numerator: 0, denominator: 1)
        }
    }

    /// An abuser is watched from arrival until containment, or until leaving without.
    private mutating func recordWatch(_ handle: Handle, happened: Bool) {
        let peer = peers[handle]
        guard peer.isMeasured, scenario.risk.enabled else { return }
        let labels = labels(peer.attributes)
        recorder.survival(
            .riskSeparationCalls, Int64(peer.callsBeforeContainment), happened: happened, labels)
        recorder.survival(
            .riskSeparationTime, (Int64(peer.talkBeforeContainment) + 500) / 1000,
            happened: happened, labels)
    }

    /// The run ends: those abusers who are there still and were never contained.
    mutating func endWatches() {
        let open = peers.handles { $0.state != .leaving && !$0.wasContained }
        for handle in open where inclinations(of: handle).isAbusive {
            recordWatch(handle, happened: false)
        }
    }

    /// A peer leaves: whether an honest one was ever contained, or met an abuser. Those who came in
    /// the warm-up do not count.
    mutating func recordContainment(_ handle: Handle) {
        let peer = peers[handle]
        guard !inclinations(of: handle).isAbusive else {
            if !peer.wasContained { recordWatch(handle, happened: false) }
            return
        }
        guard peer.isMeasured else { return }
        let labels = labels(peer.attributes)
        recorder.ratio(.riskVictims, hit: peer.metAbuser, labels)
        guard scenario.risk.enabled else { return }
        recorder.ratio(.riskFalseContainment, hit: peer.wasContained, labels)
        if let greatestAim, isAimedAt(handle, by: greatestAim) {
            recorder.ratio(.riskFramed, hit: peer.wasContained, labels)
        }
    }
}
