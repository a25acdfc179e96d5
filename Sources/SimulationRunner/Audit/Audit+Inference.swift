import KnowledgeLedger
import Quantities
import Results

/// What observers can conclude from what they came to know, by themselves and together.
extension Audit {
    private var known: Ledger { knowledge.known }

    /// Those who can conclude something, each with what.
    private var conclusions: [(observer: Observer, inferences: [Inference])] {
        let known = knowledge.known
        return Observer.allCases.map { ($0, known.inferences(of: $0)) }
            .filter { !$0.1.isEmpty }
    }

    // MARK: Text

    /// Lines for a terminal.
    var inferenceLines: [String] {
        var lines = ["", "what follows from that"]
        for (observer, inferences) in conclusions {
            for inference in inferences {
                lines.append("  \(Self.words(observer.name)): " + line(inference, of: [observer]))
            }
        }
        if lines.count == 2 { lines.append("  nothing") }
        let findings = known.findings()
        lines += ["", "what none of them knows alone, and all of them together do"]
        for finding in findings {
            let members = finding.coalition.members
            let name = finding.coalition.name.map { $0 + ": " }
            lines.append(
                "  " + (name ?? members.map { Self.words($0.name) }.joined(separator: " + ") + ": ")
                    + finding.inferences.map { line($0, of: members) }.joined(separator: "; "))
        }
        if findings.isEmpty { lines.append("  nothing") }
        return lines
    }

    private func line(_ inference: Inference, of observers: [Observer]) -> String {
        var line = Self.words(inference.rule.name)
        if inference.calls.count > 0 {
            let calls = calls(lookedAtBy: observers)
            line += " in \(Self.share(inference.calls.count, calls)) of calls"
            if inference.rule.item != nil {
                line += " (untold in \(Self.share(inference.untold.count, calls)))"
            }
        } else {
            line += " of \(inference.subjects.count) people"
        }
        let stay =
            inference.residence == .max ? "for good" : "for " + Self.text(inference.residence)
        return line + ", \(stay), from \(inference.rule.premises)"
    }

    /// A thief looks at the calls before the theft only.
    private func calls(lookedAtBy observers: [Observer]) -> Int {
        observers == [.thief] ? knowledge.callsBeforeBreach : knowledge.calls
    }

    // MARK: JSON

    /// The array `inferred`.
    var inferredJSON: JSONValue {
        .array(
            conclusions.flatMap { observer, inferences in
                inferences.map {
                    .object(
                        [.init("observer", .string(observer.name))] + members($0, of: [observer]))
                }
            })
    }

    /// The array `coalitions`.
    var coalitionsJSON: JSONValue {
        .array(
            known.findings().map { finding in
                let observers = finding.coalition.members
                return .object([
                    .init("name", finding.coalition.name.map { .string($0) } ?? .null),
                    .init("members", .array(observers.map { .string($0.name) })),
                    .init(
                        "inferred",
                        .array(finding.inferences.map { .object(members($0, of: observers)) })),
                ])
            })
    }

    private func members(_ inference: Inference, of observers: [Observer]) -> [JSONValue.Member] {
        let calls = calls(lookedAtBy: observers)
        return [
            .init("rule", .string(inference.rule.name)),
            .init("subjects", Self.number(inference.subjects.count)),
            .init("calls", Self.number(inference.calls.count)),
            .init(
                "call_share",
                inference.calls.count > 0 ? Self.share(inference.calls.count, of: calls) : .null),
            .init("untold_calls", Self.number(inference.untold.count)),
            .init(
                "residence",
                inference.residence == .max ? .null : .number(inference.residence.seconds)),
        ]
    }
}

extension Ledger {
    /// The calls of which `observer` can say who talked with whom, as it has `item` of them or both public addresses, and
    /// for how long at most.
    func partners(
        recoverableBy observer: Observer, from item: Item
    ) -> (calls: NumberSet, longest: SimDuration) {
        let told = self[observer, item]
        let concluded = Holdings(of: [observer], in: self).conclude(by: .whoWithWhom)
        var calls = told.calls
        calls.formUnion(concluded.calls)
        let others = concluded.isEmpty ? .zero : concluded.residence
        return (calls, max(told.longestResidence, others))
    }
}
