import PrivacyStores
import Quantities
import RandomStreams
import RiskScoring

/// What befalls the service that keeps the stores, and how old records become.
extension StoreDesk {
    /// The service starts again at `now`: what is stored is there, timers are not.
    mutating func restart(at now: SimTime) {
        clock.restart(reading: now + clockError, written: written, steady: now)
        sweepDue = nil
        note(.restarted)
    }

    /// The stores are lost, and start again from the latest backup; without one they stay as they are.
    ///
    /// - Returns: how long after they had lapsed each record went that was in it, and had.
    mutating func restore(at now: SimTime) -> [SimDuration] {
        var (found, time) = (kept.last, time(at: now))
        if neglect == .restoresAnyBackup {
            found = kept.first
            time = found.map { $0.backup.until - .nanoseconds(1) } ?? time
        }
        guard let found else { return [] }
        var lags: [SimDuration] = []
        let restored = guarded.restore(found.backup, at: time) { _, lag in lags.append(lag) }
        guard let outcome = restored else { return [] }
        for kind in RecordKind.allCases {
            for origin in found.origins[Int(kind.rawValue)] { provenance?.add(origin, kind) }
        }
        written = max(written, time)
        note(.restored(found.backup, outcome, at: time))
        return lags
    }

    /// Takes over `count` reports of devices that `random` names, which were filed `age` before `now`.
    mutating func importReports(
        _ count: Int, aged age: SimDuration, at now: SimTime, using random: inout RandomStream
    ) {
        let time = time(at: now)
        let filed = neglect == .importsAsNew ? time : time - age
        let reports = (0..<count).map { _ -> StoredRecord in
            let device = DeviceIdentifier(
                high: random.nextUInt64(), low: random.nextUInt64(), epoch: 0)
            return .report(Report(device: device, category: .other, time: filed))
        }
        // All are of one age, so those that are not taken over are the last.
        let admitted = guarded.store.importRecords(reports, at: time)
        written = max(written, time)
        for report in reports.prefix(admitted) {
            provenance?.add(.init(made: now - age, serial: -1), .reports)
            note(.kept(report))
        }
    }

    // MARK: Where records come from

    /// Where the records of a kind come from, in the order of the stores; nothing where their stamps tell it.
    func origins(_ kind: RecordKind) -> [Provenance.Origin] {
        guard let provenance else { return [] }
        var origins: [Provenance.Origin] = []
        guarded.store.forEachNumber(kind) { origins.append(provenance[kind, $0]) }
        return origins
    }

    /// Likewise of the records of `backup`, which has just been taken.
    func origins(of backup: StoreBackup) -> [[Provenance.Origin]] {
        RecordKind.allCases.map { Array(origins($0).suffix(backup.count($0))) }
    }

    /// Which of the run's records there are; nil where they are its last ones.
    func serials() -> RecordSerials? {
        guard provenance != nil else { return nil }
        return RecordSerials(
            reports: origins(.reports).map(\.serial), relayLog: origins(.relayLog).map(\.serial))
    }

    // MARK: Ages

    /// Looks how old the records are at `now`, by true time.
    ///
    /// - Returns: the kinds of which there is a record that is older than its lifetime and a sweep interval.
    mutating func lookAtAges(at now: SimTime) -> [RecordKind] {
        ages.looks += 1
        let policy = guarded.store.policy
        var overstaying: [RecordKind] = []
        for kind in RecordKind.allCases {
            guard let age = greatestAge(kind, at: now) else { continue }
            ages[kind] = max(ages[kind], age)
            if age > policy.span(kind) + policy.sweepInterval { overstaying.append(kind) }
        }
        return overstaying
    }

    private mutating func greatestAge(_ kind: RecordKind, at now: SimTime) -> SimDuration? {
        guard let provenance else { return guarded.store.oldest(kind).map { now - $0 } }
        var (earliest, first): (SimTime?, UInt64?) = (nil, nil)
        guarded.store.forEachNumber(kind) { number in
            let made = provenance[kind, number].made
            earliest = min(earliest ?? made, made)
            first = min(first ?? number, number)
        }
        guard let earliest, let first else { return nil }
        self.provenance?.forget(kind, before: first)
        return now - earliest
    }
}
