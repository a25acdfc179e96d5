public import ScenarioModel

/// What a closed form says of one figure of a run before it is simulated.
public struct Prediction: Hashable, Sendable {
    /// The metric's name in result files, such as `match.latency`.
    public let metric: String
    /// Which of its figures: `mean` or `p95` of a distribution, `value` of a ratio or count (per
    /// replication), `time_mean` of a level.
    public let statistic: Threshold.Statistic
    /// The figure, in the metric's reported unit.
    public let value: Double
    /// By how much the figure of a run may differ from `value` on average, relative to it, because
    /// the run is not quite what the formula is of: its edges, or the set-up of calls; ≥ 0, and 0
    /// where the formula is exact.
    public let tolerance: Double
    /// The formula and its source, in a few words.
    public let formula: String

    /// The figure `statistic` of `metric` is `value`, by `formula`.
    public init(
        metric: String, statistic: Threshold.Statistic, value: Double, tolerance: Double = 0,
        formula: String
    ) {
        self.metric = metric
        self.statistic = statistic
        self.value = value
        self.tolerance = tolerance
        self.formula = formula
    }

    /// The key in result files: `match.latency.mean`; the bare name for `value`.
    public var key: String {
        statistic == .value ? metric : "\(metric).\(statistic.rawValue)"
    }
}
