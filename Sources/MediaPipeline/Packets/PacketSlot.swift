/// The name of a place in a ``PacketArena`` that holds one packet from capture to playout.
public struct PacketSlot: Hashable, Sendable, BitwiseCopyable {
    /// Its number in the arena, from 0.
    public let index: Int32

    /// The slot numbered `index`.
    @inlinable
    public init(index: Int32) {
        self.index = index
    }
}

/// A packet on its way: whoever holds it owns its slot and passes it on or gives it back.
public struct WirePacket: Hashable, Sendable, BitwiseCopyable {
    /// Where its bytes are.
    public var slot: PacketSlot
    /// Its first byte within the slot; at least ``PacketArena/headroom`` when it leaves its sender.
    public var offset: UInt16
    /// Its bytes, as a UDP payload.
    public var count: UInt16
    /// Whether its sender made it as SRTCP; a receiver looks for itself.
    public var isControl: Bool

    /// The packet in `slot` with these bounds.
    @inlinable
    public init(slot: PacketSlot, offset: UInt16, count: UInt16, isControl: Bool) {
        self.slot = slot
        self.offset = offset
        self.count = count
        self.isControl = isControl
    }
}
