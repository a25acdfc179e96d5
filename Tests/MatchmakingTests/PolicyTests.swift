import Quantities
import Testing

@testable import Matchmaking

/// What each policy decides in worked examples.
@Suite struct PolicyTests {
    static let ladder = [
        ExpansionStep(after: .zero, requiresLanguage: true, requiresInterest: true),
        ExpansionStep(after: .seconds(5), requiresLanguage: true, requiresInterest: false),
        ExpansionStep(after: .seconds(20), requiresLanguage: false, requiresInterest: false),
    ]

    static func at(_ seconds: Double) -> SimTime { .zero + SimDuration(seconds: seconds) }

    static func queue(
        _ policy: MatchPolicy, _ expansion: [ExpansionStep] = ladder,
        reservation: SimDuration = .zero, expiry: SimDuration? = nil
    ) throws -> Queue {
        Queue(
            try MatchRules(
                expansion: expansion, avoidRematch: false, tiers: .ignore, policy: policy,
                reservation: reservation, expiry: expiry))
    }

    @discardableResult
    static func enter(
        _ queue: Queue, _ id: UInt32, at seconds: Double, language: UInt16 = 0,
        interest: UInt16 = 0
    ) -> Decision {
        queue.enqueue(
            Ticket(
                id: TicketID(id), session: SessionID(id), language: language, interest: interest,
                tier: RiskTier(rawValue: 0)), at: at(seconds))
    }

    static func pairs(_ queue: Queue, at seconds: Double) -> [[UInt32]] {
        queue.handleTimeout(at: at(seconds))
        var result: [[UInt32]] = []
        while let pairing = queue.pollPairing() {
            result.append([pairing.first.ticket.rawValue, pairing.second.ticket.rawValue])
        }
        return result
    }

    @Test func `a batch waits for its time and pairs the oldest first`() throws {
        let queue = try Self.queue(.batch(every: .seconds(2)))
        for (id, time) in [(UInt32(1), 0.5), (2, 0.75), (3, 1), (4, 1.5), (5, 2)] {
            #expect(Self.enter(queue, id, at: time) == .waiting)
        }
        #expect(queue.nextTimeout == Self.at(4), "who comes at the very time waits for the next")
        var made: [Pairing] = []
        while let pairing = queue.pollPairing() { made.append(pairing) }
        #expect(made.map(\.first.ticket.rawValue) == [1, 3])
        #expect(made.map(\.second.ticket.rawValue) == [2, 4])
        #expect(made.allSatisfy { $0.time == Self.at(2) && $0.cause == .interval })
        #expect(made.allSatisfy { !$0.ageInversion })
        #expect(queue.waitingCount == 1)
    }

    @Test func `nothing is due while a batch has nothing new to look at`() throws {
        let queue = try Self.queue(.batch(every: .seconds(1)), [Self.ladder[0]])
        Self.enter(queue, 1, at: 0.5)
        #expect(Self.pairs(queue, at: 1) == [])
        #expect(queue.nextTimeout == nil)
        Self.enter(queue, 2, at: 7.25)
        #expect(queue.nextTimeout == Self.at(8))
        #expect(Self.pairs(queue, at: 8) == [[1, 2]])
    }

    @Test func `whoever reaches a step between two batches takes part in the next`() throws {
        let queue = try Self.queue(.batch(every: .seconds(2)))
        Self.enter(queue, 1, at: 0.5, interest: 1)
        Self.enter(queue, 2, at: 0.5, interest: 2)
        #expect(Self.pairs(queue, at: 5.9) == [], "both demand only the language from 5.5 s on")
        #expect(Self.pairs(queue, at: 6) == [[1, 2]])
    }

