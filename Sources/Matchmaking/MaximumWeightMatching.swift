/// A matching of the greatest weight in a general graph, exactly.
///
/// Edmonds' blossom algorithm in its primal-dual form: every vertex has a dual variable, an edge is
/// tight when the duals of its ends add up to its weight, and alternating trees grow over tight edges from all
/// unmatched vertices at once; odd cycles are shrunk into blossoms with duals of their own. The
/// duals change until a pair of trees meets (an augmentation) or those of the roots reach zero, when no
/// matching weighs more. Weights are whole numbers and duals are kept doubled, so nothing is rounded.
///
/// Sources: J. Edmonds, "Maximum matching and a polyhedron with 0,1-vertices", J. Res. NBS 69B,
/// 1965; Z. Galil, "Efficient algorithms for finding maximum matching in graphs", ACM Computing
/// Surveys 18(1), 1986.
///
/// - Complexity: O(n³) for n vertices, O(n²) memory.
struct MaximumWeightMatching {
    /// The greatest weight of an edge: sums of a few doubled ones stay far from overflow.
    static let greatestWeight: Int64 = 1 << 58

    /// The partner of each vertex, or −1.
    private(set) var partners: [Int] = []

    private let n: Int
    private var used: Int
    private let width: Int
    /// End points and weight of the edge that joins two vertices or blossoms.
    private var edges: [Edge]
    private var dual: [Int64]
    /// The vertex, not the blossom, at the far end of the matched edge; 0 without one.
    private var match: [Int]
    private var slack: [Int]
    /// The outermost blossom around a vertex or blossom; 0 for an unused blossom.
    private var outer: [Int]
    private var parent: [Int]
    /// The direct child of a blossom that holds a vertex.
    private var childHolding: [[Int]]
    private var label: [Label]
    private var visited: [Int]
    private var visit = 0
    private var children: [[Int]]
    private var queue: [Int] = []
    private var queued = 0

    private struct Edge: BitwiseCopyable {
        var u: Int32 = 0
        var v: Int32 = 0
        var weight: Int64 = 0
    }

    private enum Label: BitwiseCopyable {
        case free
        /// At an even distance from its tree's root.
        case even
        case odd
    }

    /// The matching of the vertices `0..<count` with edge weights `weight(u, v)`, u < v; 0 stands
    /// for no edge.
    ///
    /// - Precondition: weights are in 0…``greatestWeight``.
    init(count: Int, weight: (Int, Int) -> Int64) {
        n = count
        used = count
        width = count + count / 2 + 2
        edges = Array(repeating: Edge(), count: width * width)
        var greatest: Int64 = 0
        for u in 0..<count {
            for v in 0..<count where u != v {
                let value = u < v ? weight(u, v) : weight(v, u)
                precondition(value >= 0 && value <= Self.greatestWeight, "a weight out of range")
                greatest = max(greatest, value)
                edges[(u + 1) * width + v + 1] = Edge(
                    u: Int32(u + 1), v: Int32(v + 1), weight: value)
            }
        }
        dual = Array(repeating: greatest, count: width)
        match = Array(repeating: 0, count: width)
        slack = match
        outer = (0..<width).map { $0 <= count ? $0 : 0 }
        parent = match
        visited = match
        label = Array(repeating: .free, count: width)
        children = Array(repeating: [], count: width)
        childHolding = Array(repeating: [], count: width)
        for vertex in 0..<width { childHolding[vertex] = Array(repeating: 0, count: count + 1) }
        for vertex in 0...count { childHolding[vertex][vertex] = vertex }
        while growTrees() {}
        partners = (0..<count).map { match[$0 + 1] - 1 }
    }

    private func edge(_ u: Int, _ v: Int) -> Edge { edges[u * width + v] }

    /// How far an edge is from being tight, doubled.
    private func distance(_ edge: Edge) -> Int64 {
        dual[Int(edge.u)] + dual[Int(edge.v)] - 2 * self.edge(Int(edge.u), Int(edge.v)).weight
    }

