import Foundation
import GRDB
public import PrivacyStores
public import Quantities
public import RiskScoring
public import Signaling
public import TURN

/// The platform's stores in a database of SQLite: for audits of what is really on a medium.
///
/// What is deleted is overwritten with zeros (`secure_delete`), and the rollback journal, which has it too until a
/// transaction is complete, is cut to nothing with each. Copies of rows that were moved between pages, or within one, are
/// overwritten when a page is written to the file, whatever of it is not in use. In memory no page is ever written: there each
/// sweep that follows a deletion writes the database anew (`VACUUM`). Each call is a transaction of its own.
public struct DatabaseStores: PrivacyStore, ~Copyable {
    /// What SQLite may say, or a row that no store wrote.
    public typealias Failure = DatabaseFailure

    /// How long records are kept.
    public let policy: RetentionPolicy
    /// Where they are.
    public let medium: Medium
    let queue: DatabaseQueue
    let form: StorageForm
    /// By the kinds' numbers.
    private var counts: [Int]
    /// The `id` of the record that comes next, by the kinds' numbers; those of one time lie in the order of theirs.
    private var nextIDs: [Int64]
    /// Whether nothing was deleted since the database was last written anew.
    private var isScrubbed = false

    /// Opens the stores on `medium`, or makes empty ones.
    ///
    /// - Parameter waits: whether each transaction waits until it is on the disk. Without, what a process has written outlives
    ///   the process, but a power cut may leave a file that cannot be read.
    public init(
        policy: RetentionPolicy, on medium: Medium, waitingForDisk waits: Bool = true
    ) throws(DatabaseFailure) {
        var form = StorageForm.chosen
        form.isDurable = waits
        try self.init(policy: policy, on: medium, as: form)
    }

    init(
        policy: RetentionPolicy, on medium: Medium, as form: StorageForm
    ) throws(DatabaseFailure) {
        let (queue, counts, nextIDs) = try Self.perform {
            let queue = try form.open(medium)
            return try queue.write { db in
                try Schema.create(db)
                let tables = RecordKind.allCases.map { DatabaseTable($0).rawValue }
                return try (
                    queue, tables.map { Int(try db.number("SELECT COUNT(*) FROM \($0)") ?? 0) },
                    tables.map { 1 + (try db.number("SELECT MAX(id) FROM \($0)") ?? 0) }
                )
            }
        }
        self.policy = policy
        self.medium = medium
        self.form = form
        self.queue = queue
        self.counts = counts
        self.nextIDs = nextIDs
    }

    /// Closes the database; another may be opened on the same medium.
    public consuming func close() throws(DatabaseFailure) {
        let queue = queue
        try Self.perform { try queue.close() }
    }

