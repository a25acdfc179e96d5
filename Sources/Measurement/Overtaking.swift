/// Counts who overtook whom in a queue: by slips and skips.
///
/// A *slip* of a ticket is a younger one that is served while it waits, a *skip* an older one that
/// still waits when it is served. Summed over tickets that are all served, both are the same number.
///
/// Sources: E. S. Gordon, "New problems in queues: social injustice and server production
/// management", MIT, 1987; R. C. Larson, "Perspectives on queues: social justice and the psychology
/// of queueing", Operations Research 35, 1987.
///
/// Tickets are numbered 0, 1, 2… in the order of their creation. Two Fenwick trees over these
/// numbers hold who has ended and who was served. Numbers below which everybody has ended are let go of, so memory
/// is that of the span from the oldest waiting ticket to the newest.
public struct Overtaking: Sendable {
    /// The number of the first ticket in the trees.
    private var base = 0
    private var ended = FenwickTree()
    private var served = FenwickTree()
    /// Served tickets that have been let go of.
    private var oldest = 0
    private var hasEnded: [Bool] = []

    /// Nobody has come yet.
    public init() {}

    /// Tickets that came.
    public var count: Int { base + hasEnded.count }

    /// A ticket is created: number ``count``.
    public mutating func arrive() {
        if hasEnded.count == ended.capacity { makeRoom() }
        hasEnded.append(false)
    }

    /// How a served ticket stood with others.
    public struct Standing: Hashable, Sendable {
        /// Younger tickets served before it.
        public var slips: Int
        /// Older tickets that still wait.
        public var skips: Int
    }

    /// Several tickets are served at the same moment, which does not make them overtake each other.
    ///
    /// - Precondition: they have arrived and not ended.
    /// - Complexity: O(log n) each, n the span of numbers still kept.
    public mutating func serve(_ tickets: [Int]) -> [Standing] {
        let slips = tickets.map { self.slips(of: $0) }
        for ticket in tickets {
            end(ticket)
            served.add(1, at: ticket - base)
        }
        return zip(tickets, slips).map { Standing(slips: $1, skips: skips(of: $0)) }
    }

    /// Two tickets are served at the same moment: as ``serve(_:)`` with both of them.
    public mutating func serve(_ one: Int, _ other: Int) -> (Standing, Standing) {
        let slips = (slips(of: one), slips(of: other))
        for ticket in [one, other] {
            end(ticket)
            served.add(1, at: ticket - base)
        }
        return (
            Standing(slips: slips.0, skips: skips(of: one)),
            Standing(slips: slips.1, skips: skips(of: other))
        )
    }

    private func slips(of ticket: Int) -> Int {
        served.total - served.sum(below: ticket + 1 - base)
    }

    private func skips(of ticket: Int) -> Int {
        ticket - base - ended.sum(below: ticket - base)
    }

    /// A ticket ends without being served.
    ///
    /// - Precondition: it has arrived and not ended.
    public mutating func leave(_ ticket: Int) { end(ticket) }

    private mutating func end(_ ticket: Int) {
        precondition(!hasEnded[ticket - base], "ticket \(ticket) ended twice")
        hasEnded[ticket - base] = true
        ended.add(1, at: ticket - base)
        while oldest < hasEnded.count, hasEnded[oldest] { oldest += 1 }
    }

    /// Lets go of the numbers at the beginning whose tickets have ended, or makes the trees larger.
    private mutating func makeRoom() {
        let kept = hasEnded.count - oldest
        let capacity = max(1024, kept * 2)
        var (ended, served) = (FenwickTree(capacity: capacity), FenwickTree(capacity: capacity))
        for place in oldest..<hasEnded.count where hasEnded[place] {
            ended.add(1, at: place - oldest)
            if self.served.value(at: place) == 1 { served.add(1, at: place - oldest) }
        }
        base += oldest
        hasEnded.removeFirst(oldest)
        (self.ended, self.served, oldest) = (ended, served, 0)
    }
}

/// Sums over the beginning of a row of numbers that change.
///
/// Source: P. M. Fenwick, "A new data structure for cumulative frequency tables", Software:
/// Practice and Experience 24, 1994.
struct FenwickTree: Sendable {
    private var nodes: [Int32]
    private(set) var total = 0

    init(capacity: Int = 0) { nodes = Array(repeating: 0, count: capacity + 1) }

    var capacity: Int { nodes.count - 1 }

    /// Adds to the number at `place`; O(log capacity).
    mutating func add(_ change: Int32, at place: Int) {
        total += Int(change)
        var node = place + 1
        while node < nodes.count {
            nodes[node] += change
            node += node & -node
        }
    }

    /// The sum of the numbers at places before `place`; O(log capacity).
    func sum(below place: Int) -> Int {
        var (node, sum) = (place, 0)
        while node > 0 {
            sum += Int(nodes[node])
            node -= node & -node
        }
        return sum
    }

    func value(at place: Int) -> Int { sum(below: place + 1) - sum(below: place) }
}
