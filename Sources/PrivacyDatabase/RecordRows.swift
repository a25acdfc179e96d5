import Addressing
import Foundation
import GRDB
import PrivacyStores
import Quantities
import RiskScoring
import Signaling
import TURN

extension Database {
    /// Runs one statement, prepared once.
    func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// The rows of one statement, prepared once.
    func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
        try Row.fetchAll(cachedStatement(sql: sql), arguments: arguments)
    }

    /// The number that a statement gives; nil for NULL or without a row.
    func number(_ sql: String, _ arguments: StatementArguments = []) throws -> Int64? {
        try Int64.fetchOne(cachedStatement(sql: sql), arguments: arguments)
    }

    func insert(_ record: StoredRecord) throws {
        switch record {
        case .report(let report):
            try run(
                "INSERT INTO report (high, low, epoch, category, time) VALUES (?, ?, ?, ?, ?)",
                [
                    Int64(bitPattern: report.device.high), Int64(bitPattern: report.device.low),
                    report.device.epoch, report.category.rawValue, report.time.nanoseconds,
                ])
        case .message(let message):
            try run(
                "INSERT INTO message (call, sender, number, text, time) VALUES (?, ?, ?, ?, ?)",
                [
                    Int64(bitPattern: message.call.rawValue), message.sender.rawValue,
                    message.number.map { Int64(bitPattern: $0) }, blob(message.text),
                    message.time.nanoseconds,
                ])
        case .relayLog(let entry):
            let event = entry.event.stored
            try run(
                """
                INSERT INTO relay_log (event, peer, relayed, client, transport, time)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                [
                    event.number, event.peer.map(blob), blob(entry.relayed.stored),
                    blob(entry.client.stored), entry.transport.rawValue, entry.time.nanoseconds,
                ])
        }
    }

    func addCall(to cell: CallCell) throws {
        try run("UPDATE aggregate SET calls = calls + 1 WHERE cell = ?", [cell.index])
    }

    func insert(_ entry: AuditEntry) throws {
        try run(
            """
            INSERT INTO access (number, time, scope, verdict, authorisation, role, purpose, digest)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                Int64(bitPattern: entry.number), entry.time.nanoseconds, entry.scope.rawValue,
                entry.verdict.rawValue, entry.shown.map { Int64(bitPattern: $0.number) },
                entry.shown?.role.rawValue, entry.shown?.purpose.rawValue,
                blob(entry.digest.bytes),
            ])
    }

    private func blob(_ bytes: [UInt8]) -> DatabaseValue { Data(bytes).databaseValue }

    // MARK: Reading

    /// Those for which `condition` holds, the oldest first.
    func reports(
        where condition: String, _ arguments: StatementArguments = []
    ) throws -> [Report] {
        try rows(
            """
            SELECT high, low, epoch, category, time FROM report
            WHERE \(condition) ORDER BY time, id
            """, arguments
        ).map {
            var row = RowReader($0, of: .report)
            let (high, low) = (try row.word(), try row.word())
            guard let epoch = UInt32(exactly: try row.integer()) else {
                throw CorruptRow(table: .report)
            }
            return Report(
                device: DeviceIdentifier(high: high, low: low, epoch: epoch),
                category: try row.choice(), time: try row.time())
        }
    }

    /// Those for which `condition` holds, the oldest first.
    func messages(
        where condition: String, _ arguments: StatementArguments = []
    ) throws -> [StoredMessage] {
        try rows(
            """
            SELECT call, sender, number, text, time FROM message
            WHERE \(condition) ORDER BY time, id
            """, arguments
        ).map {
            var row = RowReader($0, of: .message)
            let call = CallID(rawValue: try row.word())
            let sender: StoredMessage.Sender = try row.choice()
            let number = try row.optionalInteger().map { UInt64(bitPattern: $0) }
            let text = try row.bytes()
            return StoredMessage(
                call: call, sender: sender, number: number, time: try row.time(), text: text)
        }
    }

    /// Those for which `condition` holds, the oldest first.
    func relayLog(
        where condition: String, _ arguments: StatementArguments = []
    ) throws -> [RelayLogEntry] {
        try rows(
            """
            SELECT event, peer, relayed, client, transport, time FROM relay_log
            WHERE \(condition) ORDER BY time, id
            """, arguments
        ).map {
            var row = RowReader($0, of: .relayLog)
            let (number, peer) = (try row.integer(), try row.optionalBytes())
            guard let event = RelayLogEntry.Event(stored: number, peer: peer) else {
                throw CorruptRow(table: .relayLog)
            }
            let (relayed, client) = (try row.address(), try row.address())
            let transport: TransportProtocol = try row.choice()
            return RelayLogEntry(
                time: try row.time(), event: event, relayed: relayed, client: client,
                transport: transport)
        }
    }

    func aggregates() throws -> CallAggregates {
        var counts = CallAggregates()
        for row in try rows("SELECT cell, calls FROM aggregate ORDER BY cell") {
            var row = RowReader(row, of: .aggregate)
            guard let index = Int(exactly: try row.integer()), let cell = CallCell(index: index)
            else { throw CorruptRow(table: .aggregate) }
            counts[cell] = try row.word()
        }
        return counts
    }

    func accessLog() throws -> [AuditEntry] {
        try rows(
            """
            SELECT number, time, scope, verdict, authorisation, role, purpose, digest
            FROM access ORDER BY number
            """
        ).map {
            var row = RowReader($0, of: .access)
            let (number, time) = (try row.word(), try row.time())
            let scope: AccessScope = try row.choice()
            let verdict: AccessVerdict = try row.choice()
            var shown: AuditEntry.Shown?
            if let authorisation = try row.optionalInteger() {
                shown = AuditEntry.Shown(
                    number: UInt64(bitPattern: authorisation), role: try row.choice(),
                    purpose: try row.choice())
            } else {
                _ = (try row.optionalInteger(), try row.optionalInteger())
            }
            guard let digest = AuditDigest(bytes: try row.bytes()) else {
                throw CorruptRow(table: .access)
            }
            return AuditEntry(
                number: number, time: time, scope: scope, verdict: verdict, shown: shown,
                digest: digest)
        }
    }
}
