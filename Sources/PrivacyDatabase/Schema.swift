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
    /// Five tables. Records lie in the order of their times, which is that in which they lapse; those of one time in that in
    /// which they came, by their `id`. So what lapses is what comes first, and whole pages go with it. A report is found by
    /// its device, too, and a message by its call.
    ///
    /// A device is bytes, as addresses are: an integer is stored in fewer bytes where it can be, and a search for all of them
    /// would not find it.
    ///
    /// All cells of `aggregate` are there from the beginning: rows that came with the first call of a cell would tell
    /// in which order those were.
    static let statements = [
        """
        CREATE TABLE IF NOT EXISTS report (
            time INTEGER NOT NULL, id INTEGER NOT NULL, device BLOB NOT NULL,
            epoch INTEGER NOT NULL, category INTEGER NOT NULL, PRIMARY KEY (time, id)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX IF NOT EXISTS report_device ON report (device, epoch)",
        """
        CREATE TABLE IF NOT EXISTS message (
            time INTEGER NOT NULL, id INTEGER NOT NULL, call INTEGER NOT NULL,
            sender INTEGER NOT NULL, number INTEGER, text BLOB NOT NULL, PRIMARY KEY (time, id)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX IF NOT EXISTS message_call ON message (call)",
        """
        CREATE TABLE IF NOT EXISTS relay_log (
            time INTEGER NOT NULL, id INTEGER NOT NULL, event INTEGER NOT NULL, peer BLOB,
            relayed BLOB NOT NULL, client BLOB NOT NULL, transport INTEGER NOT NULL,
            PRIMARY KEY (time, id)
        ) WITHOUT ROWID
        """,
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
