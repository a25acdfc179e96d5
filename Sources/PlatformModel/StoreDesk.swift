import PrivacyStores
import Quantities
import RandomStreams
import ScenarioModel

/// The platform's stores, in a run that fills them.
///
/// Nothing of the run depends on what is in them: they draw from nobody's streams, and who is paired, connected or
/// reported does not ask them.
struct StoreDesk: ~Copyable {
    var guarded: GuardedStores<FlatStores>
    /// Those that have not been destroyed yet, the oldest first.
    private(set) var backups: [StoreBackup] = []
    /// Records that came when there were as many of their kind as may be.
    private(set) var refused = 0
    /// What was done since somebody last asked; nil where nobody will.
    private var journal: [StoreChange]?
    /// When the run begins, after midnight.
    let dayStart: SimDuration

    /// Who takes backups.
    static let backupGrant = AccessGrant(role: .backupService, purpose: .backup, scope: .dump)
    /// Who looks what a thief would find.
    static let auditGrant = AccessGrant(role: .auditor, purpose: .audit, scope: .dump)

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
                granting: [Self.backupGrant, Self.auditGrant, Self.legalGrant]))
        dayStart = scenario.arrivals.dayStart
        if isJournalled { journal = [] }
    }

    /// How they are kept, and who may read them.
    var rules: StoreRules { StoreRules(policy: guarded.store.policy, access: guarded.access) }

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

    /// Keeps `record`, of `now`.
    mutating func keep(_ record: StoredRecord, at now: SimTime) {
        switch guarded.store.insert(record, at: now) {
        case .kept: note(.kept(record.time <= now ? record : record.stamped(now)))
        case .full: refused += 1
        case .lapsed: break
        }
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

    /// Deletes what has lapsed by `now`, and backups whose time has come: how long after they had lapsed each
    /// record went.
    mutating func sweep(at now: SimTime) -> [SimDuration] {
        var lags: [SimDuration] = []
        let outcome = guarded.store.sweep(at: now) { _, lag in lags.append(lag) }
        note(.swept(outcome, at: now, atMost: .max))
        backups.removeAll { $0.until <= now }
        return lags
    }

    /// Kinds of which there is at `now` a record older than the platform promises.
    func overdueKinds(at now: SimTime) -> [RecordKind] {
        let promise = RetentionPolicy()
        return RecordKind.allCases.filter { kind in
            guarded.store.oldest(kind).map { $0 <= promise.latestLapsed(kind, at: now) } ?? false
        }
    }

    /// Takes a backup, as the service that may.
    mutating func backUp(at now: SimTime) {
        let authorisation = guarded.access.authorise(
            Self.backupGrant, from: now, for: .minutes(1))
        guard let backup = guarded.backUp(by: authorisation, at: now).value else {
            preconditionFailure("the service that takes backups may not")
        }
        backups.append(backup)
        note(.backedUp(backup, by: authorisation, at: now))
    }

    /// All that is stored, lapsed or not, read as the auditor who may.
    mutating func dump(at now: SimTime) -> StoreContents {
        let authorisation = guarded.access.authorise(Self.auditGrant, from: now, for: .minutes(1))
        guard let contents = guarded.dump(by: authorisation, at: now).value else {
            preconditionFailure("the auditor may not read")
        }
        note(.dumped(contents, by: authorisation, at: now))
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
