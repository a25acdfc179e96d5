import TextFields

/// Which list of processors is meant: the SHA-256 digest of the text that the platform publishes.
///
/// A session's device keeps the one that it was shown last, and nothing else. It tells two sessions apart no better than
/// that the list had changed between their first visits.
public struct ListVersion: Hashable, Sendable, BitwiseCopyable {
    /// Bytes of a digest (FIPS 180-4).
    public static let byteCount = 32

    private let words: Words4

    private struct Words4: Hashable, BitwiseCopyable {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt64 = 0
        var fourth: UInt64 = 0
    }

    /// The version with that digest.
    ///
    /// - Precondition: it has ``byteCount`` bytes.
    public init(digest: [UInt8]) {
        precondition(digest.count == Self.byteCount, "a version is a SHA-256 digest")
        let words = (0..<4).map { word in
            digest[(8 * word)..<(8 * word + 8)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        self.words = Words4(first: words[0], second: words[1], third: words[2], fourth: words[3])
    }

    /// The digest, ``byteCount`` bytes.
    public var digest: [UInt8] {
        [words.first, words.second, words.third, words.fourth].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
        }
    }

    /// The version that 64 upper-case hexadecimal digits name; nil for any other text.
    init?(text: ArraySlice<UInt8>) {
        guard text.count == 2 * Self.byteCount else { return nil }
        var digest: [UInt8] = []
        var high: UInt8?
        for byte in text {
            // One text for each version.
            guard !(97...102).contains(byte), let digit = Words.hexadecimalDigit(byte) else {
                return nil
            }
            if let first = high {
                digest.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        self.init(digest: digest)
    }

    func write(to writer: inout TextWriter) {
        for byte in digest { writer.hexadecimal(byte) }
    }
}
