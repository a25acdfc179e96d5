/// What the ladder keeps of a pending event.
@frozen
@usableFromInline
struct PendingEntry<Payload: BitwiseCopyable>: BitwiseCopyable {
    /// The due time in ns with its sign bit flipped, so that keys order as unsigned numbers.
    @usableFromInline var key: UInt64
    /// Of an unnamed event its ``EventOrder``; of a named one, whose exact place and payload its
    /// slot knows, the topmost bit, then 31 bits of the slot's tag, then the slot's number.
    @usableFromInline var mark: UInt64
    @usableFromInline var payload: Payload

    @inlinable
    init(key: UInt64, order: UInt64, payload: Payload) {
        self.key = key
        self.mark = order
        self.payload = payload
    }

    @inlinable
    init(key: UInt64, slot: UInt32, tag: UInt32, payload: Payload) {
        self.key = key
        self.mark = 1 &<< 63 | UInt64(tag) &<< 32 | UInt64(slot)
        self.payload = payload
    }

    @inlinable var isNamed: Bool { mark &>> 63 != 0 }

    /// The slot of a named event.
    @inlinable var slot: Int { Int(UInt32(truncatingIfNeeded: mark)) }

    /// The tag that the slot has as long as this entry stands for its event.
    @inlinable var tag: UInt32 { UInt32(truncatingIfNeeded: mark &>> 32) & EventOrder.tagMask }
}

/// The place of an event among those of its time: priority in 8 bits, sequence in the lower 55.
@frozen
@usableFromInline
enum EventOrder {
    @inlinable static var sequenceBits: UInt64 { 55 }
    @inlinable static var sequenceLimit: UInt64 { 1 &<< 55 }
    /// The tags of a slot have 31 bits.
    @inlinable static var tagMask: UInt32 { 0x7fff_ffff }
    /// No event's.
    @inlinable static var none: UInt64 { .max }

    @inlinable
    static func priority(_ order: UInt64) -> EventPriority {
        EventPriority(rank: UInt8(truncatingIfNeeded: order &>> sequenceBits))
    }
}

/// An entry with its full place in the order.
@frozen
@usableFromInline
struct DueEntry<Payload: BitwiseCopyable>: BitwiseCopyable {
    @usableFromInline var key: UInt64
    /// The ``EventOrder``, which no other event ever has.
    @usableFromInline var order: UInt64
    /// The slot of a named event, whose order is this one's as long as this entry stands for it.
    @usableFromInline var slot: UInt32
    @usableFromInline var payload: Payload

    /// The slot of an event without a name.
    @inlinable static var unnamed: UInt32 { .max }

    @inlinable
    init(key: UInt64, order: UInt64, slot: UInt32, payload: Payload) {
        self.key = key
        self.order = order
        self.slot = slot
        self.payload = payload
    }

    @inlinable
    @inline(__always)
    func precedes(_ other: DueEntry) -> Bool {
        key != other.key ? key < other.key : order < other.order
    }
}
