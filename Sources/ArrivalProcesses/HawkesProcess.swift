public import Quantities
public import RandomStreams

/// A self-exciting process: people come at rate a = ``base`` by themselves, and each of them
/// brings n = ``branching`` others on average, exponentially later with mean 1/δ = ``decay``
/// (A. G. Hawkes, "Spectra of some self-exciting and mutually exciting point processes",
/// Biometrika 58(1), 1971). The rate is λ(t) = a + Σ nδ·exp(−δ(t − tᵢ)) over the arrivals tᵢ
/// before t; there are none before time zero.
///
/// Drawn exactly by A. Dassios and H. Zhao, "Exact simulation of Hawkes process with exponentially
/// decaying intensity", Electronic Communications in Probability 18(62), 2013: the next arrival is
/// the first of one at the base rate and one of the excess, which falls until then. O(1) and two
/// 64-bit words an arrival; nothing is rejected.
public struct HawkesProcess: Hashable, Sendable, BitwiseCopyable {
    /// People per second who come by themselves, a > 0.
    public let base: Double
    /// How many others each brings on average, n in 0..<1.
    public let branching: Double
    /// The mean time until they come, 1/δ, in seconds.
    public let decay: Double
    /// The rate above the base at `time`, with whoever came then.
    private var excess = 0.0
    private var time = SimTime.zero

    /// The process with the given rate, branching ratio and time constant, and nobody before.
    ///
    /// - Precondition: `base` and `decay` are positive, `branching` is in 0..<1; from 1 on a crowd
    ///   would never end.
    public init(base: Double, branching: Double, decay: SimDuration) {
        precondition(base > 0 && decay > .zero, "people come by themselves first")
        precondition(branching >= 0 && branching < 1, "from 1 on a crowd would never end")
        self.base = base
        self.branching = branching
        self.decay = decay.seconds
    }

    /// The next arrival.
    ///
    /// - Precondition: `now` never goes back.
    public mutating func next(
        after now: SimTime, before end: SimTime, using stream: inout RandomStream
    ) -> SimTime? {
        precondition(now >= time, "arrivals are drawn forward in time")
        let excess = self.excess * Elementary.exp(-(now - time).seconds / decay)
        let ownGap = stream.nextExponential(mean: 1 / base)
        // With E exponential: excess·decay·(1 − exp(−gap/decay)) = E, or never.
        let left = 1 - stream.nextExponential(mean: 1) / (excess * decay)
        let broughtGap = left > 0 ? -decay * Elementary.log(left) : .infinity
        guard let next = now.moved(by: min(ownGap, broughtGap), before: end) else { return nil }
        self.excess =
            excess * Elementary.exp(-(next - now).seconds / decay) + branching / decay
        time = next
        return next
    }
}

extension HawkesProcess {
    /// The long-run rate, a/(1 − n) people per second.
    public var stationaryRate: Double { base / (1 - branching) }

    /// Variance ÷ mean of counts in long windows, 1/(1 − n)².
    public var indexOfDispersion: Double { 1 / ((1 - branching) * (1 - branching)) }

    /// κ = δ(1 − n), at which the mean rate approaches the long-run one.
    private var relaxation: Double { (1 - branching) / decay }

    /// The mean number of arrivals before `end`, a/(1 − n)·(t − n(1 − e^{−κt})/κ), which solves
    /// dE[λ]/dt = κ(a/(1 − n) − E[λ]) with E[λ(0)] = a.
    public func meanCount(before end: SimTime) -> Double {
        let t = end.seconds
        let faded = 1 - Elementary.exp(-relaxation * t)
        return stationaryRate * (t - branching * faded / relaxation)
    }

    /// The variance of the number of arrivals before `end`, in closed form from the linear
    /// equations of the moments of the Markov process (N, λ), α = nδ:
    /// dVar[λ]/dt = −2κ·Var[λ] + α²E[λ],
    /// dCov[N, λ]/dt = −κ·Cov[N, λ] + Var[λ] + α·E[λ],
    /// dVar[N]/dt = 2·Cov[N, λ] + E[λ].
    public func countVariance(before end: SimTime) -> Double {
        let (n, k, rate, t) = (branching, relaxation, stationaryRate, end.seconds)
        let jump = n / decay
        let e = Elementary.exp(-k * t)
        // Var[λ] + α·E[λ] = steady + once·e^{−κt} + twice·e^{−2κt}.
        let steady = rate * jump * (jump / (2 * k) + 1)
        let once = -rate * jump * n * (jump / k + 1)
        let twice = rate * jump * jump * (2 * n - 1) / (2 * k)
        // Cov = steady/κ + once·t·e^{−κt} − twice/κ·e^{−2κt} + (twice − steady)/κ·e^{−κt}.
        let covariance =
            steady / k * t + once * (1 - e * (1 + k * t)) / (k * k)
            - twice * (1 - e * e) / (2 * k * k) + (twice - steady) * (1 - e) / (k * k)
        return 2 * covariance + meanCount(before: end)
    }
}
