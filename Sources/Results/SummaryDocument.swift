public import Measurement
import ScenarioModel
import Statistics

/// What `summary.json` holds: the figures of a run and how they compare with its targets.
public struct SummaryDocument: Hashable, Sendable {
    /// The name and version of the file's format.
    public static let schema = "voicesim.summary/1"

    /// The scenario's name.
    public var scenario: String
    /// The seed.
    public var seed: UInt64
    /// The trajectory fingerprint over all replications, as text.
    public var fingerprint: String
    /// The figures.
    public var summary: RunSummary
    /// The targets and their outcomes, in the scenario's order.
    public var verdicts: [Verdict]
    /// What closed forms say of the scenario, beside what was simulated.
    public var theory: [TheoryComparison]
    /// Whether the warm-up was long enough; nil where nobody looked.
    public var warmUp: WarmUpCheck?
    /// How precise the figures became; nil where no precision was asked for.
    public var precision: PrecisionReport?

    /// The given contents.
    public init(
        scenario: String, seed: UInt64, fingerprint: String, summary: RunSummary,
        verdicts: [Verdict], theory: [TheoryComparison] = [], warmUp: WarmUpCheck? = nil,
        precision: PrecisionReport? = nil
    ) {
        self.scenario = scenario
        self.seed = seed
        self.fingerprint = fingerprint
        self.summary = summary
        self.verdicts = verdicts
        self.theory = theory
        self.warmUp = warmUp
        self.precision = precision
    }

    /// Whether every target is met.
    public var meetsAllTargets: Bool { verdicts.allSatisfy(\.isMet) }

    /// The document as JSON, keys in the order of the format's description.
    public var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("schema", .string(Self.schema)),
            .init("scenario", .string(scenario)),
            .init("seed", .unsigned(seed)),
            .init("replications", .integer(Int64(summary.replications))),
            .init("fingerprint", .string(fingerprint)),
            .init(
                "metrics",
                .object(
                    summary.metrics.map {
                        .init($0.name, .object($0.figures.members(unit: $0.unit)))
                    })),
            .init("groups", .object(groupMembers)),
            .init("thresholds", .array(verdicts.map(\.json))),
            .init("theory", .array(theory.map(\.json))),
        ]
        if let warmUp { members.append(.init("warm_up", warmUp.json)) }
        if let precision { members.append(.init("precision", precision.json)) }
        return .object(members)
    }

    /// One member for each metric that has groups; the groups are already in metric order.
    private var groupMembers: [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        var entries: [JSONValue] = []
        for (index, group) in summary.groups.enumerated() {
            let labels = JSONValue.object(
                group.labels.map { .init($0.dimension, .string($0.name)) })
            entries.append(
                .object([.init("labels", labels)] + group.figures.members(unit: group.unit)))
            let next = index + 1
            if next == summary.groups.count || summary.groups[next].name != group.name {
                members.append(.init(group.name, .array(entries)))
                entries = []
            }
        }
        return members
    }
}

extension Verdict {
    var json: JSONValue {
        .object([
            .init("metric", .string(key)),
            .init("comparison", .string(threshold.comparison.rawValue)),
            .init("limit", .number(threshold.limit)),
            .init("value", JSONValue(value)),
            .init("ok", .bool(isMet)),
        ])
    }
}

extension TheoryComparison {
    var json: JSONValue {
        .object([
            .init("metric", .string(metric)),
            .init("statistic", .string(statistic.rawValue)),
            .init("value", .number(value)),
            .init("simulated", JSONValue(simulated)),
            .init("ci95", pair(interval)),
            .init("inside", isInside.map { .bool($0) } ?? .null),
            .init("tolerance", .number(tolerance)),
            .init("formula", .string(formula)),
        ])
    }
}

extension WarmUpCheck {
    var json: JSONValue {
        .object([
            .init("configured", .number(configured)),
            .init("applies", .bool(applies)),
            .init(
                "mser5",
                .array(
                    levels.map { level in
                        .object([
                            .init("series", .string(level.series)),
                            .init("truncation", JSONValue(level.truncation)),
                            .init("conclusive", .bool(level.isConclusive)),
                        ])
                    })),
        ])
    }
}

extension PrecisionReport {
    var json: JSONValue {
        .object([
            .init("goal", .number(goal)),
            .init("reached", .bool(isReached)),
            .init("wave", .integer(Int64(wave))),
            .init("max_replications", .integer(Int64(limit))),
            .init(
                "figures",
                .array(
                    figures.map { figure in
                        .object([
                            .init("metric", .string(figure.metric)),
                            .init("statistic", .string(figure.statistic.rawValue)),
                            .init("half_width", JSONValue(figure.halfWidth)),
                            .init("relative", JSONValue(figure.relative)),
                            .init("reached", .bool(figure.isReached)),
                            .init(
                                "replications_needed",
                                figure.needed.map { .integer(Int64($0)) } ?? .null),
                        ])
                    })),
            .init("left_out", .array(leftOut.map { .string($0) })),
        ])
    }
}

extension Figures {
    func members(unit: MetricUnit) -> [JSONValue.Member] {
        let unit = JSONValue.Member("unit", .string(unit.rawValue))
        switch self {
        case .distribution(let figures): return [unit] + figures.members
        case .value(let figures):
            var members = [
                unit, .init("value", JSONValue(figures.value)),
                .init("ci95", pair(figures.interval)),
            ]
            if let total = figures.total { members.append(.init("total", .integer(total))) }
            return members
        case .survival(let figures): return [unit] + figures.members
        case .ratio(let figures):
            return [
                unit, .init("value", JSONValue(figures.value)),
                .init("ci95", pair(figures.interval)),
                .init("numerator", .integer(figures.numerator)),
                .init("denominator", .integer(figures.denominator)),
            ]
        case .level(let figures):
            return [
                unit, .init("time_mean", JSONValue(figures.timeMean)),
                .init("peak", .number(figures.peak)), .init("ci95", pair(figures.interval)),
            ]
        }
    }
}

extension SurvivalFigures {
    fileprivate var members: [JSONValue.Member] {
        [
            .init("subjects", .integer(subjects)), .init("events", .integer(events)),
            .init("p10", JSONValue(p10)), .init("p25", JSONValue(p25)),
            .init("p50", JSONValue(p50)), .init("p75", JSONValue(p75)),
            .init("p90", JSONValue(p90)), .init("p50_ci95", pair(p50Interval)),
        ]
    }
}

extension DistributionFigures {
    fileprivate var members: [JSONValue.Member] {
        [
            .init("count", .integer(count)), .init("mean", JSONValue(mean)),
            .init("min", JSONValue(min)), .init("p50", JSONValue(p50)),
            .init("p90", JSONValue(p90)), .init("p95", JSONValue(p95)),
            .init("p99", JSONValue(p99)), .init("p999", JSONValue(p999)),
            .init("max", JSONValue(max)), .init("mean_ci95", pair(meanInterval)),
            .init("p95_ci95", pair(p95Interval)),
        ]
    }
}

private func pair(_ interval: ConfidenceInterval?) -> JSONValue {
    guard let interval else { return .null }
    return .array([.number(interval.low), .number(interval.high)])
}
