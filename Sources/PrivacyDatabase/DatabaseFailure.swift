/// What went wrong with a database.
public enum DatabaseFailure: Error, Hashable, Sendable {
    /// SQLite refused, with this extended result code (sqlite.org/rescode.html).
    case sqlite(code: Int32)
    /// A row holds what no store ever wrote.
    case corrupt(DatabaseTable)
    /// The bytes of a file cannot be read.
    case unreadable
}

/// The tables of a database.
public enum DatabaseTable: String, CaseIterable, Hashable, Sendable {
    /// Reports against devices.
    case report
    /// Messages of the signalling service.
    case message
    /// What relays write down.
    case relayLog = "relay_log"
    /// Counts of calls.
    case aggregate
    /// Attempts to read.
    case access
}
