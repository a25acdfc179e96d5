import RandomStreams

/// How many events a self-exciting process has in a while: each event adds
/// branching/decay·exp(−t/decay) to the rate `base` of all.
///
/// A. G. Hawkes, "Spectra of some self-exciting and mutually exciting point processes",
/// Biometrika 58, 1971.
public struct HawkesCounts: Hashable, Sendable {
    /// Events per second in the long run, base/(1 − branching).
    public let meanRate: Double
    private let branching: Double
    /// How fast a disturbance dies out, (1 − branching)/decay, per second.
    public let relaxation: Double

    /// The process with rate `base` per second without its own events, of which each brings
    /// `branching` others on average, within a mean time of `decay` seconds.
    ///
    /// - Precondition: `base` > 0, 0 ≤ `branching` < 1, `decay` > 0.
    public init(base: Double, branching: Double, decay: Double) {
        precondition(base > 0 && decay > 0, "a process has a rate and a kernel")
        precondition(branching >= 0 && branching < 1, "each event brings fewer than one other")
        meanRate = base / (1 - branching)
        relaxation = (1 - branching) / decay
        self.branching = branching
    }

    /// Variance ÷ mean of the number of events in `span` seconds of the stationary process: 1 for
    /// a short while, 1/(1 − n)² for a long one.
    ///
    /// With n = `branching`, κ = ``relaxation`` and u = κ·`span`, from the covariance density
    /// n(2 − n)/(2(1 − n))·(κ/(1 − n))·rate·exp(−κ|t|), integrated twice:
    /// 1 + n(2 − n)/(1 − n)²·(1 − (1 − e⁻ᵘ)/u).
    ///
    /// - Precondition: `span` > 0.
    public func dispersion(over span: Double) -> Double {
        precondition(span > 0, "a while lasts")
        let rest = 1 - branching
        let u = relaxation * span
        let saturation = 1 + Accurate.expMinusOne(-u) / u
        return 1 + branching * (2 - branching) / (rest * rest) * saturation
    }
}
