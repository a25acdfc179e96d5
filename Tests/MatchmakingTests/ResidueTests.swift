import MemorySearch
import Quantities
import Testing

@testable import Matchmaking

/// What a session showed the matchmaker is gone from its memory afterwards: places given back,
/// tables and the idle ends of arrays included.
@Suite struct ResidueTests {
    /// Numbers that occur nowhere else, each case having its own: the idle ends of arrays hold
    /// whatever memory held before, and that may be what another case gave back a moment ago.
    private struct Canary: CustomTestStringConvertible {
        let policy: MatchPolicy
        let tickets: [UInt32]
        let sessions: [UInt32]
        let language: UInt16
        let interest: UInt16

        var testDescription: String { "\(policy)" }

        init(_ policy: MatchPolicy, case number: UInt32) {
            self.policy = policy
            tickets = [0xC0FF_EE11, 0xDEFA_CED1, 0xB16B_00B5, 0x0DDB_A115].map {
                $0 ^ number << 16
            }
            sessions = [0xFEED_FAC3, 0xCAFE_D00D, 0xBADC_AB1E, 0xACCE_55ED].map {
                $0 ^ number << 16
            }
            language = 0xB5A7 ^ UInt16(number) << 8
            interest = 0xE3D9 ^ UInt16(number) << 8
        }

        static func each(from number: UInt32) -> [Canary] {
            let policies: [MatchPolicy] = [
                .greedy, .longestQueue, .batch(every: .seconds(2)),
                .patient(criticalAge: .seconds(3)),
                .patientUntilLeaving(notice: .seconds(1)), .blossom(every: .seconds(2)),
            ]
            return zip(policies, number...).map { Canary($0, case: $1) }
        }

        /// The ticket of the session of the same place.
        func ticket(_ place: Int, interest other: UInt16? = nil) -> Ticket {
            Ticket(
                id: TicketID(tickets[place]), session: SessionID(sessions[place]),
                language: language, interest: other ?? interest, tier: RiskTier(rawValue: 2),
                leaves: .zero + .seconds(10))
        }

        /// The language and the interest side by side, as tickets and keys hold them, or one of them
        /// with nothing where the other would be.
        func signs(in matchmaker: Matchmaker) -> Int {
            let (low, high) = (UInt32(language), UInt32(interest) << 16)
            return count([low | high, low, high], in: matchmaker)
        }

        func count(_ numbers: [UInt32], in matchmaker: Matchmaker) -> Int {
            StateMemory.occurrences(of: numbers, in: matchmaker)
        }
    }

    private static func rules(_ policy: MatchPolicy, _ tiers: TierPolicy) throws -> MatchRules {
        try MatchRules(
            expansion: [
                ExpansionStep(after: .seconds(1), requiresLanguage: true, requiresInterest: true),
                ExpansionStep(after: .seconds(5), requiresLanguage: true, requiresInterest: false),
                ExpansionStep(
                    after: .seconds(20), requiresLanguage: false, requiresInterest: false),
            ], avoidRematch: true, tiers: tiers, policy: policy,
            reservation: .seconds(2), expiry: .seconds(60))
    }

    /// Others who wait, meet and stay, so that tables grow and places are used again.
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

    private static func settle(_ queue: Queue, at now: SimTime) -> [Pairing] {
        queue.handleTimeout(at: now)
        var pairings: [Pairing] = []
        // What an array leaves behind when it grows may become the queue's memory.
        pairings.reserveCapacity(1000)
        while let pairing = queue.pollPairing() { pairings.append(pairing) }
        return pairings
    }

    @Test(arguments: Canary.each(from: 1))
    private func `nothing of those who were paired is left`(canary: Canary) throws {
        let queue = Queue(try Self.rules(canary.policy, .likeWithLike))
        Self.crowd(0..<40, at: .zero, queue)
        #expect(canary.signs(in: queue.matchmaker) == 0)
        #expect(canary.count(canary.tickets + canary.sessions, in: queue.matchmaker) == 0)
        let now = SimTime.zero + .seconds(1)
        _ = queue.enqueue(canary.ticket(0), at: now)
        _ = queue.enqueue(canary.ticket(1, interest: 3), at: now)
        Self.crowd(40..<300, at: now, queue)
        // It is found where it is.
        #expect(canary.signs(in: queue.matchmaker) > 0)
        #expect(StateMemory.occurrences(of: canary.tickets[1], in: queue.matchmaker) > 0)
        #expect(StateMemory.occurrences(of: canary.sessions[1], in: queue.matchmaker) > 0)
        let pairings = Self.settle(queue, at: now + .seconds(45))
        #expect(
            pairings.contains {
                $0.first.ticket.rawValue == canary.tickets[0]
                    && $0.second.ticket.rawValue == canary.tickets[1]
            })
        #expect(canary.signs(in: queue.matchmaker) == 0)
        #expect(canary.count(canary.tickets, in: queue.matchmaker) == 0)
        // While they last, the two remember each other.
        #expect(canary.count(canary.sessions, in: queue.matchmaker) > 0)
        for session in canary.sessions { queue.endSession(SessionID(session)) }
        #expect(canary.count(canary.sessions, in: queue.matchmaker) == 0)
    }

    @Test(arguments: Canary.each(from: 7))
    private func `nothing of those who left or expired is left`(canary: Canary) throws {
        let queue = Queue(try Self.rules(canary.policy, .separate))
        Self.crowd(0..<40, at: .zero, queue)
        let now = SimTime.zero + .seconds(1)
        // One cancels, one closes the app, and one waits until it is given up, alone of its tier.
        for place in 0..<3 {
            var ticket = canary.ticket(place)
            ticket.tier = RiskTier(rawValue: UInt8(100 + place))
            ticket.leaves = nil
            _ = queue.enqueue(ticket, at: now)
        }
        Self.crowd(40..<300, at: now, queue)
        #expect(canary.signs(in: queue.matchmaker) > 0)
        #expect(queue.cancel(TicketID(canary.tickets[0])))
        queue.endSession(SessionID(canary.sessions[1]))
        #expect(canary.count(Array(canary.tickets[..<2]), in: queue.matchmaker) == 0)
        #expect(canary.count(Array(canary.sessions[..<2]), in: queue.matchmaker) == 0)
        _ = Self.settle(queue, at: now + .seconds(61))
        while queue.matchmaker.pollExpired() != nil {}
        queue.endSession(SessionID(canary.sessions[2]))
        #expect(canary.signs(in: queue.matchmaker) == 0)
        #expect(canary.count(canary.tickets + canary.sessions, in: queue.matchmaker) == 0)
    }
}
