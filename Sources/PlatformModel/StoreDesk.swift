import PrivacyStores
import Quantities
import RandomStreams
import ScenarioModel

/// The platform's stores, in a run that fills them.
///
/// Nothing of the run depends on what is in them: they draw from nobody's streams, and who is paired, connected or
/// reported does not ask them.
///
/// They are kept by a clock of their own, which is right but for what a fault does to it.
struct StoreDesk: ~Copyable {
    var guarded: GuardedStores<FlatStores>
    /// Backups that have not been destroyed yet, the oldest first.
    var kept: [KeptBackup] = []
    /// Records that came when there were as many of their kind as may be.
    private(set) var refused = 0
    /// What was done since somebody last asked; nil where nobody will.
    private var journal: [StoreChange]?
    /// When the run begins, after midnight.
    let dayStart: SimDuration

    /// When the timer of the service fires that sweeps; nil without one.
    var sweepDue: SimTime?
    /// After how many records the next sweep breaks off; nil where it does not.
    var crash: Int?
    /// By how much the machine's clock is wrong.
    var clockError = SimDuration.zero
    /// What goes by it.
    var clock = RetentionClock(reading: .zero, steady: .zero)
    /// What that read when something was last written down.
    var written = SimTime.zero
    /// Where the records come from; nil where that is what their stamps say.
    var provenance: Provenance?
    /// How old records have become.
    var ages = StoreAges()
    /// What came of attempts to read that an audit made, and how many of them were let in that ought not to be.
    var attempts: [AccessAttempt] = []
    var wronglyGranted = 0
    /// What a test lets the service neglect.
    var neglect: StoreNeglect?
    /// Whether a test has reports stamped with the moment at which they are made.
    var writesMoments = false

    /// A backup, and where its records come from, by the kinds' numbers.
    struct KeptBackup {
        var backup: StoreBackup
        var origins: [[Provenance.Origin]]
    }

    /// Who takes backups.
    static let backupGrant = AccessGrant(role: .backupService, purpose: .backup, scope: .dump)
    /// Who looks what a thief would find.
    static let auditGrant = AccessGrant(role: .auditor, purpose: .audit, scope: .dump)

    /// Who looks into abuse of the relays.
    static let abuseGrant = AccessGrant(role: .trustAndSafety, purpose: .abuse, scope: .relayLog)

    /// Who answers orders of courts.
    static let legalGrant = AccessGrant(
        role: .legal, purpose: .legalRequest, scope: .namedRecords)

    /// Empty stores of `scenario`; nil where it keeps none.
    ///
    /// - Parameter isJournalled: whether what is done to them is noted, for ``takeChanges()``.
    init?(_ scenario: Scenario, root: StreamRoot, isJournalled: Bool = false) {
        guard scenario.privacy.fillsStores else { return nil }
        var keys = root.stream(.accessKey)
        guarded = GuardedStores(
            FlatStores(policy: scenario.retentionPolicy),
            access: AccessControl(
                key: keys.nextBytes(32),
                granting: [
                    Self.backupGrant, Self.auditGrant, Self.legalGrant, Self.abuseGrant,
                ]))
        dayStart = scenario.arrivals.dayStart
        if isJournalled { journal = [] }
        if !scenario.storeFaults.isEmpty { provenance = Provenance() }
    }

    /// How they are kept, and who may read them.
    var rules: StoreRules { StoreRules(policy: guarded.store.policy, access: guarded.access) }

    /// Backups that have not been destroyed yet, the oldest first.
    var backups: [StoreBackup] { kept.map(\.backup) }

    /// The time at `now` by the clock that records are kept by.
    func time(at now: SimTime) -> SimTime {
        neglect == .trustsClock ? now + clockError : clock.time(steady: now)
    }

    // MARK: The journal

    /// What was done since this was last asked, in order.
    mutating func takeChanges() -> [StoreChange] {
        guard let changes = journal else { return [] }
        journal = []
        return changes
    }

