import Quantities
import RandomStreams
import Testing

@testable import Matchmaking

/// Random histories under every policy: what must hold whoever is chosen.
@Suite struct PolicySwarmTests {
    static func policy(_ number: Int, _ random: inout RandomStream) -> MatchPolicy {
        let time = SimDuration.nanoseconds(1 + Int64(random.nextInteger(below: 20)))
        switch number % 6 {
        case 0: return .greedy
        case 1: return .longestQueue
        case 2: return .batch(every: time)
        case 3: return .patient(criticalAge: time)
        case 4: return .patientUntilLeaving(notice: time)
        default: return .blossom(every: time)
        }
    }

    static func rules(
        _ random: inout RandomStream, _ policy: (inout RandomStream) -> MatchPolicy
    ) throws -> MatchRules {
        let base = try MatchmakerSwarmTests.rules(&random)
        let hasExpiry = random.nextBool(probability: 0.3)
        let expiry =
            base.expansion[0].after + .nanoseconds(1 + Int64(random.nextInteger(below: 60)))
        let reservation = SimDuration.nanoseconds(
            random.nextBool(probability: 0.3) ? Int64(random.nextInteger(below: 15)) : 0)
        return try MatchRules(
            expansion: base.expansion, avoidRematch: base.avoidRematch, tiers: base.tiers,
            policy: policy(&random), reservation: reservation, expiry: hasExpiry ? expiry : nil)
    }

    /// What became of a ticket, told by the test itself.
    enum End: Equatable { case waiting, paired, cancelled, expired }

    /// A history played against one matchmaker, which checks every answer.
    struct History {
        let rules: MatchRules
        let queue: Queue
        var created: [UInt32: SimTime] = [:]
        var tickets: [UInt32: Ticket] = [:]
        var ends: [UInt32: End] = [:]
        var pairings: [Pairing] = []

        init(_ rules: MatchRules) {
            self.rules = rules
            queue = Queue(rules)
        }

        func past(_ id: UInt32) throws -> PastTicket {
            let ticket = try #require(tickets[id])
            return PastTicket(
                language: ticket.language, interest: ticket.interest, tier: ticket.tier,
                created: try #require(created[id]), leaves: .distantFuture)
        }

        mutating func enqueue(_ ticket: Ticket, at now: SimTime) throws {
            let decision = queue.enqueue(ticket, at: now)
            if decision != .refused(.sessionAlreadyWaiting) {
                tickets[ticket.id.rawValue] = ticket
                created[ticket.id.rawValue] = now
                ends[ticket.id.rawValue] = .waiting
            }
            try collect()
            if case .paired(let pairing) = decision { try take(pairing) }
        }

        mutating func advance(to now: SimTime) throws {
            queue.handleTimeout(at: now)
            try collect()
        }

        mutating func cancel(_ id: UInt32) {
            #expect(queue.cancel(TicketID(id)) == (ends[id] == .waiting))
            if ends[id] == .waiting { ends[id] = .cancelled }
        }

        private mutating func collect() throws {
            while let pairing = queue.pollPairing() { try take(pairing) }
            while let id = queue.matchmaker.pollExpired() {
                #expect(ends[id.rawValue] == .waiting)
                ends[id.rawValue] = .expired
            }
        }

        private mutating func take(_ pairing: Pairing) throws {
            let (one, other) = (pairing.first.ticket.rawValue, pairing.second.ticket.rawValue)
            #expect(one != other && pairing.first.session != pairing.second.session)
            for id in [one, other] {
                #expect(ends[id] == .waiting, "ticket \(id) was paired when \(ends[id] as Any)")
                ends[id] = .paired
                let age = pairing.time - (try #require(created[id]))
                #expect(rules.expiry.map { age < $0 } ?? true)
            }
            #expect(rules.obstacles(try past(one), try past(other), at: pairing.time) == [])
            pairings.append(pairing)
        }

        /// Each ticket that was taken has ended once or waits.
        func checkBooks() {
            let ledger = queue.matchmaker.ledger
            #expect(ledger.taken == ends.count)
            #expect(ledger.paired == ends.values.count { $0 == .paired })
            #expect(ledger.cancelled == ends.values.count { $0 == .cancelled })
            #expect(ledger.expired == ends.values.count { $0 == .expired })
            #expect(ledger.waiting == queue.waitingCount)
            #expect(queue.waitingCount == ends.values.count { $0 == .waiting })
        }
    }

    static func play(
        _ rules: MatchRules, seed: UInt64, count: UInt32 = 500, at end: SimDuration? = nil
    ) throws -> History {
        var random = MatchmakerSwarmTests.stream(seed &+ 1000)
        var history = History(rules)
        var now = SimTime.zero
        let people = 4 + random.nextInteger(below: 60)
        for id in 0..<count {
            now += .nanoseconds(Int64(random.nextInteger(below: 4)))
            let choice = random.nextInteger(below: 12)
            let victim = id > 0 ? UInt32(random.nextInteger(below: UInt64(id))) : 0
            let ticket = Ticket(
                id: TicketID(id), session: SessionID(UInt32(random.nextInteger(below: people))),
                language: UInt16(random.nextInteger(below: 3)),
                interest: UInt16(random.nextInteger(below: 3)),
                tier: RiskTier(rawValue: UInt8(random.nextInteger(below: 2))),
                leaves: choice > 4 ? now + .nanoseconds(Int64(id % 97)) : nil)
            if choice == 0 {
                try history.advance(to: now)
                if history.tickets[victim] != nil { history.cancel(victim) }
            } else if choice == 1 {
                try history.advance(to: now)
            } else {
                try history.enqueue(ticket, at: now)
            }
        }
        return history
    }

    @Test(arguments: 0..<60)
    func `every ticket ends once, and no pair crosses a constraint`(seed: Int) throws {
        var random = MatchmakerSwarmTests.stream(UInt64(seed))
        let rules = try Self.rules(&random) { Self.policy(seed, &$0) }
        let history = try Self.play(rules, seed: UInt64(seed))
        history.checkBooks()
        if rules.reservation == .zero, rules.policy != .longestQueue {
            switch rules.policy {
            case .blossom, .patientUntilLeaving: break
            default: #expect(history.pairings.allSatisfy { !$0.ageInversion }, "\(rules)")
            }
        }
    }

    @Test(arguments: 0..<10) func `patience of nothing is greed`(seed: UInt64) throws {
        var random = MatchmakerSwarmTests.stream(seed)
        let greedy = try MatchmakerSwarmTests.rules(&random)
        let patient = try MatchRules(
            expansion: greedy.expansion, avoidRematch: greedy.avoidRematch, tiers: greedy.tiers,
            policy: .patient(criticalAge: .zero))
        #expect(
            try Self.play(greedy, seed: seed).pairings == Self.play(patient, seed: seed).pairings)
    }

