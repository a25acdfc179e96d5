import Quantities

/// Seed, length and number of the runs.
public struct General: Hashable, Sendable, BitwiseCopyable {
    /// The seed that all streams descend from.
    public var seed: UInt64
    /// Simulated first and not measured; shorter than `stopTime`.
    public var warmUp: SimDuration
    /// Simulated end, > 0.
    public var stopTime: SimDuration
    /// Independent replications, ≥ 1; number r draws from the streams (seed, r).
    public var replications: Int
    /// Distance of two rows of the time series, > 0.
    public var seriesStep: SimDuration

    /// The given lengths; by default ten minutes of which the first is not measured, five times.
    public init(
        seed: UInt64 = 1, warmUp: SimDuration = .minutes(1), stopTime: SimDuration = .minutes(10),
        replications: Int = 5, seriesStep: SimDuration = .seconds(10)
    ) {
        self.seed = seed
        self.warmUp = warmUp
        self.stopTime = stopTime
        self.replications = replications
        self.seriesStep = seriesStep
    }

    /// The time that is measured: stop time less warm-up.
    public var measured: SimDuration { stopTime - warmUp }
}

/// How people open the app; those who queue again after a call are not among them.
public enum Arrivals: Hashable, Sendable {
    /// A Poisson process of that many people per second.
    case rate(Double)
    /// A Poisson process whose rate follows the points; constant before the first and after the
    /// last one.
    case profile(Interpolation, points: [RatePoint])
    /// A Poisson process whose rate is mean·(1 + amplitude·cos(2π(t − peak)/24 h)), where t is
    /// the time of day and the run begins at `start`.
    case diurnal(mean: Double, amplitude: Double, peakAt: SimDuration, start: SimDuration)
    /// A Poisson process of rate `base` that from `at` on rises linearly to base·factor within
    /// `rise` and falls back exponentially with time constant `decay`.
    case flashCrowd(
        base: Double, factor: Double, at: SimDuration, rise: SimDuration, decay: SimDuration)
    /// A self-exciting process: each arrival adds branching/decay·exp(−t/decay) to the rate `base`.
    case hawkes(base: Double, branching: Double, decay: SimDuration)
    /// The given times, ascending.
    case trace([SimTime])

    /// How a rate goes from one point of a profile to the next.
    public enum Interpolation: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// In a straight line.
        case linear
        /// In a jump at the later point.
        case step
    }
}

/// One point of a rate profile.
public struct RatePoint: Hashable, Sendable, BitwiseCopyable {
    /// When, from the beginning of the run.
    public var at: SimTime
    /// People per second from then on.
    public var rate: Double

    /// `rate` people per second at `at`.
    public init(at: SimTime, rate: Double) {
        self.at = at
        self.rate = rate
    }
}
