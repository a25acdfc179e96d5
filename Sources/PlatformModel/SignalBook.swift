import RiskScoring

/// What people's browsers showed last of their devices: what an audit looks for in messages and records.
struct SignalBook {
    /// By person; only the digests, which nobody else has.
    private var people: [SIMD4<UInt64>] = []
    private var isKnown: [Bool] = []

    /// The browser of `subject` shows `signals` now.
    mutating func note(_ signals: FingerprintSignals, of subject: UInt32) {
        while people.count <= Int(subject) {
            people.append(.zero)
            isKnown.append(false)
        }
        people[Int(subject)] = SIMD4(signals.canvas, signals.graphics, signals.audio, signals.fonts)
        isKnown[Int(subject)] = true
    }

    /// Whether a digest that `subject` shows is in `bytes`, in either order of its bytes.
    ///
    /// - Complexity: O(bytes).
    func show(_ subject: UInt32, in bytes: [UInt8]) -> Bool {
        guard bytes.count >= 8, Int(subject) < people.count, isKnown[Int(subject)] else {
            return false
        }
        let words = people[Int(subject)]
        let swapped = SIMD4(
            words[0].byteSwapped, words[1].byteSwapped, words[2].byteSwapped, words[3].byteSwapped)
        // By the value of a byte, whether a form begins with it.
        var begins = InlineArray<4, UInt64>(repeating: 0)
        for index in 0..<4 {
            begins[Int(words[index] & 0xff) >> 6] |= 1 << (words[index] & 63)
            begins[Int(swapped[index] & 0xff) >> 6] |= 1 << (swapped[index] & 63)
        }
        return bytes.withUnsafeBytes { bytes in
            for start in 0...(bytes.count - 8) {
                let first = bytes[start]
                guard begins[Int(first >> 6)] >> UInt64(first & 63) & 1 != 0 else { continue }
                let word = bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                if any(words .== word) || any(swapped .== word) { return true }
            }
            return false
        }
    }
}