    /// Runs `body`, whose errors are GRDB's or a ``CorruptRow``.
    static func perform<Value>(
        _ body: () throws -> Value
    ) throws(DatabaseFailure) -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw .sqlite(code: error.extendedResultCode.rawValue)
        } catch let error as CorruptRow {
            throw .corrupt(error.table)
        } catch {
            preconditionFailure("a database threw what it never throws: \(error)")
        }
    }

    private func write<Value>(
        _ body: (Database) throws -> Value
    ) throws(DatabaseFailure) -> Value {
        try Self.perform { try queue.write(body) }
    }

    private func read<Value>(
        _ body: (Database) throws -> Value
    ) throws(DatabaseFailure) -> Value {
        try Self.perform { try queue.read(body) }
    }

    // MARK: Records

    /// How many records of a kind there are.
    public func count(_ kind: RecordKind) -> Int { counts[Int(kind.rawValue)] }

    /// The earliest stamp of a kind; nil without a record.
    public func oldest(_ kind: RecordKind) throws(DatabaseFailure) -> SimTime? {
        try read { db in
            try db.number("SELECT MIN(time) FROM \(DatabaseTable(kind).rawValue)")
                .map { SimTime(nanoseconds: $0) }
        }
    }

    /// Keeps a record as it is stamped.
    public mutating func hold(_ record: StoredRecord) throws(DatabaseFailure) {
        try hold(contentsOf: [record])
    }

    /// Keeps records as they are stamped, all in one transaction.
    public mutating func hold(contentsOf records: [StoredRecord]) throws(DatabaseFailure) {
        try hold(contentsOf: records, counting: [])
    }

    /// Keeps records as they are stamped, in their order, and counts calls, all in one transaction.
    public mutating func hold(
        contentsOf records: [StoredRecord], counting calls: [CallCell]
    ) throws(DatabaseFailure) {
        let tallies = calls.reduce(into: [Int](repeating: 0, count: CallCell.count)) {
            $0[$1.index] += 1
        }
        var ids = nextIDs
        try write { db in
            try Self.insert(records, db, &ids)
            for cell in CallAggregates.cells where tallies[cell.index] > 0 {
                try db.add(tallies[cell.index], to: cell)
            }
        }
        for record in records { counts[Int(record.kind.rawValue)] += 1 }
        nextIDs = ids
    }

    private static func insert(
        _ records: some Sequence<StoredRecord>, _ db: Database, _ ids: inout [Int64]
    ) throws {
        var writer = try RecordWriter(db)
        for record in records {
            let kind = Int(record.kind.rawValue)
            try writer.insert(record, numbered: ids[kind])
            ids[kind] += 1
        }
    }

    /// Deletes the oldest records of a kind that are stamped `latest` or before, in one transaction.
    public mutating func delete(
        _ kind: RecordKind, stampedBy latest: SimTime, atMost limit: Int
    ) throws(DatabaseFailure) -> [SimTime] {
        let table = DatabaseTable(kind)
        let stamps = try write { db in
            var stamps: [SimTime] = []
            var lastID: Int64 = 0
            try db.forEachRow(
                of: table,
                "SELECT time, id FROM \(table.rawValue) WHERE time <= ? ORDER BY time, id LIMIT ?",
                [latest.nanoseconds, limit]
            ) { row in
                stamps.append(try row.time())
                lastID = try row.integer()
            }
            guard let last = stamps.last else { return stamps }
            try db.run(
                "DELETE FROM \(table.rawValue) WHERE (time, id) <= (?, ?)",
                [last.nanoseconds, lastID])
            return stamps
        }
        counts[Int(kind.rawValue)] -= stamps.count
        if !stamps.isEmpty { isScrubbed = false }
        return stamps
    }

    /// Writes a database in memory anew, unless nothing was deleted since; in a file there is nothing to do.
    ///
    /// Where SQLite puts the rows of a page in order anew, it leaves copies of some between the others, of which
    /// `secure_delete` knows nothing when they are deleted.
    ///
    /// - Complexity: O(bytes of the database) in memory.
    public mutating func scrub() throws(DatabaseFailure) {
        guard medium == .memory, !isScrubbed, form.isScrubbed else { return }
        try Self.perform { try queue.vacuum() }
        isScrubbed = true
    }

    /// Stamps all records from after `now` with `now`.
    public mutating func restamp(after now: SimTime) throws(DatabaseFailure) -> Int {
        try write { db in
            try RecordKind.allCases.reduce(0) { sum, kind in
                let table = DatabaseTable(kind).rawValue
                try db.run(
                    "UPDATE \(table) SET time = ? WHERE time > ?",
                    [now.nanoseconds, now.nanoseconds])
                return sum + db.changesCount
            }
        }
    }

    /// Puts other contents in the place of all that there are, in one transaction.
    public mutating func replace(with contents: StoreContents) throws(DatabaseFailure) {
        var ids = nextIDs
        try write { db in
            for kind in RecordKind.allCases {
                try db.run("DELETE FROM \(DatabaseTable(kind).rawValue)")
            }
            try Self.insert(contents.reports.lazy.map { .report($0) }, db, &ids)
            try Self.insert(contents.messages.lazy.map { .message($0) }, db, &ids)
            try Self.insert(contents.relayLog.lazy.map { .relayLog($0) }, db, &ids)
            for cell in CallAggregates.cells {
                try db.run(
                    "UPDATE aggregate SET calls = ? WHERE cell = ?",
                    [Int64(bitPattern: contents.aggregates[cell]), cell.index])
            }
            guard contents.audit.count > (try db.number("SELECT COUNT(*) FROM access") ?? 0)
            else { return }
            try db.run("DELETE FROM access")
            for entry in contents.audit { try db.insert(entry) }
        }
        counts = [contents.reports.count, contents.messages.count, contents.relayLog.count]
        nextIDs = ids
        isScrubbed = false
    }

    // MARK: Reading

    /// The reports against a device, the oldest first.
    public func reports(of device: DeviceIdentifier) throws(DatabaseFailure) -> [Report] {
        let bytes = device.stored.withUnsafeBytes { Data($0) }
        return try read { db in
            var reports: [Report] = []
            try db.reports(where: "device = ? AND epoch = ?", [bytes, device.epoch]) {
                reports.append($0)
            }
            return reports
        }
    }

    /// How many devices there are reports against.
    public func deviceCount() throws(DatabaseFailure) -> Int {
        try read { db in
            Int(
                try db.number(
                    "SELECT COUNT(*) FROM (SELECT DISTINCT device, epoch FROM report)") ?? 0)
        }
    }

    /// The messages of a call, the oldest first.
    public func messages(of call: CallID) throws(DatabaseFailure) -> [StoredMessage] {
        try read { db in
            var messages: [StoredMessage] = []
            try db.messages(where: "call = ?", [Int64(bitPattern: call.rawValue)]) {
                messages.append($0)
            }
            return messages
        }
    }

    /// The entries of the relay log within `query`, the oldest first.
    public func relayLog(
        _ query: RelayLogQuery, _ permit: consuming RelayLogPermit
    ) throws(DatabaseFailure) -> [RelayLogEntry] {
        let window = query.window
        return try read { db in
            var found: [RelayLogEntry] = []
            try db.relayLog(
                where: "time >= ? AND time < ?",
                [window.lowerBound.nanoseconds, window.upperBound.nanoseconds]
            ) { entry in
                if query.relayed ?? entry.relayed == entry.relayed { found.append(entry) }
            }
            return found
        }
    }

    /// All that is stored.
    public func contents(
        _ permit: consuming DumpPermit
    ) throws(DatabaseFailure) -> StoreContents {
        try contents(expecting: counts) { _ in ("TRUE", []) }
    }

    /// The records that stand until `time` at least, with the counts and the access log; O(log n) and those records.
    public func contents(
        standingUntil time: SimTime, _ permit: consuming DumpPermit
    ) throws(DatabaseFailure) -> StoreContents {
        let policy = policy
        return try contents(expecting: counts.map { _ in 0 }) {
            ("time >= ?", [(time - policy.span($0)).nanoseconds])
        }
    }

    /// The records for which the condition of their kind holds, with the counts and the access log.
    ///
    /// - Parameter counts: how many to make room for at once, by the kinds' numbers.
    private func contents(
        expecting counts: [Int], where condition: (RecordKind) -> (String, StatementArguments)
    ) throws(DatabaseFailure) -> StoreContents {
        try read { db in
            var contents = StoreContents()
            contents.reports.reserveCapacity(counts[Int(RecordKind.reports.rawValue)])
            contents.messages.reserveCapacity(counts[Int(RecordKind.signaling.rawValue)])
            contents.relayLog.reserveCapacity(counts[Int(RecordKind.relayLog.rawValue)])
            for kind in RecordKind.allCases {
                let (sql, arguments) = condition(kind)
                switch kind {
                case .reports: try db.reports(where: sql, arguments) { contents.reports.append($0) }
                case .signaling:
                    try db.messages(where: sql, arguments) { contents.messages.append($0) }
                case .relayLog:
                    try db.relayLog(where: sql, arguments) { contents.relayLog.append($0) }
                }
            }
            contents.aggregates = try db.aggregates()
            contents.audit = try db.accessLog()
            return contents
        }
    }

    // MARK: Counts and access

    /// Counts one call.
    public mutating func countCall(_ cell: CallCell) throws(DatabaseFailure) {
        try write { try $0.add(1, to: cell) }
    }

    /// The counts as they are.
    public func aggregates(
        _ permit: borrowing AggregatesPermit
    ) throws(DatabaseFailure) -> CallAggregates {
        try read { try $0.aggregates() }
    }

    /// Writes an attempt to read into the access log.
    public mutating func append(_ entry: AuditEntry) throws(DatabaseFailure) {
        try write { try $0.insert(entry) }
    }

    /// The access log, from its beginning.
    public func auditLog() throws(DatabaseFailure) -> [AuditEntry] {
        try read { try $0.accessLog() }
    }
}
