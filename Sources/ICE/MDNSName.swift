import RandomStreams
import TextFields

/// The host name behind which a host address hides: a version 4 UUID under `.local`
/// (draft-ietf-mmusic-mdns-ice-candidates §3.1.1).
public struct MDNSName: Hashable, Sendable, BitwiseCopyable {
    /// The first 64 bits of the UUID.
    public let high: UInt64
    /// The last 64 bits of the UUID.
    public let low: UInt64

    /// The name whose UUID is `high` then `low`.
    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A fresh name: 122 random bits, version 4, variant 1 (RFC 9562 §5.4).
    public init(using stream: inout RandomStream) {
        let first = stream.nextUInt64()
        let second = stream.nextUInt64()
        self.init(
            high: first & ~0xF000 | 0x4000, low: second & ~(3 << 62) | 1 << 63)
    }

    static let suffix = Array(".local".utf8)

    /// Parses 36 hexadecimal characters and dashes followed by `.local`; nil if malformed.
    public init?(bytes: ArraySlice<UInt8>) {
        guard bytes.count == 36 + Self.suffix.count,
            bytes.suffix(Self.suffix.count) == Self.suffix[...]
        else { return nil }
        var halves: (high: UInt64, low: UInt64) = (0, 0)
        for (index, byte) in bytes.prefix(36).enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Words.hexadecimalDigit(byte) else { return nil }
            halves.high = halves.high << 4 | halves.low >> 60
            halves.low = halves.low << 4 | UInt64(digit)
        }
        self.init(high: halves.high, low: halves.low)
    }

    func append(to text: inout [UInt8]) {
        for nibble in 0..<32 {
            if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                text.append(UInt8(ascii: "-"))
            }
            let half = nibble < 16 ? high : low
            let digit = UInt8(truncatingIfNeeded: half >> UInt64(60 - nibble % 16 * 4)) & 0xF
            text.append(digit < 10 ? 48 + digit : 87 + digit)
        }
        text.append(contentsOf: Self.suffix)
    }
}

extension MDNSName: CustomStringConvertible {
    /// Such as `1f4712db-ea17-4bcf-a596-105139dfd8bf.local`.
    public var description: String {
        var text: [UInt8] = []
        append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
