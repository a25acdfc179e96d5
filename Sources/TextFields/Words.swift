/// Words, numbers and characters of the lines of text protocols, in bytes.
public enum Words {
    /// The pieces between single spaces; a doubled space has an empty one within.
    public static func split(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
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

    /// A decimal number of 1 to 20 digits and nothing else, at most `limit`; nil otherwise.
    public static func number(_ text: ArraySlice<UInt8>, limit: UInt64 = .max) -> UInt64? {
        guard (1...20).contains(text.count) else { return nil }
        var value: UInt64 = 0
        for byte in text {
            guard (48...57).contains(byte) else { return nil }
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(byte - 48))
            guard !over, !carry, sum <= limit else { return nil }
            value = sum
        }
        return value
    }

    /// The value, 0 to 15, of a hexadecimal digit in either case; nil for anything else.
    public static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }

    /// `text` without the spaces around it.
    public static func trim(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text
        while text.first == 32 { text = text.dropFirst() }
        while text.last == 32 { text = text.dropLast() }
        return text
    }
}
