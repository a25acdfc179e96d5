import Quantities

/// Names a scheduled event so that it can be cancelled or moved; stale once the event has gone.
public struct EventID: Hashable, Sendable, BitwiseCopyable {
    @usableFromInline let slot: UInt32
    @usableFromInline let generation: UInt32

    @inlinable
    init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    /// Names no event.
    @inlinable public static var none: EventID { EventID(slot: .max, generation: .max) }
}

/// Which of several events at one time goes first: the smaller number.
public struct EventPriority: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The rank, 0 first.
    public let rank: UInt8

    /// The priority of rank `rank`.
    @inlinable
    public init(rank: UInt8) {
        self.rank = rank
    }

    /// The middle of the range.
    @inlinable public static var normal: EventPriority { EventPriority(rank: 128) }

    /// Orders by rank.
    @inlinable public static func < (a: EventPriority, b: EventPriority) -> Bool {
        a.rank < b.rank
    }
}

/// The pending events in the total order (time, priority, sequence of scheduling).
///
/// A 4-ary heap whose entries know their slot, so that cancelling and moving an event cost
/// O(log n) and leave nothing behind. Payloads are plain old data: no reference counts move with
/// the entries. At most 2^32 − 1 events are pending and 2^56 are ever scheduled; both trap.
public struct FutureEventList<Payload: BitwiseCopyable>: ~Copyable {
    @usableFromInline
    struct Entry: BitwiseCopyable {
        @usableFromInline var time: Int64
        /// Priority in the upper 8 bits, sequence in the lower 56.
        @usableFromInline var order: UInt64
        @usableFromInline var slot: UInt32

        @inlinable
        init(time: Int64, order: UInt64, slot: UInt32) {
            self.time = time
            self.order = order
            self.slot = slot
        }

        @inlinable
        func precedes(_ other: Entry) -> Bool {
            time != other.time ? time < other.time : order < other.order
        }
    }

    @usableFromInline
    struct Slot: BitwiseCopyable {
        @usableFromInline var payload: Payload
        @usableFromInline var generation: UInt32
        /// Position in the heap, or the next free slot.
        @usableFromInline var position: UInt32

        @inlinable
        init(payload: Payload, generation: UInt32, position: UInt32) {
            self.payload = payload
            self.generation = generation
            self.position = position
        }
    }

    @usableFromInline var heap: [Entry] = []
    @usableFromInline var slots: [Slot] = []
    @usableFromInline var firstFree: UInt32 = .max
    @usableFromInline var sequence: UInt64 = 0

    /// An empty list.
    @inlinable
    public init() {}

    /// How many events are pending.
    @inlinable public var count: Int { heap.count }

    /// The time of the earliest event, or nil when none is pending.
    @inlinable public var earliestTime: SimTime? {
        heap.isEmpty ? nil : SimTime(nanoseconds: heap[0].time)
    }

    /// Adds `payload` at `time`; among equals the one scheduled first goes first. O(log n).
    @inlinable
    public mutating func schedule(
        _ payload: Payload, at time: SimTime, priority: EventPriority
    ) -> EventID {
        let slot = takeSlot(payload)
        heap.append(
            Entry(time: time.nanoseconds, order: nextOrder(priority), slot: slot))
        siftUp(heap.count - 1)
        return EventID(slot: slot, generation: slots[Int(slot)].generation)
    }

    /// Removes the event called `id`; false if it has gone already. O(log n).
    @discardableResult
    @inlinable
    public mutating func cancel(_ id: EventID) -> Bool {
        guard isPending(id) else { return false }
        remove(at: Int(slots[Int(id.slot)].position))
        return true
    }

    /// Moves the event called `id` to `time`, behind all that are already scheduled for that time
    /// at its priority; false if it has gone already. O(log n).
    @discardableResult
    @inlinable
    public mutating func reschedule(_ id: EventID, at time: SimTime) -> Bool {
        guard isPending(id) else { return false }
        let position = Int(slots[Int(id.slot)].position)
        let priority = EventPriority(rank: UInt8(heap[position].order >> 56))
        heap[position].time = time.nanoseconds
        heap[position].order = nextOrder(priority)
        siftDown(position)
        siftUp(position)
        return true
    }

    /// Whether the event called `id` is still to come.
    @inlinable
    public func isPending(_ id: EventID) -> Bool {
        id.slot < slots.count && slots[Int(id.slot)].generation == id.generation
    }

    /// Takes the earliest event out if it is due before `limit`.
    @inlinable
    public mutating func popEarliest(before limit: SimTime) -> (time: SimTime, payload: Payload)? {
        guard let first = heap.first, first.time < limit.nanoseconds else { return nil }
        let payload = slots[Int(first.slot)].payload
        remove(at: 0)
        return (SimTime(nanoseconds: first.time), payload)
    }

    @inlinable
    mutating func nextOrder(_ priority: EventPriority) -> UInt64 {
        precondition(sequence < 1 << 56, "2^56 events have been scheduled")
        defer { sequence += 1 }
        return UInt64(priority.rank) << 56 | sequence
    }

    @inlinable
    mutating func takeSlot(_ payload: Payload) -> UInt32 {
        if firstFree != .max {
            let slot = firstFree
            firstFree = slots[Int(slot)].position
            slots[Int(slot)].payload = payload
            return slot
        }
        precondition(slots.count < Int(UInt32.max), "2^32 − 1 events are pending")
        slots.append(Slot(payload: payload, generation: 0, position: .max))
        return UInt32(slots.count - 1)
    }

    @inlinable
    mutating func remove(at position: Int) {
        let slot = Int(heap[position].slot)
        slots[slot].generation &+= 1
        slots[slot].position = firstFree
        firstFree = UInt32(slot)
        let last = heap.removeLast()
        guard position < heap.count else { return }
        heap[position] = last
        slots[Int(last.slot)].position = UInt32(position)
        siftDown(position)
        siftUp(position)
    }

    @inlinable
    mutating func siftUp(_ start: Int) {
        var position = start
        let entry = heap[position]
        while position > 0 {
            let parent = (position - 1) >> 2
            guard entry.precedes(heap[parent]) else { break }
            heap[position] = heap[parent]
            slots[Int(heap[position].slot)].position = UInt32(position)
            position = parent
        }
        heap[position] = entry
        slots[Int(entry.slot)].position = UInt32(position)
    }

    @inlinable
    mutating func siftDown(_ start: Int) {
        var position = start
        let entry = heap[position]
        let count = heap.count
        while true {
            let firstChild = position << 2 + 1
            guard firstChild < count else { break }
            var best = firstChild
            for child in firstChild + 1..<max(firstChild + 1, min(firstChild + 4, count))
            where heap[child].precedes(heap[best]) {
                best = child
            }
            guard heap[best].precedes(entry) else { break }
            heap[position] = heap[best]
            slots[Int(heap[position].slot)].position = UInt32(position)
            position = best
        }
        heap[position] = entry
        slots[Int(entry.slot)].position = UInt32(position)
    }
}
