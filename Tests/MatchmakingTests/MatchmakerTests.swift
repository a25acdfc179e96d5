import Quantities
import RandomStreams
import Testing

@testable import Matchmaking

@Suite struct MatchmakerTests {
    static let ladder = [
        ExpansionStep(after: .zero, requiresLanguage: true, requiresInterest: true),
        ExpansionStep(after: .seconds(5), requiresLanguage: true, requiresInterest: false),
        ExpansionStep(after: .seconds(20), requiresLanguage: false, requiresInterest: false),
    ]

    static func matchmaker(
        _ ladder: [ExpansionStep] = ladder, avoidRematch: Bool = false,
        tiers: TierPolicy = .ignore
    ) throws -> Queue {
        Queue(
            try MatchRules(expansion: ladder, avoidRematch: avoidRematch, tiers: tiers))
    }

    static func ticket(
        _ id: UInt32, session: UInt32? = nil, language: UInt16 = 0, interest: UInt16 = 0,
        tier: UInt8 = 0
    ) -> Ticket {
        Ticket(
            id: TicketID(id), session: SessionID(session ?? id), language: language,
            interest: interest, tier: RiskTier(rawValue: tier))
    }

    static func at(_ seconds: Double) -> SimTime { .zero + SimDuration(seconds: seconds) }

    static func pairing(_ decision: Decision) throws -> Pairing {
        guard case .paired(let pairing) = decision else {
            Issue.record("\(decision) is no pairing")
            throw MatchRulesError.noStep
        }
        return pairing
    }

    @Test func `an arrival takes the oldest compatible ticket and says why`() throws {
        let matchmaker = try Self.matchmaker()
        #expect(matchmaker.enqueue(Self.ticket(1, interest: 7), at: Self.at(0)) == .waiting)
        #expect(matchmaker.enqueue(Self.ticket(2, interest: 8), at: Self.at(1)) == .waiting)
        let pairing = try Self.pairing(
            matchmaker.enqueue(Self.ticket(3, interest: 8), at: Self.at(2)))
        #expect(pairing.first.ticket == TicketID(2))
        #expect(pairing.first.age == .seconds(1))
        #expect(pairing.second.ticket == TicketID(3))
        #expect(pairing.second.age == .zero)
        #expect(pairing.cause == .arrival)
        #expect(pairing.constraints == [.sameLanguage, .sameInterest])
        #expect(pairing.tierRule == .ignored)
        #expect(matchmaker.waitingCount == 1)
    }

    @Test func `a ticket that has relaxed still has to please one that has not`() throws {
        let matchmaker = try Self.matchmaker()
        #expect(matchmaker.enqueue(Self.ticket(1, interest: 7), at: Self.at(0)) == .waiting)
        #expect(matchmaker.enqueue(Self.ticket(2, interest: 8), at: Self.at(6)) == .waiting)
        #expect(matchmaker.nextTimeout == Self.at(11))
        matchmaker.handleTimeout(at: Self.at(11))
        let pairing = try #require(matchmaker.pollPairing())
        #expect(pairing.first.step == 1 && pairing.second.step == 1)
        #expect(pairing.cause == .expansionOfSecond)
        #expect(pairing.constraints == [.sameLanguage])
        #expect(matchmaker.pollPairing() == nil)
    }

    @Test func `expansion runs on the ticket's own age whatever others do`() throws {
        let matchmaker = try Self.matchmaker()
        _ = matchmaker.enqueue(Self.ticket(1, language: 1), at: Self.at(0))
        for id in 2..<10 {
            _ = matchmaker.enqueue(
                Self.ticket(UInt32(id), language: UInt16(id)), at: Self.at(Double(id)))
            #expect(matchmaker.cancel(TicketID(UInt32(id))))
        }
        #expect(matchmaker.nextTimeout == Self.at(20))
        _ = matchmaker.enqueue(Self.ticket(20, language: 2), at: Self.at(10))
        matchmaker.handleTimeout(at: Self.at(30))
        let pairing = try #require(matchmaker.pollPairing())
        #expect(pairing.time == Self.at(30) && pairing.first.age == .seconds(30))
    }

    @Test func `a late timeout decides as of the time that was due`() throws {
        let matchmaker = try Self.matchmaker()
        _ = matchmaker.enqueue(Self.ticket(1, interest: 1), at: Self.at(0))
        _ = matchmaker.enqueue(Self.ticket(2, interest: 2), at: Self.at(0))
        let decision = matchmaker.enqueue(Self.ticket(3, interest: 1), at: Self.at(9))
        #expect(decision == .waiting, "ticket 1 was due with ticket 2 long before")
        #expect(try #require(matchmaker.pollPairing()).time == Self.at(5))
    }

