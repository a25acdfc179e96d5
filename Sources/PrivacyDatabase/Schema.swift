import GRDB
import PrivacyStores

extension DatabaseTable {
    init(_ kind: RecordKind) {
        switch kind {
        case .reports: self = .report
        case .signaling: self = .message
        case .relayLog: self = .relayLog
        }
    }
}

enum Schema {
    /// Five tables. Rows are in the order in which they came by their `id`; a report is found by its device, a message by its
    /// call, and all that lapses by its time.
    ///
    /// All cells of `aggregate` are there from the beginning: rows that came with the first call of a cell would tell
    /// in which order those were.
    static let statements = [
        """
        CREATE TABLE IF NOT EXISTS report (
            id INTEGER PRIMARY KEY, high INTEGER NOT NULL, low INTEGER NOT NULL,
            epoch INTEGER NOT NULL, category INTEGER NOT NULL, time INTEGER NOT NULL)
        """,
        "CREATE INDEX IF NOT EXISTS report_device ON report (low, high, epoch)",
        "CREATE INDEX IF NOT EXISTS report_time ON report (time)",
        """
        CREATE TABLE IF NOT EXISTS message (
            id INTEGER PRIMARY KEY, call INTEGER NOT NULL, sender INTEGER NOT NULL,
            number INTEGER, text BLOB NOT NULL, time INTEGER NOT NULL)
        """,
        "CREATE INDEX IF NOT EXISTS message_call ON message (call)",
        "CREATE INDEX IF NOT EXISTS message_time ON message (time)",
        """
        CREATE TABLE IF NOT EXISTS relay_log (
            id INTEGER PRIMARY KEY, event INTEGER NOT NULL, peer BLOB, relayed BLOB NOT NULL,
            client BLOB NOT NULL, transport INTEGER NOT NULL, time INTEGER NOT NULL)
        """,
        "CREATE INDEX IF NOT EXISTS relay_log_time ON relay_log (time)",
        """
        CREATE TABLE IF NOT EXISTS aggregate (
            cell INTEGER PRIMARY KEY, calls INTEGER NOT NULL)
        """,
        """
        CREATE TABLE IF NOT EXISTS access (
            number INTEGER PRIMARY KEY, time INTEGER NOT NULL, scope INTEGER NOT NULL,
            verdict INTEGER NOT NULL, authorisation INTEGER, role INTEGER, purpose INTEGER,
            digest BLOB NOT NULL)
        """,
    ]

    static func create(_ db: Database) throws {
        for statement in statements { try db.execute(sql: statement) }
        for cell in 0..<CallCell.count {
            try db.execute(
                sql: "INSERT OR IGNORE INTO aggregate (cell, calls) VALUES (?, 0)",
                arguments: [cell])
        }
    }
}
