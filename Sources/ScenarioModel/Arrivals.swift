public import ArrivalProcesses
public import Quantities

/// How people open the app; those who queue again after a call are not among them.
public enum Arrivals: Hashable, Sendable {
    /// A Poisson process of that many people per second.
    case rate(Double)
    /// A Poisson process whose rate follows the points; constant before the first and after the
    /// last one.
    case profile(RateCurve.Interpolation, points: [RatePoint])
    /// A Poisson process whose rate is mean·(1 + amplitude·cos(2π(t − peak)/24 h)), where t is
    /// the time of day and the run begins at `start`.
    case diurnal(mean: Double, amplitude: Double, peakAt: SimDuration, start: SimDuration)
    /// A Poisson process of rate `base` that from `at` on rises linearly to base·factor within
    /// `rise` and falls back exponentially with time constant `decay`.
    case flashCrowd(
        base: Double, factor: Double, at: SimDuration, rise: SimDuration, decay: SimDuration)
    /// A self-exciting process: each arrival adds branching/decay·exp(−t/decay) to the rate `base`.
    case hawkes(base: Double, branching: Double, decay: SimDuration)
    /// The given times, ascending; the same in every replication.
    case trace([SimTime])

    /// The time of day at which the run begins; midnight where nothing says otherwise.
    public var dayStart: SimDuration {
        if case .diurnal(_, _, _, let start) = self { start } else { .zero }
    }

    /// The process at time zero; it tells when people come, one after the other, and how many on
    /// average.
    ///
    /// - Complexity: O(points or times).
    public var process: ArrivalProcess {
        switch self {
        case .rate(let rate): .poisson(PoissonProcess(rate: rate))
        case .profile(let interpolation, let points):
            .varying(VaryingPoissonProcess(.profile(interpolation, through: points)))
        case .diurnal(let mean, let amplitude, let peakAt, let start):
            .varying(
                VaryingPoissonProcess(
                    .diurnal(mean: mean, amplitude: amplitude, peakAt: peakAt, start: start)))
        case .flashCrowd(let base, let factor, let at, let rise, let decay):
            .varying(
                VaryingPoissonProcess(
                    .flashCrowd(base: base, factor: factor, at: at, rise: rise, decay: decay)))
        case .hawkes(let base, let branching, let decay):
            .hawkes(HawkesProcess(base: base, branching: branching, decay: decay))
        case .trace(let times): .replay(ArrivalReplay(times))
        }
    }
}
