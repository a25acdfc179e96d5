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
/// An ``EventLadder`` sorts the events roughly, by the digits of their times, and only the bucket
/// being served is brought into exact order. So the cost of an event does not grow with the number
/// of pending events, and memory is written in streams. What is scheduled into the range being
/// served goes to a small heap beside it.
///
/// A slot per event holds its payload and exact place. Cancelling frees the slot, moving to a later
/// time rewrites it; the entry in the ladder is found dead, or moved, when its time comes. When dead
/// entries outnumber the live ones they are swept out, so memory stays proportional to the pending
/// events. Payloads are plain old data: no reference counts move with the entries. At most 2^32 − 1
/// events are pending and 2^56 are ever scheduled; both trap.
@frozen
public struct FutureEventList<Payload: BitwiseCopyable>: ~Copyable {
    @frozen
    @usableFromInline
    struct Slot: BitwiseCopyable {
        /// The due time in ns with its sign bit flipped.
        @usableFromInline var key: UInt64
        /// Priority in the upper 8 bits, sequence in the lower 56.
        @usableFromInline var order: UInt64
        /// Counts the slot's events, so that names of earlier ones are stale.
        @usableFromInline var generation: UInt32
        /// Counts the slot's entries, so that earlier ones are dead.
        @usableFromInline var tag: UInt32
        @usableFromInline var payload: Payload

        @inlinable
        init(key: UInt64, order: UInt64, payload: Payload) {
            self.key = key
            self.order = order
            self.generation = 0
            self.tag = 0
            self.payload = payload
        }
    }

    /// When the list changes its ways; tests choose smaller numbers.
    @frozen
    @usableFromInline
    struct Limits: BitwiseCopyable {
        /// A bucket of at most so many entries is served; a larger one is spread over the levels
        /// below. A run of so many, with its slots, stays in the second-level cache.
        @usableFromInline var servedBucket = 1024
        /// With so many late events the range being served is made smaller.
        @usableFromInline var late = 256
        /// So many dead entries are tolerated beyond the number of live ones.
        @usableFromInline var dead = 1024

        @inlinable
        init() {}
    }

    @usableFromInline let limits: Limits
    @usableFromInline var ladder = EventLadder()
    @usableFromInline var run = DueRun()
    @usableFromInline var late = LateHeap()
    /// All that is due before it is in the run or among the late; all else is in the ladder.
    @usableFromInline var servedEnd: UInt64 = 0
    /// Next time the late events reach this number, the served range is made smaller.
    @usableFromInline var lateAlarm: Int

    @usableFromInline var slots: UnsafeMutablePointer<Slot>
    @usableFromInline var slotCapacity = 64
    /// Slots in use or free again.
    @usableFromInline var slotCount = 0
    /// The first of the free slots, which are chained through their keys.
    @usableFromInline var firstFree: UInt32 = .max
    @usableFromInline var sequence: UInt64 = 0
    @usableFromInline var live = 0
    /// Entries in ladder, run and heap whose events were cancelled or moved to an earlier time.
    @usableFromInline var dead = 0

    /// An empty list.
    @inlinable
    public init() {
        self.init(limits: Limits())
    }

    @inlinable
    init(limits: Limits) {
        self.limits = limits
        lateAlarm = limits.late
        slots = .allocate(capacity: slotCapacity)
    }

    @inlinable
    deinit {
        slots.deallocate()
    }

    /// How many events are pending.
    @inlinable public var count: Int { live }

    /// The time of the earliest event, or nil when none is pending.
    @inlinable public var earliestTime: SimTime? {
        mutating get {
            if let next = settle(before: .max) {
                return SimTime(nanoseconds: Self.time(next.key))
            }
            return live > 0 ? .distantFuture : nil
        }
    }

    /// Adds `payload` at `time`; among equals the one scheduled first goes first. O(1).
    @inlinable
    public mutating func schedule(
        _ payload: Payload, at time: SimTime, priority: EventPriority
    ) -> EventID {
        let key = Self.key(time)
        let order = nextOrder(priority)
        let index = takeSlot()
        let slot = slots + Int(index)
        slot.pointee.key = key
        slot.pointee.order = order
        slot.pointee.payload = payload
        live &+= 1
        insert(key: key, order: order, slot: index, tag: slot.pointee.tag)
        return EventID(slot: index, generation: slot.pointee.generation)
    }

