/// What is to be reached: a figure of a benchmark, and the bound that it is to keep.
public struct SpeedTarget: Hashable, Sendable {
    /// How the figure comes from a report.
    public enum Figure: Hashable, Sendable {
        /// How many times as fast as the fastest of these contenders we are on a workload.
        case speed(workload: String, against: [String])
        /// How many times as fast we are on a workload as on another.
        case speedOfWorkload(String, againstWorkload: String)
        /// Our figure on a workload, in the workload's unit times this factor.
        case ours(workload: String, factor: Double)
        /// How many of our operations on a workload a second has.
        case rate(workload: String)
        /// Whether a check holds.
        case check(String)
    }

    /// Which values are right.
    public enum Bound: Hashable, Sendable, Codable {
        /// From this on.
        case atLeast(Double)
        /// Up to this.
        case atMost(Double)
        /// The check holds.
        case holds
    }

    /// What, in words.
    public var name: String
    /// What is measured.
    public var figure: Figure
    /// What is right.
    public var bound: Bound
    /// The unit of the bound; empty for checks.
    public var unit: String
    /// Why this and not less.
    public var why: String

    /// `figure` is to keep `bound`, in `unit`, because of `why`.
    public init(
        _ name: String, _ figure: Figure, _ bound: Bound, unit: String = "×", why: String
    ) {
        self.name = name
        self.figure = figure
        self.bound = bound
        self.unit = unit
        self.why = why
    }

    /// What `report` says of it.
    public func verdict(on report: BenchmarkReport) -> TargetVerdict {
        var verdict = TargetVerdict(
            name: name, why: why, bound: bound, unit: unit, outcome: .notMeasured)
        if case .check(let name) = figure {
            guard let check = report.checks.first(where: { $0.name == name }) else {
                return verdict
            }
            verdict.outcome = check.holds ? .met : .notMet
            verdict.detail = check.detail
            return verdict
        }
        guard let (reached, detail) = reached(in: report) else { return verdict }
        verdict.reached = reached
        verdict.detail = detail
        verdict.outcome = bound.isKept(by: reached.median) ? .met : .notMet
        return verdict
    }

    private func reached(in report: BenchmarkReport) -> (Spread, String?)? {
        switch figure {
        case .speed(let workload, let contenders):
            guard let own = report.samples(workload) else { return nil }
            let candidates = contenders.compactMap { name in
                report.samples(workload, name).flatMap { samples in
                    samples.ratios(to: own).map { (name, $0) }
                }
            }
            guard let best = candidates.min(by: { $0.1.median < $1.1.median }) else { return nil }
            return (best.1, contenders.count > 1 ? "against \(best.0)" : nil)
        case .speedOfWorkload(let workload, let other):
            guard let own = report.samples(workload), let others = report.samples(other),
                let ratios = others.ratios(to: own)
            else { return nil }
            return (ratios, nil)
        case .ours(let workload, let factor):
            return report.samples(workload)?.spread.map { ($0.scaled(by: factor), nil) }
        case .rate(let workload):
            guard let spread = report.samples(workload)?.spread, spread.least > 0 else {
                return nil
            }
            return (spread.dividing(1e9), nil)
        case .check: return nil
        }
    }
}

extension SpeedTarget.Bound {
    /// Whether `value` is right; nothing is where a check is asked for.
    func isKept(by value: Double) -> Bool {
        switch self {
        case .atLeast(let least): value >= least
        case .atMost(let most): value <= most
        case .holds: false
        }
    }
}

/// Whether a target was reached.
public struct TargetVerdict: Hashable, Sendable, Codable {
    /// What came of it.
    public enum Outcome: String, Sendable, Codable {
        /// The median keeps the bound, or the check holds.
        case met
        /// It does not.
        case notMet
        /// The report lacks a contender or a workload that it takes.
        case notMeasured
    }

    /// What, in words.
    public var name: String
    /// Why this and not less.
    public var why: String
    /// What was asked for.
    public var bound: SpeedTarget.Bound
    /// The unit of bound and figure.
    public var unit: String
    /// What was reached, over the rounds; nil for checks and where nothing was measured.
    public var reached: Spread?
    /// What came of it.
    public var outcome: Outcome
    /// What else was seen.
    public var detail: String?
}
