import EventEngine
import Measurement
import PrivacyStores
import Quantities
import RiskScoring
import ScenarioModel
import Signaling
import TURN

/// What the services write into the platform's stores, where a run fills them.
extension Platform {
    /// Schedules the first sweep, the first backup, and what befalls the stores.
    mutating func scheduleStores(_ engine: inout Engine<PlatformEvent>) {
        guard scenario.privacy.fillsStores else { return }
        scheduleSweep(&engine)
        scheduleBackup(&engine)
        scheduleStoreFaults(&engine)
    }

    /// The service sets its timer for the next multiple of the interval.
    private mutating func scheduleSweep(_ engine: inout Engine<PlatformEvent>) {
        let interval = scenario.privacy.sweepInterval
        let passed = engine.now.nanoseconds / interval.nanoseconds
        let due = SimTime.zero + interval * (passed + 1)
        engine.post(.storesSwept, at: due)
        stores?.sweepDue = due
    }

    private func scheduleBackup(_ engine: inout Engine<PlatformEvent>) {
        guard let interval = scenario.privacy.backupInterval else { return }
        engine.post(.backupTaken, at: engine.now + interval)
    }

    // MARK: Records

    /// The signalling service has taken a message: it forwards it, or holds it. What it says is noted where the run is
    /// audited.
    ///
    /// - Parameter message: what the text is, where that is known.
    @inline(__always)
    @discardableResult
    mutating func keepMessage(
        _ text: [UInt8], meaning message: SignalingMessage? = nil, numbered number: UInt64?,
        from sender: LegID, at now: SimTime
    ) -> KnowledgeDesk.Told? {
        knowledge?.handEdge(text, of: sender.side, in: calls[sender.call].serial, at: now)
        guard stores != nil else {
            return knowledge?.noteUnstored(
                text, meaning: message, of: sender.side, in: calls[sender.call].serial)
        }
        let stored = StoredMessage(
            call: callID(sender.call), sender: sender.side == .offerer ? .first : .second,
            number: number, time: now, text: text)
        keep(.message(stored), at: now)
        return knowledge?.noteMessage(
            text, meaning: message, of: sender.side, in: calls[sender.call].serial, at: now)
    }

    /// A report has counted.
    mutating func keepReport(_ call: Handle, by side: Side, at now: SimTime) {
        guard stores != nil else { return }
        let (subject, reporter) = (peers[calls[call][side.other]], peers[calls[call][side]])
        let behaviour = scenario.population[Int(subject.attributes.persona)].behaviour
        let report = Report(
            device: planted(subject.device!, reporter.device!, subject.signals, in: call),
            category: ReportCategory(of: behaviour), time: stores!.reportStamp(now))
        keep(.report(report), at: now)
        guard knowledge != nil else { return }
        knowledge?.noteIdentifier(report.device, of: subject.serial, subject.signals, at: now)
        knowledge?.noteReport(
            report, of: (subject.serial, subject.device!),
            by: (reporter.serial, reporter.device!), in: calls[call].serial, at: now)
    }

    /// Takes over what a relay server has written down.
    @inline(__always)
    mutating func keepRelayLog(_ station: Int, at now: SimTime) {
        guard stores != nil else { return }
        for entry in relays.stations[station].server.takeLog() {
            keep(.relayLog(entry), at: now)
            knowledge?.noteRelayEntry(entry, at: now)
        }
    }

    /// A relay writes down what has become of an address that a side of a modelled connection holds.
    mutating func keepRelayEntry(_ entry: RelayLogEntry, of leg: LegID, at now: SimTime) {
        keep(.relayLog(entry), at: now)
        guard knowledge != nil else { return }
        let holder = KnowledgeDesk.RelayHolder(
            subject: peers[calls[leg.call][leg.side]].serial, call: calls[leg.call].serial,
            since: now)
        knowledge?.noteRelayEntry(entry, of: holder, at: now)
    }

    /// A call that was talked is over.
    mutating func countCall(lasting duration: SimDuration, at now: SimTime) {
        stores?.countCall(lasting: duration, endingAt: now)
        knowledge?.trace.append(TracedCall(start: now - duration, duration: duration))
    }

    private mutating func keep(_ record: StoredRecord, at now: SimTime) {
        stores?.keep(record, at: now)
    }

    // MARK: Deletion

