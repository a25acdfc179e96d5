import GRDB
public import PrivacyStores
public import Quantities
public import RiskScoring
public import Signaling
public import TURN

/// The platform's stores in a database of SQLite: for audits of what is really on a medium.
///
/// What is deleted is overwritten with zeros (`secure_delete`), and the rollback journal, which has it too until a
/// transaction is complete, is cut to nothing with each. Copies of rows that were moved between pages are not: so each sweep
/// that follows a deletion writes the database anew (`VACUUM`). Each call is a transaction of its own.
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
    /// Whether nothing was deleted since the database was last written anew; nobody knows when it is opened.
    private var isScrubbed = false

    /// Opens the stores on `medium`, or makes empty ones.
    public init(policy: RetentionPolicy, on medium: Medium) throws(DatabaseFailure) {
        try self.init(policy: policy, on: medium, as: .chosen)
    }

    init(
        policy: RetentionPolicy, on medium: Medium, as form: StorageForm
    ) throws(DatabaseFailure) {
        let (queue, counts) = try Self.perform { try Self.open(medium, as: form) }
        self.policy = policy
        self.medium = medium
        self.form = form
        self.queue = queue
        self.counts = counts
    }

    /// The database with its tables, and how many records there are of each kind.
    private static func open(
        _ medium: Medium, as form: StorageForm
    ) throws -> (DatabaseQueue, [Int]) {
        var configuration = Configuration()
        // What would be written to a temporary file stays in memory.
        configuration.prepareDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA secure_delete = \(form.securesDeletion ? "ON" : "OFF");
                    PRAGMA temp_store = MEMORY;
                    PRAGMA journal_mode = \(form.journal.rawValue);
                    PRAGMA synchronous = \(form.isDurable ? "FULL" : "OFF");
                    """)
        }
        let queue =
            switch medium {
            case .memory: try DatabaseQueue(configuration: configuration)
            case .file(let path): try DatabaseQueue(path: path, configuration: configuration)
            }
        let counts = try queue.write { db in
            try Schema.create(db)
            return try RecordKind.allCases.map {
                Int(try db.number("SELECT COUNT(*) FROM \(DatabaseTable($0).rawValue)") ?? 0)
            }
        }
        return (queue, counts)
    }

    /// Closes the database; another may be opened on the same medium.
    public consuming func close() throws(DatabaseFailure) {
        let queue = queue
        try Self.perform { try queue.close() }
    }

    /// Runs `body`, whose errors are GRDB's or a ``CorruptRow``.
    private static func perform<Value>(
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
        try write { try $0.insert(record) }
        counts[Int(record.kind.rawValue)] += 1
    }

    /// Keeps records as they are stamped, all in one transaction.
    public mutating func hold(contentsOf records: [StoredRecord]) throws(DatabaseFailure) {
        try hold(contentsOf: records, counting: [])
    }

    /// Keeps records as they are stamped, in their order, and counts calls, all in one transaction.
    public mutating func hold(
        contentsOf records: [StoredRecord], counting calls: [CallCell]
    ) throws(DatabaseFailure) {
        try write { db in
            for record in records { try db.insert(record) }
            for cell in calls { try db.addCall(to: cell) }
        }
        for record in records { counts[Int(record.kind.rawValue)] += 1 }
    }

    /// Deletes the oldest records of a kind that are stamped `latest` or before, in one transaction.
    public mutating func delete(
        _ kind: RecordKind, stampedBy latest: SimTime, atMost limit: Int
    ) throws(DatabaseFailure) -> [SimTime] {
        let table = DatabaseTable(kind).rawValue
        let stamps = try write { db in
            let found = try db.rows(
                "SELECT id, time FROM \(table) WHERE time <= ? ORDER BY time, id LIMIT ?",
                [latest.nanoseconds, limit])
            return try found.map { row in
                var row = RowReader(row, of: DatabaseTable(kind))
                try db.run("DELETE FROM \(table) WHERE id = ?", [try row.integer()])
                return try row.time()
            }
        }
        counts[Int(kind.rawValue)] -= stamps.count
        if !stamps.isEmpty { isScrubbed = false }
        return stamps
    }

    /// Writes the database anew, unless nothing was deleted since.
    ///
    /// Where SQLite puts the rows of a page in order anew, it leaves copies of some between the others, of which
    /// `secure_delete` knows nothing when they are deleted.
    ///
    /// - Complexity: O(bytes of the database).
    public mutating func scrub() throws(DatabaseFailure) {
        guard !isScrubbed, form.isWrittenAnew else { return }
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
        try write { db in
            for kind in RecordKind.allCases {
                try db.run("DELETE FROM \(DatabaseTable(kind).rawValue)")
            }
            try contents.forEachRecord { try db.insert($0) }
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
        isScrubbed = false
    }

    // MARK: Reading

    /// The reports against a device, the oldest first.
    public func reports(of device: DeviceIdentifier) throws(DatabaseFailure) -> [Report] {
        try read {
            try $0.reports(
                where: "low = ? AND high = ? AND epoch = ?",
                [
                    Int64(bitPattern: device.low), Int64(bitPattern: device.high), device.epoch,
                ])
        }
    }

    /// How many devices there are reports against.
    public func deviceCount() throws(DatabaseFailure) -> Int {
        try read { db in
            Int(
                try db.number(
                    "SELECT COUNT(*) FROM (SELECT DISTINCT low, high, epoch FROM report)") ?? 0)
        }
    }

    /// The messages of a call, the oldest first.
    public func messages(of call: CallID) throws(DatabaseFailure) -> [StoredMessage] {
        try read { try $0.messages(where: "call = ?", [Int64(bitPattern: call.rawValue)]) }
    }

    /// The entries of the relay log within `query`, the oldest first.
    public func relayLog(
        _ query: RelayLogQuery, _ permit: consuming RelayLogPermit
    ) throws(DatabaseFailure) -> [RelayLogEntry] {
        let window = query.window
        let found = try read {
            try $0.relayLog(
                where: "time >= ? AND time < ?",
                [window.lowerBound.nanoseconds, window.upperBound.nanoseconds])
        }
        guard let relayed = query.relayed else { return found }
        return found.filter { $0.relayed == relayed }
    }

    /// All that is stored.
    public func contents(
        _ permit: consuming DumpPermit
    ) throws(DatabaseFailure) -> StoreContents {
        try read { db in
            var contents = StoreContents()
            contents.reports = try db.reports(where: "TRUE")
            contents.messages = try db.messages(where: "TRUE")
            contents.relayLog = try db.relayLog(where: "TRUE")
            contents.aggregates = try db.aggregates()
            contents.audit = try db.accessLog()
            return contents
        }
    }

    // MARK: Counts and access

    /// Counts one call.
    public mutating func countCall(_ cell: CallCell) throws(DatabaseFailure) {
        try write { try $0.addCall(to: cell) }
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
