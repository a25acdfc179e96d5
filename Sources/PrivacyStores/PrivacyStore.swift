public import Quantities
public import RiskScoring
public import Signaling
public import TURN

/// Everything that the platform keeps: reports, signalling messages, the relay log, counts of calls and the log
/// of who has read. There is nothing else.
///
/// Whoever implements it keeps records and finds them again; when they go, and who may read them, is decided
/// here, once for all. Times are those of the service's clock at the moment. The clock may be set, back too:
/// nothing depends on its never going backwards.
///
/// What people may read only by authorisation asks for a permit, which ``GuardedStores`` alone can make, and
/// makes only after it has written the attempt into the access log.
public protocol PrivacyStore: ~Copyable {
    /// What may go wrong with the medium; `Never` in memory.
    associatedtype Failure: Error

    /// How long records are kept.
    var policy: RetentionPolicy { get }

    // MARK: Records

    /// How many records of a kind there are.
    func count(_ kind: RecordKind) -> Int

    /// The earliest stamp of a kind; nil without a record.
    func oldest(_ kind: RecordKind) throws(Failure) -> SimTime?

    /// Keeps a record as it is stamped, behind those of the same stamp. Others call
    /// ``insert(_:at:)``, which looks whether it may be kept.
    mutating func hold(_ record: StoredRecord) throws(Failure)

    /// Keeps records as they are stamped, in their order, all or none.
    mutating func hold(contentsOf records: [StoredRecord]) throws(Failure)

    /// Deletes the oldest records of a kind that are stamped `latest` or before, at most `limit` of them, all or
    /// none, so that once it is scrubbed nothing can be found of them on the medium: their stamps, in order.
    mutating func delete(
        _ kind: RecordKind, stampedBy latest: SimTime, atMost limit: Int
    ) throws(Failure) -> [SimTime]

    /// Overwrites what the medium may still hold of records that were deleted, where deleting alone does not.
    mutating func scrub() throws(Failure)

    /// Stamps all records from after `now` with `now`: how many.
    mutating func restamp(after now: SimTime) throws(Failure) -> Int

    /// Puts the records and counts of `contents` in the place of all that there are, in their order. The access log
    /// stays, unless the one in `contents` is longer.
    mutating func replace(with contents: StoreContents) throws(Failure)

    // MARK: What services read

    /// The reports against a device, the oldest first.
    func reports(of device: DeviceIdentifier) throws(Failure) -> [Report]

    /// How many devices there are reports against.
    func deviceCount() throws(Failure) -> Int

    /// The messages of a call, the oldest first.
    func messages(of call: CallID) throws(Failure) -> [StoredMessage]

    // MARK: Counts of calls

    /// Counts one call.
    mutating func countCall(_ cell: CallCell) throws(Failure)

    /// The counts as they are, for whoever publishes them.
    func aggregates(_ permit: borrowing AggregatesPermit) throws(Failure) -> CallAggregates

    // MARK: Access

    /// Writes an attempt to read into the access log, for good.
    mutating func append(_ entry: AuditEntry) throws(Failure)

    /// The access log, from its beginning.
    func auditLog() throws(Failure) -> [AuditEntry]

    /// The entries of the relay log within `query`, the oldest first.
    func relayLog(
        _ query: RelayLogQuery, _ permit: consuming RelayLogPermit
    ) throws(Failure) -> [RelayLogEntry]

    /// All that is stored, lapsed or not: what a thief would find.
    func contents(_ permit: consuming DumpPermit) throws(Failure) -> StoreContents

    /// The records that stand until `time` at least, with the counts and the access log.
    func contents(
        standingUntil time: SimTime, _ permit: consuming DumpPermit
    ) throws(Failure) -> StoreContents
}

extension PrivacyStore where Self: ~Copyable {
    /// The same out of all that is stored.
    public func contents(
        standingUntil time: SimTime, _ permit: consuming DumpPermit
    ) throws(Failure) -> StoreContents {
        try contents(permit).standing(until: time, under: policy)
    }
}

