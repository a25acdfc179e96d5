/// Intervals by what a figure comes to without each of some groups of independent units in turn.
///
/// M. H. Quenouille, "Notes on bias in estimation", Biometrika 43 (1956), for the idea; J. W. Tukey, "Bias and confidence in not
/// quite large samples", Annals of Mathematical Statistics 29 (1958), for the interval; P. S. Kott, "The delete-a-group
/// jackknife", Journal of Official Statistics 17 (2001), for groups instead of single units.
///
/// The variance comes out too large rather than too small where units act together (B. Efron and C. Stein, "The jackknife
/// estimate of variance", Annals of Statistics 9, 1981). Where all figures are alike it is zero, which is no certainty: of
/// what never happened it cannot tell how often it might.
public enum Jackknife {
    /// `value` ± t(0.975, G − 1)·√((G − 1)/G · Σ(xᵍ − `value`)²) over the G figures xᵍ of `parts`; nil with fewer than two.
    ///
    /// - Parameter parts: what the figure comes to without each group, each in place of the whole one: of a total, scaled up to
    ///   as many units.
    public static func interval95(
        of value: Double, leavingOut parts: [Double]
    ) -> ConfidenceInterval? {
        guard parts.count >= 2 else { return nil }
        let groups = Double(parts.count)
        let squares = parts.reduce(0) { $0 + ($1 - value) * ($1 - value) }
        let error = ((groups - 1) / groups * squares).squareRoot()
        let half = StudentT.quantile(0.975, degreesOfFreedom: parts.count - 1) * error
        return ConfidenceInterval(low: value - half, high: value + half)
    }
}