    private mutating func noteSlack(of x: Int, from u: Int) {
        if slack[x] == 0 || distance(edge(u, x)) < distance(edge(slack[x], x)) { slack[x] = u }
    }

    private mutating func findSlack(of x: Int) {
        slack[x] = 0
        for u in 1...n
        where edge(u, x).weight > 0 && outer[u] != x && label[outer[u]] == .even {
            noteSlack(of: x, from: u)
        }
    }

    /// Puts the vertices of `x` on the queue of those whose edges are looked at.
    private mutating func enqueue(_ x: Int) {
        if x <= n { return queue.append(x) }
        for child in children[x] { enqueue(child) }
    }

    private mutating func setOuter(_ x: Int, _ blossom: Int) {
        outer[x] = blossom
        if x > n { for child in children[x] { setOuter(child, blossom) } }
    }

    // MARK: Growing

    /// Grows trees until an augmentation; false when the matching is as heavy as can be.
    private mutating func growTrees() -> Bool {
        queue.removeAll(keepingCapacity: true)
        queued = 0
        guard n > 0 else { return false }
        for x in 1...used {
            label[x] = .free
            slack[x] = 0
        }
        for x in 1...used where outer[x] == x && match[x] == 0 {
            parent[x] = 0
            label[x] = .even
            enqueue(x)
        }
        if queue.isEmpty { return false }
        while true {
            while queued < queue.count {
                let u = queue[queued]
                queued += 1
                if label[outer[u]] == .odd { continue }
                for v in 1...n where edge(u, v).weight > 0 && outer[u] != outer[v] {
                    if distance(edge(u, v)) == 0 {
                        if reach(edge(u, v)) { return true }
                    } else {
                        noteSlack(of: outer[v], from: u)
                    }
                }
            }
            guard changeDuals() else { return false }
            queue.removeAll(keepingCapacity: true)
            queued = 0
            for x in 1...used
            where outer[x] == x && slack[x] != 0 && outer[slack[x]] != x
                && distance(edge(slack[x], x)) == 0
            {
                if reach(edge(slack[x], x)) { return true }
            }
            for b in stride(from: n + 1, through: used, by: 1)
            where outer[b] == b && label[b] == .odd && dual[b] == 0 {
                expand(b)
            }
        }
    }

    /// Changes duals by as much as nothing forbids; false if those of the roots reach zero.
    private mutating func changeDuals() -> Bool {
        var change = Int64.max
        for b in stride(from: n + 1, through: used, by: 1) where outer[b] == b && label[b] == .odd {
            change = min(change, dual[b] / 2)
        }
        for x in 1...used where outer[x] == x && slack[x] != 0 {
            switch label[x] {
            case .free: change = min(change, distance(edge(slack[x], x)))
            case .even: change = min(change, distance(edge(slack[x], x)) / 2)
            case .odd: break
            }
        }
        for u in 1...n where label[outer[u]] == .even && dual[u] <= change { return false }
        for u in 1...n {
            switch label[outer[u]] {
            case .even: dual[u] -= change
            case .odd: dual[u] += change
            case .free: break
            }
        }
        for b in stride(from: n + 1, through: used, by: 1) where outer[b] == b {
            switch label[b] {
            case .even: dual[b] += change * 2
            case .odd: dual[b] -= change * 2
            case .free: break
            }
        }
        return true
    }

    /// A tight edge from an even vertex has been found; true if it led to an augmentation.
    private mutating func reach(_ edge: Edge) -> Bool {
        let (u, v) = (outer[Int(edge.u)], outer[Int(edge.v)])
        switch label[v] {
        case .free:
            parent[v] = Int(edge.u)
            label[v] = .odd
            let next = outer[match[v]]
            slack[v] = 0
            slack[next] = 0
            label[next] = .even
            enqueue(next)
        case .even:
            let ancestor = commonAncestor(u, v)
            guard ancestor != 0 else {
                augment(u, v)
                augment(v, u)
                return true
            }
            shrink(u, ancestor, v)
        case .odd: break
        }
        return false
    }