    @Test func `before its first step a ticket is offered to nobody`() throws {
        let matchmaker = try Self.matchmaker([
            ExpansionStep(after: .seconds(2), requiresLanguage: false, requiresInterest: false)
        ])
        _ = matchmaker.enqueue(Self.ticket(1), at: Self.at(0))
        #expect(matchmaker.enqueue(Self.ticket(2), at: Self.at(1)) == .waiting)
        #expect(matchmaker.enqueue(Self.ticket(3), at: Self.at(2.5)) == .waiting)
        #expect(matchmaker.nextTimeout == Self.at(3))
        matchmaker.handleTimeout(at: Self.at(3))
        #expect(try #require(matchmaker.pollPairing()).second.ticket == TicketID(2))
    }

    @Test(arguments: [
        (TierPolicy.ignore, Self.ladder, 0.0 as Double?), (.likeWithLike, Self.ladder, 20),
        (.likeWithLike, [Self.ladder[0]], nil), (.separate, Self.ladder, nil),
    ])
    func `tiers part tickets as the policy says`(
        policy: TierPolicy, ladder: [ExpansionStep], meetAt: Double?
    ) throws {
        let matchmaker = try Self.matchmaker(ladder, tiers: policy)
        _ = matchmaker.enqueue(Self.ticket(1, tier: 0), at: .zero)
        let decision = matchmaker.enqueue(Self.ticket(2, tier: 3), at: .zero)
        matchmaker.handleTimeout(at: Self.at(3600))
        switch meetAt {
        case 0: #expect(try Self.pairing(decision).tierRule == .ignored)
        case let meetAt?:
            let pairing = try #require(matchmaker.pollPairing())
            #expect(pairing.time == Self.at(meetAt) && pairing.tierRule == .released)
        case nil: #expect(decision == .waiting && matchmaker.waitingCount == 2)
        }
    }