    /// Notes what was done, where somebody will ask.
    @inline(__always)
    mutating func note(_ change: @autoclosure () -> StoreChange) {
        if journal != nil { journal!.append(change()) }
    }

    // MARK: What services write

    /// Keeps `record`, which is made at `now` or was by a relay whose clock is right.
    mutating func keep(_ record: StoredRecord, at now: SimTime) {
        let (kind, time) = (record.kind, time(at: now))
        let serial = provenance?.nextSerial(kind)
        let stamp = kind == .reports ? reportStamp(time) : time
        let stamped =
            kind == .relayLog || record.time == stamp ? record : record.stamped(stamp)
        switch guarded.store.insert(stamped, at: time) {
        case .kept:
            written = time
            if let serial {
                provenance?.add(
                    .init(made: kind == .reports ? now : record.time, serial: serial), kind)
            }
            note(.kept(stamped.time <= time ? stamped : stamped.stamped(time)))
        case .full: refused += 1
        case .lapsed: break
        }
    }

    /// What a report made at `time` is stamped with.
    func reportStamp(_ time: SimTime) -> SimTime {
        writesMoments ? time : guarded.store.policy.reportStamp(time)
    }

    /// How many records of a kind there are.
    func count(_ kind: RecordKind) -> Int { guarded.store.count(kind) }

    /// Counts a call that ends at `now`.
    mutating func countCall(lasting duration: SimDuration, endingAt now: SimTime) {
        let cell = CallCell(
            hour: HourOfDay(of: now, start: dayStart), duration: DurationBin(of: duration))
        guarded.store.countCall(cell)
        note(.counted(cell))
    }

    // MARK: Deletion and copies

    /// Deletes what has lapsed by `now`, and backups whose time has come; after `limit` records it breaks off.
    ///
    /// - Returns: how long after they had lapsed each record went.
    mutating func sweep(at now: SimTime, atMost limit: Int = .max) -> [SimDuration] {
        let time = time(at: now)
        var lags: [SimDuration] = []
        let outcome = guarded.store.sweep(at: time, atMost: limit) { _, lag in lags.append(lag) }
        ages.note(outcome)
        note(.swept(outcome, at: time, atMost: limit))
        written = max(written, time)
        if neglect != .restoresAnyBackup { kept.removeAll { $0.backup.until <= time } }
        return lags
    }

    /// Kinds of which there is at `now` a record that is stamped longer ago than the platform promises.
    func overdueKinds(at now: SimTime) -> [RecordKind] {
        let (promise, time) = (RetentionPolicy(), time(at: now))
        return RecordKind.allCases.filter { kind in
            guarded.store.oldest(kind).map { $0 <= promise.latestLapsed(kind, at: time) } ?? false
        }
    }

    /// Takes a backup, as the service that may.
    mutating func backUp(at now: SimTime) {
        let time = time(at: now)
        let authorisation = guarded.access.authorise(
            Self.backupGrant, from: time, for: .minutes(1))
        guard let backup = guarded.backUp(by: authorisation, at: time).value else {
            preconditionFailure("the service that takes backups may not")
        }
        kept.append(KeptBackup(backup: backup, origins: origins(of: backup)))
        note(.backedUp(backup, by: authorisation, at: time))
    }

    /// All that is stored, lapsed or not, read as the auditor who may.
    mutating func dump(at now: SimTime) -> StoreContents {
        let time = time(at: now)
        let authorisation = guarded.access.authorise(Self.auditGrant, from: time, for: .minutes(1))
        guard let contents = guarded.dump(by: authorisation, at: time).value else {
            preconditionFailure("the auditor may not read")
        }
        note(.dumped(contents, by: authorisation, at: time))
        return contents
    }
}

extension Scenario {
    /// How long the platform of the scenario keeps what.
    var retentionPolicy: RetentionPolicy {
        var policy = RetentionPolicy()
        policy.reports = risk.retention
        policy.signaling = signaling.retention
        policy.relayLog = relay.logRetention
        policy.backups = privacy.backupRetention
        policy.sweepInterval = privacy.sweepInterval
        return policy
    }
}
