import Quantities
import RandomStreams
import Testing

@testable import Matchmaking

/// The blossom algorithm against trying every matching.
@Suite struct MaximumWeightMatchingTests {
    /// The weight of the best matching of the vertices not in `used`, by trying all.
    static func best(_ weights: [[Int64]], used: Int = 0) -> Int64 {
        guard let first = weights.indices.first(where: { used >> $0 & 1 == 0 }) else { return 0 }
        var result = best(weights, used: used | 1 << first)
        for other in weights.indices.dropFirst(first + 1)
        where used >> other & 1 == 0 && weights[first][other] > 0 {
            let rest = best(weights, used: used | 1 << first | 1 << other)
            result = max(result, weights[first][other] + rest)
        }
        return result
    }

    /// Checks that it is a matching, and gives its weight.
    static func weight(_ partners: [Int], _ weights: [[Int64]]) throws -> Int64 {
        var total: Int64 = 0
        for (vertex, partner) in partners.enumerated() where partner >= 0 {
            #expect(partners[partner] == vertex && partner != vertex)
            #expect(weights[vertex][partner] > 0, "no edge joins \(vertex) and \(partner)")
            if partner > vertex { total += weights[vertex][partner] }
        }
        return total
    }

    static func random(_ n: Int, _ stream: inout RandomStream, span: UInt64) -> [[Int64]] {
        let density = 0.15 + 0.85 * stream.nextUnit()
        var weights = [[Int64]](repeating: [Int64](repeating: 0, count: n), count: n)
        for u in 0..<n {
            for v in 0..<u where stream.nextBool(probability: density) {
                let weight = 1 + Int64(stream.nextInteger(below: span))
                weights[u][v] = weight
                weights[v][u] = weight
            }
        }
        return weights
    }

    @Test(arguments: [2, 3, 10, 1 << 40] as [UInt64])
    func `no matching of a small graph weighs more`(span: UInt64) throws {
        var stream = MatchmakerSwarmTests.stream(span)
        for round in 0..<150 {
            let weights = Self.random(round % 10, &stream, span: span)
            let matching = MaximumWeightMatching(count: weights.count) { weights[$0][$1] }
            #expect(
                try Self.weight(matching.partners, weights) == Self.best(weights),
                "span \(span), round \(round): \(weights)")
        }
    }

    /// Every graph of up to four vertices with weights 0…2, and of five with 0 and 1.
    @Test(arguments: [(2, 3), (3, 3), (4, 3), (5, 2)])
    func `no matching of any tiny graph weighs more`(n: Int, levels: Int) throws {
        let edges = n * (n - 1) / 2
        var code = 0
        var total = 1
        for _ in 0..<edges { total *= levels }
        while code < total {
            var weights = [[Int64]](repeating: [Int64](repeating: 0, count: n), count: n)
            var rest = code
            for u in 0..<n {
                for v in 0..<u {
                    weights[u][v] = Int64(rest % levels)
                    weights[v][u] = Int64(rest % levels)
                    rest /= levels
                }
            }
            let matching = MaximumWeightMatching(count: n) { weights[$0][$1] }
            #expect(try Self.weight(matching.partners, weights) == Self.best(weights))
            code += 1
        }
    }

    /// Decisions hang on it where several matchings weigh the same.
    @Test func `which of the heaviest matchings it is stays the same`() {
        var state: UInt64 = 88_172_645_463_325_252
        func draw(below bound: UInt64) -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state % bound
        }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for round in 0..<100 {
            let n = Int(draw(below: 40))
            let span = [2, 3, 1000][round % 3]
            let density = draw(below: 100)
            var weights = [[Int64]](repeating: [Int64](repeating: 0, count: n), count: n)
            for v in 0..<n {
                for u in 0..<v where draw(below: 100) <= density {
                    weights[u][v] = 1 + Int64(draw(below: UInt64(span)))
                }
            }
            for partner in MaximumWeightMatching(count: n, weight: { weights[$0][$1] }).partners {
                hash = (hash ^ UInt64(bitPattern: Int64(partner))) &* 0x100_0000_01b3
            }
        }
        #expect(hash == 16_407_395_885_820_138_883)
    }

    /// A bound from below that needs no search: duality. A cycle of odd length leaves one out.
    @Test(arguments: [3, 9, 41, 99]) func `an odd cycle leaves the cheapest place out`(n: Int)
        throws
    {
        let matching = MaximumWeightMatching(count: n) { u, v in
            v == u + 1 || u == 0 && v == n - 1 ? 10 : 0
        }
        #expect(matching.partners.count { $0 < 0 } == 1)
        let heavy = MaximumWeightMatching(count: n) { u, v in
            v == u + 1 || u == 0 && v == n - 1 ? (v == 1 ? 100 : 10) : 0
        }
        #expect(heavy.partners[0] == 1)
    }
}
