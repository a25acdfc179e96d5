/// Holm's step-down correction for several tests at once.
public enum Holm {
    /// The probabilities adjusted so that those below a level may be believed together: the chance
    /// that any of them is there by chance alone stays below that level, however they depend on each other.
    ///
    /// The i-th smallest of m, from 0, becomes the greatest so far of (m − i)·p, at most 1.
    ///
    /// Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
    /// Journal of Statistics 6, 1979.
    ///
    /// - Complexity: O(m log m).
    public static func adjusted(_ probabilities: [Double]) -> [Double] {
        let m = probabilities.count
        let order = probabilities.indices.sorted {
            (probabilities[$0], $0) < (probabilities[$1], $1)
        }
        var result = probabilities
        var greatest = 0.0
        for (rank, index) in order.enumerated() {
            greatest = max(greatest, min(1, Double(m - rank) * probabilities[index]))
            result[index] = greatest
        }
        return result
    }
}
