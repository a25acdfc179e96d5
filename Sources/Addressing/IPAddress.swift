/// An IPv4 or IPv6 address, 17 bytes without indirection.
public struct IPAddress: Hashable, Sendable, BitwiseCopyable {
    /// The address family.
    public enum Family: UInt8, Sendable, BitwiseCopyable {
        /// IPv4, 32 bits.
        case v4 = 1
        /// IPv6, 128 bits.
        case v6 = 2
    }

    /// Which family the address belongs to.
    public let family: Family
    /// The 128 bits of an IPv6 address, upper half; zero for IPv4.
    public let high: UInt64
    /// The lower half of an IPv6 address, or the 32 bits of an IPv4 address.
    public let low: UInt64

    /// The IPv4 address whose 32 bits are `bits`, most significant first (`0x7f000001` is
    /// 127.0.0.1).
    @inlinable
    public init(v4 bits: UInt32) {
        family = .v4
        high = 0
        low = UInt64(bits)
    }

    /// The IPv6 address with upper 64 bits `high` and lower 64 bits `low`.
    @inlinable
    public init(v6High high: UInt64, low: UInt64) {
        family = .v6
        self.high = high
        self.low = low
    }

    /// The 32 bits of an IPv4 address; nil for IPv6.
    @inlinable public var v4Bits: UInt32? {
        family == .v4 ? UInt32(truncatingIfNeeded: low) : nil
    }
}

extension IPAddress: LosslessStringConvertible, CustomStringConvertible {
    /// Dotted decimal for IPv4; RFC 5952 §4 text for IPv6.
    public var description: String {
        switch family {
        case .v4:
            return [24, 16, 8, 0].map { String(low >> $0 & 0xff) }.joined(separator: ".")
        case .v6:
            return Self.text(groups: groups)
        }
    }

    private var groups: [UInt16] {
        [high, low].flatMap { half in
            [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> $0) }
        }
    }

    /// RFC 5952 §4.2: the longest run of two or more zero groups, the first if equal, becomes `::`.
    private static func text(groups: [UInt16]) -> String {
        var best = 0..<0
        var start = 0
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = max(end, start + 1)
        }
        func hex(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        if best.isEmpty { return hex(groups[...]) }
        return hex(groups[..<best.lowerBound]) + "::" + hex(groups[best.upperBound...])
    }

    /// Parses dotted decimal or IPv6 text (with `::`; no embedded IPv4, no zone); nil if malformed.
    public init?(_ text: String) { self.init(utf8: Array(text.utf8)[...]) }

    /// Parses the same from the bytes of a longer text; nil if malformed.
    public init?(utf8 text: ArraySlice<UInt8>) {
        if text.contains(UInt8(ascii: ":")) {
            self.init(v6Text: String(decoding: text, as: UTF8.self))
        } else {
            self.init(v4Text: text)
        }
    }

    /// Dotted decimal: four numbers up to 255 without leading zeros.
    private init?(v4Text text: ArraySlice<UInt8>) {
        var bits: UInt32 = 0
        var part: UInt32 = 0
        var partDigits = 0
        var parts = 1
        for byte in text {
            if byte == UInt8(ascii: ".") {
                guard partDigits > 0, parts < 4 else { return nil }
                bits = bits << 8 | part
                part = 0
                partDigits = 0
                parts += 1
                continue
            }
            guard (48...57).contains(byte), partDigits == 0 || part > 0 else { return nil }
            part = part * 10 + UInt32(byte - 48)
            partDigits += 1
            guard part <= 255 else { return nil }
        }
        guard parts == 4, partDigits > 0 else { return nil }
        self.init(v4: bits << 8 | part)
    }

    private init?(v6Text text: String) {
        func groups(_ part: Substring) -> [UInt16]? {
            if part.isEmpty { return [] }
            var result: [UInt16] = []
            for piece in part.split(separator: ":", omittingEmptySubsequences: false) {
                guard (1...4).contains(piece.utf8.count),
                    piece.utf8.allSatisfy({ $0 != 43 && $0 != 45 }),
                    let value = UInt16(piece, radix: 16)
                else { return nil }
                result.append(value)
            }
            return result
        }
        var all: [UInt16]
        if let gap = text.firstRange(of: "::") {
            guard let head = groups(text[..<gap.lowerBound]),
                let tail = groups(text[gap.upperBound...]), head.count + tail.count <= 7
            else { return nil }
            all = head + [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail
        } else {
            guard let whole = groups(text[...]), whole.count == 8 else { return nil }
            all = whole
        }
        func half(_ slice: ArraySlice<UInt16>) -> UInt64 {
            slice.reduce(0) { $0 << 16 | UInt64($1) }
        }
        self.init(v6High: half(all[0..<4]), low: half(all[4..<8]))
    }
}
