public import Statistics

/// What the simulation said of one oracle with each seed.
public struct OracleResult: Hashable, Sendable {
    /// The oracle.
    public let oracle: Oracle
    /// The 95 % interval of each seed, in their order (Student's t over its replications); nil
    /// where a replication observed nothing.
    public let intervals: [ConfidenceInterval?]

    /// The mean over all replications of all seeds; nil where one observed nothing.
    public let grandMean: Double?
    /// The standard error of ``grandMean``, from all replications, which are independent.
    public let standardError: Double?

    /// The result of `oracle`, of whose figure each seed gave the values of its replications.
    public init(_ oracle: Oracle, values: [[Double]]) {
        self.oracle = oracle
        intervals = values.map { values in
            values.allSatisfy(\.isFinite) ? ReplicationSummary.interval95(of: values) : nil
        }
        let all = values.flatMap { $0 }
        guard all.count >= 2, all.allSatisfy(\.isFinite) else {
            (grandMean, standardError) = (nil, nil)
            return
        }
        let count = Double(all.count)
        let mean = all.reduce(0, +) / count
        let squares = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        grandMean = mean
        standardError = (squares / (count - 1) / count).squareRoot()
    }

    private init(_ oracle: Oracle, as other: OracleResult) {
        self.oracle = oracle
        intervals = other.intervals
        grandMean = other.grandMean
        standardError = other.standardError
    }

    /// The same figures held against another closed form.
    public func expecting(_ value: Double) -> OracleResult {
        OracleResult(oracle.expecting(value), as: self)
    }

    /// By how much the figure may be off.
    private var tolerance: Double { oracle.kind.tolerance * oracle.expected.magnitude }

    /// Whether `interval` contains the closed form, or lies within what is tolerated.
    public func contains(_ interval: ConfidenceInterval?) -> Bool {
        guard let interval else { return false }
        if tolerance > 0 {
            return oracle.expected - tolerance <= interval.low
                && interval.high <= oracle.expected + tolerance
        }
        return interval.low <= oracle.expected && oracle.expected <= interval.high
    }

    /// How many intervals contain the closed form, or lie within what is tolerated.
    public var covered: Int { intervals.count(where: contains) }

    /// By how many standard errors ``grandMean`` is off the closed form, or beyond what is tolerated.
    public var deviation: Double? {
        guard let grandMean, let standardError else { return nil }
        let difference = grandMean - oracle.expected
        let beyond = difference - max(-tolerance, min(tolerance, difference))
        return beyond == 0 ? 0 : beyond / standardError
    }

    /// The half-width of the widest interval relative to the closed form.
    public var widestHalfWidth: Double? {
        let widths = intervals.compactMap { $0.map { $0.halfWidth / oracle.expected.magnitude } }
        return widths.count == intervals.count ? widths.max() : nil
    }

    /// The mean half-width relative to the closed form.
    public var meanHalfWidth: Double? {
        let widths = intervals.compactMap { $0.map { $0.halfWidth / oracle.expected.magnitude } }
        guard widths.count == intervals.count, !widths.isEmpty else { return nil }
        return widths.reduce(0, +) / Double(widths.count)
    }

    /// What does not hold.
    public enum Failure: String, Hashable, Sendable, CaseIterable {
        /// A replication observed nothing.
        case unobserved = "nothing observed"
        /// Too few intervals contain the closed form.
        case coverage = "too few intervals contain it"
        /// The mean over all replications is too far off.
        case deviation = "mean is off"
        /// An interval is too wide to tell.
        case width = "interval too wide"
    }

    /// What does not hold by `criteria`; empty where the figure meets its closed form.
    public func failures(_ criteria: Criteria) -> [Failure] {
        guard let deviation, let widestHalfWidth else { return [.unobserved] }
        var failures: [Failure] = []
        if covered < criteria.leastCovered { failures.append(.coverage) }
        if !(deviation.magnitude <= Criteria.greatestDeviation) { failures.append(.deviation) }
        if !(widestHalfWidth < oracle.kind.widestHalfWidth) { failures.append(.width) }
        return failures
    }
}
