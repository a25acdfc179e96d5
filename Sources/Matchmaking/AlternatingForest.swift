/// The trees and blossoms of a search for a matching of the greatest weight.
struct AlternatingForest: ~Copyable {
    private let n: Int
    private var used: Int
    private let width: Int
    /// The arcs of vertex v are those from `starts[v]` to below `starts[v + 1]`.
    private let starts: [Int]
    private let arcs: UnsafeMutablePointer<WeightedGraph.Arc>
    /// Of a vertex or blossom, by its number: what is asked for each arc.
    private let nodes: UnsafeMutablePointer<Node>
    /// The same: what is asked when trees change.
    private let ties: UnsafeMutablePointer<Tie>
    /// The same: its dual.
    private let duals: UnsafeMutablePointer<Int64>
    /// The same: what its dual changes by while those of the unmatched vertices fall by 1.
    private let slopes: UnsafeMutablePointer<Int64>
    /// The same, for what is outermost: by how much the duals of the unmatched vertices will have
    /// fallen when its edge is tight, or an odd blossom's dual is 0.
    private let dues: UnsafeMutablePointer<Int64>
    /// By blossom, from `n` + 1 on: the edges that join it to vertices and other blossoms, by their
    /// numbers, up to `used`.
    private let rows: UnsafeMutablePointer<UnsafeMutablePointer<Edge>>
    /// The same: its direct child that holds a vertex; 0 where none does.
    private let holders: UnsafeMutablePointer<UnsafeMutablePointer<Int32>>
    /// By blossom: its direct children, the base first, in the order of the cycle.
    private var children: [[Int]] = []
    private var visit: Int32 = 0
    /// Counts how often edges from a vertex are looked at with nothing changing meanwhile.
    private var look: Int32 = 0
    /// Counts how often something became a blossom's child.
    private var joins: Int32 = 0
    /// The dual of the unmatched vertices at the beginning.
    private let height: Int64
    /// By how much it has fallen.
    private var fall: Int64 = 0
    /// The trees that met last.
    private var met: (Int32, Int32) = (0, 0)
    private var queue: [Int] = []
    private var queued = 0

    /// An edge between two vertices, as the one that joins two vertices or blossoms.
    private struct Edge: BitwiseCopyable {
        /// Twice the weight; 0 without an edge.
        var weight: Int64 = 0
        var u: Int32 = 0
        var v: Int32 = 0

        var isNone: Bool { weight == 0 }
        var reversed: Edge { Edge(weight: weight, u: v, v: u) }
    }

    private enum Label: UInt8, BitwiseCopyable {
        case free
        /// At an even distance from its tree's root.
        case even
        case odd
    }

    private struct Node: BitwiseCopyable {
        /// The even vertex with the edge that is nearest to being tight; 0 without one.
        var slack: Int32 = 0
        /// The outermost blossom around it; 0 for an unused blossom.
        var outer: Int32 = 0
        /// When an edge from the vertex that was looked at was noted last.
        var noted: Int32 = 0
        var label = Label.free
    }

    private struct Tie: BitwiseCopyable {
        /// The vertex, not the blossom, at the far end of the matched edge; 0 without one.
        var match: Int32 = 0
        var parent: Int32 = 0
        var visited: Int32 = 0
        /// The tree that holds it; nothing where there is none.
        var tree: Int32 = 0
        /// The blossom whose child it is; 0 for what is outermost.
        var inside: Int32 = 0
        /// The number of the joining for which its edge was looked at last.
        var joined: Int32 = 0
    }