    /// Removes the event called `id`; false if it has gone already. O(1).
    @discardableResult
    @inlinable
    public mutating func cancel(_ id: EventID) -> Bool {
        guard isPending(id) else { return false }
        release(id.slot)
        dead &+= 1
        sweepIfCrowded()
        return true
    }

    /// Moves the event called `id` to `time`, behind all that are already scheduled for that time
    /// at its priority; false if it has gone already. O(1).
    @discardableResult
    @inlinable
    public mutating func reschedule(_ id: EventID, at time: SimTime) -> Bool {
        guard isPending(id) else { return false }
        let slot = slots + Int(id.slot)
        let key = Self.key(time)
        let order = nextOrder(EventPriority(rank: UInt8(slot.pointee.order >> 56)))
        let isLater = key >= slot.pointee.key
        slot.pointee.key = key
        slot.pointee.order = order
        if isLater { return true }
        slot.pointee.tag &+= 1
        insert(key: key, order: order, slot: id.slot, tag: slot.pointee.tag)
        dead &+= 1
        sweepIfCrowded()
        return true
    }

    /// Whether the event called `id` is still to come.
    @inlinable
    public func isPending(_ id: EventID) -> Bool {
        id.slot < slotCount && slots[Int(id.slot)].generation == id.generation
    }

    /// Takes the earliest event out if it is due before `limit`.
    @inlinable
    public mutating func popEarliest(before limit: SimTime) -> (time: SimTime, payload: Payload)? {
        guard let next = settle(before: Self.key(limit)) else { return nil }
        dropNext(next)
        let payload = slots[Int(next.slot)].payload
        release(next.slot)
        return (SimTime(nanoseconds: Self.time(next.key)), payload)
    }

    /// A guess at the payload that comes `distance` events after the next one, so that the records
    /// it concerns can be fetched from memory early; nil if that is not sorted out yet.
    @inlinable
    public func upcoming(_ distance: Int) -> Payload? {
        let place = run.head &+ distance
        guard place < run.end else { return nil }
        return slots[Int(run.entries[place].slot)].payload
    }

    @inlinable
    @inline(__always)
    static func key(_ time: SimTime) -> UInt64 {
        UInt64(bitPattern: time.nanoseconds) ^ 1 << 63
    }

    @inlinable
    @inline(__always)
    static func time(_ key: UInt64) -> Int64 {
        Int64(bitPattern: key ^ 1 << 63)
    }

    @inlinable
    mutating func nextOrder(_ priority: EventPriority) -> UInt64 {
        precondition(sequence < 1 << 56, "2^56 events have been scheduled")
        defer { sequence &+= 1 }
        return UInt64(priority.rank) << 56 | sequence
    }

    @inlinable
    mutating func takeSlot() -> UInt32 {
        let slot = firstFree
        guard slot == .max else {
            firstFree = UInt32(truncatingIfNeeded: slots[Int(slot)].key)
            return slot
        }
        return addSlot()
    }

    /// Adds a slot whose contents the caller sets, but for its counters.
    @inlinable
    @inline(never)
    mutating func addSlot() -> UInt32 {
        precondition(slotCount < Int(UInt32.max), "2^32 − 1 events are pending")
        if slotCount == slotCapacity {
            let larger = UnsafeMutablePointer<Slot>.allocate(capacity: slotCapacity * 2)
            larger.moveInitialize(from: slots, count: slotCount)
            slots.deallocate()
            slots = larger
            slotCapacity *= 2
        }
        slots[slotCount].generation = 0
        slots[slotCount].tag = 0
        slotCount += 1
        return UInt32(slotCount - 1)
    }

    /// Makes the names and the entry of the slot's event stale, and the slot free.
    @inlinable
    mutating func release(_ index: UInt32) {
        let slot = slots + Int(index)
        slot.pointee.generation &+= 1
        slot.pointee.tag &+= 1
        slot.pointee.key = UInt64(firstFree)
        firstFree = index
        live &-= 1
    }
}
