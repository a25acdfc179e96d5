import RandomStreams
import Testing

@testable import Matchmaking

/// Whether trees are grown anew after each augmentation or go on growing, nothing weighs more.
@Suite struct MatchingCertificateTests {
    private typealias Weights = [[Int64]]

    /// The greatest weight of a matching, from those of all sets of vertices in order.
    private static func greatest(_ weights: Weights) -> Int64 {
        var best = [Int64](repeating: 0, count: 1 << weights.count)
        for set in best.indices.dropFirst() {
            let first = set.trailingZeroBitCount
            let rest = set & (set - 1)
            var value = best[rest]
            var others = rest
            while others != 0 {
                let other = others.trailingZeroBitCount
                others &= others - 1
                let weight = weights[first][other]
                if weight > 0 { value = max(value, weight + best[rest & ~(1 << other)]) }
            }
            best[set] = value
        }
        return best[best.count - 1]
    }

    /// Weights as tickets have them, where many matchings weigh the same: what each end brings, and
    /// something for what both share.
    private static func shared(_ n: Int, _ stream: inout RandomStream) -> Weights {
        let own = (0..<n).map { _ in Int64(stream.nextInteger(below: 4)) }
        let kind = (0..<n).map { _ in stream.nextInteger(below: 5) }
        var weights = Weights(repeating: [Int64](repeating: 0, count: n), count: n)
        for v in 0..<n {
            for u in 0..<v where kind[u] == kind[v] || stream.nextBool(probability: 0.2) {
                let weight = 1 + own[u] + own[v] + (kind[u] == kind[v] ? 3 : 0)
                weights[u][v] = weight
                weights[v][u] = weight
            }
        }
        return weights
    }

    @Test(arguments: [true, false])
    func `no matching of 8 to 12 vertices weighs more`(regrowing: Bool) throws {
        var stream = MatchmakerSwarmTests.stream(812)
        for round in 0..<300 {
            let n = 8 + round % 5
            let weights =
                round % 3 == 0
                ? Self.shared(n, &stream)
                : MaximumWeightMatchingTests.random(
                    n, &stream, span: [2, 5, 1 << 40][round / 3 % 3])
            var forest = AlternatingForest(WeightedGraph(count: n) { weights[$0][$1] })
            forest.search(regrowing: regrowing)
            #expect(
                try MaximumWeightMatchingTests.weight(forest.partners, weights)
                    == Self.greatest(weights),
                "round \(round): \(weights)")
        }
    }

    @Test(arguments: [true, false])
    func `duals prove that no matching of hundreds of vertices weighs more`(regrowing: Bool) throws
    {
        var stream = MatchmakerSwarmTests.stream(1965)
        var blossoms = 0
        for n in [129, 180, 240, 300] {
            for span in [0, 3, 1 << 40] as [UInt64] {
                let weights =
                    span == 0
                    ? Self.shared(n, &stream)
                    : MaximumWeightMatchingTests.random(n, &stream, span: span)
                var forest = AlternatingForest(WeightedGraph(count: n) { weights[$0][$1] })
                forest.search(regrowing: regrowing)
                blossoms += forest.certificate.blossoms.count
                try Self.check(forest.certificate, of: forest.partners, weights)
            }
        }
        #expect(blossoms > 0)
    }

    /// Duality: the sum of the duals bounds every matching's weight, and this one reaches it.
    private static func check(
        _ certificate: AlternatingForest.Certificate, of partners: [Int], _ weights: Weights
    ) throws {
        let n = weights.count
        var cover = Weights(repeating: [Int64](repeating: 0, count: n), count: n)
        var bound = certificate.vertices.reduce(0, +)
        for (dual, vertices) in certificate.blossoms {
            #expect(dual >= 0 && vertices.count % 2 == 1 && Set(vertices).count == vertices.count)
            bound += dual * Int64(vertices.count / 2)
            for u in vertices { for v in vertices { cover[u][v] += dual } }
        }
        #expect(certificate.vertices.allSatisfy { $0 >= 0 })
        var short = 0
        for v in 0..<n {
            for u in 0..<v where weights[u][v] > 0 {
                let sum = certificate.vertices[u] + certificate.vertices[v] + cover[u][v]
                if sum < 2 * weights[u][v] { short += 1 }
            }
        }
        #expect(short == 0, "edges that weigh more than their duals")
        #expect(try 2 * MaximumWeightMatchingTests.weight(partners, weights) == bound)
    }
}