    @Test func `whoever has announced when they leave is paired just before`() throws {
        let anybody = ExpansionStep(after: .zero, requiresLanguage: false, requiresInterest: false)
        let queue = Queue(
            try MatchRules(
                expansion: [anybody], avoidRematch: false, tiers: .ignore,
                policy: .patientUntilLeaving(notice: .seconds(1))))
        func ticket(_ id: UInt32, leaves: Int64?) -> Ticket {
            Ticket(
                id: TicketID(id), session: SessionID(id), language: 0, interest: 0,
                tier: RiskTier(rawValue: 0), leaves: leaves.map { .zero + .seconds($0) })
        }
        #expect(queue.enqueue(ticket(1, leaves: 20), at: .zero) == .waiting)
        #expect(queue.enqueue(ticket(2, leaves: 10), at: .zero + .seconds(1)) == .waiting)
        #expect(queue.enqueue(ticket(3, leaves: nil), at: .zero + .seconds(2)) == .waiting)
        #expect(queue.nextTimeout == .zero + .seconds(9))
        queue.handleTimeout(at: .zero + .seconds(9))
        let pairing = try #require(queue.pollPairing())
        #expect(pairing.first.ticket == TicketID(1) && pairing.second.ticket == TicketID(2))
        #expect(pairing.cause == .departure && pairing.time == .zero + .seconds(9))
        #expect(queue.nextTimeout == nil, "who was paired does not leave")
        // Somebody who is about to leave on arrival is paired at once.
        guard
            case .paired(let second) = queue.enqueue(
                ticket(4, leaves: 12), at: .zero + .seconds(11))
        else {
            Issue.record("not paired")
            return
        }
        #expect(second.first.ticket == TicketID(3) && second.cause == .arrival)
        #expect(queue.waitingCount == 0)
        // Whoever is cancelled wakes nobody up.
        #expect(queue.enqueue(ticket(5, leaves: 40), at: .zero + .seconds(20)) == .waiting)
        #expect(queue.nextTimeout == .zero + .seconds(39))
        #expect(queue.cancel(TicketID(5)))
        #expect(queue.nextTimeout == nil)
    }

    @Test func `a patient policy pairs nobody before one of the two is critical`() throws {
        let queue = try Self.queue(.patient(criticalAge: .seconds(3)))
        #expect(Self.enter(queue, 1, at: 0) == .waiting)
        #expect(Self.enter(queue, 2, at: 1) == .waiting)
        #expect(Self.enter(queue, 3, at: 2) == .waiting)
        queue.handleTimeout(at: Self.at(3))
        let pairing = try #require(queue.pollPairing())
        #expect(pairing.first.ticket.rawValue == 1 && pairing.second.ticket.rawValue == 2)
        #expect(pairing.cause == .criticalAge && !pairing.ageInversion)
        #expect(Self.pairs(queue, at: 5) == [], "the third is critical and alone")
        guard case .paired(let last) = Self.enter(queue, 4, at: 6) else {
            Issue.record("a critical ticket takes an arrival at once")
            return
        }
        #expect(last.first.ticket.rawValue == 3 && last.cause == .arrival)
    }

    @Test func `the longest queue is served first, and the oldest where queues are equal`() throws {
        let anybody = [
            ExpansionStep(after: .zero, requiresLanguage: false, requiresInterest: false)
        ]
        // Even numbers suit odd ones, so that even ones wait beside each other.
        func partner(ofArrivalAfter waiting: [(UInt32, UInt16)]) throws -> UInt32 {
            let queue = try Self.queue(.longestQueue, anybody)
            for (id, language) in waiting + [(101, 9)] {
                let decision = queue.matchmaker.enqueue(
                    Ticket(
                        id: TicketID(id), session: SessionID(id), language: language,
                        interest: 0, tier: RiskTier(rawValue: 0)),
                    at: Self.at(Double(id) / 10), where: PairPredicateTests.OtherSide())
                if case .paired(let pairing) = decision {
                    return pairing.first.ticket.rawValue
                }
            }
            throw MatchRulesError.noStep
        }
        #expect(try partner(ofArrivalAfter: [(2, 1), (4, 2), (6, 2)]) == 4)
        #expect(try partner(ofArrivalAfter: [(2, 1), (4, 2), (6, 1), (8, 2)]) == 2)
        #expect(try partner(ofArrivalAfter: [(2, 5), (4, 2)]) == 2)
    }

