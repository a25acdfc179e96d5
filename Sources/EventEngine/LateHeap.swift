/// Events that were scheduled into the time range being served, in a binary heap.
@frozen
@usableFromInline
struct LateHeap<Payload: BitwiseCopyable>: ~Copyable {
    @usableFromInline var entries: UnsafeMutablePointer<DueEntry<Payload>>
    @usableFromInline var count = 0
    @usableFromInline var capacity = 64

    @inlinable
    init() {
        entries = .allocate(capacity: capacity)
    }

    @inlinable
    deinit {
        entries.deallocate()
    }

    @inlinable
    mutating func push(_ entry: DueEntry<Payload>) {
        if count == capacity { grow() }
        var hole = count
        count &+= 1
        while hole > 0 {
            let parent = (hole &- 1) >> 1
            guard entry.precedes(entries[parent]) else { break }
            entries[hole] = entries[parent]
            hole = parent
        }
        entries[hole] = entry
    }

    @inlinable
    mutating func pop() {
        count &-= 1
        guard count > 0 else { return }
        let last = entries[count]
        var hole = 0
        while true {
            var child = hole &<< 1 &+ 1
            guard child < count else { break }
            if child &+ 1 < count, entries[child &+ 1].precedes(entries[child]) { child &+= 1 }
            guard entries[child].precedes(last) else { break }
            entries[hole] = entries[child]
            hole = child
        }
        entries[hole] = last
    }

    /// Brings the entries into order, which is a heap too.
    @inlinable
    mutating func sort() {
        var all = UnsafeMutableBufferPointer(start: entries, count: count)
        all.sort { $0.precedes($1) }
    }

    @inlinable
    @inline(never)
    mutating func grow() {
        let larger = UnsafeMutablePointer<DueEntry<Payload>>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: entries, count: count)
        entries.deallocate()
        entries = larger
        capacity *= 2
    }
}
