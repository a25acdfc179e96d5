import Addressing
import GRDB
import PrivacyStores
import Quantities
import RiskScoring
import Signaling
import TURN

/// A row that no store wrote.
struct CorruptRow: Error {
    var table: DatabaseTable
}

/// Reads the columns of a row in order.
struct RowReader {
    let row: Row
    let table: DatabaseTable
    private var column = 0

    init(_ row: Row, of table: DatabaseTable) {
        self.row = row
        self.table = table
    }

    private mutating func next() -> DatabaseValue {
        defer { column += 1 }
        return row[column]
    }

    mutating func optionalInteger() throws -> Int64? {
        switch next().storage {
        case .null: return nil
        case .int64(let value): return value
        default: throw CorruptRow(table: table)
        }
    }

    mutating func integer() throws -> Int64 {
        guard let value = try optionalInteger() else { throw CorruptRow(table: table) }
        return value
    }

    mutating func word() throws -> UInt64 { UInt64(bitPattern: try integer()) }

    mutating func time() throws -> SimTime { SimTime(nanoseconds: try integer()) }

    mutating func optionalBytes() throws -> [UInt8]? {
        switch next().storage {
        case .null: return nil
        case .blob(let data): return [UInt8](data)
        default: throw CorruptRow(table: table)
        }
    }

    mutating func bytes() throws -> [UInt8] {
        guard let value = try optionalBytes() else { throw CorruptRow(table: table) }
        return value
    }

    /// A case of an enumeration whose numbers are bytes.
    mutating func choice<Choice: RawRepresentable<UInt8>>() throws -> Choice {
        guard let raw = UInt8(exactly: try integer()), let choice = Choice(rawValue: raw) else {
            throw CorruptRow(table: table)
        }
        return choice
    }

    mutating func address() throws -> TransportAddress {
        guard let address = TransportAddress(stored: try bytes()) else {
            throw CorruptRow(table: table)
        }
        return address
    }
}

extension IPAddress {
    /// The family, then the 4 or 16 bytes of the address.
    var stored: [UInt8] {
        switch family {
        case .v4: [4] + low.bigEndianBytes.suffix(4)
        case .v6: [6] + high.bigEndianBytes + low.bigEndianBytes
        }
    }

    init?(stored bytes: some Collection<UInt8>) {
        let words = bytes.dropFirst()
        func word(_ part: some Collection<UInt8>) -> UInt64 {
            part.reduce(0) { $0 << 8 | UInt64($1) }
        }
        switch (bytes.first, words.count) {
        case (4, 4): self.init(v4: UInt32(word(words)))
        case (6, 16): self.init(v6High: word(words.prefix(8)), low: word(words.dropFirst(8)))
        default: return nil
        }
    }
}

extension TransportAddress {
    /// The IP address, then the port.
    var stored: [UInt8] { ip.stored + [UInt8(port >> 8), UInt8(port & 0xFF)] }

    init?(stored bytes: [UInt8]) {
        guard bytes.count > 2, let ip = IPAddress(stored: bytes.dropLast(2)) else { return nil }
        self.init(
            ip, port: UInt16(bytes[bytes.count - 2]) << 8 | UInt16(bytes[bytes.count - 1]))
    }
}

extension UInt64 {
    fileprivate var bigEndianBytes: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: self >> UInt64(56 - $0 * 8)) }
    }
}

extension RelayLogEntry.Event {
    /// A number for each event and end: 0 opened, 1 permitted, then the ends.
    var stored: (number: Int64, peer: [UInt8]?) {
        switch self {
        case .opened: (0, nil)
        case .permitted(let peer): (1, peer.stored)
        case .closed(let end): (2 + Int64(end.rawValue), nil)
        }
    }

    init?(stored number: Int64, peer: [UInt8]?) {
        switch (number, peer) {
        case (0, nil): self = .opened
        case (1, let peer?):
            guard let peer = IPAddress(stored: peer) else { return nil }
            self = .permitted(peer)
        case (2..., nil):
            guard let raw = UInt8(exactly: number - 2),
                let end = RelayLogEntry.End(rawValue: raw)
            else { return nil }
            self = .closed(end)
        default: return nil
        }
    }
}
