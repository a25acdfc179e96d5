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
/// of pending events, and memory is written and read in streams. What is scheduled into the range
/// being served goes to a small heap beside it; while few events are pending, that is everything.
///
/// The entry of a posted event is all there is of it. A scheduled event, which has a name, also has
/// a slot with its exact place and payload. Cancelling frees the slot, moving to a later time
/// rewrites it; the entry in the ladder is found dead, or moved, when its time comes. When dead
/// entries outnumber the live ones they are swept out, so memory stays proportional to the pending
/// events. Payloads are plain old data: no reference counts move with the entries. At most 2^32 − 1
/// named events are pending and 2^55 events are ever scheduled; both trap.
@frozen
public struct FutureEventList<Payload: BitwiseCopyable>: ~Copyable {
    /// What is known of a named event.
    @frozen
    @usableFromInline
    struct Slot: BitwiseCopyable {
        /// The due time in ns with its sign bit flipped; in a free slot the number of the next one.
        @usableFromInline var key: UInt64
        /// The ``EventOrder``; in a free slot none.
        @usableFromInline var order: UInt64
        /// Counts the slot's events, so that names of earlier ones are stale.
        @usableFromInline var generation: UInt32
        /// Counts the slot's entries in 31 bits, so that earlier ones in the ladder are dead.
        @usableFromInline var tag: UInt32
        @usableFromInline var payload: Payload
    }

    /// When the list changes its ways; tests choose smaller numbers.
    @frozen
    @usableFromInline
    struct Limits: BitwiseCopyable {
        /// A bucket of at most so many entries is served; a larger one is spread over the levels
        /// below. A run of so many, with its slots, stays in the second-level cache.
        @usableFromInline var servedBucket = 4096
        /// With so many late events the range being served is made smaller.
        @usableFromInline var late = 256
        /// When no more than so many are pending they leave the ladder.
        @usableFromInline var few = 32
        /// So many dead entries are tolerated beyond the number of live ones.
        @usableFromInline var dead = 1024

        @inlinable
        init() {}
    }

    @usableFromInline let limits: Limits
    @usableFromInline var ladder = EventLadder<Payload>()
    @usableFromInline var run = DueRun<Payload>()
    @usableFromInline var late = LateHeap<Payload>()
    /// All that is due before it is in the run or among the late; all else is in the ladder.
    @usableFromInline var servedEnd: UInt64 = .max
    /// Next time the late events reach this number, the served range is made smaller.
    @usableFromInline var lateAlarm: Int
    /// Events of the run before it have been announced.
    @usableFromInline var announced = 0

    @usableFromInline var slots: UnsafeMutablePointer<Slot>
    @usableFromInline var slotCapacity = 64
    /// Slots in use or free again.
    @usableFromInline var slotCount = 0
    /// The first of the free slots, which are chained through their keys.
    @usableFromInline var firstFree: UInt32 = .max
    @usableFromInline var sequence: UInt64 = 0
    @usableFromInline var live = 0
    /// Entries in ladder, run and heap whose events were cancelled or moved past them.
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

    /// Adds `payload` at `time` for good: it gets no name, so it can be neither cancelled nor
    /// moved, and costs less. Among equals the one added first goes first. O(1).
    @inlinable
    public mutating func post(
        _ payload: Payload, at time: SimTime, priority: EventPriority = .normal
    ) {
        let key = Self.key(time)
        let order = nextOrder(priority)
        live &+= 1
        if key >= servedEnd {
            ladder.add(PendingEntry(key: key, order: order, payload: payload))
        } else {
            addLate(
                DueEntry(
                    key: key, order: order, slot: DueEntry<Payload>.unnamed, payload: payload))
        }
    }

    /// Adds `payload` at `time`; among equals the one added first goes first. O(1).
    @inlinable
    public mutating func schedule(
        _ payload: Payload, at time: SimTime, priority: EventPriority = .normal
    ) -> EventID {
        let key = Self.key(time)
        let order = nextOrder(priority)
        let index = takeSlot()
        let slot = slots + Int(index)
        slot.pointee.key = key
        slot.pointee.order = order
        slot.pointee.payload = payload
        live &+= 1
        insert(index)
        return EventID(slot: index, generation: slot.pointee.generation)
    }

    /// Removes the event called `id`; false if it has gone already. O(1).
    @discardableResult
    @inlinable
    public mutating func cancel(_ id: EventID) -> Bool {
        guard isPending(id) else { return false }
        dead &+= 1
        release(id.slot)
        sweepIfCrowded(after: id.slot)
        return true
    }