    init(_ graph: WeightedGraph) {
        n = graph.count
        height = graph.greatestWeight
        used = n
        width = n + n / 2 + 2
        starts = graph.starts
        arcs = .allocate(capacity: graph.arcs.count)
        arcs.initialize(from: graph.arcs, count: graph.arcs.count)
        ties = .allocate(capacity: width)
        ties.initialize(repeating: Tie(), count: width)
        nodes = .allocate(capacity: width)
        nodes.initialize(repeating: Node(), count: width)
        duals = .allocate(capacity: width)
        duals.initialize(repeating: graph.greatestWeight, count: width)
        slopes = .allocate(capacity: width)
        slopes.initialize(repeating: 0, count: width)
        dues = .allocate(capacity: width)
        dues.initialize(repeating: .max, count: width)
        rows = .allocate(capacity: width)
        holders = .allocate(capacity: width)
        for vertex in 0...n { nodes[vertex].outer = Int32(vertex) }
    }

    deinit {
        arcs.deallocate()
        nodes.deallocate()
        ties.deallocate()
        duals.deallocate()
        slopes.deallocate()
        dues.deallocate()
        for blossom in stride(from: n + 1, through: used, by: 1) {
            rows[blossom].deallocate()
            holders[blossom].deallocate()
        }
        rows.deallocate()
        holders.deallocate()
    }

    /// The partner of each vertex, numbered from 0 on, or −1.
    var partners: [Int] { (0..<n).map { Int(ties[$0 + 1].match) - 1 } }

    private func outer(_ x: Int) -> Int { Int(nodes[x].outer) }
    private func match(_ x: Int) -> Int { Int(ties[x].match) }
    private func parent(_ x: Int) -> Int { Int(ties[x].parent) }

    /// The edges of a blossom.
    private func row(_ blossom: Int) -> UnsafeMutablePointer<Edge> { rows[blossom] }
    private func holder(_ blossom: Int) -> UnsafeMutablePointer<Int32> { holders[blossom] }

    /// The ends of the edge that joins two vertices or blossoms.
    private func ends(_ u: Int, _ v: Int) -> (u: Int32, v: Int32) {
        if u > n {
            let edge = row(u)[v]
            return (edge.u, edge.v)
        }
        if v <= n { return (Int32(u), Int32(v)) }
        let edge = row(v)[u]
        return (edge.v, edge.u)
    }

    /// How far an edge is from being tight, doubled.
    private func distance(_ edge: Edge) -> Int64 {
        duals[Int(edge.u)] &+ duals[Int(edge.v)] &- edge.weight
    }

    /// Notes an edge of a free or even `x` if it is the first to get tight of those from even vertices.
    @inline(__always)
    private func noteSlack(of x: Int, from u: Int, _ distance: Int64) {
        let label = nodes[x].label
        if label == .odd { return }
        let due = fall &+ (label == .even ? distance >> 1 : distance)
        if due < dues[x] {
            dues[x] = due
            nodes[x].slack = Int32(truncatingIfNeeded: u)
        }
    }

    private func forgetSlack(of x: Int) {
        nodes[x].slack = 0
        dues[x] = .max
    }

    private func findSlack(of x: Int) {
        forgetSlack(of: x)
        if x <= n {
            let dual = duals[x]
            var place = starts[x]
            let end = starts[x + 1]
            while place < end {
                let arc = arcs[place]
                place &+= 1
                let u = Int(arc.to)
                if slopes[u] < 0, outer(u) != x {
                    noteSlack(of: x, from: u, duals[u] &+ dual &- arc.weight)
                }
            }
            return
        }
        let row = row(x)
        for u in stride(from: 1, through: n, by: 1)
        where slopes[u] < 0 && !row[u].isNone && outer(u) != x {
            noteSlack(of: x, from: u, distance(row[u]))
        }
    }

    /// Labels what is outermost, and sets what its duals change by; its edge is to be found.
    private func setLabel(_ x: Int, _ label: Label) {
        nodes[x].label = label
        let slope: Int64 = label == .even ? -1 : label == .odd ? 1 : 0
        forgetSlack(of: x)
        if x > n {
            slopes[x] = -2 * slope
            if label == .odd { dues[x] = fall + duals[x] / 2 }
        }
        setSlope(x, slope)
    }

    /// Sets what the duals of the vertices of `x` change by.
    private func setSlope(_ x: Int, _ slope: Int64) {
        if x <= n {
            slopes[x] = slope
        } else {
            for child in children[x - n - 1] { setSlope(child, slope) }
        }
    }

