import Matchmaking
import PlatformModel
import Quantities
import Results
import ScenarioModel

extension TicketExplanation {
    /// The explanation for a terminal.
    public var text: String {
        var lines = ["ticket \(life.number): \(who(life))"]
        lines += story.map { "  \(time($0.0))  \($0.1)" }
        lines.append("")
        lines += others
        lines.append("")
        lines += advice
        return lines.joined(separator: "\n")
    }

    private func time(_ time: SimTime) -> String { Self.seconds(time.sinceStart) + " s" }

    private static func seconds(_ span: SimDuration) -> String {
        let milliseconds = span.nanoseconds / 1_000_000
        let rest = "\(1000 + milliseconds % 1000)".dropFirst()
        return "\(milliseconds / 1000).\(rest)"
    }

    private func who(_ ticket: TicketLife) -> String {
        let persona = scenario.population[Int(ticket.persona)].name
        let tier = Scenario.tierNames[Int(ticket.tier.rawValue)]
        return
            "peer \(ticket.peer), its ticket \(Int(ticket.visit) + 1); \(persona), "
            + "\(scenario.languages[Int(ticket.language)]), "
            + "\(scenario.interests[Int(ticket.interest)]), tier \(tier)"
    }

    private static func names(_ constraints: MatchConstraints) -> String {
        let all: [(MatchConstraints, String)] = [
            (.sameLanguage, "language"), (.sameInterest, "interest"), (.sameTier, "tier"),
        ]
        let names = all.filter { constraints.contains($0.0) }.map(\.1)
        return names.isEmpty ? "nothing" : names.joined(separator: " and ")
    }

    // MARK: Its story

    private var story: [(SimTime, String)] {
        let end = queue.end(of: life)
        var story: [(SimTime, String)] = []
        for (index, step) in queue.rules.expansion.enumerated() {
            let begin = life.created + step.after
            guard begin < end || begin == life.created else { break }
            let demand = Self.names(queue.rules.constraints(atStep: index))
            story.append((begin, "step \(index): demands the same \(demand)"))
        }
        let created =
            story.first?.0 == life.created ? story.removeFirst().1 : "is offered to nobody yet"
        story.insert((life.created, "created; \(created)"), at: 0)
        story.append((end, ending))
        return story
    }

    private var ending: String {
        let age = Self.seconds(queue.end(of: life) - life.created)
        switch life.end {
        case .waiting: return "still waits when the run ends, after \(age) s"
        case .abandoned: return "its owner leaves unpaired after \(age) s"
        case .expired: return "given up by the service after \(age) s"
        case .paired:
            guard let partner else { return "paired" }
            let partnerAge = Self.seconds(life.ended - partner.created)
            return
                "paired after \(age) s on step \(life.step) with ticket \(partner.number) "
                + "(\(who(partner)); \(partnerAge) s old) \(cause)"
        }
    }

    private var cause: String {
        switch life.cause {
        case .arrival: "as the younger one arrived"
        case .expansionOfFirst: "as the older one reached a step"
        case .expansionOfSecond: "as the younger one reached a step"
        case .expansionOfBoth: "as both reached a step"
        case .criticalAge: "as one of them reached the critical age"
        case .departure: "as one of them was about to leave"
        case .interval: "as the time of the next batch had come"
        }
    }

    // MARK: The others

    private var others: [String] {
        guard !neighbours.isEmpty else { return ["nobody else waited meanwhile"] }
        var lines = ["\(neighbours.count) others waited meanwhile:"]
        let suited = neighbours.filter(\.suited)
        for neighbour in suited.prefix(Self.listed) {
            let reason =
                neighbour.hadMet && queue.rules.avoidRematch
                ? "but the two had met before" : "but the policy had not come to them"
            lines.append("  \(name(neighbour)) suited from \(time(neighbour.suits!)) on, \(reason)")
        }
        if suited.count > Self.listed {
            lines.append("  … and \(suited.count - Self.listed) more who suited")
        }
        let missed = neighbours.filter { !$0.suited && $0.suits != nil }
            .sorted { ($0.suits!, $0.life.number) < ($1.suits!, $1.life.number) }
        for neighbour in missed.prefix(Self.listed) {
            lines.append(
                "  \(name(neighbour)) would have suited from \(time(neighbour.suits!)) on, but "
                    + leaving(neighbour))
        }
        if missed.count > Self.listed {
            lines.append("  … and \(missed.count - Self.listed) more who went before they suited")
        }
        lines += apart
        return lines
    }

    /// How many neighbours are told of one by one.
    private static let listed = 5

    private func name(_ neighbour: PastQueue.Neighbour) -> String {
        let ticket = neighbour.life
        return
            "ticket \(ticket.number) (\(scenario.languages[Int(ticket.language)]), "
            + "\(scenario.interests[Int(ticket.interest)]))"
    }

    private func leaving(_ neighbour: PastQueue.Neighbour) -> String {
        if neighbour.together.upperBound == queue.end(of: life) { return "this one ended before" }
        switch neighbour.life.end {
        case .paired: return "was paired at \(time(neighbour.life.ended))"
        case .abandoned: return "left at \(time(neighbour.life.ended))"
        case .expired: return "was given up at \(time(neighbour.life.ended))"
        case .waiting: return "the run ended before"
        }
    }

    /// Those who never suited, by what kept them apart.
    private var apart: [String] {
        let never = neighbours.filter { $0.suits == nil }
        return (1...7).compactMap { bits in
            let constraints = MatchConstraints(rawValue: UInt8(bits))
            let count = never.count { $0.obstacles == constraints }
            guard count > 0 else { return nil }
            return
                "  \(count) of another \(Self.names(constraints)), which was demanded to the last"
        }
    }

    // MARK: Advice

    private var advice: [String] {
        if remedies.isEmpty {
            let wish = life.end == .paired && life.ended == life.created
            return [
                wish
                    ? "it did not wait" : "none of \(tried) changes of the rules pairs it sooner"
            ]
        }
        return ["it would have been paired sooner (run again with the same people) with"]
            + remedies.map {
                "  \($0.change.options)  (now \($0.change.present(in: scenario))): after "
                    + "\($0.wait.map(Self.seconds) ?? "?") s"
            }
    }
}
