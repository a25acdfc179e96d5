import FlatStorage
import Quantities
import RandomStreams
import Testing

@testable import Matchmaking

/// Crowds, ties and churn that a plain implementation would choke on.
@Suite struct MatchmakerStressTests {
    static func held(_ count: Int64, avoidRematch: Bool = false) throws -> Queue {
        let step = ExpansionStep(
            after: .seconds(count), requiresLanguage: true, requiresInterest: false)
        return Queue(
            try MatchRules(expansion: [step], avoidRematch: avoidRematch, tiers: .separate))
    }

    static func ticket(_ id: UInt32, session: UInt32, language: UInt16) -> Ticket {
        Ticket(
            id: TicketID(id), session: SessionID(session), language: language, interest: 0,
            tier: RiskTier(rawValue: 0))
    }

    @Test func `a crowd that comes due at one instant is paired in order of arrival`() throws {
        let queue = try Self.held(1)
        let crowd: UInt32 = 20_000
        for id in 0..<crowd {
            _ = queue.enqueue(Self.ticket(id, session: id, language: UInt16(id % 3)), at: .zero)
        }
        queue.handleTimeout(at: .zero + .seconds(1))
        var expected: [UInt32] = []
        var last: [UInt32?] = [nil, nil, nil]
        // Neighbours of one language meet: 0 with 3, 1 with 4, 2 with 5, 6 with 9 …
        for id in 0..<crowd {
            if let older = last[Int(id % 3)] {
                expected.append(older)
                last[Int(id % 3)] = nil
            } else {
                last[Int(id % 3)] = id
            }
        }
        for older in expected.sorted() {
            let pairing = try #require(queue.pollPairing())
            #expect(pairing.first.ticket.rawValue == older)
            #expect(pairing.second.ticket.rawValue == older + 3 && !pairing.ageInversion)
        }
        #expect(queue.pollPairing() == nil && queue.waitingCount == Int(crowd) % 6 % 3)
    }

    @Test func `memory is used again, however long the queue lives`() throws {
        let queue = try Self.held(10, avoidRematch: true)
        for round in 0..<400 {
            let now = SimTime.zero + .seconds(Int64(round))
            for n in 0..<20 {
                let id = UInt32(round * 20 + n)
                _ = queue.enqueue(
                    Self.ticket(id, session: id, language: UInt16(round % 3)), at: now)
                if n % 4 == 0 {
                    let isGone = queue.cancel(TicketID(id))
                    #expect(isGone)
                    queue.endSession(SessionID(id))
                }
            }
            while let pairing = queue.pollPairing() {
                queue.endSession(pairing.first.session)
                queue.endSession(pairing.second.session)
            }
        }
        // A tenth more than wait at a time, and slots are doubled when an eighth of them is free.
        #expect(queue.matchmaker.state.room.slots.count <= 2 * 11 * 20)
        #expect(queue.sessionCount == queue.waitingCount)
    }

    /// Those who came after each other stand beside each other, also when places are used again.
    @Test func `places are taken in order of arrival`() throws {
        let queue = try Self.held(200, avoidRematch: true)
        for id in UInt32(0)..<2000 {
            let now = SimTime.zero + .seconds(Int64(id))
            _ = queue.enqueue(Self.ticket(id, session: id, language: UInt16(id % 3)), at: now)
            if id % 4 == 0, id > 50 { #expect(queue.cancel(TicketID(id - 50))) }
            while queue.pollPairing() != nil {}
            guard id > 1000, id % 10 == 0 else { continue }
            let level = queue.matchmaker.state.room.queues[0]
            let slots = (0..<level.span).map { level.slot(atOffset: $0) }.filter { $0 >= 0 }
            #expect(slots.count > 100)
            let backward = zip(slots, slots.dropFirst()).count { $0 > $1 }
            #expect(backward <= 1, "from the end on to the beginning once")
        }
    }

    /// Tickets of many interests are open to others and all unlike; who comes last suits the
    /// youngest of them, and all have to be looked at.
    @Test(arguments: [0, 1])
    func `an audit that stops before its end says so`(more: Int) throws {
        let step = ExpansionStep(after: .zero, requiresLanguage: true, requiresInterest: true)
        let queue = Queue(
            try MatchRules(expansion: [step], avoidRematch: false, tiers: .separate))
        let count = UInt32(Matchmaker.maximumAudited + more)
        for id in 0...count {
            var ticket = Self.ticket(id, session: id, language: 1)
            ticket.interest = UInt16(min(id, count - 1))
            let decision = queue.enqueue(ticket, at: .zero + .milliseconds(Int64(id)))
            #expect((decision == .waiting) == (id < count))
        }
        #expect(queue.matchmaker.auditsTruncated == more)
    }

    @Test func `numbers that lie far apart or close together all find their place`() {
        var table = FlatTable<UInt32, Int32>(blank: -1)
        var random = RandomStream(
            StreamName(seed: 4, replication: 0, purpose: StreamPurpose(rawValue: 4), entity: 0))
        var model: [UInt32: Int32] = [:]
        for step in Int32(0)..<20_000 {
            let number = UInt32(random.nextInteger(below: 600))
            let key =
                switch random.nextInteger(below: 3) {
                case 0: number
                case 1: number << 20
                default: UInt32.max - 1 - number
                }
            if random.nextBool(probability: 0.5) {
                table.set(key, to: step)
                model[key] = step
            } else {
                table.remove(key)
                model[key] = nil
            }
            #expect(table[key] == model[key])
        }
        #expect(table.count == model.count)
        #expect(model.allSatisfy { table[$0.key] == $0.value })
    }

    @Test func `permuting what the rules do not look at changes nothing`() throws {
        func log(_ scramble: (Ticket) -> Ticket) throws -> [Pairing] {
            let queue = try Self.held(2)
            var random = RandomStream(
                StreamName(
                    seed: 6, replication: 0, purpose: StreamPurpose(rawValue: 4), entity: 0))
            var result: [Pairing] = []
            for id in UInt32(0)..<2000 {
                let language = UInt16(random.nextInteger(below: 9))
                let now = SimTime.zero + .milliseconds(Int64(id) * 10)
                var ticket = Self.ticket(id, session: id, language: language)
                ticket.interest = UInt16(random.nextInteger(below: 9))
                if case .paired(let pairing) = queue.enqueue(scramble(ticket), at: now) {
                    result.append(pairing)
                }
                while let pairing = queue.pollPairing() { result.append(pairing) }
            }
            return result
        }
        let plain = try log { $0 }
        let interests = try log {
            var ticket = $0
            ticket.interest = ticket.interest &* 7919 &+ 13
            return ticket
        }
        let tiers = try log {
            var ticket = $0
            ticket.tier = RiskTier(rawValue: 200)
            ticket.language = ticket.language ^ 0xFF00
            return ticket
        }
        #expect(plain == interests && plain == tiers && plain.count > 800)
    }
}
