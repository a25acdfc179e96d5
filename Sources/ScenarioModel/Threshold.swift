/// A target that a run is held to.
public struct Threshold: Hashable, Sendable {
    /// The metric's name, such as `match.latency`.
    public var metric: String
    /// Which figure of the metric is compared.
    public var statistic: Statistic
    /// How it must relate to the limit.
    public var comparison: Comparison
    /// The limit in SI units: seconds, bit/s, ratios 0…1, plain numbers.
    public var limit: Double

    /// Which figure of a metric is meant.
    public enum Statistic: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// The one value of a count or ratio.
        case value
        /// The number of observations of a distribution.
        case count
        /// The mean of a distribution.
        case mean
        /// Its smallest observation.
        case min
        /// Its median.
        case p50
        /// Its 90th percentile.
        case p90
        /// Its 95th percentile.
        case p95
        /// Its 99th percentile.
        case p99
        /// Its 99.9th percentile.
        case p999
        /// Its greatest observation.
        case max
        /// The mean of a level over time.
        case timeMean = "time_mean"
        /// The highest value of a level.
        case peak
    }

    /// How a figure must relate to a limit.
    public enum Comparison: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// At most.
        case atMost = "<="
        /// At least.
        case atLeast = ">="
        /// Less than.
        case below = "<"
        /// More than.
        case above = ">"
    }

    /// The target `metric.statistic comparison limit`.
    public init(metric: String, statistic: Statistic, comparison: Comparison, limit: Double) {
        self.metric = metric
        self.statistic = statistic
        self.comparison = comparison
        self.limit = limit
    }

    /// Whether `figure`, in SI units, meets the target.
    public func isMet(by figure: Double) -> Bool {
        switch comparison {
        case .atMost: figure <= limit
        case .atLeast: figure >= limit
        case .below: figure < limit
        case .above: figure > limit
        }
    }
}
