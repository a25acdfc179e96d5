/// A matching of the greatest weight in a general graph, exactly.
///
/// Edmonds' blossom algorithm in its primal-dual form: every vertex has a dual variable, an edge is
/// tight when the duals of its ends add up to its weight, and alternating trees grow over tight edges from all
/// unmatched vertices at once; odd cycles are shrunk into blossoms with duals of their own. The
/// duals change until a pair of trees meets (an augmentation) or those of the roots reach zero, when no
/// matching weighs more. Weights are whole numbers and duals are kept doubled, so nothing is rounded.
///
/// After an augmentation the two trees that met are felled, and the others go on growing. In graphs of up to
/// ``regrowthLimit`` vertices, where it costs little, all trees are grown anew instead: which of the heaviest
/// matchings is found depends on it, and decisions of the queue on that.
///
/// Sources: J. Edmonds, "Maximum matching and a polyhedron with 0,1-vertices", J. Res. NBS 69B,
/// 1965; Z. Galil, "Efficient algorithms for finding maximum matching in graphs", ACM Computing
/// Surveys 18(1), 1986.
///
/// - Complexity: O(n·(m + n)) for n vertices and m edges, and O(n²) for each blossom; memory O(m), and O(n)
///   for each blossom that exists at the same time.
public struct MaximumWeightMatching: Sendable {
    /// The greatest weight of an edge: sums of a few doubled ones stay far from overflow.
    public static var greatestWeight: Int64 { 1 << 58 }

    /// The most vertices for which all trees are grown anew after each augmentation: a cell's.
    public static var regrowthLimit: Int { BlossomMatching.cellLimit }

    /// The partner of each vertex, or −1.
    public let partners: [Int]

    /// The matching of the vertices `0..<count` with edge weights `weight(u, v)`, u < v; 0 stands
    /// for no edge.
    ///
    /// - Precondition: weights are in 0…``greatestWeight``.
    public init(count: Int, weight: (Int, Int) -> Int64) {
        let graph = WeightedGraph(count: count, weight: weight)
        var forest = AlternatingForest(graph)
        forest.search(regrowing: count <= Self.regrowthLimit)
        partners = forest.partners
    }
}

/// A graph as lists of neighbours, with vertices from 1 on.
struct WeightedGraph {
    /// An edge as seen from one of its ends.
    struct Arc: BitwiseCopyable {
        /// Twice the weight.
        var weight: Int64
        /// The other end.
        var to: Int32
    }

    /// How many vertices there are.
    let count: Int
    /// The greatest weight.
    private(set) var greatestWeight: Int64 = 0
    /// The arcs of vertex v, in the order of their other ends, are those from `starts[v]` on.
    private(set) var starts: [Int]
    private(set) var arcs: [Arc]

    /// The vertices 1…`count` with weights as of 0..<`count`.
    init(count: Int, weight: (Int, Int) -> Int64) {
        self.count = count
        var edges: [(u: Int32, arc: Arc)] = []
        starts = Array(repeating: 0, count: count + 2)
        for v in 0..<count {
            for u in 0..<v {
                let value = weight(u, v)
                precondition(
                    value >= 0 && value <= MaximumWeightMatching.greatestWeight,
                    "a weight out of range")
                guard value > 0 else { continue }
                greatestWeight = max(greatestWeight, value)
                edges.append((Int32(u + 1), Arc(weight: 2 * value, to: Int32(v + 1))))
                starts[u + 1] += 1
                starts[v + 1] += 1
            }
        }
        var sum = 0
        for v in starts.indices {
            (starts[v], sum) = (sum, sum + starts[v])
        }
        arcs = Array(repeating: Arc(weight: 0, to: 0), count: sum)
        // Sorted by the greater end, then the smaller: the arcs to smaller ends come into place in
        // order, and after them, in a second pass, those to greater ones.
        var next = starts
        for edge in edges {
            arcs[next[Int(edge.arc.to)]] = Arc(weight: edge.arc.weight, to: edge.u)
            next[Int(edge.arc.to)] += 1
        }
        for edge in edges {
            arcs[next[Int(edge.u)]] = edge.arc
            next[Int(edge.u)] += 1
        }
    }
}
