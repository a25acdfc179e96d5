public import Measurement
import Quantities
public import ScenarioModel
import Statistics

/// Whether the warm-up of a run was long enough, by what the levels did from the very start.
///
/// The series of all replications together, warm-up included, are cut by ``MSER5``; the warm-up
/// has to reach the cut. Where the load itself changes with time there is nothing to settle at,
/// and the check does not apply.
public struct WarmUpCheck: Hashable, Sendable {
    /// What became of one level.
    public struct Level: Hashable, Sendable {
        /// The metric's name.
        public var series: String
        /// From when on it has settled, in seconds; nil where the series has too few rows.
        public var truncation: Double?
        /// Whether the series is long enough to tell.
        public var isConclusive: Bool

        /// The given outcome.
        public init(series: String, truncation: Double?, isConclusive: Bool) {
            self.series = series
            self.truncation = truncation
            self.isConclusive = isConclusive
        }
    }

    /// The warm-up of the scenario, in seconds.
    public var configured: Double
    /// Whether the load is such that levels can settle.
    public var applies: Bool
    /// The levels; empty where the check does not apply.
    public var levels: [Level]

    /// The given outcome.
    public init(configured: Double, applies: Bool, levels: [Level]) {
        self.configured = configured
        self.applies = applies
        self.levels = levels
    }

    /// Checks the warm-up of `scenario` by the pooled series of its replications.
    public init(_ scenario: Scenario, _ pool: SeriesPool) {
        configured = scenario.general.warmUp.seconds
        switch scenario.arrivals {
        case .rate, .hawkes: applies = true
        case .profile, .diurnal, .flashCrowd, .trace: applies = false
        }
        guard applies else {
            levels = []
            return
        }
        levels = pool.metrics.map { metric in
            let name = metric.description.name
            guard let cut = pool.settling(of: metric) else {
                return Level(series: name, truncation: nil, isConclusive: false)
            }
            return Level(
                series: name, truncation: (pool.step * Int64(cut.truncation)).seconds,
                isConclusive: cut.isConclusive)
        }
    }

    /// The levels that had not settled when the warm-up ended, though the run was long enough to
    /// see them do so.
    public var late: [Level] {
        levels.filter { $0.isConclusive && ($0.truncation ?? 0) > configured }
    }

    /// The levels of which the run was too short to tell.
    public var unclear: [Level] { levels.filter { !$0.isConclusive } }

    /// What a person should know, one line each.
    var lines: [String] {
        let ending = HumanFigure.limit(configured, .time)
        guard applies else {
            return ["warm-up: the load changes with time, so MSER-5 cannot say where levels settle"]
        }
        var lines: [String] = []
        if let last = late.max(by: { ($0.truncation ?? 0) < ($1.truncation ?? 0) }) {
            let names = late.map(\.series).joined(separator: ", ")
            let wanted = HumanFigure.limit(last.truncation ?? 0, .time)
            lines.append(
                "warning: the warm-up ends at \(ending), \(names) had not settled (MSER-5); "
                    + "it should be at least \(wanted)")
        }
        if !unclear.isEmpty {
            let names = unclear.map(\.series).joined(separator: ", ")
            lines.append(
                "warm-up: the series is too short to tell whether \(names) had settled (MSER-5)")
        }
        return lines
    }
}