extension PrivacyStore where Self: ~Copyable {
    /// The most records of one kind: a week of relay log at 27 entries a second.
    public static var maximumRecords: Int { 1 << 24 }

    /// Stores a record, new or from elsewhere, unless it has lapsed by `now`. One that claims to be from
    /// the future is stamped with the present: it would be kept for too long.
    public mutating func insert(
        _ record: StoredRecord, at now: SimTime
    ) throws(Failure) -> Admission {
        let (kind, stamp) = (record.kind, min(record.time, now))
        guard stamp > policy.latestLapsed(kind, at: now) else { return .lapsed }
        guard count(kind) < Self.maximumRecords else { return .full }
        try hold(stamp == record.time ? record : record.stamped(stamp))
        return .kept
    }

    /// Stores records from elsewhere, all or none of those that ``insert(_:at:)`` would keep: how many. None outlives
    /// its lifetime by having been moved.
    public mutating func importRecords(
        _ records: [StoredRecord], at now: SimTime
    ) throws(Failure) -> Int {
        var room = RecordKind.allCases.map { Self.maximumRecords - count($0) }
        var admitted: [StoredRecord] = []
        for record in records {
            let (kind, stamp) = (record.kind, min(record.time, now))
            guard stamp > policy.latestLapsed(kind, at: now), room[Int(kind.rawValue)] > 0
            else { continue }
            room[Int(kind.rawValue)] -= 1
            admitted.append(record.stamped(stamp))
        }
        try hold(contentsOf: admitted)
        return admitted.count
    }

    /// Deletes what has lapsed by `now`, kind by kind, the oldest first.
    ///
    /// A record that is stamped later than `now` was stamped when the clock was ahead; it is stamped anew, so that
    /// it outlives its time by no more than the sweep interval.
    ///
    /// - Parameters:
    ///   - limit: how many records are deleted before the sweep breaks off, as in a crash.
    ///   - note: is told the kind of each record deleted, and how long after it had lapsed that was.
    public mutating func sweep(
        at now: SimTime, atMost limit: Int = .max,
        noting note: (RecordKind, SimDuration) -> Void = { _, _ in }
    ) throws(Failure) -> SweepOutcome {
        var outcome = SweepOutcome()
        outcome.restamped = try restamp(after: now)
        for kind in RecordKind.allCases {
            let latest = policy.latestLapsed(kind, at: now)
            let room = limit - outcome.deleted
            for stamp in try delete(kind, stampedBy: latest, atMost: room) {
                outcome[kind].add(latest - stamp)
                note(kind, latest - stamp)
            }
            if let oldest = try oldest(kind), oldest <= latest { outcome.isComplete = false }
        }
        // One that breaks off leaves this to the next one, too.
        if outcome.deleted < limit { try scrub() }
        return outcome
    }

    /// When the next record lapses; nil without any.
    public func nextLapse() throws(Failure) -> SimTime? {
        var next: SimTime?
        for kind in RecordKind.allCases {
            guard let oldest = try oldest(kind) else { continue }
            let lapse = policy.lapse(of: kind, stamped: oldest)
            next = min(lapse, next ?? lapse)
        }
        return next
    }
}

extension PrivacyStore where Self: ~Copyable {
    /// The reports against a device that stand at `now`, the oldest first.
    public func reports(
        of device: DeviceIdentifier, at now: SimTime
    ) throws(Failure) -> [Report] {
        let latest = policy.latestLapsed(.reports, at: now)
        return try reports(of: device).filter { $0.time > latest }
    }

    /// The messages of a call that stand at `now`, the oldest first.
    public func messages(of call: CallID, at now: SimTime) throws(Failure) -> [StoredMessage] {
        let latest = policy.latestLapsed(.signaling, at: now)
        return try messages(of: call).filter { $0.time > latest }
    }
}