    @Test func `partners are kept apart while both sessions last`() throws {
        let matchmaker = try Self.matchmaker(avoidRematch: true)
        _ = matchmaker.enqueue(Self.ticket(1, session: 1), at: .zero)
        _ = try Self.pairing(matchmaker.enqueue(Self.ticket(2, session: 2), at: .zero))
        _ = matchmaker.enqueue(Self.ticket(3, session: 1), at: .zero)
        #expect(matchmaker.enqueue(Self.ticket(4, session: 2), at: .zero) == .waiting)
        let pairing = try Self.pairing(
            matchmaker.enqueue(Self.ticket(5, session: 3), at: .zero))
        #expect(pairing.first.ticket == TicketID(3))
        #expect(!pairing.ageInversion && pairing.rematchesAvoided == 0)
        #expect(matchmaker.cancel(TicketID(4)))
        _ = matchmaker.enqueue(Self.ticket(6, session: 1), at: .zero)
        _ = matchmaker.enqueue(Self.ticket(7, session: 4), at: .zero)
        #expect(matchmaker.waitingCount == 0)
        _ = matchmaker.enqueue(Self.ticket(8, session: 2), at: .zero)
        _ = matchmaker.enqueue(Self.ticket(9, session: 1), at: .zero)
        matchmaker.endSession(SessionID(1))
        #expect(matchmaker.waitingCount == 1, "its ticket goes with the session")
        #expect(
            try Self.pairing(matchmaker.enqueue(Self.ticket(10, session: 1), at: .zero))
                .first.ticket == TicketID(8), "a new session of the same number is a stranger")
    }

    @Test func `a rematch passed over is counted and is no inversion`() throws {
        let matchmaker = try Self.matchmaker(avoidRematch: true)
        for (id, session) in [(UInt32(1), UInt32(1)), (2, 2), (3, 1), (4, 3)] {
            _ = matchmaker.enqueue(Self.ticket(id, session: session), at: .zero)
        }
        // Session 1 has met 2 and 3; these two are strangers.
        #expect(matchmaker.enqueue(Self.ticket(5, session: 1), at: Self.at(1)) == .waiting)
        #expect(matchmaker.enqueue(Self.ticket(6, session: 2), at: Self.at(2)) == .waiting)
        let pairing = try Self.pairing(
            matchmaker.enqueue(Self.ticket(7, session: 3), at: Self.at(3)))
        #expect(pairing.first.ticket == TicketID(6) && pairing.rematchesAvoided == 1)
        #expect(!pairing.ageInversion)
    }

    @Test func `the seventeenth partner makes both forget the first`() throws {
        let matchmaker = try Self.matchmaker(avoidRematch: true)
        var id: UInt32 = 0
        func meet(_ a: UInt32, _ b: UInt32) -> Bool {
            for session in [a, b] {
                _ = matchmaker.enqueue(Self.ticket(id, session: session), at: .zero)
                id += 1
            }
            defer { for ticket in id - 2..<id { _ = matchmaker.cancel(TicketID(ticket)) } }
            return matchmaker.waitingCount == 0
        }
        for partner in UInt32(1)...16 { #expect(meet(0, partner)) }
        for partner in UInt32(1)...16 { #expect(!meet(0, partner)) }
        #expect(meet(0, 17))
        #expect(!meet(0, 2))
        #expect(meet(1, 0))
    }

    @Test func `a session waits once and a number is used once`() throws {
        let matchmaker = try Self.matchmaker()
        _ = matchmaker.enqueue(Self.ticket(1, session: 1, interest: 1), at: .zero)
        #expect(
            matchmaker.enqueue(Self.ticket(1, session: 2), at: .zero) == .refused(.duplicateTicket))
        #expect(
            matchmaker.enqueue(Self.ticket(2, session: 1, interest: 1), at: .zero)
                == .refused(.sessionAlreadyWaiting))
        #expect(matchmaker.sessionCount == 1)
        #expect(matchmaker.cancel(TicketID(1)))
        #expect(!matchmaker.cancel(TicketID(1)))
        #expect(matchmaker.sessionCount == 0)
    }

    @Test func `nothing of a session is left after its end`() throws {
        func remains(language: UInt16, interest: UInt16, tier: UInt8, session: UInt32) throws
            -> String
        {
            let matchmaker = try Self.matchmaker(avoidRematch: true, tiers: .likeWithLike)
            for round in UInt32(0)..<4 {
                for member in UInt32(0)..<5 {
                    let ticket = Self.ticket(
                        session + round * 5 + member, session: session + member,
                        language: language, interest: interest + UInt16(member % 2), tier: tier)
                    _ = matchmaker.enqueue(ticket, at: Self.at(Double(round * 30)))
                }
                matchmaker.handleTimeout(at: Self.at(Double(round * 30 + 25)))
                while matchmaker.pollPairing() != nil {}
            }
            for member in UInt32(0)..<5 { matchmaker.endSession(SessionID(session + member)) }
            #expect(matchmaker.sessionCount == 0)
            var text = ""
            dump(matchmaker.matchmaker, to: &text)
            return text
        }
        #expect(
            try remains(language: 1, interest: 2, tier: 3, session: 4)
                == remains(language: 61_234, interest: 5432, tier: 201, session: 987_654))
    }

    @Test(
        arguments: [
            ([], MatchRulesError.noStep),
            ([(0, 1)], nil),
            ([(-1, 1)], .ageOutOfRange(index: 0)),
            ([(0, 1), (0, 2)], .notAscending(index: 1)),
            ([(0, 1), (366 * 86400, 2)], .ageOutOfRange(index: 1)),
            ((0..<9).map { (Int64($0), 1) }, .tooManySteps(count: 9)),
        ] as [([(Int64, Int)], MatchRulesError?)])
    func `a ladder that does not climb is refused`(
        steps: [(Int64, Int)], error: MatchRulesError?
    ) {
        let ladder = steps.map {
            ExpansionStep(
                after: .seconds($0.0), requiresLanguage: $0.1 & 1 == 1, requiresInterest: false)
        }
        func build() throws(MatchRulesError) -> MatchRules {
            try MatchRules(expansion: ladder, avoidRematch: false, tiers: .ignore)
        }
        if let error {
            #expect(throws: error) { try build() }
        } else {
            #expect(throws: Never.self) { try build() }
        }
    }

    @Test func `the audit sees an older compatible ticket that a search passed over`() throws {
        let matchmaker = try Self.matchmaker()
        func wait(_ id: UInt32, interest: UInt16, created: Double) -> Int32 {
            let ticket = Self.ticket(id, interest: interest)
            let slot = matchmaker.matchmaker.state.room.allocate(
                WaitingRoom.Slot(
                    attributes: ticket.attributes, created: Self.at(created), order: id, id: id,
                    session: ticket.session))
            matchmaker.matchmaker.state.room.enter(slot, level: 0)
            return slot
        }
        let oldest = wait(1, interest: 1, created: 0)
        let stranger = wait(2, interest: 2, created: 1)
        let middle = wait(3, interest: 1, created: 2)
        let youngest = wait(4, interest: 1, created: 3)
        func inverted(_ a: Int32, _ b: Int32, at time: Double) -> Bool {
            matchmaker.matchmaker.state.audit(
                first: a, second: b, at: Self.at(time), where: EveryPair()
            ).inversion
        }
        #expect(inverted(middle, youngest, at: 3))
        #expect(inverted(oldest, youngest, at: 3), "the middle one came before the youngest")
        #expect(!inverted(oldest, middle, at: 3), "the stranger wants another interest")
        #expect(inverted(oldest, middle, at: 6), "by now the stranger takes any interest")
        #expect(!inverted(oldest, stranger, at: 6))
    }

    @Test func `time that goes backwards traps`() async {
        await #expect(processExitsWith: .failure) {
            let matchmaker = try Self.matchmaker()
            matchmaker.handleTimeout(at: Self.at(1))
            matchmaker.handleTimeout(at: .zero)
        }
    }
}
