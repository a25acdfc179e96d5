/// Text under construction, in bytes, line by line.
struct TextWriter {
    var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func text(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func text(_ text: some Sequence<UInt8>) { bytes.append(contentsOf: text) }

    mutating func number(_ number: some UnsignedInteger) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var start = digits.count
        var rest = UInt64(number)
        repeat {
            start -= 1
            digits[start] = 48 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        for index in start..<digits.count { bytes.append(digits[index]) }
    }

    /// Two upper-case hexadecimal digits.
    mutating func hexadecimal(_ byte: UInt8) {
        bytes.append(Self.digit(byte >> 4))
        bytes.append(Self.digit(byte & 15))
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 55 + value }

    mutating func endLine() {
        bytes.append(13)
        bytes.append(10)
    }

    mutating func line(_ text: StaticString) {
        self.text(text)
        endLine()
    }
}
