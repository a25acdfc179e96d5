import CScrubbedFiles
import Foundation
import GRDB
import GRDBSQLite
import PrivacyStores
import Quantities
import RiskScoring
import Testing

@testable import PrivacyDatabase

/// The file system between SQLite and the system's.
@Suite struct ScrubbedFileTests {
    @Test func `stores in a file are in one whose pages are scrubbed, and keep no log of changes`()
        throws
    {
        let scratch = Scratch()
        // A name that a URI has to hide.
        let path = scratch.path("100 % of #1 ?vfs=unix&x.db")
        let stores = try DatabaseStores(policy: RetentionPolicy(), on: .file(path))
        try stores.queue.inDatabase { db in
            #expect(scrubbed_files_serve(db.sqliteConnection) != 0)
            let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
            #expect(mode == "truncate")
            #expect(try Int.fetchOne(db, sql: "PRAGMA auto_vacuum") == 0)
        }
        #expect(FileManager.default.fileExists(atPath: path))
        let plain = try DatabaseStores(
            policy: RetentionPolicy(), on: .file(scratch.path()),
            as: StorageForm(journal: .truncate, isScrubbed: false))
        plain.queue.inDatabase { #expect(scrubbed_files_serve($0.sqliteConnection) == 0) }
    }

    @Test func `in memory a sweep that deletes writes the database anew`() throws {
        var stores = try DatabaseStores(policy: RetentionPolicy(), on: .memory)
        let device = DeviceIdentifier(high: 1, low: 2, epoch: 3)
        for day in 0..<20 as Range<Int64> {
            let time = SimTime.zero + .days(day)
            let report = StoredRecord.report(Report(device: device, category: .spam, time: time))
            try stores.hold(contentsOf: [StoredRecord](repeating: report, count: 500))
        }
        #expect(try stores.sweep(at: .zero + .days(45)).deleted == 8000)
        let unused = try stores.queue.inDatabase {
            try Int.fetchOne($0, sql: "PRAGMA freelist_count")
        }
        #expect(unused == 0)
        #expect(try stores.reports(of: device).count == 2000)
    }

    /// SQLITE_IOERR_WRITE, a macro that Swift does not see.
    private static let refused = SQLITE_IOERR | 3 << 8

    /// What the file system answers to writing `bytes` at `offset` of the file at `path`.
    private static func write(_ bytes: [UInt8], at offset: Int64, of path: String) throws -> CInt {
        #expect(scrubbed_files_register() == SQLITE_OK)
        let system = try #require(sqlite3_vfs_find(SCRUBBED_FILES_NAME))
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: Int(system.pointee.szOsFile), alignment: 16)
        defer { memory.deallocate() }
        let file = memory.bindMemory(to: sqlite3_file.self, capacity: 1)
        let flags = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        // SQLite's own names of files end with more zeros than one.
        let name = Array(path.utf8CString) + [0, 0, 0]
        return try name.withUnsafeBufferPointer { name in
            let code = system.pointee.xOpen(system, name.baseAddress, file, flags, nil)
            try #require(code == SQLITE_OK)
            defer { _ = file.pointee.pMethods.pointee.xClose(file) }
            return file.pointee.pMethods.pointee.xWrite(file, bytes, CInt(bytes.count), offset)
        }
    }

    @Test func `what is no whole page in its place is not written`() throws {
        let scratch = Scratch()
        let empty: [UInt8] = [13, 0, 0, 0, 0, 2, 0, 0]
        let page = empty + [UInt8](repeating: 7, count: 504)
        let path = scratch.path()
        #expect(try Self.write(page, at: 512, of: path) == SQLITE_OK)
        let written = try Data(contentsOf: URL(filePath: path))
        #expect(
            Array(written) == [UInt8](repeating: 0, count: 512) + empty
                + [UInt8](repeating: 0, count: 504))
        #expect(try Self.write(page, at: 100, of: path) == Self.refused)
        #expect(try Self.write(Array(page.prefix(500)), at: 0, of: path) == Self.refused)
        #expect(try Self.write(Array(page.prefix(256)), at: 256, of: path) == Self.refused)
        // So many pages that the number of one may begin as a page of rows does.
        let limit = Int64(SCRUBBED_PAGES_LIMIT - 1) * 512
        #expect(try Self.write(page, at: limit, of: path) == Self.refused)
        // Free blocks that begin in the gap.
        let torn: [UInt8] = [13, 1, 0, 0, 0, 2, 0, 0] + page.dropFirst(8)
        #expect(try Self.write(torn, at: 512, of: path) == SQLITE_CORRUPT)
        #expect(try Data(contentsOf: URL(filePath: path)) == written)
    }
}
