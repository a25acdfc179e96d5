/// Tells of most words that they are none of some: a Bloom filter of two bits each.
///
/// - Complexity: two bits in sixteen are set for each word, so that one in sixty others passes.
struct WordFilter {
    private var bits: [UInt64]
    /// By how much a hash is shifted to give a place among `bits`.
    private let shift: UInt64

    /// A filter for about `count` words.
    init(for count: Int) {
        var size = 10
        while 64 << size < 16 * count { size += 1 }
        bits = [UInt64](repeating: 0, count: 1 << size)
        shift = UInt64(64 - size)
    }

    /// Spread over all bits (the finaliser of MurmurHash3).
    private static func hash(_ word: UInt64) -> UInt64 {
        var word = (word ^ word >> 33) &* 0xff51_afd7_ed55_8ccd
        word = (word ^ word >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return word ^ word >> 33
    }

    /// Both bits, in the word at `hash >> shift`.
    private static func mask(_ hash: UInt64) -> UInt64 {
        1 << (hash & 63) | 1 << (hash >> 6 & 63)
    }

    mutating func insert(_ word: UInt64) {
        let hash = Self.hash(word)
        bits[Int(hash >> shift)] |= Self.mask(hash)
    }

    /// Calls `body` with each eight bytes, big-endian, that may be one of the words.
    func forEachPossible(in bytes: UnsafeRawBufferPointer, _ body: (UInt64) -> Void) {
        guard bytes.count >= 8 else { return }
        bits.withUnsafeBufferPointer { bits in
            var word: UInt64 = 0
            for place in bytes.indices {
                word = word << 8 | UInt64(bytes[place])
                let hash = Self.hash(word)
                let mask = Self.mask(hash)
                if bits[Int(hash >> shift)] & mask == mask, place >= 7 { body(word) }
            }
        }
    }
}
