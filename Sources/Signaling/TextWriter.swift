/// Text under construction, in bytes, line by line.
struct TextWriter {
    var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func text(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func text(_ text: some Sequence<UInt8>) { bytes.append(contentsOf: text) }

    mutating func number(_ number: some UnsignedInteger) {
        var rest = UInt64(number)
        let start = bytes.count
        repeat {
            bytes.append(48 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    /// Two upper-case hexadecimal digits.
    mutating func hexadecimal(_ byte: UInt8) {
        for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? 48 + digit : 55 + digit) }
    }

    mutating func endLine() {
        bytes.append(13)
        bytes.append(10)
    }

    mutating func line(_ text: StaticString) {
        self.text(text)
        endLine()
    }
}
