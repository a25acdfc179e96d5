import EventEngine
import Quantities

/// Names an event of a ``HeapEventList``.
struct HeapEventName: Hashable {
    let slot: UInt32
    let generation: UInt32
}

/// The oracle: pending events in a 4-ary heap, in the order (time, priority, sequence).
///
/// A heap whose entries know their slot, so that cancelling and moving an event cost
/// O(log n) and leave nothing behind. Payloads are plain old data: no reference counts move with
/// the entries. At most 2^32 − 1 events are pending and 2^56 are ever scheduled; both trap.
struct HeapEventList<Payload: BitwiseCopyable>: ~Copyable {
    struct Entry: BitwiseCopyable {
        var time: Int64
        /// Priority in the upper 8 bits, sequence in the lower 56.
        var order: UInt64
        var slot: UInt32

        init(time: Int64, order: UInt64, slot: UInt32) {
            self.time = time
            self.order = order
            self.slot = slot
        }

        func precedes(_ other: Entry) -> Bool {
            time != other.time ? time < other.time : order < other.order
        }
    }

    struct Slot: BitwiseCopyable {
        var payload: Payload
        var generation: UInt32
        /// Position in the heap, or the next free slot.
        var position: UInt32

        init(payload: Payload, generation: UInt32, position: UInt32) {
            self.payload = payload
            self.generation = generation
            self.position = position
        }
    }

    var heap: [Entry] = []
    var slots: [Slot] = []
    var firstFree: UInt32 = .max
    var sequence: UInt64 = 0

    /// An empty list.
    init() {}

    /// How many events are pending.
    var count: Int { heap.count }

    /// The time of the earliest event, or nil when none is pending.
    var earliestTime: SimTime? {
        heap.isEmpty ? nil : SimTime(nanoseconds: heap[0].time)
    }

    /// Adds `payload` at `time`; among equals the one scheduled first goes first. O(log n).
    mutating func schedule(
        _ payload: Payload, at time: SimTime, priority: EventPriority
    ) -> HeapEventName {
        let slot = takeSlot(payload)
        heap.append(
            Entry(time: time.nanoseconds, order: nextOrder(priority), slot: slot))
        siftUp(heap.count - 1)
        return HeapEventName(slot: slot, generation: slots[Int(slot)].generation)
    }

    /// Removes the event called `id`; false if it has gone already. O(log n).
    @discardableResult
    mutating func cancel(_ id: HeapEventName) -> Bool {
        guard isPending(id) else { return false }
        remove(at: Int(slots[Int(id.slot)].position))
        return true
    }

    /// Moves the event called `id` to `time`, behind all that are already scheduled for that time
    /// at its priority; false if it has gone already. O(log n).
    @discardableResult
    mutating func reschedule(_ id: HeapEventName, at time: SimTime) -> Bool {
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
    func isPending(_ id: HeapEventName) -> Bool {
        id.slot < slots.count && slots[Int(id.slot)].generation == id.generation
    }

    /// Takes the earliest event out if it is due before `limit`.
    mutating func popEarliest(before limit: SimTime) -> (time: SimTime, payload: Payload)? {
        guard let first = heap.first, first.time < limit.nanoseconds else { return nil }
        let payload = slots[Int(first.slot)].payload
        remove(at: 0)
        return (SimTime(nanoseconds: first.time), payload)
    }

    mutating func nextOrder(_ priority: EventPriority) -> UInt64 {
        precondition(sequence < 1 << 56, "2^56 events have been scheduled")
        defer { sequence += 1 }
        return UInt64(priority.rank) << 56 | sequence
    }

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
