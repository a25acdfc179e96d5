import KnowledgeLedger
public import PlatformModel
import PrivacyStores
import Quantities

extension Audit {
    /// The audit for a terminal.
    ///
    /// - Parameter command: the beginning of the command that audits it again, up to its options.
    public func text(replayedBy command: String) -> String {
        var lines = [
            "\(title): who came to know what of \(knowledge.subjects) people in "
                + "\(knowledge.calls) calls (seed \(seed), replication \(replication))", "",
        ]
        for observer in Observer.allCases { lines += rows(of: observer) }
        lines += inferenceLines
        lines += ["", "promises"]
        for finding in findings { lines += Self.text(finding, command) }
        lines += processorLines
        lines += [""]
        lines += recoverableLines
        if let breach = knowledge.breach {
            let found = knowledge.known.partners(recoverableBy: .thief, from: .partner).calls.count
            lines.append(
                "a thief at \(Self.text(breach.sinceStart)) finds the partners of "
                    + "\(Self.share(found, knowledge.callsBeforeBreach)) of the calls so far")
        }
        lines += planningLines
        lines.append(oracleLine)
        return lines.joined(separator: "\n")
    }

    /// How long it can be told afterwards who talked with whom, and how old records became.
    var recoverableLines: [String] {
        recoverable.map { entry in
            "who talked with whom is recoverable from what the "
                + "\(Self.words(entry.observer.name)) stores: for \(Self.text(entry.lifetime)) and "
                + "until the next sweep (\(Self.text(entry.longest)) at most), in "
                + "\(Self.share(entry.calls, knowledge.calls)) of calls"
        } + [ageLine]
    }

    /// How old the records became, as was seen before each sweep and at the end.
    private var ageLine: String {
        let ages = RecordKind.allCases.map {
            "\(Self.name($0)) \(Self.text(knowledge.ages[$0]))"
        }
        return "the oldest records there were: " + ages.joined(separator: ", ")
    }

    var oracleLine: String {
        guard let first = knowledge.disagreements.first else {
            return
                "labels and canaries agree on all addresses, identifiers, signals, keys and frames, and "
                + "on \(knowledge.evidence.fragments) user fragments, looked for in "
                + "\(knowledge.evidence.fragmentSearches) datagrams and records" + declaredOnly
        }
        return "labels and canaries disagree: " + Self.text(first)
    }

    /// Of how many calls there are no packets to look at; nothing where there are none.
    private var declaredOnly: String {
        let calls = knowledge.evidence.modelledCalls.count
        guard calls > 0 else { return "" }
        return
            "; what packets of the \(calls) calls set up by formula would show to partners, relays "
            + "and on the way is declared only"
    }

    private func rows(of observer: Observer) -> [String] {
        let known = Item.allCases.filter { !knowledge.labels[observer, $0].isEmpty }
        let name = Self.words(observer.name)
        guard !known.isEmpty else { return ["\(name)\n  nothing of anybody"] }
        let calls = observer == .thief ? knowledge.callsBeforeBreach : knowledge.calls
        return [name]
            + known.map { item in
                let cell = knowledge.labels[observer, item]
                let share = cell.calls.count == 0 ? "" : Self.share(cell.calls.count, calls)
                let stay =
                    cell.longestResidence == .max
                    ? "for good" : Self.text(cell.longestResidence)
                return "  " + Self.padded(Self.words(item.name), 20)
                    + Self.aligned("\(cell.subjects.count)", 9) + " people "
                    + Self.aligned(share, 8) + (share.isEmpty ? "           " : " of calls  ")
                    + (observer == .thief ? "oldest " : "longest ") + stay
            }
    }

    static func text(_ finding: PromiseFinding, _ command: String) -> [String] {
        var verdict = finding.verdict.name
        if let condition = finding.verdict.condition { verdict += " \(condition)" }
        var details: [String] = []
        if finding.brokenCalls > 0 {
            details.append("\(share(finding.brokenCalls, finding.calls)) of calls broke it")
        }
        if finding.brokenSubjects > 0 {
            details.append("to \(finding.brokenSubjects) people")
        }
        if !finding.observers.isEmpty {
            details.append(
                "known to the "
                    + finding.observers.map { words($0.name) }.joined(separator: ", the "))
        }
        if !finding.endings.isEmpty {
            details.append(
                "after calls that ended so: " + finding.endings.map(\.name).joined(separator: ", "))
        }
        if !finding.outliving.isEmpty {
            details.append(
                finding.outliving.map(name).joined(separator: ", ") + " may stay longer")
        }
        if !details.isEmpty { verdict += ": " + details.joined(separator: "; ") }
        var lines = ["  \(finding.promise.statement)", "    \(verdict)"]
        if !finding.evidence.isEmpty {
            lines.append(
                "    on "
                    + finding.evidence.map { "\($0.count) \($0.what)" }.joined(separator: ", "))
        }
        if !finding.untried.isEmpty {
            lines.append(
                "    not tried in this run: " + finding.untried.joined(separator: ", "))
        }
        lines.append("    \(command)")
        if let kept = keptReplay(finding, command) { lines.append("    " + kept) }
        return lines
    }

    /// The command that audits the run in which a promise is kept; nil where no setting keeps it.
    static func keptReplay(_ finding: PromiseFinding, _ command: String) -> String? {
        let settings = finding.verdict.settings
        guard !settings.isEmpty else { return nil }
        // What has a space is one word for a shell.
        return settings.reduce(command) {
            $0 + " --set " + ($1.text.contains(" ") ? "\"\($1.text)\"" : $1.text)
        }
    }

    /// Where the oracles disagree, in words.
    public static func text(_ disagreement: PlatformKnowledge.Disagreement) -> String {
        let subject = disagreement.subject.map { ", person \($0)" } ?? ""
        let call = disagreement.call.map { ", call \($0)" } ?? ""
        return "\(words(disagreement.item.name)) at the \(words(disagreement.observer.name))"
            + "\(subject)\(call): "
            + (disagreement.isOutlasting
                ? "in the bytes for longer than declared"
                : disagreement.isDeclared
                    ? "declared, and not in the bytes" : "in the bytes, and not declared")
    }

    static func name(_ kind: RecordKind) -> String {
        switch kind {
        case .reports: "reports"
        case .signaling: "signalling messages"
        case .relayLog: "relay log"
        }
    }

    static func words(_ name: String) -> String { name.replacing("_", with: " ") }

    /// A share in per cent with one decimal.
    static func share(_ part: Int, _ whole: Int) -> String {
        guard whole > 0 else { return "–" }
        // What is not the whole is never shown as the whole, nor something as nothing.
        var tenths = (part * 1000 + whole / 2) / whole
        if part < whole { tenths = min(tenths, 999) }
        if part > 0 { tenths = max(tenths, 1) }
        return "\(tenths / 10).\(tenths % 10) %"
    }

    /// A time in its two largest units that are not zero; in days from two of them on.
    static func text(_ duration: SimDuration) -> String {
        let seconds = duration.nanoseconds / 1_000_000_000
        let days = seconds >= 2 * 86_400 ? seconds / 86_400 : 0
        let parts = [
            (days, "d"), (seconds / 3600 - days * 24, "h"), (seconds / 60 % 60, "min"),
            (seconds % 60, "s"),
        ].filter { $0.0 > 0 }
        guard !parts.isEmpty else {
            return duration.nanoseconds == 0 ? "0 s" : "\(duration.nanoseconds / 1_000_000) ms"
        }
        return parts.prefix(2).map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }

    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    static func aligned(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
