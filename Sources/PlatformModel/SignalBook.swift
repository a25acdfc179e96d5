import RiskScoring

/// What people's browsers showed of their devices: what an audit looks for in messages, in records and in the scorer's memory.
///
/// Only the four digests of 64 bits count: what else a browser shows is a few bits each, which stand anywhere. People with phones
/// of one make have the same digests, so that of these several are named where one of them is meant: all of them
/// are shown by what is found. A browser that has drifted shows another canvas and the other three as before; who comes with
/// another device shows four others.
struct SignalBook {
    /// What was shown last, by person.
    private var people: [SIMD4<UInt64>] = []
    private var isKnown: [Bool] = []
    /// What was shown before that and is not any more.
    private var former: [Former] = []

    private struct Former {
        var subject: UInt32
        var words: SIMD4<UInt64>
    }

    /// The browser of `subject` shows `signals` now.
    mutating func note(_ signals: FingerprintSignals, of subject: UInt32) {
        while people.count <= Int(subject) {
            people.append(.zero)
            isKnown.append(false)
        }
        let words = SIMD4(signals.canvas, signals.graphics, signals.audio, signals.fonts)
        if isKnown[Int(subject)], people[Int(subject)] != words {
            former.append(Former(subject: subject, words: people[Int(subject)]))
        }
        people[Int(subject)] = words
        isKnown[Int(subject)] = true
    }

    /// Whether a digest that `subject` shows now is in `bytes`, in either order of its bytes.
    ///
    /// - Complexity: O(bytes).
    func show(_ subject: UInt32, in bytes: [UInt8]) -> Bool {
        guard bytes.count >= 8, Int(subject) < people.count, isKnown[Int(subject)] else {
            return false
        }
        let words = people[Int(subject)]
        let swapped = Self.swapped(words)
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

    private static func swapped(_ words: SIMD4<UInt64>) -> SIMD4<UInt64> {
        SIMD4(
            words[0].byteSwapped, words[1].byteSwapped, words[2].byteSwapped, words[3].byteSwapped)
    }

    // MARK: Everybody

    /// The people of whom a digest that was ever shown is in `bytes`, in either order of its bytes; in order.
    ///
    /// - Complexity: O(bytes + people).
    func owners(in bytes: [UInt8]) -> [UInt32] {
        guard bytes.count >= 8 else { return [] }
        let filter = WordFilter(bytes)
        var wanted = Set<UInt64>()
        forEachForm { _, word in if filter.mayHold(word) { wanted.insert(word) } }
        guard !wanted.isEmpty else { return [] }
        var found = Set<UInt64>()
        bytes.forEachWord { if wanted.contains($0) { found.insert($0) } }
        guard !found.isEmpty else { return [] }
        var owners: [UInt32] = []
        forEachForm { subject, word in
            if found.contains(word), owners.last != subject { owners.append(subject) }
        }
        owners.sort()
        return owners.indices.filter { $0 == 0 || owners[$0] != owners[$0 - 1] }.map { owners[$0] }
    }

    private func forEachForm(_ visit: (UInt32, UInt64) -> Void) {
        func visitAll(_ words: SIMD4<UInt64>, of subject: UInt32) {
            for index in 0..<4 {
                visit(subject, words[index])
                visit(subject, words[index].byteSwapped)
            }
        }
        for subject in people.indices where isKnown[subject] {
            visitAll(people[subject], of: UInt32(subject))
        }
        for one in former { visitAll(one.words, of: one.subject) }
    }
}

/// Tells of most words that they are not in some bytes.
private struct WordFilter {
    private var bits: [UInt64]
    private let shift: UInt64

    /// Of all words of `bytes`, wherever they begin: sixteen bits for each, from 2¹⁰ to 2²⁸ together.
    init(_ bytes: [UInt8]) {
        var exponent: UInt64 = 10
        while exponent < 28, 1 << exponent < 16 * bytes.count { exponent += 1 }
        shift = 64 - exponent
        var bits = [UInt64](repeating: 0, count: 1 << (exponent - 6))
        let shift = shift
        bytes.forEachWord {
            let place = Self.place(of: $0, shift)
            bits[place >> 6] |= 1 << UInt64(place & 63)
        }
        self.bits = bits
    }

    func mayHold(_ word: UInt64) -> Bool {
        let place = Self.place(of: word, shift)
        return bits[place >> 6] >> UInt64(place & 63) & 1 != 0
    }

    /// Bits that depend on all of a word (Knuth, The Art of Computer Programming 3, §6.4).
    private static func place(of word: UInt64, _ shift: UInt64) -> Int {
        Int((word &* 0x9E37_79B9_7F4A_7C15) >> shift)
    }
}

extension [UInt8] {
    /// Calls `visit` with the eight bytes from each place on.
    fileprivate func forEachWord(_ visit: (UInt64) -> Void) {
        guard count >= 8 else { return }
        withUnsafeBytes { bytes in
            for start in 0...(bytes.count - 8) {
                visit(bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
            }
        }
    }
}
