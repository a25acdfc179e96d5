import Measurement
import ScenarioModel
import Statistics

/// The one sentence that answers a scenario's question from the run's figures and targets.
public enum Answer {
    /// How many missed targets are named before the rest is only counted.
    private static let namedMisses = 3

    /// The sentence for `document`; where `question` mentions relays it leads with how many of them
    /// `need` says would do.
    public static func sentence(
        _ document: SummaryDocument, to question: String = "", _ need: RelayNeed? = nil
    ) -> String {
        let rest = outcome(document)
        guard let need, question.lowercased().contains("relay") else { return rest }
        let isTargetless = document.verdicts.isEmpty
        return need.answer + (isTargetless ? ". " + rest : ", and " + lowercasedFirst(rest))
    }

    private static func lowercasedFirst(_ text: String) -> String {
        text.prefix(1).lowercased() + text.dropFirst()
    }

    /// What became of the targets; what happened, where there are none.
    private static func outcome(_ document: SummaryDocument) -> String {
        let verdicts = document.verdicts
        guard !verdicts.isEmpty else { return description(document.summary) }
        let missed = verdicts.filter { !$0.isMet }
        guard missed.isEmpty else { return misses(missed, of: verdicts.count, document.summary) }
        guard let closest = closest(of: verdicts) else { return "" }
        let opening =
            verdicts.count == 1
            ? "As configured, the target is met: "
            : "As configured, all \(verdicts.count) targets are met; closest to its limit is "
        return opening + finding(closest, document.summary) + doubt(closest, document.summary) + "."
    }

    private static func misses(
        _ missed: [Verdict], of count: Int, _ summary: RunSummary
    ) -> String {
        var named = missed.prefix(namedMisses).map { finding($0, summary) }
        if missed.count > namedMisses { named.append("\(missed.count - namedMisses) more") }
        let opening =
            count == 1
            ? "As configured, the target is missed: "
            : "As configured, \(missed.count) of \(count) targets \(missed.count == 1 ? "is" : "are") missed: "
        let ending = missed.count == 1 ? doubt(missed[0], summary) : ""
        return opening + joined(named) + ending + "."
    }

    /// `relay.share is 31.2 %, where at most 30 % is allowed`.
    private static func finding(_ verdict: Verdict, _ summary: RunSummary) -> String {
        let quantity = verdict.quantity(in: summary)
        guard let value = verdict.value else { return "\(verdict.key) has no observations" }
        let limit = HumanFigure.limit(verdict.threshold.limit, quantity)
        let bound =
            switch verdict.threshold.comparison {
            case .atMost: "at most \(limit) is allowed"
            case .atLeast: "at least \(limit) is required"
            case .below: "less than \(limit) is required"
            case .above: "more than \(limit) is required"
            }
        return "\(verdict.key) at \(HumanFigure.text(value, quantity)), where \(bound)"
    }

    /// Says so when the interval leaves the verdict open.
    private static func doubt(_ verdict: Verdict, _ summary: RunSummary) -> String {
        guard let metric = summary.figures(verdict.threshold.metric),
            let value = verdict.value,
            let interval = metric.figures.interval(verdict.threshold.statistic),
            interval.low < verdict.threshold.limit, interval.high > verdict.threshold.limit
        else { return "" }
        let texts = HumanFigure.texts(
            value, interval, verdict.quantity(in: summary), signed: false)
        return " (its 95 % interval \(texts.interval) spans the limit: "
            + "more replications would tell)"
    }

    /// The target met by the least margin. Limits of 0 allow nothing at all, so that what meets
    /// them tells of no strain: they are compared only where all limits are 0.
    private static func closest(of verdicts: [Verdict]) -> Verdict? {
        let others = verdicts.filter { $0.threshold.limit != 0 }
        return (others.isEmpty ? verdicts : others).min { margin($0) < margin($1) }
    }

    /// How far the figure is inside its limit, relative to the limit.
    private static func margin(_ verdict: Verdict) -> Double {
        guard let value = verdict.value else { return -.infinity }
        let limit = verdict.threshold.limit
        let distance = (limit - value).magnitude
        return limit == 0 ? distance : distance / limit.magnitude
    }

    /// What happened, where no targets are set.
    private static func description(_ summary: RunSummary) -> String {
        var findings: [String] = []
        if let p95 = summary.figures(.matchLatency)?.figures.figure(.p95) {
            findings.append(
                "95 % of those who were paired waited at most \(HumanFigure.text(p95, .time))")
        }
        if let left = summary.figures(.abandoned)?.figures.figure(.value) {
            findings.append("\(HumanFigure.text(left, .share)) left before")
        }
        if let share = summary.figures(.relayShare)?.figures.figure(.value) {
            findings.append("\(HumanFigure.text(share, .share)) of calls took a relay")
        }
        if let failed = summary.figures(.connectFailed)?.figures.figure(.value) {
            findings.append("\(HumanFigure.text(failed, .share)) of set-ups failed")
        }
        guard !findings.isEmpty else { return "The scenario sets no targets." }
        return "The scenario sets no targets; " + joined(findings) + "."
    }

    private static func joined(_ parts: [String]) -> String {
        guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
        return parts.dropLast().joined(separator: ", ") + " and " + last
    }
}

extension Verdict {
    /// In which unit a person reads the figure and its limit.
    func quantity(in summary: RunSummary) -> HumanFigure.Quantity {
        guard threshold.statistic != .count, let metric = summary.figures(threshold.metric) else {
            return .plain
        }
        return HumanFigure.Quantity(metric)
    }
}