    /// Puts the vertices of `x` on the queue of those whose edges are looked at.
    private mutating func enqueue(_ x: Int) {
        if x <= n { return queue.append(x) }
        for child in children[x - n - 1] { enqueue(child) }
    }

    private func setOuter(_ x: Int, _ blossom: Int) {
        nodes[x].outer = Int32(blossom)
        if x > n { for child in children[x - n - 1] { setOuter(child, blossom) } }
    }

    // MARK: Proof

    /// What shows that no matching weighs more, once ``search(regrowing:)`` is over: duals of
    /// vertices and blossoms, doubled, none of them negative. For each edge those of its ends and of
    /// the blossoms around it come to twice its weight at least; and those of the vertices, with each
    /// blossom's for every pair that it has room for, to twice the weight of the matching.
    struct Certificate {
        /// By vertex, numbered from 0 on.
        var vertices: [Int64]
        var blossoms: [(dual: Int64, vertices: [Int])]
    }

    /// The proof; the last change of duals, which no edge forbids, is in it.
    var certificate: Certificate {
        func dual(_ x: Int) -> Int64 { duals[x] + slopes[x] * (height - fall) }
        func vertices(in x: Int) -> [Int] {
            x <= n ? [x - 1] : children[x - n - 1].flatMap(vertices)
        }
        return Certificate(
            vertices: (0..<n).map { dual($0 + 1) },
            blossoms: (n + 1..<used + 1).filter { outer($0) != 0 }
                .map { (dual($0), vertices(in: $0)) })
    }

    // MARK: Growing

    /// Finds a matching of the greatest weight.
    ///
    /// - Parameter regrowing: whether all trees are grown anew after each augmentation, and not only
    ///   the two felled that met.
    mutating func search(regrowing: Bool) {
        plantTrees()
        while growTrees() {
            if regrowing { plantTrees() } else { fellTrees() }
        }
    }

    /// Makes a tree of each unmatched vertex or blossom, and forgets those before.
    private mutating func plantTrees() {
        queue.removeAll(keepingCapacity: true)
        queued = 0
        for x in stride(from: 1, through: used, by: 1) where outer(x) == x {
            setLabel(x, match(x) == 0 ? .even : .free)
            guard match(x) == 0 else { continue }
            ties[x].parent = 0
            ties[x].tree = Int32(x)
            enqueue(x)
        }
    }

    /// Frees all that the two trees that met held.
    private mutating func fellTrees() {
        for x in 1...used where outer(x) == x && nodes[x].label != .free {
            if ties[x].tree == met.0 || ties[x].tree == met.1 {
                setLabel(x, .free)
                nodes[x].slack = -1
            }
        }
        for x in 1...used where outer(x) == x && nodes[x].label != .odd {
            let slack = Int(nodes[x].slack)
            if slack < 0 || slack > 0 && slopes[slack] >= 0 { findSlack(of: x) }
        }
    }

    /// Grows trees until an augmentation; false when the matching is as heavy as can be.
    private mutating func growTrees() -> Bool {
        while true {
            while queued < queue.count {
                let u = queue[queued]
                queued += 1
                if slopes[u] < 0, look(from: u) { return true }
            }
            guard changeDuals() else { return false }
            queue.removeAll(keepingCapacity: true)
            queued = 0
            for x in 1...used
            where dues[x] == fall && nodes[x].slack != 0 && outer(x) == x
                && outer(Int(nodes[x].slack)) != x
            {
                let ends = ends(Int(nodes[x].slack), x)
                if reach(Int(ends.u), Int(ends.v)) { return true }
            }
            for b in stride(from: n + 1, through: used, by: 1)
            where dues[b] == fall && outer(b) == b && nodes[b].label == .odd {
                expand(b)
            }
        }
    }