    /// Moves the event called `id` to `time`, behind all that are already scheduled for that time
    /// at its priority; false if it has gone already. O(1).
    ///
    /// To a later time this is one write: the entry is moved when its old time comes. So a timer
    /// that is put off again and again costs the list one step per period, not per call.
    @discardableResult
    @inlinable
    public mutating func reschedule(_ id: EventID, at time: SimTime) -> Bool {
        guard isPending(id) else { return false }
        let slot = slots + Int(id.slot)
        let key = Self.key(time)
        let old = slot.pointee.key
        slot.pointee.key = key
        slot.pointee.order = nextOrder(EventOrder.priority(slot.pointee.order))
        // Run and heap know an entry by its order, so there the old one is dead in any case.
        if key >= old, old >= servedEnd, servedEnd < .max { return true }
        dead &+= 1
        slot.pointee.tag = (slot.pointee.tag &+ 1) & EventOrder.tagMask
        insert(id.slot)
        sweepIfCrowded(after: id.slot)
        return true
    }

    /// Whether the event called `id` is still to come.
    @inlinable
    public func isPending(_ id: EventID) -> Bool {
        id.slot < slotCount && slots[Int(id.slot)].generation == id.generation
    }

    /// Asks for the memory that cancelling or moving the event called `id` will touch.
    @inlinable
    @inline(__always)
    public func fetch(_ id: EventID) {
        // Of a name that was never given out it fetches nothing in particular.
        CacheLine.fetchForWriting(
            UnsafeRawPointer(slots) + Int(id.slot) &* MemoryLayout<Slot>.stride)
    }

    /// Takes the earliest event out if it is due before `limit`.
    @inlinable
    @inline(__always)
    public mutating func popEarliest(before limit: SimTime) -> (time: SimTime, payload: Payload)? {
        if run.head < run.end, late.count == 0 {
            let first = run.entries + run.head
            if first.pointee.slot == DueEntry<Payload>.unnamed, first.pointee.key < Self.key(limit)
            {
                run.head &+= 1
                live &-= 1
                return (
                    SimTime(nanoseconds: Self.time(first.pointee.key)), first.pointee.payload
                )
            }
        }
        return popOther(before: Self.key(limit))
    }

    /// The same where it takes a choice, a slot or another bucket.
    @inlinable
    @inline(never)
    mutating func popOther(before limit: UInt64) -> (time: SimTime, payload: Payload)? {
        guard let next = settle(before: limit) else { return nil }
        dropNext(next)
        if next.slot == DueEntry<Payload>.unnamed {
            live &-= 1
        } else {
            release(next.slot)
            if slots[Int(next.slot)].tag == 0 { sweep() }
        }
        return (SimTime(nanoseconds: Self.time(next.key)), next.payload)
    }

    /// The payload of an event that is about to come, once for most of them, or nil for the moment;
    /// so that the records it concerns can be fetched from memory early.
    ///
    /// An event is announced when no more than `distance` others stand before it. Asked before or
    /// after each event until it returns nil, this adds one answer per event. What comes late is
    /// not announced, and what is announced may still be cancelled or moved.
    @inlinable
    @inline(__always)
    public mutating func announce(within distance: Int = 8) -> Payload? {
        let place = max(announced, run.head)
        guard place < min(run.end, run.head &+ distance) else { return nil }
        announced = place &+ 1
        return run.entries[place].payload
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
    @inline(__always)
    mutating func nextOrder(_ priority: EventPriority) -> UInt64 {
        precondition(sequence < EventOrder.sequenceLimit, "2^55 events have been scheduled")
        defer { sequence &+= 1 }
        return UInt64(priority.rank) &<< EventOrder.sequenceBits | sequence
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
        precondition(slotCount < Int(UInt32.max), "2^32 − 1 named events are pending")
        if slotCount == slotCapacity {
            let larger = LargePages.allocate(Slot.self, capacity: slotCapacity * 2)
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
    ///
    /// The caller sweeps if the tag has come round to 0, before an old entry can be mistaken.
    @inlinable
    mutating func release(_ index: UInt32) {
        let slot = slots + Int(index)
        slot.pointee.generation &+= 1
        slot.pointee.tag = (slot.pointee.tag &+ 1) & EventOrder.tagMask
        slot.pointee.key = UInt64(firstFree)
        slot.pointee.order = EventOrder.none
        firstFree = index
        live &-= 1
    }
}
