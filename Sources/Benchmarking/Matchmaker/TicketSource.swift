import Matchmaking
import Quantities

/// Who comes to the queue and who leaves it, from one generator with a fixed seed: the rivals draw
/// the same.
///
/// A ticket comes every millisecond, of one of 200 cells of language and interest, the more popular the
/// lower its numbers, and of one of four tiers. With every fourth, one of those that came lately
/// leaves if it still waits.
struct TicketSource: Sendable {
    static let languages = 20
    static let interests = 10
    /// One ticket is taken per gap.
    static let gap = SimDuration.milliseconds(1)
    /// What leaving is drawn from reaches further back than tickets are held.
    private static let slack: UInt64 = 256

    /// What happens in one gap.
    struct Step: BitwiseCopyable {
        var ticket: Ticket
        /// Who leaves, after the ticket has come.
        var leaving: TicketID?
    }

    /// For how many gaps tickets are held before they are offered to anybody.
    let held: Int
    private var random = HoldWorkload.Xorshift()
    private let cells = Self.cellTable()
    private let window: UInt64
    /// Tickets so far.
    private(set) var count: UInt32 = 0

    /// Tickets of whom about `waiting` wait at a time, as they are held for a while; nil holds nobody.
    init(waiting: Int?) {
        held = waiting.map(Self.held) ?? 0
        window = UInt64(held) + Self.slack
    }

    /// How long to hold tickets so that `waiting` wait. A quarter as many leave as come, from
    /// everywhere: (1 − e^−¼) ÷ ¼ = 0.885 of those that came within the time still wait, and about a
    /// hundred wait beyond it.
    private static func held(waiting: Int) -> Int { max(0, waiting - 100) * 1131 / 1000 }

    /// The rules: interest and then language are given up, and at the end the tier.
    ///
    /// The steps lie between two arrivals, each at a time of its own, so that no two things happen at
    /// once and the order of ties is nobody's business.
    var rules: MatchRules {
        let begin = held == 0 ? .zero : Self.gap * Int64(held) + .microseconds(250)
        let steps = [
            ExpansionStep(after: begin, requiresLanguage: true, requiresInterest: true),
            ExpansionStep(
                after: Self.gap * Int64(held + 300) + .microseconds(500), requiresLanguage: true,
                requiresInterest: false),
            ExpansionStep(
                after: Self.gap * Int64(held + 1500) + .microseconds(750),
                requiresLanguage: false, requiresInterest: false),
        ]
        do {
            return try MatchRules(expansion: steps, avoidRematch: true, tiers: .likeWithLike)
        } catch {
            preconditionFailure("steps that ascend make a ladder: \(error)")
        }
    }

    /// When a ticket comes.
    static func time(of ticket: TicketID) -> SimTime { .zero + gap * Int64(ticket.rawValue) }

    mutating func next() -> Step {
        let draw = random.next()
        let cell = cells[Int(draw & 65535)]
        let ticket = Ticket(
            id: TicketID(count), session: SessionID(count), language: cell / UInt16(Self.interests),
            interest: cell % UInt16(Self.interests),
            tier: Self.tier(UInt8(truncatingIfNeeded: draw >> 16)))
        let back = ((draw >> 32) * window) >> 32
        let leaves = draw >> 24 & 3 == 0 && back < UInt64(count)
        defer { count += 1 }
        return Step(
            ticket: ticket, leaving: leaves ? TicketID(count - 1 - UInt32(back)) : nil)
    }

    /// Most devices are clear, one in ten is not.
    static func tier(_ draw: UInt8) -> RiskTier {
        RiskTier(rawValue: draw < 230 ? 0 : draw < 245 ? 1 : draw < 253 ? 2 : 3)
    }

    /// A cell for each of 65,536 equally likely draws; both language and interest number k has the
    /// share 1/(k + 1) of the first one's.
    static func cellTable() -> [UInt16] {
        var sums: [Int] = []
        var total = 0
        for language in 1...languages {
            for interest in 1...interests {
                total += 840 / language * (840 / interest)
                sums.append(total)
            }
        }
        var cell = 0
        return (0..<65536).map { draw in
            while sums[cell] * 65536 <= draw * total { cell += 1 }
            return UInt16(cell)
        }
    }
}

/// What became of tickets: how many events of each kind, and a hash over the decisions in order.
struct TicketTally: Hashable, Sendable {
    /// Tickets that came.
    var arrivals = 0
    /// Pairs.
    var matches = 0
    /// Tickets that left while they waited.
    var cancels = 0
    /// Times that a waiting ticket came to another step of its ladder.
    var steps = 0
    /// Who was paired with whom and who left.
    var digest: UInt64 = 0

    /// All events; a pair is one.
    var events: Int { arrivals + matches + cancels + steps }

    /// The events since `earlier`.
    func events(since earlier: TicketTally) -> Int { events - earlier.events }

    /// Notes two that were paired, or one twice that left.
    mutating func note(_ one: TicketID, _ other: TicketID) {
        digest =
            (digest ^ (UInt64(one.rawValue) << 32 | UInt64(other.rawValue)))
            &* 0x9E37_79B9_7F4A_7C15
        digest ^= digest >> 29
    }
}

extension TicketTally {
    /// Reads what a rival prints of itself: digest, arrivals, matches, cancels and steps, as whole
    /// numbers with a space between them; nil where it is anything else.
    init?(line: String) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        let numbers = words.dropFirst().compactMap { Int($0) }
        guard words.count == 5, numbers.count == 4, numbers.allSatisfy({ $0 >= 0 }),
            let digest = UInt64(words[0])
        else { return nil }
        self.init(
            arrivals: numbers[0], matches: numbers[1], cancels: numbers[2], steps: numbers[3],
            digest: digest)
    }
}