    @Test func `blossom gives up the pair that would strand two`() throws {
        // 2 – 1 – 0 – 3 at 4 s: the younger two still insist on the interest.
        let steps = [
            ExpansionStep(after: .zero, requiresLanguage: true, requiresInterest: true),
            ExpansionStep(after: .seconds(1), requiresLanguage: true, requiresInterest: false),
        ]
        func play(_ policy: MatchPolicy) throws -> [[UInt32]] {
            let queue = try Self.queue(policy, steps)
            Self.enter(queue, 0, at: 0.1, language: 1, interest: 1)
            Self.enter(queue, 1, at: 0.2, language: 1, interest: 2)
            Self.enter(queue, 2, at: 3.5, language: 1, interest: 2)
            Self.enter(queue, 3, at: 3.6, language: 1, interest: 1)
            return Self.pairs(queue, at: 4)
        }
        #expect(try play(.batch(every: .seconds(4))) == [[0, 1]])
        #expect(try play(.blossom(every: .seconds(4))) == [[0, 3], [1, 2]])
    }

    @Test func `a ticket that takes many is kept for those who find nobody else`() throws {
        let steps = [
            ExpansionStep(after: .zero, requiresLanguage: true, requiresInterest: true),
            ExpansionStep(after: .seconds(5), requiresLanguage: true, requiresInterest: false),
        ]
        func play(reservation: SimDuration, gap: Double) throws -> UInt32? {
            let queue = try Self.queue(.greedy, steps, reservation: reservation)
            Self.enter(queue, 1, at: 0, interest: 1)
            // Expands at 5 s, when the other still insists.
            Self.enter(queue, 2, at: 4, interest: 2)
            #expect(Self.pairs(queue, at: 4 + gap - 0.001) == [])
            guard case .paired(let pairing) = Self.enter(queue, 3, at: 4 + gap, interest: 1)
            else { return nil }
            return pairing.first.ticket.rawValue
        }
        #expect(try play(reservation: .zero, gap: 2) == 1)
        #expect(try play(reservation: .seconds(10), gap: 2) == 1, "nobody else is there")
        let queue = try Self.queue(.greedy, steps, reservation: .seconds(3))
        let ages = queue.matchmaker.rules.reservedAges
        #expect(ages == .seconds(5)..<SimDuration.seconds(8))
        let ladder = queue.matchmaker.state.room.ladder
        #expect(ladder.levels.map(\.isReserved) == [false, true, false])
        // The oldest first, the reserved level last: 2, 0, 1.
        #expect(ladder.searchOrder == 0x102 && ladder.ageOrder == 0x012)
    }

    @Test func `tickets expire at their age and not before`() throws {
        let queue = try Self.queue(.greedy, expiry: .seconds(30))
        Self.enter(queue, 1, at: 0)
        queue.handleTimeout(at: Self.at(29.9))
        #expect(queue.matchmaker.pollExpired() == nil && queue.waitingCount == 1)
        #expect(queue.nextTimeout == Self.at(30))
        queue.handleTimeout(at: Self.at(30))
        #expect(queue.matchmaker.pollExpired() == TicketID(1))
        #expect(queue.matchmaker.pollExpired() == nil && queue.waitingCount == 0)
        #expect(queue.matchmaker.ledger.expired == 1)
        #expect(!queue.cancel(TicketID(1)))
        #expect(Self.enter(queue, 2, at: 30) == .waiting, "who has expired is not met")
    }

    @Test func `times that make no sense are refused`() {
        func rules(
            _ policy: MatchPolicy, reservation: SimDuration = .zero, expiry: SimDuration? = nil
        ) throws(MatchRulesError) -> MatchRules {
            try MatchRules(
                expansion: Self.ladder, avoidRematch: false, tiers: .ignore, policy: policy,
                reservation: reservation, expiry: expiry)
        }
        #expect(throws: MatchRulesError.intervalOutOfRange) { try rules(.batch(every: .zero)) }
        #expect(throws: MatchRulesError.intervalOutOfRange) {
            try rules(.blossom(every: .days(366)))
        }
        #expect(throws: MatchRulesError.noticeOutOfRange) {
            try rules(.patientUntilLeaving(notice: .nanoseconds(-1)))
        }
        #expect(throws: MatchRulesError.criticalAgeOutOfRange) {
            try rules(.patient(criticalAge: .nanoseconds(-1)))
        }
        #expect(throws: MatchRulesError.reservationOutOfRange) {
            try rules(.greedy, reservation: .days(366))
        }
        #expect(throws: MatchRulesError.expiryOutOfRange) { try rules(.greedy, expiry: .zero) }
    }
}
