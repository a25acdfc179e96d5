import Results
import ScenarioModel
import Statistics

/// Whether a version is no worse than its baseline for anybody.
///
/// Both draw from the same streams, so each replication is held against the same one of the baseline.
/// A cell, one measure of one group, passes once its loss is surely below the margin and has regressed once it is
/// surely above; sure means Student's t over the replications at a level of ``ErrorSpending``. All
/// cells must pass, so passing takes no correction for their number; regressions and improvements are
/// corrected by Holm's method.
public struct Gate: Sendable {
    /// What is known of a cell.
    public enum State: String, Hashable, Sendable {
        /// Its loss is below the margin.
        case passed
        /// Its loss is above the margin.
        case regressed
        /// The replications so far tell neither.
        case undecided
        /// It has too few tickets to be judged.
        case tooFew = "too few tickets"
    }

    /// One measure of one group, held against the baseline.
    public struct CellVerdict: Sendable {
        /// What is measured.
        public var measure: GateMeasure
        /// Of whom.
        public var group: String
        /// What is known of it.
        public var state: State
        /// Whether it became better by more than the margin.
        public var isImproved = false
        /// Means over the replications that have both, of the baseline and of what is checked.
        public var means: (baseline: Double, now: Double)?
        /// What may be lost, in the unit of the measure; nil without replications.
        public var allowed: Double?
        /// The 95 % interval of the loss; nil with fewer than two replications.
        public var loss: ConfidenceInterval?
        /// Tickets in a replication of the baseline.
        public var tickets: Double
        /// The probability of such figures if the loss were at the margin, after Holm's correction.
        public var p: Double?
    }

    /// What comes out.
    public enum Verdict: String, Hashable, Sendable {
        /// Every decision of the replications looked at is the same.
        case identical
        /// Nobody lost more than the margins allow.
        case pass
        /// Nobody lost more than that, and somebody gained.
        case improvement
        /// Somebody lost more.
        case regression
        /// The budget is spent and the verdict open.
        case inconclusive
    }

    /// What is held against.
    public let baseline: BaselineDocument
    /// The cells in the baseline's order.
    public private(set) var cells: [CellVerdict] = []
    /// Replications looked at so far.
    public private(set) var replications = 0
    /// Whether all of them had the baseline's fingerprints.
    public private(set) var isIdentical = true
    /// After how many replications there is a look.
    public let looks: [Int]
    private let levels: [Double]
    private let groups: GateGroups
    private var samples: [GateSample] = []

    /// Replications of the first look.
    public static let firstLook = 4

    /// A gate that looks after 4, 8, 16… replications and at last after `budget`, or after as many as
    /// the baseline has.
    ///
    /// - Parameter budget: at least 2.
    public init(_ baseline: BaselineDocument, _ scenario: Scenario, budget: Int) {
        self.baseline = baseline
        groups = GateGroups(scenario)
        let most = min(budget, baseline.replications)
        var looks: [Int] = []
        var next = Self.firstLook
        while next < most {
            looks.append(next)
            next *= 2
        }
        looks.append(most)
        self.looks = looks
        levels = ErrorSpending(total: baseline.error).levels(at: looks)
    }

    /// The verdict by now; nil while replications may still be added.
    public var verdict: Verdict? {
        guard replications > 0 else { return nil }
        if isIdentical { return .identical }
        let judged = cells.filter { $0.state != .tooFew }
        if judged.contains(where: { $0.state == .regressed }) { return .regression }
        if judged.isEmpty || judged.contains(where: { $0.state == .undecided }) {
            return looks.contains { $0 > replications } ? nil : .inconclusive
        }
        return judged.contains(where: \.isImproved) ? .improvement : .pass
    }

    /// Looks at `outcomes`, the replications that follow those of the look before.
    ///
    /// - Precondition: their tickets were kept, and with those before they are as many as
    ///   ``looks`` says.
    public mutating func look(at outcomes: [ReplicationOutcome]) {
        samples += outcomes.map(groups.sample)
        guard let look = looks.firstIndex(of: samples.count) else {
            preconditionFailure("a look at a time that was not planned")
        }
        replications = samples.count
        isIdentical = zip(samples, baseline.fingerprints).allSatisfy { $0.fingerprint == $1 }
        let earlier = cells
        cells = baseline.cells.compactMap(judged)
        for index in cells.indices where index < earlier.count {
            // What was decided stays so: its error is spent.
            if earlier[index].state == .passed { cells[index].state = .passed }
            if earlier[index].isImproved { cells[index].isImproved = true }
        }
        decide(at: levels[look])
    }

    private func pairs(_ cell: BaselineDocument.Cell, _ measure: GateMeasure) -> [(Double, Double)]
    {
        guard let row = GateMeasure.allCases.firstIndex(of: measure),
            let place = groups.names.firstIndex(of: cell.group)
        else { return [] }
        return zip(cell.values, samples).compactMap { before, sample in
            guard let before, let now = sample.values[row][place] else { return nil }
            return (before, now)
        }
    }

    private func judged(_ cell: BaselineDocument.Cell) -> CellVerdict? {
        guard let measure = GateMeasure(rawValue: cell.measure) else { return nil }
        var verdict = CellVerdict(
            measure: measure, group: cell.group,
            state: cell.tickets < baseline.leastTickets ? .tooFew : .undecided,
            tickets: cell.tickets)
        let pairs = pairs(cell, measure)
        guard !pairs.isEmpty else { return verdict }
        let n = Double(pairs.count)
        let before = pairs.reduce(0) { $0 + $1.0 } / n
        verdict.means = (before, pairs.reduce(0) { $0 + $1.1 } / n)
        verdict.allowed = allowed(measure, before)
        verdict.loss = ReplicationSummary.interval95(of: pairs.map { $1 - $0 })
        return verdict
    }

    private func allowed(_ measure: GateMeasure, _ before: Double) -> Double {
        let margin =
            baseline.margins.first { $0.measure == measure.rawValue } ?? measure.usualMargin
        return margin.relative * before + margin.absolute
    }

    private mutating func decide(at level: Double) {
        var (worse, better): ([(Int, Double)], [(Int, Double)]) = ([], [])
        let shown = baseline.cells.filter { GateMeasure(rawValue: $0.measure) != nil }
        for (index, cell) in shown.enumerated() where cells[index].state != .tooFew {
            let measure = cells[index].measure
            let pairs = pairs(cell, measure)
            let beyond = pairs.map { $1 - $0 - allowed(measure, $0) }
            guard let below = OneSidedTest.below(zero: beyond),
                let above = OneSidedTest.below(zero: beyond.map { -$0 }),
                let gain = OneSidedTest.below(
                    zero: pairs.map { $1 - $0 + allowed(measure, $0) })
            else { continue }
            if cells[index].state == .undecided, below <= level { cells[index].state = .passed }
            worse.append((index, above))
            better.append((index, gain))
        }
        for ((index, _), p) in zip(worse, Holm.adjusted(worse.map(\.1))) {
            cells[index].p = p
            if p <= level { cells[index].state = .regressed }
        }
        for ((index, _), p) in zip(better, Holm.adjusted(better.map(\.1))) where p <= level {
            cells[index].isImproved = true
        }
    }
}
