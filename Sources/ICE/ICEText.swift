import Addressing

/// Characters and numbers as RFC 8839 §5 writes them.
enum ICEText {
    /// `ALPHA / DIGIT / "+" / "/"` (RFC 8839 §5.1).
    static func isICEChar(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 43, 47: true
        default: false
        }
    }

    static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 97...102: byte - 87
        case 65...70: byte - 55
        default: nil
        }
    }

    /// The decimal number `bytes` spell, digits only; nil when empty, malformed or above `limit`.
    static func number(_ bytes: ArraySlice<UInt8>, limit: UInt64) -> UInt64? {
        guard (1...20).contains(bytes.count) else { return nil }
        var value: UInt64 = 0
        for byte in bytes {
            guard (48...57).contains(byte) else { return nil }
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(byte - 48))
            guard !over, !carry, sum <= limit else { return nil }
            value = sum
        }
        return value
    }

    /// Appends `number`, not negative, in decimal.
    static func append(_ number: some BinaryInteger, to text: inout [UInt8]) {
        var rest = UInt64(number)
        let start = text.count
        repeat {
            text.append(48 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        text[start...].reverse()
    }

    static func append(_ address: IPAddress, to text: inout [UInt8]) {
        guard let bits = address.v4Bits else {
            text.append(contentsOf: address.description.utf8)
            return
        }
        for shift in [UInt32(24), 16, 8, 0] {
            append(bits >> shift & 0xFF, to: &text)
            if shift > 0 { text.append(UInt8(ascii: ".")) }
        }
    }

    /// The bytes of `text` between single spaces; an empty piece stands for a doubled space.
    static func words(of text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        text.split(separator: 32, omittingEmptySubsequences: false)
    }

    static func equalsIgnoringCase(_ bytes: ArraySlice<UInt8>, _ lowercase: StaticString) -> Bool {
        guard bytes.count == lowercase.utf8CodeUnitCount else { return false }
        return lowercase.withUTF8Buffer { expected in
            zip(bytes, expected).allSatisfy { byte, wanted in
                ((65...90).contains(byte) ? byte | 0x20 : byte) == wanted
            }
        }
    }
}
