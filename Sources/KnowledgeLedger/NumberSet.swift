/// Some of the numbers from 0 on, a bit each.
public struct NumberSet: Hashable, Sendable {
    private var words: [UInt64] = []
    /// How many there are.
    public private(set) var count = 0

    /// No number.
    public init() {}

    /// Adds `number`, if it is not there.
    public mutating func insert(_ number: UInt32) {
        let (word, bit) = (Int(number >> 6), UInt64(1) << UInt64(number & 63))
        while words.count <= word { words.append(0) }
        if words[word] & bit == 0 { count += 1 }
        words[word] |= bit
    }

    /// Whether `number` is there.
    public func contains(_ number: UInt32) -> Bool {
        let word = Int(number >> 6)
        return word < words.count && words[word] >> UInt64(number & 63) & 1 != 0
    }

    /// Adds all that are in `other`.
    ///
    /// - Complexity: O(greatest number).
    public mutating func formUnion(_ other: NumberSet) {
        while words.count < other.words.count { words.append(0) }
        for (index, word) in other.words.enumerated() { words[index] |= word }
        count = words.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    /// Leaves those that are in `other` as well.
    ///
    /// - Complexity: O(greatest number).
    public mutating func formIntersection(_ other: NumberSet) {
        for index in words.indices {
            words[index] &= index < other.words.count ? other.words[index] : 0
        }
        count = words.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    /// Takes out those that are in `other`.
    ///
    /// - Complexity: O(greatest number).
    public mutating func subtract(_ other: NumberSet) {
        for index in 0..<min(words.count, other.words.count) { words[index] &= ~other.words[index] }
        count = words.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    /// The least number that is in one of the two and not in the other; nil where they are equal.
    ///
    /// - Complexity: O(greatest number).
    public func leastDifference(from other: NumberSet) -> UInt32? {
        for index in 0..<max(words.count, other.words.count) {
            let mine = index < words.count ? words[index] : 0
            let theirs = index < other.words.count ? other.words[index] : 0
            let difference = mine ^ theirs
            guard difference != 0 else { continue }
            return UInt32(index << 6 + difference.trailingZeroBitCount)
        }
        return nil
    }

    /// Equal when they hold the same numbers.
    public static func == (a: NumberSet, b: NumberSet) -> Bool {
        a.count == b.count && a.leastDifference(from: b) == nil
    }

    /// Feeds how many there are to `hasher`.
    public func hash(into hasher: inout Hasher) { hasher.combine(count) }
}
