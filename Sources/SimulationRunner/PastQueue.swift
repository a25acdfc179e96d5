import Matchmaking
import PlatformModel
import Quantities

/// The queue of a replication that is over: who waited beside whom, and what kept them apart.
struct PastQueue {
    let tickets: [TicketLife]
    let rules: MatchRules
    /// The end of the run, when those who still wait are looked at for the last time.
    let stop: SimTime

    /// Somebody who waited at the same time as the ticket in question.
    struct Neighbour {
        var life: TicketLife
        /// While both waited.
        var together: Range<SimTime>
        /// From when on the rules would have allowed the pair, had both stayed; nil if never.
        var suits: SimTime?
        /// What kept them apart to the last moment; empty if nothing did.
        var obstacles: MatchConstraints
        var hadMet: Bool

        /// Whether the rules allowed the pair while both waited.
        var suited: Bool { suits.map { together.contains($0) } ?? false }
    }

    /// When `life` stopped waiting.
    func end(of life: TicketLife) -> SimTime { min(life.ended, stop) }

    /// All who waited at the same time as `life`, in order of creation; its partner too, if it got one
    /// and that one had not just come.
    func neighbours(of life: TicketLife) -> [Neighbour] {
        let met = partners(of: life)
        return tickets.compactMap { other in
            guard other.number != life.number else { return nil }
            let begin = max(life.created, other.created)
            let end = min(self.end(of: life), self.end(of: other))
            guard begin < end else { return nil }
            return Neighbour(
                life: other, together: begin..<end,
                suits: rules.firstOpportunity(life.staying, other.staying),
                obstacles: rules.obstacles(life.past, other.past, at: end - .nanoseconds(1)) ?? [],
                hadMet: met.contains(other.peer))
        }
    }

    /// The peers whom the owner of `life` had met before.
    private func partners(of life: TicketLife) -> Set<UInt32> {
        let earlier = tickets.filter {
            $0.peer == life.peer && $0.end == .paired && $0.ended <= life.created
        }
        return Set(earlier.map { tickets[Int($0.partner)].peer })
    }

    /// What the rules demand of each step, for the pair at a moment, if `step` began by then.
    private func wouldSuit(_ a: TicketLife, _ b: TicketLife, at time: SimTime, from step: Int)
        -> Bool
    {
        var demanded: MatchConstraints = []
        for life in [a, b] {
            guard let own = rules.step(atAge: time - life.created) else { return false }
            demanded.formUnion(rules.constraints(atStep: max(own, step)))
        }
        return !(demanded.contains(.sameLanguage) && a.language != b.language)
            && !(demanded.contains(.sameInterest) && a.interest != b.interest)
            && !(demanded.contains(.sameTier) && a.tier != b.tier)
    }

    /// The latest beginnings of single steps with which `life` and one of its neighbours would
    /// have suited each other while both waited, those that change least first.
    func earlierSteps(for life: TicketLife, _ neighbours: [Neighbour]) -> [RuleChange] {
        // Files give times to a tenth of a second here: what is smaller tells nobody anything.
        let grid: Int64 = 100_000_000
        var latest: [Int: SimDuration] = [:]
        for neighbour in neighbours where !neighbour.suited {
            let moment = neighbour.together.upperBound - .nanoseconds(1)
            for step in rules.expansion.indices.dropFirst()
            where wouldSuit(life, neighbour.life, at: moment, from: step) {
                let age = min(moment - life.created, moment - neighbour.life.created)
                let after = SimDuration(nanoseconds: age.nanoseconds / grid * grid)
                guard after > rules.expansion[step - 1].after, after < rules.expansion[step].after
                else { continue }
                latest[step] = max(latest[step] ?? .zero, after)
            }
        }
        return latest.sorted { one, other in
            let changes = [one, other].map { rules.expansion[$0.key].after - $0.value }
            return (changes[0], one.key) < (changes[1], other.key)
        }.map { .step($0.key, after: $0.value) }
    }
}

extension TicketLife {
    /// As the rules look at it, with an owner who would never leave.
    fileprivate var staying: PastTicket {
        var ticket = past
        ticket.leaves = .distantFuture
        return ticket
    }
}
