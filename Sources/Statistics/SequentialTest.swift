import RandomStreams

/// How much of an error probability a test that is looked at several times may have spent by each
/// look.
///
/// The spending function is α·ln(1 + (e − 1)·t), which spends nearly evenly: a decision is possible early. A look
/// at share t is a test at the level that was not spent before it. By the union bound the probability
/// of a wrong decision at any look is at most α, however the looks depend on each other.
///
/// Source: K. K. G. Lan, D. L. DeMets, "Discrete sequential boundaries for clinical trials",
/// Biometrika 70, 1983, for the function; the bound is coarser than theirs and needs no assumption.
public struct ErrorSpending: Hashable, Sendable {
    /// The probability of a wrong decision at any look, inside 0…1.
    public let total: Double

    /// Spends `total` over all looks.
    ///
    /// - Precondition: 0 < `total` < 1.
    public init(total: Double) {
        precondition(total > 0 && total < 1, "an error probability lies inside 0…1")
        self.total = total
    }

    /// What may have been spent by the look at share `share` of the greatest amount of data, 0…1.
    public func spent(by share: Double) -> Double {
        let e = Elementary.exp(1)
        return total * Elementary.log(1 + (e - 1) * min(1, max(0, share)))
    }

    /// The levels of the looks after `counts` of at most `counts.last` observations, ascending.
    public func levels(at counts: [Int]) -> [Double] {
        guard let most = counts.last, most > 0 else { return [] }
        var before = 0.0
        return counts.map { count in
            let spent = count == most ? total : spent(by: Double(count) / Double(most))
            defer { before = spent }
            return spent - before
        }
    }
}

/// Student's test of a mean against zero in one direction.
public enum OneSidedTest {
    /// The probability of a mean as far below zero as that of `values` if the true mean is zero or
    /// more: small where the mean is surely negative.
    ///
    /// Values that are all the same leave nothing to chance: 0 below zero and 1 otherwise. Nil with
    /// fewer than two values.
    public static func below(zero values: [Double]) -> Double? {
        guard values.count >= 2 else { return nil }
        let n = Double(values.count)
        let mean = values.reduce(0, +) / n
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares / (n - 1) / n).squareRoot()
        // Differences that are rounding alone are none.
        guard error > mean.magnitude * 1e-12 else { return mean < 0 ? 0 : 1 }
        let inside = StudentT.central(
            mean.magnitude / error, degreesOfFreedom: values.count - 1)
        let tail = max(0, (1 - inside) / 2)
        return mean < 0 ? tail : 1 - tail
    }
}