    /// At each time of a batch the pairs are those of the plain rules, tried over all that wait.
    @Test(arguments: 0..<12) func `a batch pairs as the plain rules do when its time comes`(
        seed: UInt64
    ) throws {
        var random = MatchmakerSwarmTests.stream(seed)
        let base = try MatchmakerSwarmTests.rules(&random)
        let interval = Int64(1 + random.nextInteger(below: 9))
        let rules = try MatchRules(
            expansion: base.expansion, avoidRematch: false, tiers: base.tiers,
            policy: .batch(every: .nanoseconds(interval)))
        let queue = Queue(rules)
        var plain = PlainMatchmaker(rules: rules)
        for id in 0..<UInt32(600) {
            let ticket = Ticket(
                id: TicketID(id), session: SessionID(id),
                language: UInt16(random.nextInteger(below: 3)),
                interest: UInt16(random.nextInteger(below: 3)),
                tier: RiskTier(rawValue: UInt8(random.nextInteger(below: 2))))
            let now = SimTime.zero + .nanoseconds(Int64(id))
            if Int64(id) % interval == 0 {
                plain.now = now
                var expected: [[UInt32]] = []
                while let pair = plain.pairOldest() { expected.append([pair.older, pair.younger]) }
                queue.handleTimeout(at: now)
                var made: [[UInt32]] = []
                while let pairing = queue.pollPairing() {
                    made.append([pairing.first.ticket.rawValue, pairing.second.ticket.rawValue])
                    #expect(!pairing.ageInversion)
                }
                #expect(made == expected)
            }
            #expect(queue.enqueue(ticket, at: now) == .waiting)
            plain.waiting.append(.init(ticket: ticket, created: now, order: Int(id)))
        }
    }

    /// At each time of blossom the number of pairs is the greatest, found by trying all.
    @Test(arguments: 0..<12) func `blossom makes as many pairs as can be made`(seed: UInt64) throws
    {
        var random = MatchmakerSwarmTests.stream(seed)
        let base = try MatchmakerSwarmTests.rules(&random)
        let rules = try MatchRules(
            expansion: base.expansion, avoidRematch: false, tiers: base.tiers,
            policy: .blossom(every: .nanoseconds(8)))
        let queue = Queue(rules)
        var waiting: [PastTicket] = []
        for id in 0..<UInt32(200) {
            let now = SimTime.zero + .nanoseconds(Int64(id))
            if id % 8 == 0 {
                if waiting.count > 10 { return }
                let weights = waiting.map { a in
                    waiting.map { b in
                        a.created != b.created && rules.obstacles(a, b, at: now) == []
                            ? Int64(1) : 0
                    }
                }
                queue.handleTimeout(at: now)
                var made = 0
                while let pairing = queue.pollPairing() {
                    made += 1
                    waiting.removeAll {
                        let age = now - $0.created
                        return age == pairing.first.age || age == pairing.second.age
                    }
                }
                #expect(made == Int(MaximumWeightMatchingTests.best(weights)))
            }
            let past = PastTicket(
                language: UInt16(random.nextInteger(below: 3)),
                interest: UInt16(random.nextInteger(below: 3)),
                tier: RiskTier(rawValue: UInt8(random.nextInteger(below: 2))), created: now,
                leaves: .distantFuture)
            waiting.append(past)
            #expect(
                queue.enqueue(
                    Ticket(
                        id: TicketID(id), session: SessionID(id), language: past.language,
                        interest: past.interest, tier: past.tier), at: now) == .waiting)
        }
    }
}
