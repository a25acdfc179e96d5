import GRDB
public import PrivacyStores

/// The access log of a database that nobody keeps any more, such as an audit leaves behind.
public enum AccessLogFile {
    /// The entries of the database in the file at `path`, in order; the file is not changed.
    ///
    /// - Throws: SQLite's code where there is no such file or it is no database of stores; a row that no store wrote.
    public static func entries(inFileAt path: String) throws(DatabaseFailure) -> [AuditEntry] {
        try DatabaseStores.perform {
            var configuration = Configuration()
            configuration.readonly = true
            return try DatabaseQueue(path: path, configuration: configuration).read {
                try $0.accessLog()
            }
        }
    }
}
