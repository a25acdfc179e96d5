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
    /// Schedules the first sweep, and the first backup.
    func scheduleStores(_ engine: inout Engine<PlatformEvent>) {
        guard scenario.privacy.fillsStores else { return }
        engine.post(.storesSwept, at: .zero + scenario.privacy.sweepInterval)
        scheduleBackup(&engine)
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
        let rights = calls[call].capabilities!
        let right = side == .offerer ? rights.first : rights.second
        let target = peers[calls[call][side.other]].attributes.persona
        let report = Report(
            device: planted(right.target, right),
            category: ReportCategory(of: scenario.population[Int(target)].behaviour), time: now)
        keep(.report(report), at: now)
        guard knowledge != nil else { return }
        let (subject, reporter) = (peers[calls[call][side.other]], peers[calls[call][side]])
        knowledge?.noteReport(
            report, of: (subject.serial, subject.device!),
            by: (reporter.serial, reporter.device!), at: now)
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

    mutating func sweepStores(_ engine: inout Engine<PlatformEvent>) {
        let now = engine.now
        recordHeld(at: now)
        let lags = stores?.sweep(at: now) ?? []
        knowledge?.trimRelayNotes(to: stores?.count(.relayLog) ?? 0)
        let overdue = stores?.overdueKinds(at: now) ?? []
        knowledge?.noteSweep(leaving: overdue)
        lookAtMatchmaker(at: now)
        if isMeasured(now) {
            for lag in lags { recorder.record(.privacyDeletionLag, lag) }
            recorder.count(.privacyViolations, Int64(overdue.count))
        }
        engine.post(.storesSwept, at: now + scenario.privacy.sweepInterval)
    }

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
