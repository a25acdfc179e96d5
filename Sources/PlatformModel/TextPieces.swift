/// Finds out whether something of a text is in other bytes.
struct TextPieces {
    private let words: [UInt64]
    /// By the upper bits of a word, whether there can be one.
    private var filter = InlineArray<64, UInt64>(repeating: 0)

    /// Looks for the pieces of `text`, eight bytes each, of which any counts: 15 bytes in a row are always found, fewer than
    /// eight never.
    init(_ text: [UInt8]) {
        words = text.withUnsafeBytes { text in
            stride(from: 0, through: text.count - 8, by: 8).map {
                text.loadUnaligned(fromByteOffset: $0, as: UInt64.self)
            }
        }
        for word in words {
            let place = Self.place(of: word)
            filter[place >> 6] |= 1 << UInt64(place & 63)
        }
    }

    /// Whether a piece is in `bytes`.
    ///
    /// - Complexity: O(bytes), and for the few that look like a piece O(pieces).
    func areFound(in bytes: [UInt8]) -> Bool {
        guard !words.isEmpty, bytes.count >= 8 else { return false }
        return bytes.withUnsafeBytes { bytes in
            for start in 0...(bytes.count - 8) {
                let word = bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                let place = Self.place(of: word)
                guard filter[place >> 6] >> UInt64(place & 63) & 1 != 0 else { continue }
                if words.contains(word) { return true }
            }
            return false
        }
    }

    /// Twelve bits that depend on all of a word (Knuth, The Art of Computer Programming 3, §6.4).
    private static func place(of word: UInt64) -> Int { Int((word &* 0x9E37_79B9_7F4A_7C15) >> 52) }
}
