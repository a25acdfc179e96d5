/// Events that were scheduled into the time range being served, in a binary heap.
@frozen
@usableFromInline
struct LateHeap {
    @usableFromInline var entries: [DueEntry] = []

    @inlinable
    init() {}

    @inlinable
    mutating func push(_ entry: DueEntry) {
        entries.append(entry)
        var hole = entries.count &- 1
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
        let last = entries.removeLast()
        let count = entries.count
        guard count > 0 else { return }
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
}
