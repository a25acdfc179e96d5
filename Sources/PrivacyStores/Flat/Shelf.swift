import Quantities

/// Records of one kind, in slots that are used again: found by age, and by a key that some of them share.
///
/// A slot that is given up is overwritten at once.
struct Shelf<Key: SlotKey, Record: BitwiseCopyable>: ~Copyable, Sendable
where Record: Sendable {
    struct Node: BitwiseCopyable {
        var record: Record
        var key: Key
        var time: SimTime
        var sequence: UInt64
        /// Neighbours among the records of the key, the youngest first.
        var younger: Int32
        var older: Int32
    }

    private static var none: Int32 { -1 }

    private var nodes = CleansedBuffer<Node>(capacity: 16)
    /// Slots that were used at some time.
    private var used = 0
    /// Free slots among them, as a stack.
    private var free = CleansedBuffer<Int32>(capacity: 16)
    private var freeCount = 0
    private var ages = AgeList()
    private var index = SlotIndex<Key>()
    private var sequence: UInt64 = 0

    var count: Int { ages.count }

    /// How many different keys the records have.
    var keyCount: Int { index.count }

    var byteCount: Int {
        nodes.byteCount + free.byteCount + ages.byteCount + index.byteCount
    }

    /// The oldest stamp; nil without a record.
    var oldest: SimTime? { ages.count > 0 ? ages[0].time : nil }

    mutating func insert(_ record: Record, _ key: Key, at time: SimTime) {
        let slot = takeSlot()
        let newest = index[key] ?? Self.none
        nodes[Int(slot)] = Node(
            record: record, key: key, time: time, sequence: sequence, younger: Self.none,
            older: newest)
        if newest >= 0 { nodes[Int(newest)].younger = slot }
        index.set(key, to: slot)
        ages.insert(AgeList.Entry(time: time, sequence: sequence, slot: slot))
        sequence += 1
    }

    private mutating func takeSlot() -> Int32 {
        if freeCount > 0 {
            freeCount -= 1
            return free[freeCount]
        }
        if used == nodes.capacity { nodes.grow(to: used * 2) }
        used += 1
        return Int32(used - 1)
    }

    /// Removes the oldest record.
    ///
    /// - Precondition: there is one.
    mutating func removeOldest() -> Node {
        let slot = ages.removeFirst().slot
        let node = nodes[Int(slot)]
        if node.younger >= 0 {
            nodes[Int(node.younger)].older = node.older
        } else if node.older >= 0 {
            index.set(node.key, to: node.older)
        } else {
            index.remove(node.key)
        }
        if node.older >= 0 { nodes[Int(node.older)].younger = node.younger }
        nodes.cleanse(Int(slot)..<Int(slot) + 1)
        if freeCount == free.capacity { free.grow(to: freeCount * 2) }
        free[freeCount] = slot
        freeCount += 1
        return node
    }

    mutating func restamp(after now: SimTime) -> Int {
        // The list and the nodes are apart: each has the stamp.
        var slots: [Int32] = []
        let count = ages.restamp(after: now) { slots.append($0) }
        for slot in slots { nodes[Int(slot)].time = now }
        return count
    }

    /// The records of a key, the oldest first.
    ///
    /// - Complexity: O(n log n) in their number.
    func nodes(of key: Key) -> [Node] {
        var found: [Node] = []
        var slot = index[key] ?? Self.none
        while slot >= 0 {
            let node = nodes[Int(slot)]
            found.append(node)
            slot = node.older
        }
        return found.sorted { ($0.time, $0.sequence) < ($1.time, $1.sequence) }
    }

    /// How many records came before each one since the shelf was made, the oldest stamp first.
    func forEachNumber(_ body: (UInt64) -> Void) {
        for place in 0..<ages.count { body(ages[place].sequence) }
    }

    /// All records, or those that are stamped `time` or later, the oldest first.
    func forEach(from time: SimTime? = nil, _ body: (Node) -> Void) {
        var (low, high) = (0, time == nil ? 0 : ages.count)
        while let time, low < high {
            let middle = (low + high) / 2
            if ages[middle].time < time { low = middle + 1 } else { high = middle }
        }
        for place in low..<ages.count { body(nodes[Int(ages[place].slot)]) }
    }
}