    /// Looks at the edges of an even vertex; true if one led to an augmentation.
    private mutating func look(from u: Int) -> Bool {
        let dual = duals[u]
        var own = nodes[u].outer
        look += 1
        var place = starts[u]
        let end = starts[u + 1]
        while place < end {
            let arc = arcs[place]
            place &+= 1
            let v = Int(arc.to)
            let x = nodes[v].outer
            if own == x { continue }
            let distance = dual &+ duals[v] &- arc.weight
            if distance == 0 {
                if reach(u, v) { return true }
                own = nodes[u].outer
                look += 1
            } else if x == arc.to {
                noteSlack(of: v, from: u, distance)
            } else if nodes[Int(x)].noted != look {
                // One edge joins the vertex to the blossom, whichever of its own leads there.
                nodes[Int(x)].noted = look
                noteSlack(of: Int(x), from: u, self.distance(row(Int(x))[u]))
            }
        }
        return false
    }

    /// Changes duals by as much as nothing forbids; false if those of the roots reach zero.
    private mutating func changeDuals() -> Bool {
        // No even vertex has a smaller dual than the roots, which all have the same.
        var due = height
        for x in stride(from: 1, through: used, by: 1) { due = min(due, dues[x]) }
        guard due < height else { return false }
        let change = due &- fall
        fall = due
        if change == 0 { return true }
        for x in stride(from: 1, through: used, by: 1) {
            // Written out: instrumented for the thread sanitizer, Swift 6.3 breaks on `&+=` here.
            duals[x] = duals[x] &+ slopes[x] &* change
        }
        return true
    }

    /// A tight edge from an even vertex has been found; true if it led to an augmentation.
    private mutating func reach(_ from: Int, _ to: Int) -> Bool {
        let (u, v) = (outer(from), outer(to))
        switch nodes[v].label {
        case .free:
            ties[v].parent = Int32(from)
            setLabel(v, .odd)
            let next = outer(match(v))
            ties[v].tree = ties[u].tree
            ties[next].tree = ties[u].tree
            setLabel(next, .even)
            enqueue(next)
        case .even:
            let ancestor = commonAncestor(u, v)
            guard ancestor != 0 else {
                met = (ties[u].tree, ties[v].tree)
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
                if ties[u].visited == visit { return u }
                ties[u].visited = visit
                u = outer(match(u))
                if u != 0 { u = outer(parent(u)) }
            }
            swap(&u, &v)
        }
        return 0
    }

    // MARK: Augmenting

    private mutating func augment(_ one: Int, _ other: Int) {
        var (u, v) = (one, other)
        while true {
            let next = outer(match(u))
            setMatch(u, v)
            if next == 0 { return }
            setMatch(next, outer(parent(next)))
            (u, v) = (outer(parent(next)), next)
        }
    }

    private mutating func setMatch(_ u: Int, _ v: Int) {
        let joining = ends(u, v)
        ties[u].match = joining.v
        guard u > n else { return }
        let blossom = u - n - 1
        let child = Int(holder(u)[Int(joining.u)])
        let position = evenPosition(of: child, in: u)
        for i in 0..<position { setMatch(children[blossom][i], children[blossom][i ^ 1]) }
        setMatch(child, v)
        children[blossom] = Array(
            children[blossom][position...] + children[blossom][..<position])
    }

    /// The position of a blossom's child at an even distance from its base, turning the cycle round
    /// if need be.
    private mutating func evenPosition(of child: Int, in b: Int) -> Int {
        let blossom = b - n - 1
        guard let position = children[blossom].firstIndex(of: child) else {
            preconditionFailure("a blossom without its child")
        }
        guard position % 2 == 1 else { return position }
        children[blossom][1...].reverse()
        return children[blossom].count - position
    }

    // MARK: Blossoms

