import PlatformModel
import Results
import ScenarioModel

/// All that a check found, for people and for machines.
public struct GateReport: Sendable {
    /// The cells and the verdict on them.
    public var gate: Gate
    /// The scenario.
    public var scenario: Scenario
    /// Its file.
    public var file: String
    /// The line of each key, for readers that show them.
    public var lines: [String: Int]
    /// What the scenario changes of the baseline's policies.
    public var policies: [Comparability.Difference]
    /// The first decision that differs; nil where none does.
    public var difference: FirstDifference?
    /// The scenario's own targets, held against the replications looked at.
    public var targets: [Verdict]

    /// The given findings.
    public init(
        gate: Gate, scenario: Scenario, file: String, lines: [String: Int],
        policies: [Comparability.Difference], difference: FirstDifference?, targets: [Verdict]
    ) {
        self.gate = gate
        self.scenario = scenario
        self.file = file
        self.lines = lines
        self.policies = policies
        self.difference = difference
        self.targets = targets
    }

    /// The gate's verdict; a target that is missed is a regression, too.
    public var verdict: Gate.Verdict {
        let verdict = gate.verdict ?? .inconclusive
        return verdict != .identical && targets.contains { !$0.isMet } ? .regression : verdict
    }

    /// The verdict in one line.
    public var headline: String {
        let looked = "\(gate.replications) of \(gate.baseline.replications) replications"
        let judged = gate.cells.count { $0.state != .tooFew }
        switch verdict {
        case .identical: return "pass: every decision of \(looked) is the baseline's"
        case .pass: return "pass: no loss beyond the margins in \(judged) cells, \(looked)"
        case .improvement:
            return "improvement: no loss beyond the margins in \(judged) cells and "
                + "\(gate.cells.count(where: \.isImproved)) better by more, \(looked)"
        case .regression:
            let cells = gate.cells.filter { $0.state == .regressed }.map(\.name)
            let missed = targets.filter { !$0.isMet }.map(\.key)
            return "regression: " + (cells + missed).joined(separator: ", ") + ", \(looked)"
        case .inconclusive:
            let open = gate.cells.count { $0.state == .undecided }
            return "inconclusive: \(open) of \(judged) cells are undecided after \(looked); "
                + "more take a baseline of more replications or a greater --budget"
        }
    }

    /// The cells that say something: regressed, undecided, improved; those that lost most of what
    /// they may lose first.
    var notable: [Gate.CellVerdict] {
        let order: [Gate.State] = [.regressed, .undecided, .passed, .tooFew]
        func rank(_ cell: Gate.CellVerdict) -> Int { order.firstIndex(of: cell.state) ?? 0 }
        return gate.cells.filter {
            $0.state == .regressed || $0.state == .undecided || $0.isImproved
        }
        .enumerated().sorted {
            (rank($0.element), -$0.element.usedMargin, $0.offset)
                < (rank($1.element), -$1.element.usedMargin, $1.offset)
        }.map(\.element)
    }

    /// What each group lost of its wait, those that paid most first.
    var payers: [Gate.CellVerdict] {
        gate.cells.filter { $0.measure == .wait && $0.group != "all" && $0.means != nil }
            .enumerated().sorted {
                (-$0.element.change, $0.offset) < (-$1.element.change, $1.offset)
            }.map(\.element)
    }
}

extension Gate.CellVerdict {
    /// Such as `wait of language=en`.
    var name: String { "\(measure.rawValue) of \(group)" }

    /// By how much it grew; 0 where nothing is known.
    var change: Double { means.map { $0.now - $0.baseline } ?? 0 }

    /// The loss as a share of what may be lost.
    var usedMargin: Double {
        guard let allowed, allowed > 0 else { return change > 0 ? .infinity : 0 }
        return change / allowed
    }

    /// Such as `4.1 s → 4.6 s, +0.5 [0.4, 0.6] of 0.2 allowed`.
    var figures: String {
        guard let means, let allowed else { return "no figures" }
        let unit = measure.unit.isEmpty ? "" : " " + measure.unit
        var text =
            "\(GateText.figure(means.baseline))\(unit) → \(GateText.figure(means.now))\(unit)"
        text += ", \(change < 0 ? "" : "+")\(GateText.figure(change))"
        if let loss {
            text += " [\(GateText.figure(loss.low)), \(GateText.figure(loss.high))]"
        }
        return text + ", +\(GateText.figure(allowed)) allowed"
    }
}

/// How figures are written.
enum GateText {
    static func figure(_ value: Double) -> String { SignificantDigits.judged.text(value) }

    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