    private mutating func commonAncestor(_ one: Int, _ other: Int) -> Int {
        visit += 1
        var (u, v) = (one, other)
        while u != 0 || v != 0 {
            if u != 0 {
                if visited[u] == visit { return u }
                visited[u] = visit
                u = outer[match[u]]
                if u != 0 { u = outer[parent[u]] }
            }
            swap(&u, &v)
        }
        return 0
    }

    // MARK: Augmenting

    private mutating func augment(_ one: Int, _ other: Int) {
        var (u, v) = (one, other)
        while true {
            let next = outer[match[u]]
            setMatch(u, v)
            if next == 0 { return }
            setMatch(next, outer[parent[next]])
            (u, v) = (outer[parent[next]], next)
        }
    }

    private mutating func setMatch(_ u: Int, _ v: Int) {
        let joining = edge(u, v)
        match[u] = Int(joining.v)
        guard u > n else { return }
        let child = childHolding[u][Int(joining.u)]
        let position = evenPosition(of: child, in: u)
        for i in 0..<position { setMatch(children[u][i], children[u][i ^ 1]) }
        setMatch(child, v)
        children[u] = Array(children[u][position...] + children[u][..<position])
    }

    /// The position of a blossom's child at an even distance from its base, turning the cycle round
    /// if need be.
    private mutating func evenPosition(of child: Int, in blossom: Int) -> Int {
        guard let position = children[blossom].firstIndex(of: child) else {
            preconditionFailure("a blossom without its child")
        }
        guard position % 2 == 1 else { return position }
        children[blossom][1...].reverse()
        return children[blossom].count - position
    }

    // MARK: Blossoms

    private mutating func shrink(_ u: Int, _ base: Int, _ v: Int) {
        var b = n + 1
        while b <= used && outer[b] != 0 { b += 1 }
        if b > used { used += 1 }
        precondition(b < width, "more blossoms than vertices allow")
        dual[b] = 0
        label[b] = .even
        match[b] = match[base]
        var cycle = [base]
        for (end, isFirst) in [(u, true), (v, false)] {
            var x = end
            while x != base {
                let mate = outer[match[x]]
                cycle += [x, mate]
                enqueue(mate)
                x = outer[parent[mate]]
            }
            if isFirst { cycle[1...].reverse() }
        }
        children[b] = cycle
        setOuter(b, b)
        for x in 0...used {
            edges[b * width + x].weight = 0
            edges[x * width + b].weight = 0
        }
        for x in 0...n { childHolding[b][x] = 0 }
        for child in cycle {
            for x in 1...used
            where edge(b, x).weight == 0
                || edge(child, x).weight > 0 && distance(edge(child, x)) < distance(edge(b, x))
            {
                edges[b * width + x] = edge(child, x)
                edges[x * width + b] = edge(x, child)
            }
            for x in 1...n where childHolding[child][x] != 0 { childHolding[b][x] = child }
        }
        findSlack(of: b)
    }

    private mutating func expand(_ b: Int) {
        for child in children[b] { setOuter(child, child) }
        let entry = childHolding[b][Int(edge(b, parent[b]).u)]
        let position = evenPosition(of: entry, in: b)
        for i in stride(from: 0, to: position, by: 2) {
            let (odd, even) = (children[b][i], children[b][i + 1])
            parent[odd] = Int(edge(even, odd).u)
            label[odd] = .odd
            label[even] = .even
            slack[odd] = 0
            findSlack(of: even)
            enqueue(even)
        }
        label[entry] = .odd
        parent[entry] = parent[b]
        for child in children[b][(position + 1)...] {
            label[child] = .free
            findSlack(of: child)
        }
        outer[b] = 0
    }
}
