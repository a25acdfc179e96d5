import CScrubbedFiles
import Foundation
import GRDB
import GRDBSQLite

extension StorageForm {
    /// Memory for pages, in KiB: the ends of each table and the index of devices.
    private static let cacheSize = 64 << 10

    /// Opens the database on `medium`.
    func open(_ medium: Medium) throws -> DatabaseQueue {
        switch medium {
        case .memory: try DatabaseQueue(configuration: configuration())
        case .file(let path) where !isScrubbed:
            try DatabaseQueue(path: path, configuration: configuration())
        case .file(let path): try openScrubbed(path)
        }
    }

    private func openScrubbed(_ path: String) throws -> DatabaseQueue {
        let code = scrubbed_files_register()
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
        let file = URL(fileURLWithPath: path).absoluteString
        return try DatabaseQueue(
            path: "\(file)?vfs=\(SCRUBBED_FILES_NAME)",
            configuration: configuration { db in
                // Where SQLite understood no URI, or not this one.
                guard scrubbed_files_serve(db.sqliteConnection) != 0 else {
                    throw DatabaseError(resultCode: .SQLITE_CANTOPEN)
                }
            })
    }

    private func configuration(
        _ check: @escaping @Sendable (Database) throws -> Void = { _ in }
    ) -> Configuration {
        var configuration = Configuration()
        // What would be written to a temporary file stays in memory. Pages go to the file by writing alone, and none is a map
        // of pointers, which begins like a page of rows.
        configuration.prepareDatabase { db in
            try check(db)
            try db.execute(
                sql: """
                    PRAGMA auto_vacuum = NONE;
                    PRAGMA mmap_size = 0;
                    PRAGMA secure_delete = \(securesDeletion ? "ON" : "OFF");
                    PRAGMA temp_store = MEMORY;
                    PRAGMA cache_size = -\(Self.cacheSize);
                    PRAGMA journal_mode = \(journal.rawValue);
                    PRAGMA synchronous = \(isDurable ? "FULL" : "OFF");
                    """)
        }
        return configuration
    }
}
