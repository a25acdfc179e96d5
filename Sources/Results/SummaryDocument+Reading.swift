import Measurement
import ScenarioModel
import Statistics

extension SummaryDocument {
    /// The document that `bytes` write.
    public init(reading bytes: [UInt8]) throws(UnreadableDocument) {
        let json = try JSONReader.read(bytes, schema: Self.schema)
        guard let scenario = json["scenario"]?.string else { throw .unexpected(path: "scenario") }
        guard let seed = json["seed"]?.unsigned else { throw .unexpected(path: "seed") }
        guard let count = json["replications"]?.integer.flatMap(Int.init(exactly:)), count > 0
        else { throw .unexpected(path: "replications") }
        guard let fingerprint = json["fingerprint"]?.string else {
            throw .unexpected(path: "fingerprint")
        }
        let summary = RunSummary(
            replications: count, metrics: try Self.metrics(json), groups: try Self.groups(json))
        self.init(
            scenario: scenario, seed: seed, fingerprint: fingerprint, summary: summary,
            verdicts: try Self.verdicts(json), theory: try Self.theory(json),
            warmUp: try Self.warmUp(json), precision: try Self.precision(json))
    }

    private static func metrics(_ json: JSONValue) throws(UnreadableDocument) -> [MetricFigures] {
        guard let members = json["metrics"]?.members else { throw .unexpected(path: "metrics") }
        var metrics: [MetricFigures] = []
        for member in members {
            let fields = Fields(json: member.value, path: "metrics.\(member.key)")
            metrics.append(
                MetricFigures(
                    name: member.key, unit: try fields.unit(), figures: try fields.figures()))
        }
        return metrics
    }

    private static func groups(_ json: JSONValue) throws(UnreadableDocument) -> [GroupFigures] {
        guard let members = json["groups"]?.members else { throw .unexpected(path: "groups") }
        var groups: [GroupFigures] = []
        for member in members {
            guard let entries = member.value.array else {
                throw .unexpected(path: "groups.\(member.key)")
            }
            for (index, entry) in entries.enumerated() {
                let path = "groups.\(member.key).\(index)"
                guard let members = entry["labels"]?.members, !members.isEmpty else {
                    throw .unexpected(path: path + ".labels")
                }
                var labels: [GroupFigures.Label] = []
                for member in members {
                    guard let name = member.value.string else {
                        throw .unexpected(path: path + ".labels." + member.key)
                    }
                    labels.append(.init(dimension: member.key, name: name))
                }
                let fields = Fields(json: entry, path: path)
                groups.append(
                    GroupFigures(
                        name: member.key, unit: try fields.unit(), labels: labels,
                        figures: try fields.figures()))
            }
        }
        return groups
    }

    private static func verdicts(_ json: JSONValue) throws(UnreadableDocument) -> [Verdict] {
        guard let entries = json["thresholds"]?.array else {
            throw .unexpected(path: "thresholds")
        }
        var verdicts: [Verdict] = []
        for (index, entry) in entries.enumerated() {
            let path = "thresholds.\(index)"
            guard let key = entry["metric"]?.string, let limit = entry["limit"]?.number,
                let comparison = (entry["comparison"]?.string).flatMap(
                    Threshold.Comparison.init(rawValue:)),
                case .bool(let isMet)? = entry["ok"]
            else { throw .unexpected(path: path) }
            let (metric, statistic) = split(key)
            verdicts.append(
                Verdict(
                    threshold: Threshold(
                        metric: metric, statistic: statistic, comparison: comparison, limit: limit),
                    value: entry["value"]?.number, isMet: isMet))
        }
        return verdicts
    }

    /// `match.latency.p95` as metric and statistic; a name without a statistic means its value.
    private static func split(_ key: String) -> (String, Threshold.Statistic) {
        guard let dot = key.lastIndex(of: "."),
            let statistic = Threshold.Statistic(rawValue: String(key[key.index(after: dot)...]))
        else { return (key, .value) }
        return (String(key[..<dot]), statistic)
    }
}

/// The members of one metric or group, read with their path for the error.
struct Fields {
    var json: JSONValue
    var path: String

