/// Finds out whether something of a text is in other bytes.
struct TextPieces {
    private let text: [UInt8]

    /// Looks for the pieces of `text`, eight bytes each, of which any counts: 15 bytes in a row are always found, fewer than
    /// eight never.
    init(_ text: [UInt8]) { self.text = text }

    /// Bits of the filter that tells of most words that they are no piece.
    private static let filterBits = 4096

    /// Whether a piece is in `bytes`.
    ///
    /// - Complexity: O(bytes + text), and for the few words that look like a piece O(text).
    func areFound(in bytes: [UInt8]) -> Bool {
        guard text.count >= 8, bytes.count >= 8 else { return false }
        return text.withUnsafeBytes { text in
            bytes.withUnsafeBytes { bytes in
                withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.filterBits / 64) {
                    $0.initialize(repeating: 0)
                    return Self.areFound(text, in: bytes, $0)
                }
            }
        }
    }

    private static func areFound(
        _ text: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer,
        _ filter: UnsafeMutableBufferPointer<UInt64>
    ) -> Bool {
        let pieces = stride(from: 0, through: text.count - 8, by: 8)
        for start in pieces {
            let place = place(of: word(text, start))
            filter[place >> 6] |= 1 << UInt64(place & 63)
        }
        for start in 0...(bytes.count - 8) {
            let word = word(bytes, start)
            let place = place(of: word)
            guard filter[place >> 6] >> UInt64(place & 63) & 1 != 0 else { continue }
            if pieces.contains(where: { self.word(text, $0) == word }) { return true }
        }
        return false
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)
    }

    /// Twelve bits that depend on all of a word (Knuth, The Art of Computer Programming 3, §6.4).
    private static func place(of word: UInt64) -> Int {
        Int((word &* 0x9E37_79B9_7F4A_7C15) >> 52)
    }
}
