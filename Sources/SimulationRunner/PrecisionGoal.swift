import Measurement
import Results
public import ScenarioModel
import Statistics

/// Replications until figures are precise: waves of a fixed size, after each of which the 95 %
/// intervals are looked at.
///
/// A run that stops as soon as its intervals look narrow stops a little too often when they are so
/// by chance, and its intervals then hold the true value somewhat less than 95 times in 100 (Chow
/// and Robbins, Annals of Mathematical Statistics 36, 1965). Whole waves of at least
/// ``leastWave`` keep that small: few looks, and none at two or three replications, where an
/// interval is narrow by chance most often.
public struct PrecisionGoal: Hashable, Sendable {
    /// Which figure is held to the goal.
    public struct Figure: Hashable, Sendable {
        /// The metric.
        public let metric: String
        /// Which of its figures.
        public let statistic: Threshold.Statistic
    }

    /// The relative half-width of every interval, > 0.
    public let relative: Double
    /// The most replications, ≥ 2.
    public let limit: Int
    /// Replications in a wave, ≥ 2, whatever the number of threads.
    public let wave: Int
    /// The figures held to it: those of the scenario's targets; without any that can be,
    /// ``usual``.
    public let figures: [Figure]
    /// Keys of the targets that are not held to it: extremes, which grow with every replication.
    public let leftOut: [String]

    /// The fewest replications in a wave, unless the limit is lower.
    public static let leastWave = 4
    /// The most replications unless said otherwise.
    public static let usualLimit = 100
    /// What is held to the goal where the scenario sets no target: how long people wait, and how
    /// many talk.
    public static let usual = [
        Figure(metric: Metric.matchLatency.description.name, statistic: .mean),
        Figure(metric: Metric.callsActive.description.name, statistic: .timeMean),
    ]

    /// Half-widths of `relative` for the targets of `scenario` with at most `limit` replications,
    /// in waves of as many as the scenario asks for.
    public init(_ relative: Double, for scenario: Scenario, limit: Int = Self.usualLimit) {
        precondition(relative > 0 && limit >= 2, "a precision is positive and takes replications")
        self.relative = relative
        self.limit = limit
        wave = min(max(scenario.general.replications, Self.leastWave), limit)
        var figures: [Figure] = []
        var leftOut: [String] = []
        for threshold in scenario.thresholds {
            let figure = Figure(metric: threshold.metric, statistic: threshold.statistic)
            switch threshold.statistic {
            case .min, .max, .peak:
                let key = "\(threshold.metric).\(threshold.statistic.rawValue)"
                if !leftOut.contains(key) { leftOut.append(key) }
            default:
                if !figures.contains(figure) { figures.append(figure) }
            }
        }
        self.figures = figures.isEmpty ? Self.usual : figures
        self.leftOut = leftOut
    }

    /// How many replications a run will have by the look of it, `planned` of them at least.
    func outlook(_ planned: Int, _ report: PrecisionReport?) -> Int {
        guard let needed = report?.needed else { return planned }
        let waves = (min(needed, limit) + wave - 1) / wave
        return min(max(planned, waves * wave), limit)
    }
}

extension ReplicationRecord {
    /// The replication's own figure; nil without observations and for extremes.
    func figure(_ figure: PrecisionGoal.Figure) -> Double? {
        guard let metric = MetricCatalogue.metric(named: figure.metric) else { return nil }
        return switch figure.statistic {
        case .value, .mean, .timeMean: value(metric)
        case .count: Double(total(metric))
        case .p50: percentile(metric, 50)
        case .p90: percentile(metric, 90)
        case .p95: percentile(metric, 95)
        case .p99: percentile(metric, 99)
        case .p999: percentile(metric, 99.9)
        case .min, .max, .peak: nil
        }
    }
}

/// The figures of the replications so far, against a goal.
struct PrecisionMonitor: Sendable {
    let goal: PrecisionGoal
    /// Figure × replication that observed it.
    private var values: [[Double]]
    private var count = 0

    init(_ goal: PrecisionGoal) {
        self.goal = goal
        values = Array(repeating: [], count: goal.figures.count)
    }

    /// Takes a replication in; in the order of their numbers.
    mutating func add(_ record: ReplicationRecord) {
        count += 1
        for (index, figure) in goal.figures.enumerated() {
            if let value = record.figure(figure) { values[index].append(value) }
        }
    }

    var report: PrecisionReport {
        PrecisionReport(
            goal: goal.relative, wave: goal.wave, limit: goal.limit,
            figures: goal.figures.indices.map(figure), leftOut: goal.leftOut)
    }

    private func figure(_ index: Int) -> PrecisionReport.Figure {
        let figure = goal.figures[index]
        func result(
            _ half: Double?, _ relative: Double?, _ isReached: Bool, _ needed: Int?
        ) -> PrecisionReport.Figure {
            PrecisionReport.Figure(
                metric: figure.metric, statistic: figure.statistic, halfWidth: half,
                relative: relative, isReached: isReached, needed: needed)
        }
        let values = values[index]
        guard let interval = ReplicationSummary.interval95(of: values) else {
            return result(nil, nil, false, nil)
        }
        // What is the same in every replication is known, be it 0; the interval is then a rounding.
        guard values.contains(where: { $0 != values[0] }) else { return result(0, 0, true, nil) }
        let (half, mean) = (interval.halfWidth, interval.middle.magnitude)
        // Of a mean that is a rounding of 0 beside its own spread no width is a part.
        guard mean > half * 1e-9 else { return result(half, nil, false, nil) }
        let relative = half / mean
        guard relative > goal.relative else { return result(half, relative, true, nil) }
        let ratio = relative / goal.relative
        // Replications in which it was not observed tell nothing, and there will be more of them.
        let wanted = (Double(count) * ratio * ratio).rounded(.up)
        return result(half, relative, false, Int(exactly: wanted))
    }
}
