import FlatStorage

/// The tickets of one level, the oldest first: a ring in which whoever leaves from the middle leaves
/// a gap that stays until everybody before it is gone or gaps are many.
///
/// Each ticket's attributes stand beside its slot, so that a walk through the level reads one word
/// per ticket, and who comes next is known long before its turn. Gaps take up at most as much as the
/// tickets that were there at the same time, and once they are closed, half as much as those that
/// are there.
struct LevelQueue: Sendable {
    /// A ticket, its attributes in bits 0–39 and its slot above, or a gap.
    struct Entry: BitwiseCopyable {
        fileprivate(set) var packed: UInt64

        fileprivate static let gap = Entry(packed: .max)

        fileprivate init(packed: UInt64) { self.packed = packed }

        /// - Precondition: the slot is from 0 to 2^24 - 2.
        init(_ attributes: Attributes, slot: Int32) {
            packed = attributes.packed | UInt64(UInt32(bitPattern: slot)) << 40
        }

        var isGap: Bool { packed == .max }
        var slot: Int32 { Int32(truncatingIfNeeded: packed >> 40) }
    }

    private var entries: [Entry] = []
    /// The place of the oldest.
    private(set) var head = 0
    /// Places from the oldest to the youngest, with the gaps between them.
    private(set) var span = 0
    /// How many tickets there are.
    private(set) var count = 0

    /// Memory of the queue.
    var byteCount: Int { entries.capacity * MemoryLayout<Entry>.stride }

    /// Whether ``makeRoom()`` has to come before another ticket.
    var isFull: Bool { span == entries.count }

    /// The place `offset` behind the oldest.
    @inline(__always)
    private func place(_ offset: Int) -> Int {
        let place = head + offset
        return place < entries.count ? place : place - entries.count
    }

    /// The place of the ticket `offset` behind the oldest where there is no gap before it.
    func place(ofTicketAtOffset offset: Int) -> Int32 { Int32(truncatingIfNeeded: place(offset)) }

    /// The slot of the oldest ticket, or none.
    var first: Int32 { count == 0 ? WaitingRoom.none : entries[head].slot }

    /// The slot `offset` places behind the oldest ticket; none where there is a gap or nobody.
    func slot(atOffset offset: Int) -> Int32 {
        guard offset < span else { return WaitingRoom.none }
        let entry = entries[place(offset)]
        return entry.isGap ? WaitingRoom.none : entry.slot
    }

    /// Adds the youngest ticket; its place.
    ///
    /// - Precondition: the queue is not full.
    @inline(__always)
    mutating func append(_ entry: Entry) -> Int32 {
        let place = place(span)
        entries[place] = entry
        span += 1
        count += 1
        return Int32(truncatingIfNeeded: place)
    }

    /// Removes the ticket at `place`; nothing of it is left.
    ///
    /// - Complexity: amortised O(1).
    @inline(__always)
    mutating func remove(at place: Int32) {
        entries[Int(place)] = .gap
        count -= 1
        guard count > 0 else {
            span = 0
            return
        }
        while entries[head].isGap {
            head = head + 1 == entries.count ? 0 : head + 1
            span -= 1
        }
        while entries[self.place(span - 1)].isGap { span -= 1 }
    }

    /// Makes room for another ticket. The tickets stand at the places from 0 on afterwards, in order.
    mutating func makeRoom() {
        var old = entries
        var capacity = old.count
        if count > capacity / 2 {
            let isLarge = capacity * MemoryLayout<Entry>.stride >= 1 << 22
            capacity += isLarge ? capacity / 8 : capacity
        }
        let (head, span) = (head, span)
        entries = .inLargePages(capacity: max(16, capacity)) { entries in
            entries.initialize(repeating: .gap)
            var next = 0
            for offset in 0..<span {
                let place = head + offset
                let entry = old[place < old.count ? place : place - old.count]
                guard !entry.isGap else { continue }
                entries[next] = entry
                next += 1
            }
        }
        old.overwrite()
        self.head = 0
        self.span = count
    }

    /// Whether there are so many gaps that walks would spend their time on them: more than half as
    /// many as tickets.
    var isSparse: Bool { span - count > count / 2 + 8 }

    /// Lets tickets move up to the oldest until there are no gaps between them.
    ///
    /// - Complexity: O(span), which is amortised O(1) where it is done when ``isSparse``.
    mutating func closeGaps() {
        var next = 0
        for offset in 0..<span {
            let entry = entries[place(offset)]
            guard !entry.isGap else { continue }
            entries[place(offset)] = .gap
            entries[place(next)] = entry
            next += 1
        }
        span = count
    }

    // MARK: Walks

    /// How many places from the oldest on come before the first ticket that is beyond something, as
    /// all behind it are.
    ///
    /// - Complexity: O(log n) but for gaps beside each other.
    func offset(ofFirst isBeyond: (Int32) -> Bool) -> Int {
        guard span > 0 else { return 0 }
        guard isBeyond(entries[place(span - 1)].slot) else { return span }
        guard !isBeyond(entries[head].slot) else { return 0 }
        var (low, high) = (0, span - 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            var ticket = middle
            while entries[place(ticket)].isGap { ticket -= 1 }
            if ticket > low, isBeyond(entries[place(ticket)].slot) {
                high = ticket
            } else {
                low = middle
            }
        }
        return high
    }

    /// Gives the entries at the first `length` places from the oldest on to `body`, gaps included, in
    /// two runs.
    @inline(__always)
    func withRuns<Result>(
        _ length: Int, _ body: (UnsafeBufferPointer<Entry>, UnsafeBufferPointer<Entry>) -> Result
    ) -> Result {
        entries.withUnsafeBufferPointer { entries in
            let end = head + length
            return body(
                UnsafeBufferPointer(rebasing: entries[head..<min(end, entries.count)]),
                UnsafeBufferPointer(rebasing: entries[..<max(0, end - entries.count)]))
        }
    }
}
