/// Where a database is.
public enum Medium: Hashable, Sendable {
    /// In the memory of the process.
    case memory
    /// In the file at this path; it is made if there is none.
    case file(String)
}

/// How SQLite keeps its promises to the medium. The public initialisers of ``DatabaseStores`` choose
/// ``chosen``; tests show what the others leave behind.
struct StorageForm: Hashable, Sendable {
    /// Where what a transaction changes is written first (sqlite.org/pragma.html#pragma_journal_mode).
    enum Journal: String, CaseIterable, Sendable {
        case delete
        case truncate
        case persist
        case wal
    }

    var journal: Journal
    /// Whether SQLite overwrites with zeros what it deletes.
    var securesDeletion = true

    /// Whether a transaction waits until it is on the disk; where no power cut is looked at, it need not.
    var isDurable = true

    /// Whether what is not in use of a page is overwritten before it is written; in memory, whether a sweep writes the database
    /// anew when something was deleted. There is no log of changes (WAL) with it.
    var isScrubbed = true

    static let chosen = StorageForm(journal: .truncate)
}
