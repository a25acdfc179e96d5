import Quantities

/// Slots by the stamp of what they hold, the oldest first; equal ones in the order in which they came.
///
/// What comes in order is appended in O(1) amortised; something older than k others moves them in
/// O(k), one after another in memory. The oldest is removed in O(1) amortised.
struct AgeList: ~Copyable, Sendable {
    struct Entry: BitwiseCopyable {
        var time: SimTime
        var sequence: UInt64
        var slot: Int32
    }

    private var entries = CleansedBuffer<Entry>(capacity: 16)
    private var head = 0
    private var end = 0

    var count: Int { end - head }

    var byteCount: Int { entries.byteCount }

    /// The entry at `place`, from 0 for the oldest.
    subscript(place: Int) -> Entry { entries[head + place] }

    mutating func insert(_ entry: Entry) {
        if end == entries.capacity { makeRoom() }
        let place = firstIndex(after: entry.time)
        if place < end { entries.move(place..<end, to: place + 1) }
        entries[place] = entry
        end += 1
    }

    /// The place of the first entry that is stamped after `time`, counted from the buffer's beginning.
    private func firstIndex(after time: SimTime) -> Int {
        guard end > head, entries[end - 1].time > time else { return end }
        var (low, high) = (head, end - 1)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].time > time { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Half of the buffer is behind us: the rest moves to the front; else it grows.
    private mutating func makeRoom() {
        guard head * 2 >= entries.capacity else {
            entries.grow(to: entries.capacity * 2)
            return
        }
        let count = count
        entries.move(head..<end, to: 0)
        entries.cleanse(count..<end)
        (head, end) = (0, count)
    }

    /// Removes the oldest entry.
    ///
    /// - Precondition: there is one.
    mutating func removeFirst() -> Entry {
        precondition(head < end, "nothing is left to remove")
        let entry = entries[head]
        entries.cleanse(head..<head + 1)
        head += 1
        if head == end { (head, end) = (0, 0) }
        return entry
    }

    /// Stamps all entries from after `now` with `now`, and calls `change` with the slot of each.
    mutating func restamp(after now: SimTime, _ change: (Int32) -> Void) -> Int {
        let first = firstIndex(after: now)
        guard first < end else { return 0 }
        for index in first..<end {
            entries[index].time = now
            change(entries[index].slot)
        }
        var start = first
        while start > head, entries[start - 1].time == now { start -= 1 }
        entries.sort(start..<end) { $0.sequence < $1.sequence }
        return end - first
    }
}