    /// The members of the entries of a list, each with its path.
    func entries(_ key: String) throws(UnreadableDocument) -> [Fields] {
        guard let entries = json[key]?.array else { throw .unexpected(path: "\(path)\(key)") }
        return entries.enumerated().map { Fields(json: $1, path: "\(path)\(key).\($0)") }
    }

    func text(_ key: String) throws(UnreadableDocument) -> String {
        guard let value = json[key]?.string else { throw .unexpected(path: "\(path).\(key)") }
        return value
    }

    func flag(_ key: String) throws(UnreadableDocument) -> Bool {
        guard case .bool(let value)? = json[key] else { throw .unexpected(path: "\(path).\(key)") }
        return value
    }

    func statistic() throws(UnreadableDocument) -> Threshold.Statistic {
        guard let statistic = Threshold.Statistic(rawValue: try text("statistic")) else {
            throw .unexpected(path: "\(path).statistic")
        }
        return statistic
    }

    /// A number that is there.
    func certain(_ key: String) throws(UnreadableDocument) -> Double {
        guard let value = try number(key) else { throw .unexpected(path: "\(path).\(key)") }
        return value
    }

    /// A whole number that is not too large for this machine.
    func count(_ key: String) throws(UnreadableDocument) -> Int {
        guard let value = Int(exactly: try integer(key)) else {
            throw .unexpected(path: "\(path).\(key)")
        }
        return value
    }

    func unit() throws(UnreadableDocument) -> MetricUnit {
        guard let unit = (json["unit"]?.string).flatMap(MetricUnit.init(rawValue:)) else {
            throw .unexpected(path: path + ".unit")
        }
        return unit
    }

    func number(_ key: String) throws(UnreadableDocument) -> Double? {
        guard let value = json[key] else { throw .unexpected(path: "\(path).\(key)") }
        if value == .null { return nil }
        guard let number = value.number else { throw .unexpected(path: "\(path).\(key)") }
        return number
    }

    func integer(_ key: String) throws(UnreadableDocument) -> Int64 {
        guard let value = json[key]?.integer else { throw .unexpected(path: "\(path).\(key)") }
        return value
    }

    func interval(_ key: String) throws(UnreadableDocument) -> ConfidenceInterval? {
        guard let value = json[key] else { throw .unexpected(path: "\(path).\(key)") }
        if value == .null { return nil }
        guard let ends = value.array, ends.count == 2, let low = ends[0].number,
            let high = ends[1].number
        else { throw .unexpected(path: "\(path).\(key)") }
        return ConfidenceInterval(low: low, high: high)
    }

    /// The kind shows in the keys.
    func figures() throws(UnreadableDocument) -> Figures {
        if json["count"] != nil { return .distribution(try distribution()) }
        if json["subjects"] != nil { return .survival(try survival()) }
        if json["time_mean"] != nil {
            guard let peak = try number("peak") else { throw .unexpected(path: path + ".peak") }
            return .level(
                LevelFigures(
                    timeMean: try number("time_mean"), peak: peak, interval: try interval("ci95")))
        }
        if json["numerator"] != nil || json["denominator"] != nil {
            return .ratio(
                RatioFigures(
                    value: try number("value"), interval: try interval("ci95"),
                    numerator: try integer("numerator"), denominator: try integer("denominator")))
        }
        let total = json["total"] == nil ? nil : try integer("total")
        return .value(
            ValueFigures(
                value: try number("value"), interval: try interval("ci95"), total: total))
    }

    private func survival() throws(UnreadableDocument) -> SurvivalFigures {
        SurvivalFigures(
            subjects: try integer("subjects"), events: try integer("events"),
            p10: try number("p10"), p25: try number("p25"), p50: try number("p50"),
            p75: try number("p75"), p90: try number("p90"),
            p50Interval: try interval("p50_ci95"))
    }

    private func distribution() throws(UnreadableDocument) -> DistributionFigures {
        var figures = DistributionFigures()
        figures.count = try integer("count")
        figures.mean = try number("mean")
        figures.min = try number("min")
        figures.p50 = try number("p50")
        figures.p90 = try number("p90")
        figures.p95 = try number("p95")
        figures.p99 = try number("p99")
        figures.p999 = try number("p999")
        figures.max = try number("max")
        figures.meanInterval = try interval("mean_ci95")
        figures.p95Interval = try interval("p95_ci95")
        return figures
    }
}
