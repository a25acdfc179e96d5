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
    /// By blossom: the edges that join it to vertices and other blossoms, by their numbers.
    private var rows: [UnsafeMutablePointer<Edge>] = []
    /// By blossom: its direct child that holds a vertex; 0 where none does.
    private var holders: [UnsafeMutablePointer<Int32>] = []
    /// By blossom: its direct children, the base first, in the order of the cycle.
    private var children: [[Int]] = []
    private var visit: Int32 = 0
    /// Counts how often edges from a vertex are looked at with nothing changing meanwhile.
    private var look: Int32 = 0
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
        var dual: Int64 = 0
        /// How far the edge from `slack` is from being tight, doubled.
        var distance: Int64 = 0
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
    }

    init(_ graph: WeightedGraph) {
        n = graph.count
        used = n
        width = n + n / 2 + 2
        starts = graph.starts
        arcs = .allocate(capacity: graph.arcs.count)
        arcs.initialize(from: graph.arcs, count: graph.arcs.count)
        ties = .allocate(capacity: width)
        ties.initialize(repeating: Tie(), count: width)
        nodes = .allocate(capacity: width)
        nodes.initialize(repeating: Node(dual: graph.greatestWeight), count: width)
        for vertex in 0...n { nodes[vertex].outer = Int32(vertex) }
    }

    deinit {
        arcs.deallocate()
        nodes.deallocate()
        ties.deallocate()
        for row in rows { row.deallocate() }
        for holder in holders { holder.deallocate() }
    }

    /// The partner of each vertex, numbered from 0 on, or −1.
    var partners: [Int] { (0..<n).map { Int(ties[$0 + 1].match) - 1 } }

    private func outer(_ x: Int) -> Int { Int(nodes[x].outer) }
    private func match(_ x: Int) -> Int { Int(ties[x].match) }
    private func parent(_ x: Int) -> Int { Int(ties[x].parent) }

    /// The edges of a blossom.
    private func row(_ blossom: Int) -> UnsafeMutablePointer<Edge> { rows[blossom - n - 1] }
    private func holder(_ blossom: Int) -> UnsafeMutablePointer<Int32> { holders[blossom - n - 1] }

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
        nodes[Int(edge.u)].dual + nodes[Int(edge.v)].dual - edge.weight
    }

    @inline(__always)
    private func noteSlack(of x: Int, from u: Int, _ distance: Int64) {
        if nodes[x].slack == 0 || distance < nodes[x].distance {
            nodes[x].slack = Int32(u)
            nodes[x].distance = distance
        }
    }

    private func findSlack(of x: Int) {
        nodes[x].slack = 0
        if x <= n {
            for place in starts[x]..<starts[x + 1] {
                let arc = arcs[place]
                let u = Int(arc.to)
                guard outer(u) != x, nodes[outer(u)].label == .even else { continue }
                noteSlack(of: x, from: u, nodes[u].dual + nodes[x].dual - arc.weight)
            }
            return
        }
        let row = row(x)
        for u in stride(from: 1, through: n, by: 1)
        where !row[u].isNone && outer(u) != x && nodes[outer(u)].label == .even {
            noteSlack(of: x, from: u, distance(row[u]))
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

    // MARK: Growing

    /// Grows trees until an augmentation; false when the matching is as heavy as can be.
    mutating func growTrees() -> Bool {
        queue.removeAll(keepingCapacity: true)
        queued = 0
        guard n > 0 else { return false }
        for x in 1...used {
            nodes[x].label = .free
            nodes[x].slack = 0
        }
        for x in 1...used where outer(x) == x && match(x) == 0 {
            ties[x].parent = 0
            nodes[x].label = .even
            enqueue(x)
        }
        if queue.isEmpty { return false }
        while true {
            while queued < queue.count {
                let u = queue[queued]
                queued += 1
                if nodes[outer(u)].label != .odd, look(from: u) { return true }
            }
            guard changeDuals() else { return false }
            queue.removeAll(keepingCapacity: true)
            queued = 0
            for x in 1...used
            where outer(x) == x && nodes[x].slack != 0 && outer(Int(nodes[x].slack)) != x
                && nodes[x].distance == 0
            {
                let ends = ends(Int(nodes[x].slack), x)
                if reach(Int(ends.u), Int(ends.v)) { return true }
            }
            for b in stride(from: n + 1, through: used, by: 1)
            where outer(b) == b && nodes[b].label == .odd && nodes[b].dual == 0 {
                expand(b)
            }
        }
    }

    /// Looks at the edges of an even vertex; true if one led to an augmentation.
    private mutating func look(from u: Int) -> Bool {
        let dual = nodes[u].dual
        var own = nodes[u].outer
        look += 1
        for place in starts[u]..<starts[u + 1] {
            let arc = arcs[place]
            let v = Int(arc.to)
            let x = nodes[v].outer
            if own == x { continue }
            let distance = dual + nodes[v].dual - arc.weight
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
    private func changeDuals() -> Bool {
        var change = Int64.max
        for b in stride(from: n + 1, through: used, by: 1)
        where outer(b) == b && nodes[b].label == .odd {
            change = min(change, nodes[b].dual / 2)
        }
        for x in 1...used where outer(x) == x && nodes[x].slack != 0 {
            switch nodes[x].label {
            case .free: change = min(change, nodes[x].distance)
            case .even: change = min(change, nodes[x].distance / 2)
            case .odd: break
            }
        }
        for u in 1...n where nodes[outer(u)].label == .even && nodes[u].dual <= change {
            return false
        }
        for u in 1...n {
            switch nodes[outer(u)].label {
            case .even: nodes[u].dual -= change
            case .odd: nodes[u].dual += change
            case .free: break
            }
        }
        for b in stride(from: n + 1, through: used, by: 1) where outer(b) == b {
            switch nodes[b].label {
            case .even: nodes[b].dual += change * 2
            case .odd: nodes[b].dual -= change * 2
            case .free: break
            }
        }
        // The edge comes from an even vertex.
        for x in 1...used where outer(x) == x && nodes[x].slack != 0 {
            switch nodes[x].label {
            case .even: nodes[x].distance -= change * 2
            case .free: nodes[x].distance -= change
            case .odd: break
            }
        }
        return true
    }

    /// A tight edge from an even vertex has been found; true if it led to an augmentation.
    private mutating func reach(_ from: Int, _ to: Int) -> Bool {
        let (u, v) = (outer(from), outer(to))
        switch nodes[v].label {
        case .free:
            ties[v].parent = Int32(from)
            nodes[v].label = .odd
            let next = outer(match(v))
            nodes[v].slack = 0
            nodes[next].slack = 0
            nodes[next].label = .even
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
        nodes[b].dual = 0
        nodes[b].label = .even
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
        row(b).update(repeating: Edge(), count: used + 1)
        for x in stride(from: n + 1, through: used, by: 1) { row(x)[b] = Edge() }
        holder(b).update(repeating: 0, count: n + 1)
        for child in cycle { join(child, to: b) }
        findSlack(of: b)
    }

    /// The number of a blossom that does not exist, with room for its edges.
    private mutating func unusedBlossom() -> Int {
        var b = n + 1
        while b <= used && nodes[b].outer != 0 { b += 1 }
        if b > used {
            used += 1
            rows.append(.allocate(capacity: width))
            rows[b - n - 1].initialize(repeating: Edge(), count: width)
            holders.append(.allocate(capacity: n + 1))
            holders[b - n - 1].initialize(repeating: 0, count: n + 1)
            children.append([])
        }
        precondition(b < width, "more blossoms than vertices allow")
        return b
    }

    /// Makes a child's edges and vertices those of its blossom.
    private func join(_ child: Int, to b: Int) {
        if child <= n {
            for place in starts[child]..<starts[child + 1] {
                let arc = arcs[place]
                let edge = Edge(weight: arc.weight, u: Int32(child), v: arc.to)
                take(edge, to: Int(arc.to), from: b)
            }
            for x in stride(from: n + 1, through: used, by: 1) {
                take(row(x)[child].reversed, to: x, from: b)
            }
            holder(b)[child] = Int32(child)
            return
        }
        for x in 1...used { take(row(child)[x], to: x, from: b) }
        for x in 1...n where holder(child)[x] != 0 { holder(b)[x] = Int32(child) }
    }

    /// Lets an edge join a blossom to `x` if it is nearer to being tight than those before.
    private func take(_ edge: Edge, to x: Int, from b: Int) {
        let known = row(b)[x]
        guard !edge.isNone, known.isNone || distance(edge) < distance(known) else { return }
        row(b)[x] = edge
        if x > n { row(x)[b] = edge.reversed }
    }

    private mutating func expand(_ b: Int) {
        let blossom = b - n - 1
        for child in children[blossom] { setOuter(child, child) }
        let entry = Int(holder(b)[Int(ends(b, parent(b)).u)])
        let position = evenPosition(of: entry, in: b)
        for i in stride(from: 0, to: position, by: 2) {
            let (odd, even) = (children[blossom][i], children[blossom][i + 1])
            ties[odd].parent = ends(even, odd).u
            nodes[odd].label = .odd
            nodes[even].label = .even
            nodes[odd].slack = 0
            findSlack(of: even)
            enqueue(even)
        }
        nodes[entry].label = .odd
        ties[entry].parent = ties[b].parent
        for child in children[blossom][(position + 1)...] {
            nodes[child].label = .free
            findSlack(of: child)
        }
        nodes[b].outer = 0
    }
}
