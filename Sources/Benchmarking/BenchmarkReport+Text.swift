import Foundation

extension BenchmarkReport {
    /// The report as tables for people: figures with the ratios to ours, the changes against a
    /// baseline, the targets, and who is missing.
    public func text() -> String {
        var text = machineLine + resultTable
        if let changes { text += Self.table(of: changes) }
        text += targetTable
        let missing = Dictionary(grouping: absences, by: \.contender)
        for (index, absence) in absences.enumerated()
        where absences.firstIndex(where: { $0.contender == absence.contender }) == index {
            let reasons = (missing[absence.contender] ?? []).map(\.reason)
            text += "\nwithout \(absence.contender): \(reasons.joined(separator: "; "))\n"
        }
        return text
    }

    private var machineLine: String {
        var line = "\(machine.processor), \(machine.cores) cores"
        if let load = machine.loadBefore {
            line += ", load \(Self.fixed(load, 1)) before"
            if load > 0.5 { line += " (busy: expect wide spreads, and trust no real time)" }
        }
        return line + "; CPU time, medians with least…greatest\n\n"
    }

    private var resultTable: String {
        let hasCalls = results.contains { $0.callsPerCore != nil }
        var text =
            Self.pad("workload, contender", 30) + Self.left("median", 14)
            + Self.left("least…greatest", 22) + Self.left("M/s", 9)
            + Self.left(hasCalls ? "calls a core" : "", hasCalls ? 14 : 0)
            + "   ours is faster by\n"
        var heading = ""
        for result in results {
            guard let spread = result.samples.spread else { continue }
            if result.workload != heading {
                heading = result.workload
                text += heading + "\n"
            }
            let digits = Self.digits(spread.median)
            text +=
                Self.pad("  " + result.contender, 30)
                + Self.left(Self.fixed(spread.median, digits) + " " + result.unit.rawValue, 14)
                + Self.left(Self.range(spread, digits), 22)
                + Self.left(
                    result.unit == .nanoseconds ? Self.fixed(1000 / spread.median, 2) : "", 9)
            if hasCalls {
                text += Self.left(
                    result.callsPerCore.map { Self.fixed($0.median, 0) } ?? "", 14)
            }
            if let ratio = result.againstOurs {
                text += Self.left(Self.times(ratio), 26)
            }
            text += "\n"
        }
        return text
    }

    private var targetTable: String {
        guard !targets.isEmpty else { return "" }
        var text = "\ntargets\n"
        for target in targets {
            text += "  " + Self.pad(target.outcome.text, 14) + target.name + "\n"
            text += Self.pad("", 16) + target.demand
            if let reached = target.reached {
                let digits = Self.digits(reached.median)
                text +=
                    "; reached \(Self.fixed(reached.median, digits)) \(target.unit) "
                    + "(\(Self.range(reached, digits)))"
            }
            if let detail = target.detail { text += "; " + detail }
            text += "\n" + Self.pad("", 16) + target.why + "\n"
        }
        let met = targets.filter { $0.outcome == .met }.count
        return text + "\n\(met) of \(targets.count) targets met\n"
    }

    private static func table(of changes: [BaselineChange]) -> String {
        var text = "\nagainst the baseline: time or memory now ÷ then\n"
        for change in changes {
            text +=
                "  " + pad(change.verdict.rawValue, 11) + pad(change.workload, 36)
                + pad(change.contender, 22) + left(times(change.ratio), 22) + "\n"
        }
        if let drift = BaselineChange.drift(of: changes) {
            text += """
                  The rivals, which are the same programs, take \(times(drift)): the machine's \
                own change.

                """
        }
        return text
    }

    private static func times(_ spread: Spread) -> String {
        let digits = digits(spread.median)
        return "\(fixed(spread.median, digits)) × (\(range(spread, digits)))"
    }

    private static func range(_ spread: Spread, _ digits: Int) -> String {
        "\(fixed(spread.least, digits))…\(fixed(spread.greatest, digits))"
    }

    /// Decimals that give about three significant digits.
    private static func digits(_ value: Double) -> Int {
        value >= 1000 ? 0 : value >= 10 ? 1 : 2
    }

    static func fixed(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private static func left(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(width > 0 ? 1 : 0, width - text.count)) + text
    }
}

extension TargetVerdict {
    /// What is asked for, such as `at least 8.00 ×`.
    var demand: String {
        func value(_ bound: Double) -> String {
            BenchmarkReport.fixed(bound, bound >= 1000 || bound == bound.rounded() ? 0 : 2)
        }
        return switch bound {
        case .atLeast(let least): "at least \(value(least)) \(unit)"
        case .atMost(let most): "at most \(value(most)) \(unit)"
        case .holds: "must hold"
        }
    }
}

extension TargetVerdict.Outcome {
    /// As the table says it.
    var text: String {
        switch self {
        case .met: "met"
        case .notMet: "NOT MET"
        case .notMeasured: "not measured"
        }
    }
}
