/// Where a series has settled: the marginal standard error rule on means of batches of five.
///
/// Of all d it cuts the first d batches off for which the mean of the rest has the least squared
/// standard error, Σ(z − z̄)² ÷ (n − d)²: the batches of a beginning that is far from what follows
/// cost more than they add. A least value in the second half says that the series is too short
/// to tell.
///
/// K. P. White, "An effective truncation heuristic for bias reduction in simulation output",
/// Simulation 69, 1997; W. W. Franklin and K. P. White, "Stationarity tests and MSER-5", Winter
/// Simulation Conference 2008.
public struct MSER5: Hashable, Sendable, BitwiseCopyable {
    /// Values in a batch.
    public static let batchSize = 5
    /// Batches that are always left: the rule finds almost any two or three of the last ones alike.
    public static let leastRest = 5
    /// Fewer batches than this tell nothing.
    public static let leastBatches = 10

    /// How many whole batches the series has.
    public let batchCount: Int
    /// How many values are to be cut off, a multiple of ``batchSize``.
    public let truncation: Int
    /// Whether the cut is in the first half of the series, as it is where the series has settled.
    public var isConclusive: Bool { truncation <= batchCount * Self.batchSize / 2 }

    /// The cut of `values`, equally spaced in time; nil with fewer than ``leastBatches`` batches.
    /// What follows the last whole batch is left out. Of equal cuts the earliest is taken.
    ///
    /// All sums are exact, so that a series pooled by addition gives the same cut in any order.
    ///
    /// - Precondition: magnitudes are below 2^40, and there are fewer than 2^20 batches.
    /// - Complexity: O(number of values).
    public init?(_ values: [Int64]) {
        batchCount = values.count / Self.batchSize
        guard batchCount >= Self.leastBatches else { return nil }
        precondition(batchCount < 1 << 20, "a series of too many batches")
        var (sum, squares) = (Int128(0), Int128(0))
        var best: (cut: Int, error: Double)?
        for cut in (0..<batchCount).reversed() {
            var batch = Int128(0)
            for value in values[cut * Self.batchSize..<(cut + 1) * Self.batchSize] {
                precondition(value.magnitude < 1 << 40, "a series of values too large")
                batch += Int128(value)
            }
            sum += batch
            squares += batch * batch
            let rest = batchCount - cut
            guard rest >= Self.leastRest else { continue }
            // Σ(z − z̄)² ÷ n² = (n·Σz² − (Σz)²) ÷ n³
            let count = Double(rest)
            let error = Double(Int128(rest) * squares - sum * sum) / (count * count * count)
            if best == nil || error <= best!.error { best = (cut, error) }
        }
        truncation = (best?.cut ?? 0) * Self.batchSize
    }
}
