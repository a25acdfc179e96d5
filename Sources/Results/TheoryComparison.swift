public import Measurement
public import ScenarioModel
public import Statistics
public import Theory

/// What a closed form says of a figure, beside what was simulated.
public struct TheoryComparison: Hashable, Sendable {
    /// The metric's name.
    public var metric: String
    /// Which of its figures.
    public var statistic: Threshold.Statistic
    /// What the closed form says, in the metric's unit.
    public var value: Double
    /// By how much a run may differ from that on average, relative to it, ≥ 0.
    public var tolerance: Double
    /// The formula and its source.
    public var formula: String
    /// What was simulated; nil without observations.
    public var simulated: Double?
    /// Its 95 % interval; nil where there is none.
    public var interval: ConfidenceInterval?

    /// Whether the closed form lies inside the interval, as it does 95 times in 100 where both are
    /// right; nil without one. The tolerance is not added.
    public var isInside: Bool? { interval.map { $0.low <= value && value <= $0.high } }

    /// The figure's key, such as `match.latency.mean`.
    public var key: String {
        statistic == .value ? metric : "\(metric).\(statistic.rawValue)"
    }

    /// The given figures.
    public init(
        metric: String, statistic: Threshold.Statistic, value: Double, tolerance: Double,
        formula: String, simulated: Double?, interval: ConfidenceInterval?
    ) {
        self.metric = metric
        self.statistic = statistic
        self.value = value
        self.tolerance = tolerance
        self.formula = formula
        self.simulated = simulated
        self.interval = interval
    }

    /// Holds a run to `prediction`.
    public init(_ prediction: Prediction, of summary: RunSummary) {
        let figures = summary.figures(prediction.metric)?.figures
        self.init(
            metric: prediction.metric, statistic: prediction.statistic, value: prediction.value,
            tolerance: prediction.tolerance, formula: prediction.formula,
            simulated: figures?.figure(prediction.statistic),
            interval: figures?.interval(prediction.statistic))
    }
}
