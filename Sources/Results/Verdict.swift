public import Measurement
public import ScenarioModel
public import Statistics

/// Whether a run met one of its targets.
public struct Verdict: Hashable, Sendable {
    /// The target.
    public var threshold: Threshold
    /// The figure that was compared, in SI units; nil without observations, which fails.
    public var value: Double?
    /// Whether the target is met.
    public var isMet: Bool

    /// The given outcome.
    public init(threshold: Threshold, value: Double?, isMet: Bool) {
        self.threshold = threshold
        self.value = value
        self.isMet = isMet
    }

    /// Holds a run to `threshold`.
    public init(_ threshold: Threshold, of summary: RunSummary) {
        self.threshold = threshold
        value = summary.figures(threshold.metric)?.figures.figure(threshold.statistic)
        isMet = value.map(threshold.isMet) ?? false
    }

    /// The target's key in scenario and result files, such as `match.latency.p95`.
    public var key: String {
        threshold.statistic == .value
            ? threshold.metric : "\(threshold.metric).\(threshold.statistic.rawValue)"
    }
}

extension Figures {
    /// The figure called `statistic`; nil where the metric has none such or no observations.
    public func figure(_ statistic: Threshold.Statistic) -> Double? {
        switch self {
        case .distribution(let figures): figures.figure(statistic)
        case .value(let figures): statistic == .value ? figures.value : nil
        case .ratio(let figures): statistic == .value ? figures.value : nil
        case .survival(let figures): figures.figure(statistic)
        case .level(let figures):
            switch statistic {
            case .timeMean: figures.timeMean
            case .peak: figures.peak
            default: nil
            }
        }
    }

    /// The 95 % interval of the figure called `statistic`; nil where there is none.
    public func interval(_ statistic: Threshold.Statistic) -> ConfidenceInterval? {
        switch (self, statistic) {
        case (.distribution(let figures), .mean): figures.meanInterval
        case (.distribution(let figures), .p95): figures.p95Interval
        case (.survival(let figures), .p50): figures.p50Interval
        case (.value(let figures), .value): figures.interval
        case (.ratio(let figures), .value): figures.interval
        case (.level(let figures), .timeMean): figures.interval
        default: nil
        }
    }
}

extension SurvivalFigures {
    fileprivate func figure(_ statistic: Threshold.Statistic) -> Double? {
        switch statistic {
        case .count: Double(subjects)
        case .p50: p50
        case .p90: p90
        default: nil
        }
    }
}

extension DistributionFigures {
    fileprivate func figure(_ statistic: Threshold.Statistic) -> Double? {
        switch statistic {
        case .count: Double(count)
        case .mean: mean
        case .min: min
        case .p50: p50
        case .p90: p90
        case .p95: p95
        case .p99: p99
        case .p999: p999
        case .max: max
        case .value, .timeMean, .peak: nil
        }
    }
}
