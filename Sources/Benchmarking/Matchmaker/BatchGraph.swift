import Matchmaking
import Quantities

/// Tickets that wait beside each other when the time of a batch has come, and which of them suit
/// each other: what an exact matching is sought of.
struct BatchGraph: Sendable {
    private struct Ticket: BitwiseCopyable {
        var language: UInt16
        var interest: UInt16
        var tier: UInt8
        var wait: SimDuration
        var demands: MatchConstraints
    }

    /// The ladder of scenarios: interest is given up at 5 s, language and tier at 20 s.
    private static let rules: MatchRules = {
        let steps = [
            ExpansionStep(after: .zero, requiresLanguage: true, requiresInterest: true),
            ExpansionStep(after: .seconds(5), requiresLanguage: true, requiresInterest: false),
            ExpansionStep(after: .seconds(20), requiresLanguage: false, requiresInterest: false),
        ]
        do {
            return try MatchRules(
                expansion: steps, avoidRematch: false, tiers: .likeWithLike,
                policy: .blossom(every: .seconds(1)))
        } catch {
            preconditionFailure("steps that ascend make a ladder: \(error)")
        }
    }()

    private let tickets: [Ticket]

    /// As many tickets, oldest first, of the cells and tiers of a ``TicketSource``; they have waited
    /// for up to 30 s, and the fewer the longer.
    init(tickets count: Int) {
        var random = HoldWorkload.Xorshift()
        let cells = TicketSource.cellTable()
        let tickets = (0..<count).map { _ in
            let draw = random.next()
            let cell = cells[Int(draw & 65535)]
            let part = draw >> 32
            let wait = SimDuration.milliseconds(Int64((((part * part) >> 32) * 30_000) >> 32))
            let step = Self.rules.step(atAge: wait) ?? 0
            return Ticket(
                language: cell / UInt16(TicketSource.interests),
                interest: cell % UInt16(TicketSource.interests),
                tier: TicketSource.tier(UInt8(truncatingIfNeeded: draw >> 16)).rawValue,
                wait: wait, demands: Self.rules.constraints(atStep: step))
        }
        // Those who have waited equally long stay in the order they were drawn in.
        self.tickets = tickets.enumerated().sorted {
            ($1.element.wait, $0.offset) < ($0.element.wait, $1.offset)
        }.map(\.element)
    }

    /// How many tickets there are.
    var count: Int { tickets.count }

    /// What the pair is worth, or 0 where the two do not suit each other.
    func weight(_ a: Int, _ b: Int) -> Int64 {
        let (one, other) = (tickets[a], tickets[b])
        let demanded = one.demands.union(other.demands)
        let (language, interest) = (
            one.language == other.language, one.interest == other.interest
        )
        guard language || !demanded.contains(.sameLanguage),
            interest || !demanded.contains(.sameInterest),
            one.tier == other.tier || !demanded.contains(.sameTier)
        else { return 0 }
        return PairWeight.of(
            waits: (one.wait, other.wait), sharesLanguage: language, sharesInterest: interest)
    }

    /// How many pairs suit each other.
    var edgeCount: Int {
        (0..<count).reduce(0) { sum, b in sum + (0..<b).count { weight($0, b) > 0 } }
    }

    /// Matches the tickets; the CPU time, ns, and the matching.
    func match() -> (nanoseconds: Double, matching: BatchMatching) {
        let start = ThreadClock.nanoseconds
        let partners = MaximumWeightMatching(count: count, weight: weight).partners
        let time = ThreadClock.nanoseconds - start
        var matching = BatchMatching(pairs: 0, weight: 0)
        for (a, b) in partners.enumerated() where b > a {
            matching.pairs += 1
            matching.weight += weight(a, b)
        }
        return (time, matching)
    }
}

/// How many pairs a matching of a ``BatchGraph`` has, and what they are worth together.
struct BatchMatching: Hashable, Sendable {
    var pairs: Int
    var weight: Int64
}

extension BatchMatching {
    /// Reads what a rival prints of itself: pairs and weight, as whole numbers with a space between
    /// them; nil where it is anything else.
    init?(line: String) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, let pairs = Int(words[0]), let weight = Int64(words[1]),
            pairs >= 0, weight >= 0
        else { return nil }
        self.init(pairs: pairs, weight: weight)
    }
}