    /// A timer fires that the service has set, or that was one of a service that is gone.
    mutating func sweepStores(_ engine: inout Engine<PlatformEvent>) {
        guard stores?.sweepDue == engine.now else { return }
        sweepNow(&engine)
    }

    private mutating func sweepNow(_ engine: inout Engine<PlatformEvent>) {
        let now = engine.now
        recordHeld(at: now)
        lookAtEdges(at: now)
        let overstaying = stores?.lookAtAges(at: now) ?? []
        if let limit = stores?.crash.take() {
            noteLags(stores?.sweep(at: now, atMost: limit) ?? [], at: now)
            return restartStores(&engine)
        }
        noteLags(stores?.sweep(at: now) ?? [], at: now)
        if scenario.storeFaults.isEmpty {
            knowledge?.trimRelayNotes(to: stores?.count(.relayLog) ?? 0)
        }
        scheduleSweep(&engine)
        let overdue = stores?.overdueKinds(at: now) ?? []
        knowledge?.noteSweep(leaving: overdue)
        lookAtMatchmaker(at: now)
        let violations = overdue.count + overstaying.count { !overdue.contains($0) }
        if isMeasured(now) { recorder.count(.privacyViolations, Int64(violations)) }
    }

    /// How long after they had lapsed records were deleted.
    private mutating func noteLags(_ lags: [SimDuration], at now: SimTime) {
        guard isMeasured(now) else { return }
        for lag in lags { recorder.record(.privacyDeletionLag, lag) }
    }

    /// Looks a last time how old the records are.
    mutating func lookAtAges(at now: SimTime) {
        let overstaying = stores?.lookAtAges(at: now).count ?? 0
        if overstaying > 0 { recorder.count(.privacyViolations, Int64(overstaying)) }
    }

    // MARK: Faults

    private func scheduleStoreFaults(_ engine: inout Engine<PlatformEvent>) {
        for (number, fault) in scenario.storeFaults.enumerated() {
            engine.post(.storeFaultBegins(UInt16(number)), at: .zero + fault.at)
            if fault.end > fault.at {
                engine.post(.storeFaultEnds(UInt16(number)), at: .zero + fault.end)
            }
        }
    }

    mutating func storeFaultBegins(_ number: UInt16, _ engine: inout Engine<PlatformEvent>) {
        let now = engine.now
        switch scenario.storeFaults[Int(number)].event {
        case .sweepCrashes(let limit): stores?.crash = limit
        case .clockIsWrong(let error, _): stores?.clockError = error
        case .restart: restartStores(&engine)
        case .restoration:
            lookAtEdges(at: now)
            let lags = stores?.restore(at: now) ?? []
            noteLags(lags, at: now)
        case .importation(let count, let age):
            var random = root.stream(.importedReports, UInt64(number))
            stores?.importReports(count, aged: age, at: now, using: &random)
        }
    }

    /// Only a wrong clock is put right again.
    mutating func storeFaultEnds() { stores?.clockError = .zero }

    /// The service starts again: it sweeps at once, and sets its timer.
    private mutating func restartStores(_ engine: inout Engine<PlatformEvent>) {
        stores?.restart(at: engine.now)
        guard stores?.neglect != .forgetsToSweep else { return }
        sweepNow(&engine)
    }

    // MARK: Backups

    mutating func backUpStores(_ engine: inout Engine<PlatformEvent>) {
        stores?.backUp(at: engine.now)
        scheduleBackup(&engine)
    }

    /// How much there is in the stores, when a sweep comes and at the end.
    mutating func recordHeld(at now: SimTime) {
        guard stores != nil, now >= measuredFrom else { return }
        for kind in RecordKind.allCases {
            let metric: Metric =
                switch kind {
                case .reports: .privacyReportsHeld
                case .signaling: .privacyMessagesHeld
                case .relayLog: .privacyRelayLogHeld
                }
            recorder.record(metric, units: Int64(stores?.count(kind) ?? 0))
        }
    }
}

extension ReportCategory {
    /// What somebody who behaves so is reported for, rightly or not.
    init(of behaviour: Behaviour) {
        switch behaviour {
        case .harasser, .deviceHopper: self = .harassment
        case .spammer: self = .spam
        case .regular, .skipper, .reportBomber: self = .other
        }
    }
}
