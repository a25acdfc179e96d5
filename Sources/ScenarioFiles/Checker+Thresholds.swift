import Measurement
import ScenarioModel

extension Checker {
    /// The targets of a run.
    mutating func checkThresholds(_ tree: Tree, path: String) -> Checked? {
        guard let entries = entries(of: tree, expected: "a map from metrics to limits") else {
            return nil
        }
        guard entries.count <= Format.thresholdLimit else {
            note(
                tree.location,
                .wrongCount(
                    found: entries.count, accepted: "at most \(Format.thresholdLimit)"))
            return nil
        }
        let checked = entries.compactMap { checkThreshold($0) }
        return checked.count == entries.count ? Checked(.map(checked), at: tree.location) : nil
    }

    private mutating func checkThreshold(_ entry: Tree.Entry) -> Checked.Entry? {
        guard let (metric, statistic) = target(entry) else { return nil }
        guard case .scalar(let text, let quoted) = entry.value.content, quoted || !text.isEmpty
        else {
            note(
                entry.value.location,
                .wrongKind(found: entry.value.kindText, expected: "a limit such as <= 5 s"))
            return nil
        }
        let comparisons = Threshold.Comparison.allCases
        guard let comparison = comparisons.first(where: { text.hasPrefix($0.rawValue) }) else {
            note(
                entry.value.location,
                .notAQuantity(
                    text,
                    expected: "a limit such as '<= \(metric.example(statistic))', "
                        + "with one of <=, <, >=, >"))
            return nil
        }
        let rest = String(text.dropFirst(comparison.rawValue.count)).trimmingSpaces()
        let dimension = metric.dimension(of: statistic)
        guard let limit = limit(rest, dimension, at: entry.value.location) else { return nil }
        let threshold = Threshold(
            metric: metric.name, statistic: statistic, comparison: comparison, limit: limit)
        return .init(
            key: entry.key, keyLocation: entry.keyLocation,
            value: Checked(.limit(threshold, dimension), at: entry.value.location))
    }

    private mutating func limit(
        _ text: String, _ dimension: Dimension?, at location: Location
    ) -> Double? {
        if let dimension {
            let upper =
                switch dimension {
                case .share: 1.0
                case .duration: Format.longest
                case .rate, .bitrate, .price, .clockError: 1e15
                }
            return quantity(text, dimension, .from(0, to: upper), at: location)
        }
        guard let (number, rest) = Decimal.leading(text), rest.isEmpty,
            let value = Decimal.value(number)
        else {
            note(location, .notANumber(text, expected: "a number without a unit"))
            return nil
        }
        return value
    }

    /// The metric and statistic that a key of `thresholds` names.
    private mutating func target(
        _ entry: Tree.Entry
    ) -> (MetricDescription, Threshold.Statistic)? {
        let metrics = MetricCatalogue.all
        let matching = metrics.filter {
            entry.key == $0.name || entry.key.hasPrefix($0.name + ".")
        }
        guard let metric = matching.max(by: { $0.name.count < $1.name.count }) else {
            let valid = metrics.flatMap(\.thresholdKeys)
            note(
                entry.keyLocation,
                .unknownName(
                    entry.key, kind: .metric, nearest: Nearest.to(entry.key, among: valid),
                    valid: metrics.map(\.name)))
            return nil
        }
        let suffix = String(entry.key.dropFirst(metric.name.count + 1))
        let statistics = metric.statistics
        if suffix.isEmpty, statistics == [.value] { return (metric, .value) }
        guard !suffix.isEmpty, statistics != [.value],
            let statistic = statistics.first(where: { $0.rawValue == suffix })
        else {
            note(
                entry.keyLocation,
                .wrongStatistic(
                    metric: metric.name, statistic: suffix.isEmpty ? nil : suffix,
                    valid: statistics == [.value] ? [] : statistics.map(\.rawValue)))
            return nil
        }
        return (metric, statistic)
    }
}

extension Format {
    /// Targets in one scenario.
    static let thresholdLimit = 100
}
