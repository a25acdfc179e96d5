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

    /// The decimal digits of a number, the first one first.
    struct Digits {
        private var characters = InlineArray<20, UInt8>(repeating: 0)
        private var start = 20

        init(_ number: UInt64) {
            var rest = number
            repeat {
                start -= 1
                characters[start] = 48 + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
        }

        var count: Int { 20 - start }

        subscript(index: Int) -> UInt8 { characters[start + index] }
    }

    /// Appends `number` in decimal.
    static func append(_ number: some UnsignedInteger, to text: inout [UInt8]) {
        let digits = Digits(UInt64(number))
        for index in 0..<digits.count { text.append(digits[index]) }
    }

    static func append(_ address: IPAddress, to text: inout [UInt8]) {
        guard let bits = address.v4Bits else {
            text.append(contentsOf: address.description.utf8)
            return
        }
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            append(bits >> shift & 0xFF, to: &text)
            if shift > 0 { text.append(UInt8(ascii: ".")) }
        }
    }

    /// The bytes of `text` between single spaces; an empty piece stands for a doubled space.
    static func words(of text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var words: [ArraySlice<UInt8>] = []
        words.reserveCapacity(16)
        var start = text.startIndex
        for index in text.indices where text[index] == 32 {
            words.append(text[start..<index])
            start = index + 1
        }
        words.append(text[start...])
        return words
    }

    static func equalsIgnoringCase(_ bytes: ArraySlice<UInt8>, _ lowercase: StaticString) -> Bool {
        guard bytes.count == lowercase.utf8CodeUnitCount else { return false }
        return lowercase.withUTF8Buffer { expected in
            for (index, wanted) in expected.enumerated() {
                let byte = bytes[bytes.startIndex + index]
                if ((65...90).contains(byte) ? byte | 0x20 : byte) != wanted { return false }
            }
            return true
        }
    }
}
