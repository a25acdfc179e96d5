/// Words, numbers and characters of signalling texts.
enum Words {
    /// The pieces between single spaces.
    static func split(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var words: [ArraySlice<UInt8>] = []
        words.reserveCapacity(8)
        var start = text.startIndex
        for index in text.indices where text[index] == 32 {
            words.append(text[start..<index])
            start = index + 1
        }
        words.append(text[start...])
        return words
    }

    /// A decimal number of digits only, at most `limit`; nil otherwise.
    static func number(_ text: ArraySlice<UInt8>, limit: UInt64 = .max) -> UInt64? {
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

    static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }

    static func trim(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text
        while text.first == 32 { text = text.dropFirst() }
        while text.last == 32 { text = text.dropLast() }
        return text
    }

    /// token-char of RFC 8866 §9.
    static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5E...0x7E: true
        default: false
        }
    }
}

/// A part of a text, to be matched against words without making strings of either.
struct Spelling {
    let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// Whether it is spelt like `word`, byte by byte.
    static func ~= (word: StaticString, spelling: Spelling) -> Bool {
        spelling.equals(word) { $0 }
    }

    /// Whether it is spelt like `word`, which is in lower case, but for the case of letters.
    func equalsIgnoringCase(_ word: StaticString) -> Bool {
        equals(word) { (65...90).contains($0) ? $0 | 0x20 : $0 }
    }

    @inline(__always)
    private func equals(_ word: StaticString, _ fold: (UInt8) -> UInt8) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { wanted in
            for (index, byte) in wanted.enumerated()
            where fold(bytes[bytes.startIndex + index]) != byte {
                return false
            }
            return true
        }
    }
}
