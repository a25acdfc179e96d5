import Histogram

/// Histograms without observations, for copying: a histogram that must hold greater values is
/// replaced by a copy of a wider one, which costs little more than moving its memory.
enum EmptyHistograms {
    /// Bits of a value that the narrowest histogram holds: its cells are one wide throughout.
    private static let leastBits = 11

    /// By the bits of the greatest value they hold, from ``leastBits`` on.
    private static let byBits: [Histogram<UInt64>] = (leastBits...53).map { bits in
        Histogram(highestTrackableValue: 1 << bits - 1, numberOfSignificantValueDigits: .three)
    }

    /// The narrowest that holds `value`, with cells as fine as three significant digits ask for.
    static func holding(_ value: UInt64) -> Histogram<UInt64> {
        byBits[max(64 - value.leadingZeroBitCount, leastBits) - leastBits]
    }
}
