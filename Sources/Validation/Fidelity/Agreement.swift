public import Statistics

/// One metric of the same calls in two details, replication by replication.
public struct Agreement: Hashable, Sendable {
    /// What the intervals say.
    public enum Verdict: String, CaseIterable, Hashable, Sendable {
        /// The interval of the difference lies within the tolerance.
        case agrees
        /// It lies outside.
        case differs
        /// It reaches across, or there is none: more calls would tell.
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
        difference = ReplicationSummary.interval95(of: pairs.map { $0.1 - $0.0 })
    }

    /// The difference that is allowed; nil without a value to judge it by.
    public var tolerance: Double? { greaterValue.map { rule.tolerance(at: $0) } }

    /// Whether the two agree.
    public var verdict: Verdict {
        guard let difference, let tolerance else { return .undecided }
        if difference.low >= -tolerance, difference.high <= tolerance { return .agrees }
        return difference.low > tolerance || difference.high < -tolerance ? .differs : .undecided
    }
}
