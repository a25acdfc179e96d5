import Measurement
public import Results

/// Whether details agree, condition by condition.
public struct FidelityReport: Sendable {
    /// One condition.
    public struct Condition: Hashable, Sendable {
        /// What it is called.
        public let name: String
        /// Every metric for every two details.
        public let agreements: [Agreement]
    }

    /// The conditions in the order in which they were asked for.
    public let conditions: [Condition]
    /// Replications of each in each detail.
    public let replications: Int
    /// The seed of all.
    public let seed: UInt64

    /// How many comparisons have this verdict.
    public func count(_ verdict: Agreement.Verdict) -> Int {
        conditions.reduce(0) { $0 + $1.agreements.count { $0.verdict == verdict } }
    }

    /// Whether no comparison shows a difference.
    public var passes: Bool { count(.differs) == 0 }

    /// Writes `fidelity.json`, `comparisons.csv` and `table.txt` into the directory at `path`.
    public func write(to path: String) throws(UnwritableResults) {
        try ResultDirectory(path: path).write([
            .init(name: "fidelity.json", json: json),
            .init(name: "comparisons.csv", text: comparisons),
            .init(name: "table.txt", text: table),
        ])
    }

    /// Every comparison as an object.
    public var json: JSONValue {
        .object([
            .init("schema", .string("voicesim.fidelity/1")),
            .init("seed", .unsigned(seed)),
            .init("replications", .integer(Int64(replications))),
            .init("passes", .bool(passes)),
            .init(
                "verdicts",
                .object(
                    Agreement.Verdict.allCases.map {
                        .init($0.rawValue, .integer(Int64(count($0))))
                    })),
            .init(
                "conditions",
                .array(
                    conditions.map { condition in
                        .object([
                            .init("name", .string(condition.name)),
                            .init("comparisons", .array(condition.agreements.map(Self.json))),
                        ])
                    })),
        ])
    }

    private static func json(_ agreement: Agreement) -> JSONValue {
        .object([
            .init("metric", .string(agreement.rule.metric.description.name)),
            .init("unit", .string(agreement.rule.metric.description.unit.rawValue)),
            .init(
                "details",
                .array([agreement.greater, agreement.lesser].map { .string($0.rawValue) })),
            .init(
                "values",
                .array([agreement.greaterValue, agreement.lesserValue].map { JSONValue($0) })),
            .init("difference", JSONValue(agreement.difference?.middle)),
            .init(
                "difference_ci95",
                agreement.difference.map { .array([.number($0.low), .number($0.high)]) } ?? .null),
            .init("tolerance", JSONValue(agreement.tolerance)),
            .init("p", JSONValue(agreement.probability)),
            .init("p_holm", JSONValue(agreement.adjustedProbability)),
            .init("verdict", .string(agreement.verdict.rawValue)),
        ])
    }

    /// One line for each comparison.
    public var comparisons: String {
        var text =
            "condition,metric,greater,lesser,greater_value,lesser_value,difference,low,high,"
            + "tolerance,p_holm,verdict\n"
        for condition in conditions {
            for agreement in condition.agreements {
                let figures = [
                    agreement.greaterValue, agreement.lesserValue, agreement.difference?.middle,
                    agreement.difference?.low, agreement.difference?.high, agreement.tolerance,
                    agreement.adjustedProbability,
                ].map { JSONValue($0).compactText() }.joined(separator: ",")
                text +=
                    "\"\(condition.name.replacing("\"", with: "\"\""))\",\(agreement.rule.metric.description.name),"
                    + "\(agreement.greater.rawValue),\(agreement.lesser.rawValue),\(figures),"
                    + "\(agreement.verdict.rawValue)\n"
            }
        }
        return text
    }
}
