import TextFields

/// Text under construction, in bytes, line by line.
struct TextWriter {
    var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func text(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func text(_ text: some Sequence<UInt8>) { bytes.append(contentsOf: text) }

    mutating func number(_ number: some UnsignedInteger) {
        DecimalDigits.append(number, to: &bytes)
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
