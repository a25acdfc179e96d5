import Quantities
import RandomStreams
import Testing

@testable import Matchmaking

/// Random histories with many ties in time, played against the plain O(n²) rules.
@Suite struct MatchmakerSwarmTests {
    static func stream(_ seed: UInt64) -> RandomStream {
        RandomStream(
            StreamName(
                seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 1), entity: 0))
    }

    /// Any ladder at all: steps that tighten again, repeat or begin late are fair game.
    static func rules(_ random: inout RandomStream) throws -> MatchRules {
        let count = 1 + Int(random.nextInteger(below: 5))
        var after = Int64(random.nextInteger(below: 3)) - 1
        var steps: [ExpansionStep] = []
        for _ in 0..<count {
            steps.append(
                ExpansionStep(
                    after: .nanoseconds(max(0, after)),
                    requiresLanguage: random.nextBool(probability: 0.5),
                    requiresInterest: random.nextBool(probability: 0.5)))
            after = max(0, after) + 1 + Int64(random.nextInteger(below: 12))
        }
        let tiers: [TierPolicy] = [.ignore, .likeWithLike, .separate]
        return try MatchRules(
            expansion: steps, avoidRematch: random.nextBool(probability: 0.7),
            tiers: tiers[Int(random.nextInteger(below: 3))])
    }

    @Test(arguments: 0..<40)
    func `the matchmaker decides as the plain rules do`(seed: Int) throws {
        var random = Self.stream(UInt64(seed))
        let rules = try Self.rules(&random)
        let (languages, interests, tiers) = (
            1 + random.nextInteger(below: 4), 1 + random.nextInteger(below: 5),
            1 + random.nextInteger(below: 3)
        )
        let people = 2 + random.nextInteger(below: 60)
        let matchmaker = Queue(rules)
        var plain = PlainMatchmaker(rules: rules)
        var now = SimTime.zero
        var busy: Set<UInt32> = []
        var finished: Set<UInt32> = []
        var sessionOf: [UInt32: UInt32] = [:]

        for id in 0..<UInt32(1000) {
            now += .nanoseconds(Int64(random.nextInteger(below: 3)))
            if random.nextBool(probability: 0.5) { matchmaker.handleTimeout(at: now) }
            var expected = plain.advance(to: now)
            var decided: [PlainMatchmaker.Pair] = []
            while let pairing = matchmaker.pollPairing() {
                #expect(!pairing.ageInversion)
                decided.append(.init(pairing))
            }
            let choice = random.nextInteger(below: 20)
            if choice < 3, let victim = plain.waiting.first?.ticket.id {
                // Whatever is due comes first, as it does in the plain rules.
                matchmaker.handleTimeout(at: now)
                while let pairing = matchmaker.pollPairing() { decided.append(.init(pairing)) }
                #expect(matchmaker.cancel(victim))
                #expect(!matchmaker.cancel(victim))
                _ = plain.cancel(victim)
                finished.insert(victim.rawValue)
                busy.remove(try #require(sessionOf[victim.rawValue]))
            } else if choice == 3 {
                matchmaker.handleTimeout(at: now)
                while let pairing = matchmaker.pollPairing() { decided.append(.init(pairing)) }
                let session = UInt32(random.nextInteger(below: people))
                matchmaker.endSession(SessionID(session))
                plain.endSession(SessionID(session))
                busy.remove(session)
            } else {
                let session = UInt32(random.nextInteger(below: people))
                let ticket = Ticket(
                    id: TicketID(id), session: SessionID(session),
                    language: UInt16(random.nextInteger(below: languages)) &* 9001,
                    interest: UInt16(random.nextInteger(below: interests)),
                    tier: RiskTier(rawValue: UInt8(random.nextInteger(below: tiers)) &* 85))
                let isBusy = plain.waiting.contains { $0.ticket.session.rawValue == session }
                let decision = matchmaker.enqueue(ticket, at: now)
                while let pairing = matchmaker.pollPairing() { decided.append(.init(pairing)) }
                if isBusy {
                    #expect(decision == .refused(.sessionAlreadyWaiting))
                } else {
                    sessionOf[id] = session
                    switch (decision, plain.enqueue(ticket)) {
                    case (.waiting, nil): busy.insert(session)
                    case (.paired(let pairing), let pair?):
                        #expect(!pairing.ageInversion)
                        #expect(PlainMatchmaker.Pair(pairing) == pair)
                        expected.append(pair)
                        decided.append(.init(pairing))
                    case (let decision, let pair):
                        Issue.record(
                            "seed \(seed): \(decision), the plain rules say \(pair as Any)")
                    }
                }
            }
            try #require(
                decided.comparable == expected.comparable, "seed \(seed), ticket \(id), \(rules)")
            for pair in decided {
                for ticket in [pair.older, pair.younger] {
                    #expect(finished.insert(ticket).inserted, "ticket \(ticket) was served twice")
                    busy.remove(try #require(sessionOf[ticket]))
                }
            }
            #expect(matchmaker.waitingCount == plain.waiting.count)
            #expect(matchmaker.matchmaker.auditsTruncated == 0)
        }
    }
}
