import Foundation
import Measurement

extension FidelityReport {
    /// Every comparison, condition by condition, and what holds for all.
    public var table: String {
        ([heading] + conditions.map(lines) + [conclusion]).joined(separator: "\n")
    }

    private var heading: String {
        """
        The same calls in two details, \(replications) replications each, seed \(seed). "difference": \
        lesser detail less greater, with its
        95 % interval over the replications; "allowed": in either direction. Agrees: the whole interval is allowed.
        Differs: beyond what is allowed with p < \(Agreement.level) after Holm's correction over all comparisons.

        \(Self.row("metric", "details", "greater", "lesser", "difference", "allowed", "verdict"))
        """
    }

    /// How many comparisons agree.
    public var conclusion: String {
        """

        \(count(.agrees)) comparisons agree, \(count(.differs)) differ, \(count(.undecided)) are \
        undecided: more calls would tell.
        \(passes ? "No difference was found where there were calls enough." : "There ARE differences.")

        """
    }

    private func lines(_ condition: Condition) -> String {
        ([condition.name] + condition.agreements.map(Self.line)).joined(separator: "\n")
    }

    private static func line(_ agreement: Agreement) -> String {
        let unit = Unit(agreement.rule.metric)
        return row(
            "  " + agreement.rule.metric.description.name,
            "\(agreement.greater.rawValue), \(agreement.lesser.rawValue)",
            unit.text(agreement.greaterValue), unit.text(agreement.lesserValue),
            agreement.difference.map {
                "\(unit.text($0.middle, signed: true)) (\(unit.text($0.low))…\(unit.text($0.high)))"
            } ?? "-",
            unit.text(agreement.tolerance),
            agreement.verdict == .differs ? "DIFFERS" : agreement.verdict.rawValue)
    }

    /// How figures of a metric are printed.
    private struct Unit {
        let factor: Double
        let suffix: String
        let digits: Int

        init(_ metric: Metric) {
            if metric.description.kind == .ratio {
                (factor, suffix, digits) = (100, " %", 3)
            } else if metric.description.unit == .second {
                (factor, suffix, digits) = (1000, " ms", 1)
            } else {
                (factor, suffix, digits) = (1, "", 2)
            }
        }

        func text(_ value: Double?, signed: Bool = false) -> String {
            guard let value else { return "-" }
            return String(format: signed ? "%+.\(digits)f" : "%.\(digits)f", value * factor)
                + suffix
        }
    }

    private static func row(
        _ metric: String, _ details: String, _ greater: String, _ lesser: String,
        _ difference: String, _ allowed: String, _ verdict: String
    ) -> String {
        return Column.left(metric, 22) + Column.left(details, 14) + Column.right(greater, 10)
            + Column.right(lesser, 10)
            + Column.right(difference, 34) + Column.right(allowed, 10) + "  " + verdict
    }
}
