import FlatStorage
import MemorySearch
import Quantities
import Testing

@testable import Matchmaking

/// What a session leaves behind besides numbers and attributes: moments, counts and meetings.
@Suite struct SessionResidueTests {
    static let steps: [SimDuration] = [.seconds(1), .seconds(5), .seconds(20)]
    static let notice = SimDuration.seconds(1)
    static let expiry = SimDuration.seconds(60)

    private static func rules(_ policy: MatchPolicy) throws -> MatchRules {
        try MatchRules(
            expansion: zip(steps, [(true, true), (true, false), (false, false)]).map {
                ExpansionStep(after: $0, requiresLanguage: $1.0, requiresInterest: $1.1)
            }, avoidRematch: true, tiers: .likeWithLike, policy: policy,
            reservation: .seconds(2), expiry: expiry)
    }

    private static func crowd(_ numbers: Range<UInt32>, at now: SimTime, _ queue: Queue) {
        for number in numbers {
            _ = queue.enqueue(
                Ticket(
                    id: TicketID(number), session: SessionID(number),
                    language: UInt16(number % 7), interest: UInt16(number % 5),
                    tier: RiskTier(rawValue: UInt8(number % 3)), leaves: now + .seconds(30)),
                at: now)
        }
    }

    /// Two come and would leave at moments that are told to the nanosecond and that nobody else has.
    @Test(arguments: [
        MatchPolicy.greedy, .longestQueue, .batch(every: .seconds(2)),
        .patient(criticalAge: .seconds(3)), .blossom(every: .seconds(2)),
    ])
    func `the moments at which they came and would leave are not left`(policy: MatchPolicy) throws {
        let queue = Queue(try Self.rules(policy))
        let created = SimTime(nanoseconds: 0x4B1D_C0DE)
        let leaves = created + .nanoseconds(0x9_31F7_A5C3)
        // What is worked out of them: when they leave a level, and when they are paired.
        let moments =
            ([created, leaves, leaves - Self.notice, created + Self.expiry]
            + (Self.steps + [.seconds(3), .seconds(7)]).map { created + $0 })
            .map(\.nanoseconds)
        func left() -> Int { StateMemory.occurrences(of: moments, in: queue.matchmaker) }
        Self.crowd(0..<40, at: .zero + .milliseconds(1), queue)
        #expect(left() == 0)
        for (number, interest) in [(UInt32(5001), UInt16(9)), (5002, 10)] {
            _ = queue.enqueue(
                Ticket(
                    id: TicketID(number), session: SessionID(number), language: 77,
                    interest: interest, tier: RiskTier(rawValue: 2), leaves: leaves),
                at: created)
        }
        Self.crowd(40..<300, at: created + .seconds(2), queue)
        #expect(left() >= 2, "they are found where they are")
        var paired = 0
        queue.handleTimeout(at: created + .seconds(55))
        while let pairing = queue.pollPairing() {
            paired += [pairing.first, pairing.second].count { 5001...5002 ~= $0.ticket.rawValue }
        }
        while queue.matchmaker.pollExpired() != nil {}
        #expect(paired == 2)
        queue.endSession(SessionID(5001))
        queue.endSession(SessionID(5002))
        #expect(left() == 0)
    }

    /// The policy that counts tickets by language keeps its counts in order: a language's place
    /// is taken by the next one, and the last place is beyond the end.
    @Test func `a language that nobody waits in any more is not left among the counts`() throws {
        let queue = Queue(try Self.rules(.longestQueue))
        let rare: [UInt16] = [0x5AC3, 0xC35A]
        func left() -> Int {
            StateMemory.occurrences(of: rare, in: queue.matchmaker.state.room.languages)
        }
        Self.crowd(0..<40, at: .zero, queue)
        for (index, language) in rare.enumerated() {
            _ = queue.enqueue(
                Ticket(
                    id: TicketID(900 + UInt32(index)), session: SessionID(900 + UInt32(index)),
                    language: language, interest: 1, tier: RiskTier(rawValue: 0)), at: .zero)
        }
        queue.handleTimeout(at: .zero + .seconds(2))
        while queue.pollPairing() != nil {}
        #expect(left() == 2, "both are counted")
        #expect(queue.cancel(TicketID(900)))
        #expect(left() == 1)
        queue.endSession(SessionID(901))
        #expect(left() == 0)
    }

    /// A session meets more others than are remembered, so that lists are full and the oldest
    /// meetings forgotten; afterwards none of its partners' lists leads to it, nor to who has its
    /// place next.
    @Test func `a session that met many is left in nobody's memory`() throws {
        let anybody = ExpansionStep(after: .zero, requiresLanguage: false, requiresInterest: false)
        let queue = Queue(
            try MatchRules(expansion: [anybody], avoidRematch: true, tiers: .ignore))
        var ticket: UInt32 = 0
        func pair(_ one: UInt32, _ other: UInt32) -> Bool {
            var isPaired = false
            for session in [one, other] {
                ticket += 1
                let decision = queue.enqueue(
                    Ticket(
                        id: TicketID(ticket), session: SessionID(session), language: 0,
                        interest: 0, tier: RiskTier(rawValue: 0)), at: .zero)
                if case .paired = decision { isPaired = true }
            }
            if !isPaired {
                #expect(queue.cancel(TicketID(ticket)))
                #expect(queue.cancel(TicketID(ticket - 1)))
            }
            return isPaired
        }
        func partners() throws -> [Int32] {
            let sessions = Mirror(reflecting: queue.matchmaker.state.sessions)
            return try #require(sessions.descendant("partners") as? [Int32])
        }
        func record(of session: UInt32) throws -> Int32 {
            let sessions = Mirror(reflecting: queue.matchmaker.state.sessions)
            let index = try #require(
                sessions.descendant("index") as? FlatTable<UInt32, Int32>)
            return try #require(index[session])
        }
        let canary: UInt32 = 0xFEED_FAC3
        let others = UInt32(100)..<100 + UInt32(SessionMemory.partnersRemembered) + 4
        for other in others { #expect(pair(canary, other)) }
        // Partners that have others as well, before and after it in their lists.
        for other in others.dropLast() { #expect(pair(other, other + 1)) }
        #expect(!pair(canary, others.last!), "the newest meeting is remembered")
        #expect(pair(canary, others.first!), "the oldest is not")
        let place = try record(of: canary)
        #expect(place >= 0, "it has met somebody")
        #expect(try partners().contains(place))
        queue.endSession(SessionID(canary))
        #expect(StateMemory.occurrences(of: canary, in: queue.matchmaker) == 0)
        #expect(try !partners().contains(place))
        // Whoever comes next takes the place and has met nobody.
        let next: UInt32 = 7
        for other in others { #expect(pair(next, other)) }
        #expect(try record(of: next) == place)
    }
}