    private mutating func shrink(_ u: Int, _ base: Int, _ v: Int) {
        let b = unusedBlossom()
        duals[b] = 0
        ties[b].tree = ties[base].tree
        ties[b].match = ties[base].match
        var cycle = [base]
        for (end, isFirst) in [(u, true), (v, false)] {
            var x = end
            while x != base {
                let mate = outer(match(x))
                cycle += [x, mate]
                enqueue(mate)
                x = outer(parent(mate))
            }
            if isFirst { cycle[1...].reverse() }
        }
        children[b - n - 1] = cycle
        setOuter(b, b)
        for child in cycle {
            dues[child] = .max
            ties[child].inside = Int32(b)
            if child > n { slopes[child] = 0 }
        }
        setLabel(b, .even)
        row(b).initialize(repeating: Edge(), count: used + 1)
        holder(b).initialize(repeating: 0, count: n + 1)
        for child in cycle { join(child, to: b) }
        let own = row(b)
        for x in stride(from: n + 1, through: used, by: 1) { row(x)[b] = own[x].reversed }
        findSlack(of: b)
    }

    /// The number of a blossom that does not exist, with room for its edges.
    private mutating func unusedBlossom() -> Int {
        var b = n + 1
        while b <= used && nodes[b].outer != 0 { b += 1 }
        if b > used {
            used += 1
            rows[b] = .allocate(capacity: width)
            holders[b] = .allocate(capacity: n + 1)
            children.append([])
        }
        precondition(b < width, "more blossoms than vertices allow")
        return b
    }

    /// Makes a child's edges and vertices those of its blossom; edges within it count no more.
    private mutating func join(_ child: Int, to b: Int) {
        let own = row(b)
        joins += 1
        if child <= n {
            var place = starts[child]
            let end = starts[child + 1]
            while place < end {
                let arc = arcs[place]
                place &+= 1
                let outer = nodes[Int(arc.to)].outer
                guard Int(outer) != b else { continue }
                let edge = Edge(
                    weight: arc.weight, u: Int32(truncatingIfNeeded: child), v: arc.to)
                take(edge, to: Int(arc.to), in: own)
                if outer == arc.to { continue }
                // The blossoms around the other end, each once.
                var x = Int(ties[Int(arc.to)].inside)
                while x != 0 && ties[x].joined != joins {
                    ties[x].joined = joins
                    take(row(x)[child].reversed, to: x, in: own)
                    x = Int(ties[x].inside)
                }
            }
            holder(b)[child] = Int32(child)
            return
        }
        let row = row(child)
        for x in stride(from: 1, through: used, by: 1) where !row[x].isNone && outer(x) != b {
            take(row[x], to: x, in: own)
        }
        let (held, all) = (holder(child), holder(b))
        for x in stride(from: 1, through: n, by: 1) where held[x] != 0 { all[x] = Int32(child) }
    }

    /// Lets an edge join a blossom to `x` if it is nearer to being tight than those before.
    @inline(__always)
    private func take(_ edge: Edge, to x: Int, in row: UnsafeMutablePointer<Edge>) {
        let known = row[x]
        guard !edge.isNone, known.isNone || distance(edge) < distance(known) else { return }
        row[x] = edge
    }

    private mutating func expand(_ b: Int) {
        let blossom = b - n - 1
        for child in children[blossom] {
            setOuter(child, child)
            ties[child].inside = 0
            setLabel(child, .free)
        }
        let entry = Int(holder(b)[Int(ends(b, parent(b)).u)])
        let position = evenPosition(of: entry, in: b)
        for i in stride(from: 0, to: position, by: 2) {
            let (odd, even) = (children[blossom][i], children[blossom][i + 1])
            ties[odd].parent = ends(even, odd).u
            ties[odd].tree = ties[b].tree
            ties[even].tree = ties[b].tree
            setLabel(odd, .odd)
            setLabel(even, .even)
            findSlack(of: even)
            enqueue(even)
        }
        setLabel(entry, .odd)
        ties[entry].parent = ties[b].parent
        ties[entry].tree = ties[b].tree
        for child in children[blossom][(position + 1)...] { findSlack(of: child) }
        nodes[b].outer = 0
        dues[b] = .max
        slopes[b] = 0
    }
}
