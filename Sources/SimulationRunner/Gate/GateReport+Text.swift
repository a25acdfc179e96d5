import PlatformModel
import Quantities
import Results
import ScenarioModel

extension GateReport {
    /// Cells that are shown.
    private static let cellLimit = 20
    /// Groups that the table of who paid shows.
    private static let payerLimit = 8
    /// Candidates of a ticket that are shown.
    private static let candidateLimit = 6

    /// The report for a terminal.
    public var text: String {
        var lines = [headline]
        lines += policies.map {
            "changed: \($0.key) \($0.baseline ?? "–") → \($0.now ?? "–")"
        }
        guard verdict != .identical else { return lines.joined(separator: "\n") }
        lines += targets.filter { !$0.isMet }.map { "missed: " + Self.text($0) }
        if !notable.isEmpty {
            lines.append("")
            lines += notable.prefix(Self.cellLimit).map { cell in
                let state = cell.isImproved ? "improved" : cell.state.rawValue
                return GateText.padded(state, 12) + GateText.padded(cell.name, 44) + cell.figures
                    + (cell.state == .regressed ? cell.p.map(Self.chance) ?? "" : "")
            }
        }
        if notable.count > Self.cellLimit {
            lines.append("and \(notable.count - Self.cellLimit) cells more")
        }
        lines += ["", "who paid: mean wait by group"]
        lines += payers.prefix(Self.payerLimit).map {
            "  " + GateText.padded($0.group, 42) + $0.figures
        }
        if payers.count > Self.payerLimit {
            lines.append("  and \(payers.count - Self.payerLimit) groups that paid less")
        }
        let few = gate.cells.count { $0.state == .tooFew }
        if few > 0 {
            lines.append(
                "not judged: \(few) cells of groups with fewer than "
                    + "\(GateText.figure(gate.baseline.leastTickets)) tickets a replication")
        }
        lines += ["", explanation]
        return lines.joined(separator: "\n")
    }

    private static func chance(_ p: Double) -> String {
        p < 1e-9 ? " (p < 1e-9)" : " (p \(GateText.figure(p)))"
    }

    static func text(_ target: Verdict) -> String {
        "\(target.key) \(target.threshold.comparison.rawValue) "
            + "\(GateText.figure(target.threshold.limit)), but it is "
            + (target.value.map(GateText.figure) ?? "unknown")
    }

    /// The first decision that differs, with whom each ticket could have had.
    var explanation: String {
        guard let difference else {
            return "the first \(gate.baseline.decisions.count) decisions of replication 0 are the "
                + "baseline's: what differs comes later or is no decision of the matchmaker"
        }
        var lines = [
            "first decision to differ: number \(difference.number) of replication 0, at "
                + difference.time.description
        ]
        lines.append("  baseline: " + text(difference.baseline, difference))
        lines.append("  now:      " + text(difference.now, difference))
        for choice in difference.choices {
            let names = choice.candidates.prefix(Self.candidateLimit).map {
                text($0, at: difference.time)
            }
            let more = choice.candidates.count - names.count
            lines.append(
                "  \(text(choice.ticket, at: difference.time)) could have had "
                    + (names.isEmpty ? "nobody" : names.joined(separator: ", "))
                    + (more > 0 ? " and \(more) more" : ""))
        }
        return lines.joined(separator: "\n")
    }

    private func text(
        _ decision: BaselineDocument.Decision?, _ difference: FirstDifference
    ) -> String {
        guard let decision else { return "no pair" }
        let tickets = zip(decision.tickets, decision.steps).map { number, step in
            "ticket \(number) (step \(step))"
        }
        let time = SimTime.zero + .nanoseconds(decision.time)
        return tickets.joined(separator: " with ")
            + (time == difference.time ? "" : ", at \(time.description)")
    }

    /// Such as `ticket 17 (en, music, 12.5 s old)`.
    private func text(_ ticket: TicketLife, at time: SimTime) -> String {
        let age = time - ticket.created
        return "ticket \(ticket.number) (\(scenario.languages[Int(ticket.language)]), "
            + "\(scenario.interests[Int(ticket.interest)]), tier "
            + "\(Scenario.tierNames[Int(ticket.tier.rawValue)]), "
            + "\(GateText.figure(age.seconds)) s old)"
    }

    /// The report for a pull request.
    public var markdown: String {
        var lines = ["### Fairness gate: \(scenario.title)", "", "**\(headline)**"]
        if !policies.isEmpty {
            lines += ["", "| changed | baseline | now |", "|---|---|---|"]
            lines += policies.map {
                "| `\($0.key)` | \($0.baseline ?? "–") | \($0.now ?? "–") |"
            }
        }
        guard verdict != .identical else { return lines.joined(separator: "\n") + "\n" }
        lines += targets.filter { !$0.isMet }.map { "\nMissed: " + Self.text($0) }
        if !notable.isEmpty {
            lines += ["", "| cell | | figures |", "|---|---|---|"]
            lines += notable.prefix(Self.cellLimit).map {
                "| \($0.name) | \($0.isImproved ? "improved" : $0.state.rawValue) | \($0.figures) |"
            }
        }
        if notable.count > Self.cellLimit {
            lines.append("\nand \(notable.count - Self.cellLimit) cells more")
        }
        lines += ["", "| who paid | mean wait |", "|---|---|"]
        lines += payers.prefix(Self.payerLimit).map { "| \($0.group) | \($0.figures) |" }
        lines += ["", "```", explanation, "```"]
        return lines.joined(separator: "\n") + "\n"
    }
}
