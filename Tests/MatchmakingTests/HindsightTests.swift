import Quantities
import RandomStreams
import Testing

@testable import Matchmaking

/// The best that could have been done, against trying everything and worked examples.
@Suite struct HindsightTests {
    static func ticket(_ language: UInt16, _ created: Int64, _ leaves: Int64) -> PastTicket {
        PastTicket(
            language: language, interest: 0, tier: RiskTier(rawValue: 0),
            created: .zero + .seconds(created), leaves: .zero + .seconds(leaves))
    }

    static func rules() throws -> MatchRules {
        try MatchRules(
            expansion: [
                ExpansionStep(after: .zero, requiresLanguage: true, requiresInterest: true),
                ExpansionStep(after: .seconds(5), requiresLanguage: false, requiresInterest: false),
            ], avoidRematch: false, tiers: .ignore)
    }

    @Test(arguments: 0..<6) func `no matching of a small graph has more pairs`(seed: UInt64) {
        var stream = MatchmakerSwarmTests.stream(seed)
        for round in 0..<60 {
            let weights = MaximumWeightMatchingTests.random(round % 10, &stream, span: 1)
            let neighbours = weights.map { row in
                row.indices.filter { row[$0] > 0 }.map { Int32($0) }
            }
            let matching = MaximumMatching(neighbours: neighbours)
            for (v, partner) in matching.partners.enumerated() where partner >= 0 {
                #expect(matching.partners[Int(partner)] == Int32(v))
                #expect(weights[v][Int(partner)] > 0)
            }
            #expect(
                matching.pairCount == Int(MaximumWeightMatchingTests.best(weights)),
                "seed \(seed), round \(round)")
        }
    }

    /// The most vertices of `group` that a matching covers, by trying everything.
    static func mostCovered(
        _ neighbours: [[Int32]], _ group: [Bool], from v: Int = 0, used: Set<Int> = []
    ) -> Int {
        guard v < neighbours.count else { return used.count { group[$0] } }
        var most = mostCovered(neighbours, group, from: v + 1, used: used)
        guard !used.contains(v) else { return most }
        for to in neighbours[v].map(Int.init) where to > v && !used.contains(to) {
            most = max(
                most,
                mostCovered(neighbours, group, from: v + 1, used: used.union([v, to])))
        }
        return most
    }

    @Test(arguments: 0..<6) func `no matching covers more of a group`(seed: UInt64) {
        var stream = MatchmakerSwarmTests.stream(100 + seed)
        for round in 0..<40 {
            // Sparse graphs, in which some are left over.
            let n = 3 + round % 7
            var neighbours: [[Int32]] = Array(repeating: [], count: n)
            for u in 0..<n {
                for v in 0..<u where stream.nextInteger(below: 10) < 3 {
                    neighbours[u].append(Int32(v))
                    neighbours[v].append(Int32(u))
                }
            }
            var matching = MaximumMatching(neighbours: neighbours)
            let pairs = matching.pairCount
            // One group after the other, each from where the last has left the matching.
            for _ in 0..<4 {
                let group = (0..<n).map { _ in stream.nextInteger(below: 2) == 0 }
                let most = matching.coverMost(of: group)
                #expect(most == Self.mostCovered(neighbours, group), "seed \(seed), \(round)")
                #expect(matching.pairCount == pairs)
                for (v, partner) in matching.partners.enumerated() where partner >= 0 {
                    #expect(matching.partners[Int(partner)] == Int32(v))
                    #expect(neighbours[v].contains(partner))
                }
            }
        }
    }

    /// Three who suit each other make one pair: each has a partner in some best pairing, and any two
    /// of them, but not all.
    @Test func `a group can have what all groups cannot have together`() throws {
        let tickets = [Self.ticket(1, 0, 9), Self.ticket(1, 1, 9), Self.ticket(1, 2, 9)]
        var best = Hindsight(tickets, rules: try Self.rules())
        #expect(best.greatestPairCount == 1)
        for place in tickets.indices {
            #expect(best.greatestTicketCount(of: tickets.indices.map { $0 == place }) == 1)
            #expect(best.greatestTicketCount(of: tickets.indices.map { $0 != place }) == 2)
        }
        #expect(best.greatestTicketCount(of: [true, true, true]) == 2)
        #expect(best.greatestPairCount == 1)
    }

    @Test func `both exact algorithms find as many pairs in larger graphs`() {
        var stream = MatchmakerSwarmTests.stream(77)
        for n in [40, 61, 90] {
            let weights = (0..<n).map { u in
                (0..<n).map { v in u != v && (u * v + u + v) % 23 == 0 ? Int64(1) : 0 }
            }
            let shift = Int(stream.nextInteger(below: 5))
            let neighbours = weights.indices.map { u in
                weights.indices.filter { weights[u][$0] > 0 || $0 == (u ^ (1 + shift)) }
                    .map { Int32($0) }
            }
            let matching = MaximumMatching(neighbours: neighbours)
            let weighted = MaximumWeightMatching(count: n) { u, v in
                neighbours[u].contains(Int32(v)) ? 1 : 0
            }
            #expect(matching.pairCount == weighted.partners.count { $0 >= 0 } / 2)
        }
    }

    @Test func `an opportunity begins when both accept, and ends with the first to leave`() throws {
        let rules = try Self.rules()
        #expect(
            rules.firstOpportunity(Self.ticket(1, 0, 9), Self.ticket(1, 3, 9))
                == .zero + .seconds(3))
        #expect(
            rules.firstOpportunity(Self.ticket(1, 0, 9), Self.ticket(2, 3, 9))
                == .zero + .seconds(8), "the younger one insists for five seconds")
        #expect(rules.firstOpportunity(Self.ticket(1, 0, 8), Self.ticket(2, 3, 9)) == nil)
        #expect(rules.firstOpportunity(Self.ticket(1, 0, 3), Self.ticket(1, 3, 9)) == nil)
    }

    /// Greedy pairs 0 and 1 at once and strands the other two; hindsight crosses over.
    @Test func `hindsight waits where haste strands two`() throws {
        let tickets = [
            Self.ticket(1, 0, 20), Self.ticket(1, 1, 20), Self.ticket(2, 2, 8),
            Self.ticket(3, 2, 8),
        ]
        // 2 and 3 accept anybody from age 5, at 7 s; 0 and 1 from 5 and 6 s.
        #expect(Hindsight(tickets, rules: try Self.rules()).greatestPairCount == 2)
        let hasty = [
            Self.ticket(1, 0, 3), Self.ticket(1, 1, 20), Self.ticket(1, 2, 3),
            Self.ticket(1, 10, 20),
        ]
        // 0 with 2 and 1 with 3; whoever pairs 0 with 1 leaves 2 behind.
        #expect(Hindsight(hasty, rules: try Self.rules()).greatestPairCount == 2)
        #expect(Hindsight([], rules: try Self.rules()).greatestPairCount == 0)
    }
}
