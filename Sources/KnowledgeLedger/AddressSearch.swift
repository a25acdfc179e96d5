public import Addressing

/// Looks for addresses in texts, as a whole: `10.0.0.1` is not in `10.0.0.12`.
public struct AddressSearch: Sendable {
    private let patterns: [[UInt8]]

    /// Looks for any of `addresses`.
    public init(_ addresses: [IPAddress]) { patterns = addresses.map(Self.pattern) }

    /// An address as texts have it: dotted decimal, or RFC 5952 §4.
    private static func pattern(_ address: IPAddress) -> [UInt8] {
        guard let bits = address.v4Bits else { return Array(address.description.utf8) }
        var pattern: [UInt8] = []
        pattern.reserveCapacity(15)
        for shift: UInt32 in [24, 16, 8, 0] {
            let part = UInt8(truncatingIfNeeded: bits >> shift)
            if part >= 100 { pattern.append(48 + part / 100) }
            if part >= 10 { pattern.append(48 + part / 10 % 10) }
            pattern.append(48 + part % 10)
            if shift > 0 { pattern.append(UInt8(ascii: ".")) }
        }
        return pattern
    }

    /// Whether one of them is in `text`.
    ///
    /// - Complexity: O(bytes of the text × addresses).
    public func isFound(in text: [UInt8]) -> Bool {
        text.withUnsafeBufferPointer { text in
            patterns.contains { pattern in
                pattern.withUnsafeBufferPointer { Self.find($0, in: text) }
            }
        }
    }

    private static func find(
        _ pattern: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard pattern.count >= 2, text.count >= pattern.count else { return false }
        let isV6 = pattern.contains(UInt8(ascii: ":"))
        // Two bytes at a time: digits are everywhere.
        let begins = UInt16(pattern[0]) | UInt16(pattern[1]) << 8
        var seen = UInt16(text[0]) << 8
        for start in 0...(text.count - pattern.count) {
            seen = seen >> 8 | UInt16(text[start + 1]) << 8
            guard seen == begins else { continue }
            let end = start + pattern.count
            var length = 2
            while length < pattern.count, text[start + length] == pattern[length] { length += 1 }
            guard length == pattern.count else { continue }
            if start > 0, isPart(text[start - 1], ofV6: isV6) { continue }
            if end < text.count, isPart(text[end], ofV6: isV6) { continue }
            return true
        }
        return false
    }

    /// Whether a byte beside it makes the address another one.
    private static func isPart(_ byte: UInt8, ofV6 isV6: Bool) -> Bool {
        switch byte {
        case 48...57: true
        case 65...70, 97...102, UInt8(ascii: ":"): isV6
        case UInt8(ascii: "."): !isV6
        default: false
        }
    }
}

extension IPAddress {
    /// Whether it means something within a network only: RFC 1918 §3, RFC 6598 §7, RFC 3927, RFC 4193 §3 and RFC 4291
    /// §2.5.6.
    public var isPrivate: Bool {
        switch family {
        case .v4:
            low >> 24 == 10 || low >> 22 == 0x191 || low >> 20 == 0xAC1 || low >> 16 == 0xC0A8
                || low >> 16 == 0xA9FE
        case .v6: high >> 57 == 0x7E || high >> 54 == 0x3FA
        }
    }
}
