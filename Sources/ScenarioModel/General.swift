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
