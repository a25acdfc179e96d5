import Addressing
import PrivacyStores
import Quantities
import TURN

// Field after field: what lies between the fields of a structure is whatever stood in the memory before, of anybody.
extension StoredRecord {
    /// All that a record holds, in which something may be hidden: a message's text, the fields of the others big-endian.
    var searchable: [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .message(let message): return message.text
        case .report(let report):
            bytes.appendBigEndian(report.device.high)
            bytes.appendBigEndian(report.device.low)
            bytes.appendBigEndian(report.device.epoch)
            bytes.append(report.category.rawValue)
            bytes.appendBigEndian(report.time.nanoseconds)
        case .relayLog(let entry):
            bytes.appendBigEndian(entry.time.nanoseconds)
            switch entry.event {
            case .opened: bytes.append(0)
            case .permitted(let peer):
                bytes.append(1)
                bytes.appendBigEndian(peer)
            case .closed(let end): bytes += [2, end.rawValue]
            }
            for address in [entry.relayed, entry.client] {
                bytes.appendBigEndian(address.ip)
                bytes.appendBigEndian(address.port)
            }
            bytes.append(entry.transport.rawValue)
        }
        return bytes
    }
}

extension [UInt8] {
    /// Adds `value`, its highest byte first.
    mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// Adds `address`: four bytes, or sixteen.
    mutating func appendBigEndian(_ address: IPAddress) {
        switch address.family {
        case .v4: appendBigEndian(UInt32(truncatingIfNeeded: address.low))
        case .v6:
            appendBigEndian(address.high)
            appendBigEndian(address.low)
        }
    }
}
