import Addressing
import GRDB
import PrivacyStores
import Quantities
import RiskScoring
import Signaling
import TURN

/// Writes records in one transaction, with statements that are prepared once.
struct RecordWriter {
    // Kept for the writers, which use them.
    private let statements: [Statement]
    private var reports: RowWriter
    private var messages: RowWriter
    private var relayLog: RowWriter

    init(_ db: Database) throws {
        statements = try [
            "INSERT INTO report (time, id, device, epoch, category) VALUES (?, ?, ?, ?, ?)",
            """
            INSERT INTO message (time, id, call, sender, number, text)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            """
            INSERT INTO relay_log (time, id, event, peer, relayed, client, transport)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
        ].map { try db.cachedStatement(sql: $0) }
        reports = RowWriter(statements[0])
        messages = RowWriter(statements[1])
        relayLog = RowWriter(statements[2])
    }

    /// Writes `record`, behind those of its kind and time whose `id` is less.
    mutating func insert(_ record: StoredRecord, numbered id: Int64) throws {
        switch record {
        case .report(let report): try insert(report, id)
        case .message(let message): try insert(message, id)
        case .relayLog(let entry): try insert(entry, id)
        }
    }

    private mutating func insert(_ report: Report, _ id: Int64) throws {
        try reports.add(report.time)
        try reports.add(id)
        try reports.add(report.device.stored)
        try reports.add(report.device.epoch)
        try reports.add(report.category.rawValue)
        try reports.write()
    }

    private mutating func insert(_ message: StoredMessage, _ id: Int64) throws {
        try messages.add(message.time)
        try messages.add(id)
        try messages.add(message.call.rawValue)
        try messages.add(message.sender.rawValue)
        if let number = message.number {
            try messages.add(number)
        } else {
            try messages.addNothing()
        }
        try message.text.withUnsafeBytes { try messages.add($0) }
        try messages.write()
    }

    private mutating func insert(_ entry: RelayLogEntry, _ id: Int64) throws {
        let event = entry.event.stored
        try relayLog.add(entry.time)
        try relayLog.add(id)
        try relayLog.add(event.number)
        if let peer = event.peer { try relayLog.add(peer) } else { try relayLog.addNothing() }
        try relayLog.add(entry.relayed.stored)
        try relayLog.add(entry.client.stored)
        try relayLog.add(entry.transport.rawValue)
        try relayLog.write()
    }
}

extension Database {
    /// Runs one statement, prepared once.
    func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// Calls `body` at each row of one statement, prepared once.
    func forEachRow(
        of table: DatabaseTable, _ sql: String, _ arguments: StatementArguments = [],
        _ body: (inout RowReader) throws -> Void
    ) throws {
        let statement = try cachedStatement(sql: sql)
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        while try rows.next() != nil {
            var row = RowReader(statement, of: table)
            try body(&row)
        }
    }

    /// The number that a statement gives; nil for NULL or without a row.
    func number(_ sql: String, _ arguments: StatementArguments = []) throws -> Int64? {
        try Int64.fetchOne(cachedStatement(sql: sql), arguments: arguments)
    }

    func add(_ calls: Int, to cell: CallCell) throws {
        try run("UPDATE aggregate SET calls = calls + ? WHERE cell = ?", [calls, cell.index])
    }

    func insert(_ entry: AuditEntry) throws {
        let shown = entry.shown
        var row = RowWriter(
            try cachedStatement(
                sql: """
                    INSERT INTO access
                        (number, time, scope, verdict, digest, authorisation, role, purpose)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """))
        try row.add(entry.number)
        try row.add(entry.time)
        try row.add(entry.scope.rawValue)
        try row.add(entry.verdict.rawValue)
        try entry.digest.bytes.withUnsafeBytes { try row.add($0) }
        if let shown {
            try row.add(shown.number)
            try row.add(shown.role.rawValue)
            try row.add(shown.purpose.rawValue)
        } else {
            for _ in 0..<3 { try row.addNothing() }
        }
        try row.write()
    }

    // MARK: Reading

    /// Calls `body` with those for which `condition` holds, the oldest first.
    func reports(
        where condition: String, _ arguments: StatementArguments,
        _ body: (Report) -> Void
    ) throws {
        try forEachRow(
            of: .report,
            """
            SELECT epoch, device, category, time FROM report
            WHERE \(condition) ORDER BY time, id
            """, arguments
        ) { row in
            guard let epoch = UInt32(exactly: try row.integer()) else {
                throw CorruptRow(table: .report)
            }
            let device = try row.value { DeviceIdentifier(stored: $0, epoch: epoch) }
            body(
                Report(device: device, category: try row.choice(), time: try row.time()))
        }
    }

    /// Calls `body` with those for which `condition` holds, the oldest first.
    func messages(
        where condition: String, _ arguments: StatementArguments,
        _ body: (StoredMessage) -> Void
    ) throws {
        try forEachRow(
            of: .message,
            """
            SELECT call, sender, number, text, time FROM message
            WHERE \(condition) ORDER BY time, id
            """, arguments
        ) { row in
            let call = CallID(rawValue: try row.word())
            let sender: StoredMessage.Sender = try row.choice()
            let number = try row.optionalInteger().map { UInt64(bitPattern: $0) }
            let text = try row.bytes()
            body(
                StoredMessage(
                    call: call, sender: sender, number: number, time: try row.time(), text: text))
        }
    }

    /// Calls `body` with those for which `condition` holds, the oldest first.
    func relayLog(
        where condition: String, _ arguments: StatementArguments,
        _ body: (RelayLogEntry) -> Void
    ) throws {
        try forEachRow(
            of: .relayLog,
            """
            SELECT event, peer, relayed, client, transport, time FROM relay_log
            WHERE \(condition) ORDER BY time, id
            """, arguments
        ) { row in
            let number = try row.integer()
            guard let event = RelayLogEntry.Event(stored: number, peer: try row.optionalIP())
            else { throw CorruptRow(table: .relayLog) }
            let (relayed, client) = (try row.address(), try row.address())
            let transport: TransportProtocol = try row.choice()
            body(
                RelayLogEntry(
                    time: try row.time(), event: event, relayed: relayed, client: client,
                    transport: transport))
        }
    }

    func aggregates() throws -> CallAggregates {
        var counts = CallAggregates()
        try forEachRow(of: .aggregate, "SELECT cell, calls FROM aggregate ORDER BY cell") { row in
            guard let index = Int(exactly: try row.integer()), let cell = CallCell(index: index)
            else { throw CorruptRow(table: .aggregate) }
            counts[cell] = try row.word()
        }
        return counts
    }

    func accessLog() throws -> [AuditEntry] {
        var log: [AuditEntry] = []
        try forEachRow(
            of: .access,
            """
            SELECT number, time, scope, verdict, digest, authorisation, role, purpose
            FROM access ORDER BY number
            """
        ) { row in
            let (number, time) = (try row.word(), try row.time())
            let scope: AccessScope = try row.choice()
            let verdict: AccessVerdict = try row.choice()
            let digest = try row.value { AuditDigest(bytes: [UInt8]($0)) }
            let shown = try row.optionalInteger().map { authorisation in
                AuditEntry.Shown(
                    number: UInt64(bitPattern: authorisation), role: try row.choice(),
                    purpose: try row.choice())
            }
            log.append(
                AuditEntry(
                    number: number, time: time, scope: scope, verdict: verdict, shown: shown,
                    digest: digest))
        }
        return log
    }
}
