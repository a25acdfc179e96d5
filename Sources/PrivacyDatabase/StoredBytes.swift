import Addressing
import RiskScoring
import TURN

/// Up to 24 bytes of a column, without memory of their own.
struct StoredBytes {
    private var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    private var count = 0

    /// Adds the last `length` bytes of `value`, big-endian.
    fileprivate mutating func append(_ value: UInt64, last length: Int = 8) {
        let (start, end) = (count, count + length)
        withUnsafeMutableBytes(of: &words) { bytes in
            for place in start..<end {
                bytes[place] = UInt8(truncatingIfNeeded: value >> UInt64((end - 1 - place) * 8))
            }
        }
        count = end
    }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
        -> Result
    {
        try Swift.withUnsafeBytes(of: words) {
            try body(UnsafeRawBufferPointer(rebasing: $0[..<count]))
        }
    }
}

/// The number whose bytes these are, big-endian.
private func bigEndian(_ bytes: some Collection<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
}

extension DeviceIdentifier {
    /// Both words, without the epoch.
    var stored: StoredBytes {
        var bytes = StoredBytes()
        bytes.append(high)
        bytes.append(low)
        return bytes
    }

    init?(stored bytes: UnsafeRawBufferPointer, epoch: UInt32) {
        guard bytes.count == 16 else { return nil }
        self.init(
            high: bigEndian(bytes.prefix(8)), low: bigEndian(bytes.dropFirst(8)), epoch: epoch)
    }
}

extension IPAddress {
    /// The family, then the 4 or 16 bytes of the address.
    var stored: StoredBytes {
        var bytes = StoredBytes()
        append(to: &bytes)
        return bytes
    }

    fileprivate func append(to bytes: inout StoredBytes) {
        bytes.append(storedFamily, last: 1)
        if family == .v6 { bytes.append(high) }
        bytes.append(low, last: family == .v4 ? 4 : 8)
    }

    private var storedFamily: UInt64 { family == .v4 ? 4 : 6 }

    /// What the first three bytes are.
    private var storedStart: UInt64 {
        storedFamily << 16 | (family == .v4 ? low >> 16 : high >> 48)
    }

    /// Eight bytes of the address, or all of it with what follows in a row, where that is the address `next`.
    func word(before next: IPAddress) -> UInt64 {
        family == .v6 ? low : storedFamily << 56 | low << 24 | next.storedStart
    }

    init?(stored bytes: UnsafeRawBufferPointer) {
        let words = bytes.dropFirst()
        switch (bytes.first, words.count) {
        case (4, 4): self.init(v4: UInt32(bigEndian(words)))
        case (6, 16):
            self.init(v6High: bigEndian(words.prefix(8)), low: bigEndian(words.dropFirst(8)))
        default: return nil
        }
    }
}

extension TransportAddress {
    /// The IP address, then the port.
    var stored: StoredBytes {
        var bytes = ip.stored
        bytes.append(UInt64(port), last: 2)
        return bytes
    }

    /// The last eight bytes of the address with its port, or all of it with what stands before it in a row, where that is `former`.
    func word(after former: TransportAddress) -> UInt64 {
        let end = ip.low << 16 | UInt64(port)
        return ip.family == .v6 ? end : UInt64(former.port & 0xFF) << 56 | 4 << 48 | end
    }

    init?(stored bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 2,
            let ip = IPAddress(stored: UnsafeRawBufferPointer(rebasing: bytes.dropLast(2)))
        else { return nil }
        self.init(ip, port: UInt16(bigEndian(bytes.suffix(2))))
    }
}

extension RelayLogEntry.Event {
    /// A number for each event and end: 0 opened, 1 permitted, then the ends.
    var stored: (number: Int64, peer: StoredBytes?) {
        switch self {
        case .opened: (0, nil)
        case .permitted(let peer): (1, peer.stored)
        case .closed(let end): (2 + Int64(end.rawValue), nil)
        }
    }

    init?(stored number: Int64, peer: IPAddress?) {
        switch (number, peer) {
        case (0, nil): self = .opened
        case (1, let peer?): self = .permitted(peer)
        case (2..., nil):
            guard let raw = UInt8(exactly: number - 2),
                let end = RelayLogEntry.End(rawValue: raw)
            else { return nil }
            self = .closed(end)
        default: return nil
        }
    }
}
