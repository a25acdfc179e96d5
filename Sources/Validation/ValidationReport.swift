public import Results

/// All studies of a validation, and whether they meet their closed forms.
public struct ValidationReport: Sendable {
    /// The studies in the order in which they were asked for.
    public let studies: [StudyResult]
    /// What is asked of them.
    public let criteria: Criteria

    /// The report of `studies`, each with as many seeds as `criteria` are for.
    public init(_ studies: [StudyResult], _ criteria: Criteria) {
        self.studies = studies
        self.criteria = criteria
    }

    private var oracles: [OracleResult] { studies.flatMap(\.oracles) }

    /// Those whose intervals contain what is expected in 95 of 100 cases.
    private var exactOracles: [OracleResult] { oracles.filter { $0.oracle.kind.tolerance == 0 } }

    /// The share of the intervals of all oracles without a tolerance that contain their closed forms.
    ///
    /// Oracles of one study are figures of the same runs and go together to some degree, so that
    /// the share varies more than that of as many independent intervals.
    public var pooledShare: Double {
        Double(exactOracles.reduce(0) { $0 + $1.covered }) / Double(max(1, intervalCount))
    }

    private var intervalCount: Int { exactOracles.reduce(0) { $0 + $1.intervals.count } }

    /// Between which bounds ``pooledShare`` has to be.
    public var pooledBounds: ClosedRange<Double> { Criteria.pooledShare(of: intervalCount) }

    /// Whether there is an oracle and all that is asked holds.
    public var passes: Bool {
        !oracles.isEmpty && pooledBounds.contains(pooledShare)
            && oracles.allSatisfy { $0.failures(criteria).isEmpty }
    }

    /// Writes `validation.json`, `intervals.csv` and `table.txt` into the directory at `path`.
    public func write(to path: String) throws(UnwritableResults) {
        try ResultDirectory(path: path).write([
            .init(name: "validation.json", json: json),
            .init(name: "intervals.csv", text: intervals),
            .init(name: "table.txt", text: table),
        ])
    }

    /// The figures of all oracles over their seeds.
    public var json: JSONValue {
        .object([
            .init("schema", .string("voicesim.validation/1")),
            .init("seeds", .integer(Int64(criteria.seeds))),
            .init("passes", .bool(passes)),
            .init(
                "pooled",
                .object([
                    .init("covered", .number(pooledShare)),
                    .init("least", .number(pooledBounds.lowerBound)),
                    .init("most", .number(pooledBounds.upperBound)),
                ])),
            .init("studies", .array(studies.map(json))),
        ])
    }

    private func json(_ study: StudyResult) -> JSONValue {
        .object([
            .init("name", .string(study.name)),
            .init("first_seed", .unsigned(study.firstSeed)),
            .init("replications", .integer(Int64(study.replications))),
            .init("oracles", .array(study.oracles.map(json))),
        ])
    }

    private func json(_ result: OracleResult) -> JSONValue {
        .object([
            .init("figure", .string(result.oracle.figure)),
            .init("kind", .string(result.oracle.kind.rawValue)),
            .init("formula", .string(result.oracle.formula)),
            .init("theory", .number(result.oracle.expected)),
            .init("grand_mean", JSONValue(result.grandMean)),
            .init("standard_error", JSONValue(result.standardError)),
            .init("deviation", JSONValue(result.deviation)),
            .init("covered", .integer(Int64(result.covered))),
            .init("mean_half_width", JSONValue(result.meanHalfWidth)),
            .init("widest_half_width", JSONValue(result.widestHalfWidth)),
            .init(
                "failures",
                .array(result.failures(criteria).map { .string($0.rawValue) })),
        ])
    }

    /// One line for each oracle and seed: the mean over the replications, its interval, the closed
    /// form, and whether it lies inside.
    public var intervals: String {
        var text = "study,figure,seed,mean,low,high,theory,contains\n"
        for study in studies {
            for result in study.oracles {
                for (index, interval) in result.intervals.enumerated() {
                    let seed = study.firstSeed + UInt64(index)
                    let figures = [interval?.middle, interval?.low, interval?.high].map {
                        JSONValue($0).compactText()
                    }.joined(separator: ",")
                    let theory = JSONValue.number(result.oracle.expected).compactText()
                    text +=
                        "\(study.name),\(result.oracle.figure),\(seed),\(figures),\(theory),"
                        + "\(result.contains(interval) ? 1 : 0)\n"
                }
            }
        }
        return text
    }
}
