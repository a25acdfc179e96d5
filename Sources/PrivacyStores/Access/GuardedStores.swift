public import Quantities
public import RandomStreams
public import TURN

/// What came of an attempt to read.
public enum Reading<Value: Sendable>: Sendable {
    /// What was asked for.
    case granted(Value)
    /// Nothing, and why.
    case refused(AccessVerdict)

    /// What was read; nil where it was refused.
    public var value: Value? {
        if case .granted(let value) = self { value } else { nil }
    }
}

/// Stores with a guard before them: who wants to see the relay log or everything needs an authorisation, and
/// each attempt, refused ones too, is in the access log before anything is read.
public struct GuardedStores<Store: PrivacyStore & ~Copyable>: ~Copyable {
    /// The stores themselves, for the services that write them; whatever people read asks for permits that only the
    /// guard makes.
    public var store: Store
    /// Gives and judges authorisations.
    public var access: AccessControl
    /// Where the access log ends; to be kept apart from it.
    public private(set) var anchor: AuditAnchor
    /// How often something was handed out by this guard, whether or not that was written down.
    public private(set) var readings = 0
    /// A breach that tests plant: attempts to read are not written down.
    package var forgetsAttempts = false

    /// Guards `store`, and goes on with its access log where that ends, if it holds as far as `anchor` reaches.
    ///
    /// - Parameter anchor: what was kept apart of the access log when the store was last used.
    public init(
        _ store: consuming Store, access: AccessControl, anchor: AuditAnchor = .empty
    ) throws(Store.Failure) {
        let log = try store.auditLog()
        let isIntact =
            if case .intact = AuditTrail.check(log, against: anchor) { true } else { false }
        self.store = store
        self.access = access
        self.anchor = isIntact ? log.last.map { AuditAnchor(at: $0) } ?? anchor : anchor
    }

    /// Gives the stores back, without the guard.
    public consuming func dismissed() -> Store { store }

    // MARK: Reading

    /// Reads the relay log as it stands at `now`.
    public mutating func relayLog(
        _ query: RelayLogQuery, by authorisation: Authorisation?, at now: SimTime
    ) throws(Store.Failure) -> Reading<[RelayLogEntry]> {
        let verdict = try judge(authorisation, reading: .relayLog, at: now)
        guard verdict == .granted else { return .refused(verdict) }
        let latest = store.policy.latestLapsed(.relayLog, at: now)
        let found = try store.relayLog(query, RelayLogPermit())
        return .granted(found.filter { $0.time > latest })
    }

    /// Reads the records of all kinds that stand at `now` and that `isNamed` picks, kind by kind, the oldest first.
    ///
    /// - Complexity: O(records).
    public mutating func records(
        where isNamed: (StoredRecord) -> Bool, by authorisation: Authorisation?, at now: SimTime
    ) throws(Store.Failure) -> Reading<[StoredRecord]> {
        let verdict = try judge(authorisation, reading: .namedRecords, at: now)
        guard verdict == .granted else { return .refused(verdict) }
        var found: [StoredRecord] = []
        try store.contents(DumpPermit()).forEachRecord { record in
            guard record.time > store.policy.latestLapsed(record.kind, at: now) else { return }
            if isNamed(record) { found.append(record) }
        }
        return .granted(found)
    }

    /// Reads the counts of calls as they are, for whoever may read what an order names.
    public mutating func callCounts(
        by authorisation: Authorisation?, at now: SimTime
    ) throws(Store.Failure) -> Reading<CallAggregates> {
        let verdict = try judge(authorisation, reading: .namedRecords, at: now)
        guard verdict == .granted else { return .refused(verdict) }
        return .granted(try store.aggregates(AggregatesPermit()))
    }

    /// Reads everything there is, lapsed or not.
    public mutating func dump(
        by authorisation: Authorisation?, at now: SimTime
    ) throws(Store.Failure) -> Reading<StoreContents> {
        let verdict = try judge(authorisation, reading: .dump, at: now)
        guard verdict == .granted else { return .refused(verdict) }
        return .granted(try store.contents(DumpPermit()))
    }

    /// Takes a backup; to do so is to read everything.
    public mutating func backUp(
        by authorisation: Authorisation?, at now: SimTime
    ) throws(Store.Failure) -> Reading<StoreBackup> {
        let verdict = try judge(authorisation, reading: .dump, at: now)
        guard verdict == .granted else { return .refused(verdict) }
        let until = now + store.policy.backups
        let contents = try store.contents(standingUntil: until, DumpPermit())
        return .granted(StoreBackup(contents, until: until))
    }

    /// Writes the attempt down, and says how it was judged.
    private mutating func judge(
        _ authorisation: Authorisation?, reading scope: AccessScope, at now: SimTime
    ) throws(Store.Failure) -> AccessVerdict {
        let verdict = access.verdict(on: authorisation, reading: scope, at: now)
        if verdict == .granted { readings += 1 }
        guard !forgetsAttempts else { return verdict }
        let shown = authorisation.map {
            AuditEntry.Shown(number: $0.number, role: $0.grant.role, purpose: $0.grant.purpose)
        }
        let entry = AuditEntry(
            after: anchor, time: now, scope: scope, verdict: verdict, shown: shown)
        try store.append(entry)
        anchor = AuditAnchor(at: entry)
        return verdict
    }

    /// Whether the access log is what was written.
    public func auditState() throws(Store.Failure) -> AuditState {
        AuditTrail.check(try store.auditLog(), against: anchor)
    }

    // MARK: Publishing

    /// The counts of calls, those below `k` withheld.
    public func aggregates(suppressedBelow k: UInt64) throws(Store.Failure) -> PublishedAggregates {
        try store.aggregates(AggregatesPermit()).suppressed(below: k)
    }

    /// The counts of calls, with noise.
    public func aggregates(
        noisy loss: PrivacyLoss, using randomness: inout RandomStream
    ) throws(Store.Failure) -> PublishedAggregates {
        try store.aggregates(AggregatesPermit()).noisy(loss, using: &randomness)
    }

    // MARK: Losses

    /// Starts again from `backup` and deletes at once what has lapsed since; nil, with nothing changed, where the
    /// backup ought to be destroyed by now.
    ///
    /// - Parameter note: is told the kind of each record deleted so, and how long after it had lapsed that was.
    public mutating func restore(
        _ backup: StoreBackup, at now: SimTime,
        noting note: (RecordKind, SimDuration) -> Void = { _, _ in }
    ) throws(Store.Failure) -> SweepOutcome? {
        guard now < backup.until else { return nil }
        try store.replace(with: backup.contents)
        return try store.sweep(at: now, noting: note)
    }
}
