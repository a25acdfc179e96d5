import Foundation

extension ValidationReport {
    /// A line for each oracle, and one for all together.
    public var table: String {
        ([Self.heading(criteria)] + studies.map(lines) + [conclusion]).joined(separator: "\n")
    }

    /// What the columns mean, and their names.
    public static func heading(_ criteria: Criteria) -> String {
        """
        Closed forms against simulation with \(criteria.seeds) seeds. "off": the mean over all runs \
        less theory, in standard
        errors, at most \(Criteria.greatestDeviation); "inside": how many 95 % intervals contain \
        theory, at least \(criteria.leastCovered); "widest": the
        largest half-width of an interval, relative to theory, under 2 % of a mean and 10 % of a \
        probability or dispersion.
        A likeness of two policies is no closed form: whole intervals have to lie within \
        \(tolerance) of 1; "off" is how far
        the mean is beyond that, and its intervals are not pooled.

        \(row("study", "figure", "theory", "simulated", "off", "inside", "widest", "verdict"))
        """
    }

    private static let tolerance = String(format: "%.0f %%", 100 * Oracle.Kind.likeness.tolerance)

    /// What holds for all oracles together.
    public var conclusion: String {
        let most = String(format: "%.0f", 100 * pooledBounds.upperBound)
        let least = String(format: "%.0f", 100 * pooledBounds.lowerBound)
        let verdict = pooledBounds.contains(pooledShare) ? "ok" : "FAILS"
        return """

            all intervals: \(String(format: "%.2f", 100 * pooledShare)) % contain theory \
            (\(least)…\(most) %): \(verdict)
            \(passes ? "Every closed form is met." : "NOT every closed form is met.")

            """
    }

    /// The lines of one study, one for each oracle.
    public func lines(_ study: StudyResult) -> String {
        study.oracles.map { line($0, of: study.name) }.joined(separator: "\n")
    }

    private func line(_ result: OracleResult, of study: String) -> String {
        let failures = result.failures(criteria)
        return Self.row(
            study, result.oracle.figure, Self.number(result.oracle.expected),
            Self.number(result.grandMean),
            result.deviation.map { String(format: "%+.2f", $0) } ?? "-",
            "\(result.covered)",
            result.widestHalfWidth.map { String(format: "%.2f %%", 100 * $0) } ?? "-",
            failures.isEmpty
                ? "ok" : "FAILS: " + failures.map(\.rawValue).joined(separator: ", "))
    }

    private static func number(_ value: Double?) -> String {
        value.map { String(format: "%.6g", $0) } ?? "-"
    }

    private static func row(
        _ study: String, _ figure: String, _ theory: String, _ simulated: String, _ off: String,
        _ inside: String, _ widest: String, _ verdict: String
    ) -> String {
        return Column.left(study, 22) + Column.left(figure, 27) + Column.right(theory, 10)
            + Column.right(simulated, 11)
            + Column.right(off, 7) + Column.right(inside, 8) + Column.right(widest, 9) + "  "
            + verdict
    }
}
