import Addressing
import GRDB
import GRDBSQLite
import PrivacyStores
import Quantities

// Rows are written and read by SQLite's own calls: there are millions of them, and GRDB makes objects of each
// value.

/// A row that no store wrote.
struct CorruptRow: Error {
    var table: DatabaseTable
}

/// Reads the columns of the row at which a statement stands, in order.
struct RowReader {
    let table: DatabaseTable
    private let statement: SQLiteStatement
    private var column: CInt = 0

    init(_ statement: Statement, of table: DatabaseTable) {
        self.statement = statement.sqliteStatement
        self.table = table
    }

    private func refusal() -> CorruptRow { CorruptRow(table: table) }

    mutating func optionalInteger() throws -> Int64? {
        defer { column += 1 }
        switch sqlite3_column_type(statement, column) {
        case SQLITE_NULL: return nil
        case SQLITE_INTEGER: return sqlite3_column_int64(statement, column)
        default: throw refusal()
        }
    }

    mutating func integer() throws -> Int64 {
        guard let value = try optionalInteger() else { throw refusal() }
        return value
    }

    mutating func word() throws -> UInt64 { UInt64(bitPattern: try integer()) }

    mutating func time() throws -> SimTime { SimTime(nanoseconds: try integer()) }

    /// What `body` makes of the bytes, which are there for as long as it runs; nil for NULL.
    private mutating func optional<Value>(
        _ body: (UnsafeRawBufferPointer) -> Value?
    ) throws -> Value? {
        defer { column += 1 }
        switch sqlite3_column_type(statement, column) {
        case SQLITE_NULL: return nil
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(statement, column)
            let count = Int(sqlite3_column_bytes(statement, column))
            guard let value = body(UnsafeRawBufferPointer(start: start, count: count)) else {
                throw refusal()
            }
            return value
        default: throw refusal()
        }
    }

    /// What `body` makes of the bytes; nil is refused.
    mutating func value<Value>(_ body: (UnsafeRawBufferPointer) -> Value?) throws -> Value {
        guard let value = try optional(body) else { throw refusal() }
        return value
    }

    mutating func bytes() throws -> [UInt8] { try value { [UInt8]($0) } }

    mutating func optionalIP() throws -> IPAddress? { try optional { IPAddress(stored: $0) } }

    mutating func address() throws -> TransportAddress {
        try value { TransportAddress(stored: $0) }
    }

    /// A case of an enumeration whose numbers are bytes.
    mutating func choice<Choice: RawRepresentable<UInt8>>() throws -> Choice {
        guard let raw = UInt8(exactly: try integer()), let choice = Choice(rawValue: raw) else {
            throw refusal()
        }
        return choice
    }
}

/// Gives the columns of a row to a statement, in order, and runs it.
struct RowWriter {
    private let statement: SQLiteStatement
    private var column: CInt = 0

    /// - Precondition: whoever gives a statement keeps it for as long as rows are written.
    init(_ statement: Statement) { self.statement = statement.sqliteStatement }

    private mutating func next() -> CInt {
        column += 1
        return column
    }

    private func check(_ code: CInt, against expected: CInt = SQLITE_OK) throws {
        guard code == expected else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }

    mutating func add(_ value: some FixedWidthInteger) throws {
        try check(sqlite3_bind_int64(statement, next(), Int64(truncatingIfNeeded: value)))
    }

    mutating func addNothing() throws { try check(sqlite3_bind_null(statement, next())) }

    mutating func add(_ time: SimTime) throws { try add(time.nanoseconds) }

    /// Adds bytes, of which SQLite takes a copy.
    mutating func add(_ bytes: UnsafeRawBufferPointer) throws {
        // What has no address would be NULL.
        guard !bytes.isEmpty else { return try check(sqlite3_bind_zeroblob(statement, next(), 0)) }
        let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        try check(
            sqlite3_bind_blob(statement, next(), bytes.baseAddress, CInt(bytes.count), copies))
    }

    mutating func add(_ bytes: StoredBytes) throws { try bytes.withUnsafeBytes { try add($0) } }

    /// Runs the statement, and begins with the first column again.
    mutating func write() throws {
        column = 0
        let code = sqlite3_step(statement)
        sqlite3_reset(statement)
        try check(code, against: SQLITE_DONE)
    }
}
