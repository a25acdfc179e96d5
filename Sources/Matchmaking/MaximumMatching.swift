/// A matching of as many vertices as possible in a general graph, exactly.
///
/// Edmonds' algorithm: from an unmatched vertex an alternating tree grows in breadth; odd cycles are shrunk by
/// giving their vertices a common base; a free vertex that is reached ends a path along which one
/// more pair is made. It starts from a matching that takes edges as they come, which leaves few to search for.
///
/// Source: J. Edmonds, "Paths, trees, and flowers", Canadian Journal of Mathematics 17, 1965.
///
/// - Complexity: O(n·m·α) for n vertices and m edges in practice, O(n²·m) at worst.
struct MaximumMatching {
    /// The partner of each vertex, or −1.
    private(set) var partners: [Int32]

    private let neighbours: [[Int32]]
    private var parent: [Int32]
    private var base: [Int32]
    private var isEven: [Bool]
    private var isInBlossom: [Bool]
    private var queue: [Int32] = []

    /// The matching of the graph in which vertex v has the given neighbours; edges stand in both
    /// lists.
    init(neighbours: [[Int32]]) {
        self.neighbours = neighbours
        let n = neighbours.count
        partners = Array(repeating: -1, count: n)
        parent = partners
        base = partners
        isEven = Array(repeating: false, count: n)
        isInBlossom = isEven
        for v in 0..<n where partners[v] < 0 {
            guard let free = neighbours[v].first(where: { partners[Int($0)] < 0 }) else { continue }
            partners[v] = free
            partners[Int(free)] = Int32(v)
        }
        for v in 0..<n where partners[v] < 0 {
            if let end = grow(from: Int32(v)) { augment(to: end) }
        }
    }

    /// How many pairs there are.
    var pairCount: Int { partners.count { $0 >= 0 } / 2 }

    /// Changes the matching to one that is as large and covers as many vertices of `group` as any
    /// matching can; how many.
    ///
    /// A set of vertices that one matching covers can be extended to one that a maximum matching
    /// covers (they are the independent sets of a matroid). So an uncovered vertex of the group is
    /// exchanged for a covered one outside of it, along a path of even length, as long as there is one.
    ///
    /// Source: J. Edmonds, D. R. Fulkerson, "Transversals and matroid partition", Journal of Research
    /// of the National Bureau of Standards 69B, 1965.
    ///
    /// - Parameter group: by vertex, whether it belongs to the group.
    /// - Complexity: O(uncovered vertices of the group × m·α).
    mutating func coverMost(of group: [Bool]) -> Int {
        precondition(group.count == partners.count, "each vertex belongs to the group or not")
        for v in partners.indices where group[v] && partners[v] < 0 {
            guard let spared = grow(from: Int32(v), sparing: group) else { continue }
            let mate = partners[Int(spared)]
            precondition(mate >= 0, "a maximum matching has no augmenting path")
            partners[Int(spared)] = -1
            augment(to: mate)
        }
        return partners.indices.count { group[$0] && partners[$0] >= 0 }
    }

    /// The free vertex at the end of an augmenting path from `root`, or the first matched vertex
    /// outside of `group` that a path of even length reaches; nil without either.
    private mutating func grow(from root: Int32, sparing group: [Bool]? = nil) -> Int32? {
        for v in partners.indices {
            parent[v] = -1
            base[v] = Int32(v)
            isEven[v] = false
        }
        isEven[Int(root)] = true
        queue = [root]
        var head = 0
        while head < queue.count {
            let v = queue[head]
            head += 1
            if let group, !group[Int(v)] { return v }
            for to in neighbours[Int(v)] {
                if base[Int(v)] == base[Int(to)] || partners[Int(v)] == to { continue }
                let mate = partners[Int(to)]
                if to == root || mate >= 0 && parent[Int(mate)] >= 0 {
                    shrink(v, to)
                } else if parent[Int(to)] < 0 {
                    parent[Int(to)] = v
                    if mate < 0 { return to }
                    isEven[Int(mate)] = true
                    queue.append(mate)
                }
            }
        }
        return nil
    }

    private mutating func augment(to end: Int32) {
        var v = end
        while v >= 0 {
            let previous = parent[Int(v)]
            let next = partners[Int(previous)]
            partners[Int(v)] = previous
            partners[Int(previous)] = v
            v = next
        }
    }

    /// Gives the odd cycle that the edge closes one base.
    private mutating func shrink(_ v: Int32, _ to: Int32) {
        let common = commonBase(v, to)
        for x in isInBlossom.indices { isInBlossom[x] = false }
        markPath(v, common, child: to)
        markPath(to, common, child: v)
        for x in base.indices where isInBlossom[Int(base[x])] {
            base[x] = common
            if !isEven[x] {
                isEven[x] = true
                queue.append(Int32(x))
            }
        }
    }

    private func commonBase(_ one: Int32, _ other: Int32) -> Int32 {
        var seen: Set<Int32> = []
        var v = one
        while true {
            v = base[Int(v)]
            seen.insert(v)
            if partners[Int(v)] < 0 { break }
            v = parent[Int(partners[Int(v)])]
        }
        v = base[Int(other)]
        while !seen.contains(v) { v = base[Int(parent[Int(partners[Int(v)])])] }
        return v
    }

    private mutating func markPath(_ from: Int32, _ common: Int32, child first: Int32) {
        var (v, child) = (from, first)
        while base[Int(v)] != common {
            let mate = partners[Int(v)]
            isInBlossom[Int(base[Int(v)])] = true
            isInBlossom[Int(base[Int(mate)])] = true
            parent[Int(v)] = child
            child = mate
            v = parent[Int(mate)]
        }
    }
}
