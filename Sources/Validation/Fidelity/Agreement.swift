public import Statistics

/// One metric of the same calls in two details, replication by replication.
public struct Agreement: Hashable, Sendable {
    /// What the intervals say.
    public enum Verdict: String, CaseIterable, Hashable, Sendable {
        /// The interval of the difference lies within the tolerance.
        case agrees
        /// A difference within the tolerance would hardly ever give such figures, however many
        /// comparisons there are.
        case differs
        /// Neither, or there is no interval: more calls would tell.
        case undecided
    }

    /// What is compared, and within what.
    public let rule: AgreementRule
    /// The greater detail.
    public let greater: Detail
    /// The lesser detail.
    public let lesser: Detail
    /// The metric's mean over the replications in the greater detail; nil without a value.
    public let greaterValue: Double?
    /// The same in the lesser detail.
    public let lesserValue: Double?
    /// The mean difference, lesser less greater, with its 95 % interval (Student t over the
    /// replications' own differences); nil with fewer than two.
    public let difference: ConfidenceInterval?
    /// The chance of a mean difference as far beyond the tolerance, or further, if the true one were
    /// just within it (Student t, one-sided); nil without an interval.
    public let probability: Double?
    /// ``probability`` after Holm's correction over all comparisons of a report; alone, the same.
    public private(set) var adjustedProbability: Double?

    /// Below it, a difference is believed: at most once in 20 reports is one believed in that is none.
    public static var level: Double { 0.05 }

    /// The comparison of one value for each replication, nil where there was nothing to measure.
    init(
        _ rule: AgreementRule, _ greater: Detail, _ greaterValues: [Double?], _ lesser: Detail,
        _ lesserValues: [Double?]
    ) {
        self.rule = rule
        self.greater = greater
        self.lesser = lesser
        let pairs = zip(greaterValues, lesserValues).compactMap { a, b in
            a.flatMap { a in b.map { (a, $0) } }
        }
        let count = Double(pairs.count)
        greaterValue = pairs.isEmpty ? nil : pairs.reduce(0) { $0 + $1.0 } / count
        lesserValue = pairs.isEmpty ? nil : pairs.reduce(0) { $0 + $1.1 } / count
        let differences = pairs.map { $0.1 - $0.0 }
        difference = ReplicationSummary.interval95(of: differences)
        probability = greaterValue.flatMap {
            Self.probability(of: differences, beyond: rule.tolerance(at: $0))
        }
        adjustedProbability = probability
    }

    private static func probability(of differences: [Double], beyond tolerance: Double) -> Double? {
        guard differences.count >= 2 else { return nil }
        let count = Double(differences.count)
        let mean = differences.reduce(0, +) / count
        let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares / (count - 1) / count).squareRoot()
        let excess = abs(mean) - tolerance
        guard error > 0 else { return excess > 0 ? 0 : 1 }
        let inside = StudentT.central(abs(excess) / error, degreesOfFreedom: differences.count - 1)
        return excess > 0 ? (1 - inside) / 2 : (1 + inside) / 2
    }

    /// The comparisons of one report, each probability corrected for there being so many.
    static func corrected(_ agreements: [Agreement]) -> [Agreement] {
        var agreements = agreements
        let judged = agreements.indices.filter { agreements[$0].probability != nil }
        let adjusted = Holm.adjusted(judged.map { agreements[$0].probability! })
        for (index, probability) in zip(judged, adjusted) {
            agreements[index].adjustedProbability = probability
        }
        return agreements
    }

    /// The difference that is allowed; nil without a value to judge it by.
    public var tolerance: Double? { greaterValue.map { rule.tolerance(at: $0) } }

    /// Whether the two agree.
    public var verdict: Verdict {
        guard let difference, let tolerance else { return .undecided }
        if difference.low >= -tolerance, difference.high <= tolerance { return .agrees }
        return adjustedProbability! < Self.level ? .differs : .undecided
    }
}
