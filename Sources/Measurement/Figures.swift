public import Statistics

/// The printed figures of a distribution, in its unit; nil without observations.
public struct DistributionFigures: Hashable, Sendable {
    /// Observations over all replications.
    public var count: Int64 = 0
    /// Mean of all observations.
    public var mean: Double?
    /// The least observation.
    public var min: Double?
    /// The median of all observations.
    public var p50: Double?
    /// The 90th percentile of all observations.
    public var p90: Double?
    /// The 95th percentile of all observations.
    public var p95: Double?
    /// The 99th percentile of all observations.
    public var p99: Double?
    /// The 99.9th percentile of all observations.
    public var p999: Double?
    /// The greatest observation.
    public var max: Double?
    /// 95 % interval of the replications' own means; nil with fewer than two.
    public var meanInterval: ConfidenceInterval?
    /// 95 % interval of the replications' own 95th percentiles; nil with fewer than two.
    public var p95Interval: ConfidenceInterval?

    /// No observations.
    public init() {}
}

/// The printed figure of a count, contrast or index.
public struct ValueFigures: Hashable, Sendable {
    /// A count's mean per replication; a contrast's or index's value over all replications
    /// together; nil without observations.
    public var value: Double?
    /// 95 % interval of the replications' own values; nil with fewer than two.
    public var interval: ConfidenceInterval?
    /// A count's sum over all replications; nil where it is no whole number of the reported unit
    /// (money), and for contrasts and indexes.
    public var total: Int64?

    /// The given figures.
    public init(value: Double?, interval: ConfidenceInterval?, total: Int64? = nil) {
        self.value = value
        self.interval = interval
        self.total = total
    }
}

/// The printed figures of a ratio.
public struct RatioFigures: Hashable, Sendable {
    /// Numerator ÷ denominator in the ratio's unit; nil while the denominator is 0.
    public var value: Double?
    /// 95 % interval of the replications' own values; nil with fewer than two.
    public var interval: ConfidenceInterval?
    /// The part, over all replications.
    public var numerator: Int64
    /// The whole, over all replications.
    public var denominator: Int64

    /// The given figures.
    public init(
        value: Double?, interval: ConfidenceInterval?, numerator: Int64, denominator: Int64
    ) {
        self.value = value
        self.interval = interval
        self.numerator = numerator
        self.denominator = denominator
    }
}

/// The printed figures of a survival: by when it has happened to which share of the subjects, in the
/// metric's unit; nil where the observations do not reach so far.
public struct SurvivalFigures: Hashable, Sendable {
    /// Those who were watched, over all replications.
    public var subjects: Int64
    /// Those to whom it happened.
    public var events: Int64
    /// By when to a tenth.
    public var p10: Double?
    /// By when to a quarter.
    public var p25: Double?
    /// By when to half.
    public var p50: Double?
    /// By when to three quarters.
    public var p75: Double?
    /// By when to nine tenths.
    public var p90: Double?
    /// 95 % interval of the replications' own medians; nil with fewer than two that have one.
    public var p50Interval: ConfidenceInterval?

    /// The given figures.
    public init(
        subjects: Int64, events: Int64, p10: Double? = nil, p25: Double? = nil,
        p50: Double? = nil, p75: Double? = nil, p90: Double? = nil,
        p50Interval: ConfidenceInterval? = nil
    ) {
        self.subjects = subjects
        self.events = events
        self.p10 = p10
        self.p25 = p25
        self.p50 = p50
        self.p75 = p75
        self.p90 = p90
        self.p50Interval = p50Interval
    }
}

/// The printed figures of a level.
public struct LevelFigures: Hashable, Sendable {
    /// The mean over the measured time of all replications; nil when there was none.
    public var timeMean: Double?
    /// The greatest level in any replication.
    public var peak: Double
    /// 95 % interval of the replications' own means; nil with fewer than two.
    public var interval: ConfidenceInterval?

    /// The given figures.
    public init(timeMean: Double?, peak: Double, interval: ConfidenceInterval?) {
        self.timeMean = timeMean
        self.peak = peak
        self.interval = interval
    }
}

/// The printed figures of one metric or of one of its groups.
public enum Figures: Hashable, Sendable {
    /// Of a distribution.
    case distribution(DistributionFigures)
    /// Of a count, contrast or index.
    case value(ValueFigures)
    /// Of a survival.
    case survival(SurvivalFigures)
    /// Of a ratio.
    case ratio(RatioFigures)
    /// Of a level.
    case level(LevelFigures)
}

/// The figures of one metric.
public struct MetricFigures: Hashable, Sendable {
    /// The metric's name.
    public var name: String
    /// Its unit.
    public var unit: MetricUnit
    /// Its figures.
    public var figures: Figures

    /// `figures` of the metric `name`.
    public init(name: String, unit: MetricUnit, figures: Figures) {
        self.name = name
        self.unit = unit
        self.figures = figures
    }
}

/// The figures of one metric for one label.
public struct GroupFigures: Hashable, Sendable {
    /// The metric's name.
    public var name: String
    /// Its unit.
    public var unit: MetricUnit
    /// What its observations have in common: one label, or several where dimensions are crossed.
    public var labels: [Label]
    /// Its figures.
    public var figures: Figures

    /// A label in its dimension.
    public struct Label: Hashable, Sendable {
        /// The dimension, such as `language`.
        public var dimension: String
        /// The label's name, such as `en`.
        public var name: String

        /// The label `name` of `dimension`.
        public init(dimension: String, name: String) {
            self.dimension = dimension
            self.name = name
        }
    }

    /// The dimension, such as `language`, or all of them with strokes between.
    public var dimension: String { labels.map(\.dimension).joined(separator: "/") }
    /// The label, such as `en`, or all of them likewise.
    public var label: String { labels.map(\.name).joined(separator: "/") }

    /// `figures` of the metric `name` where all `labels` hold.
    public init(name: String, unit: MetricUnit, labels: [Label], figures: Figures) {
        self.name = name
        self.unit = unit
        self.labels = labels
        self.figures = figures
    }

    /// `figures` of the metric `name` where `dimension` is `label`.
    public init(
        name: String, unit: MetricUnit, dimension: String, label: String, figures: Figures
    ) {
        self.init(
            name: name, unit: unit, labels: [Label(dimension: dimension, name: label)],
            figures: figures)
    }
}

/// What a run of several replications measured, in figures.
public struct RunSummary: Hashable, Sendable {
    /// How many replications there were.
    public var replications: Int
    /// One entry for each metric, in the catalogue's order.
    public var metrics: [MetricFigures]
    /// The groups, by metric in the catalogue's order, then by dimension and label number; groups
    /// without a single observation are left out.
    public var groups: [GroupFigures]

    /// The given figures.
    public init(replications: Int, metrics: [MetricFigures], groups: [GroupFigures]) {
        self.replications = replications
        self.metrics = metrics
        self.groups = groups
    }

    /// The summary of `records`, which are in the order of their numbers.
    ///
    /// - Precondition: there is a record, and all have the same label names.
    public init(_ records: [ReplicationRecord]) {
        var builder = RunSummaryBuilder()
        for record in records { builder.add(record) }
        self = builder.summary()
    }

    /// The figures of the metric called `name`.
    ///
    /// - Complexity: O(number of metrics).
    public func figures(_ name: String) -> MetricFigures? {
        metrics.first { $0.name == name }
    }

    /// The figures of a metric of the catalogue.
    public func figures(_ metric: Metric) -> MetricFigures? {
        figures(metric.description.name)
    }
}
