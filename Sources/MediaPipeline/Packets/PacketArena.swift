import CMemoryHints

/// Slots of equal size for packets, so that none is allocated, copied or moved on its way.
///
/// A sender takes a slot and writes header and payload into it, protection works in place, the path
/// and a relay carry the slot's name, the receiver unprotects in place, and the jitter buffer holds
/// the slot until its frame is played. Slots come in chunks that stay where they are, so addresses
/// hold while a slot is taken; once as many chunks exist as the traffic needs, nothing is
/// allocated any more. The slot given back last is taken next, while it is still in the cache.
///
/// The first 12 bytes of a slot belong to the arena. One thread at a time uses an arena.
public struct PacketArena: ~Copyable, @unchecked Sendable {
    /// Bytes before a packet in its slot: 12 of the arena's own, and 4 for the header that a relay
    /// puts before it (ChannelData, RFC 8656 §12.4). So packets begin aligned to 16 bytes.
    @inlinable public static var headroom: Int { 16 }
    /// Bytes that a chunk does not exceed unless its eight slots do; a call has about as many
    /// packets under way.
    private static var chunkByteLimit: Int { 4_096 }
    /// Slots that can be told apart; far more than memory holds.
    private static var slotLimit: Int { Int(Int32.max) }

    /// Bytes of a slot, a multiple of 16.
    public let slotByteCount: Int
    /// Slots taken and not given back.
    @inlinable public var takenCount: Int { taken }
    /// Slots that exist.
    @inlinable public var slotCount: Int { slotTotal }

    @usableFromInline var taken = 0
    @usableFromInline var slotTotal = 0
    /// Slots in a chunk as a power of two.
    @usableFromInline let shift: Int
    /// Selects a slot's number within its chunk.
    @usableFromInline let mask: Int
    @usableFromInline var chunks: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private var chunkCount = 0
    private var chunkCapacity = 8
    /// The slot given back last, -1 without one; each free slot names the next in its first word.
    @usableFromInline var free: Int32 = -1

    @usableFromInline static var markOffset: Int { 4 }
    @usableFromInline static var takenMark: UInt32 { 0x7a6b_e0ff }
    @usableFromInline static var freeMark: UInt32 { 0 }

    /// An empty arena whose slots have at least `slotByteCount` bytes with the headroom.
    ///
    /// - Precondition: 0 < `slotByteCount` ≤ 65,520, so that offsets fit into 16 bits.
    public init(slotByteCount: Int) {
        precondition(
            slotByteCount > Self.headroom && slotByteCount <= 65_520,
            "a slot has 17 to 65,520 bytes, not \(slotByteCount)")
        self.slotByteCount = (slotByteCount + 15) / 16 * 16
        var shift = 3
        while (2 << shift) * self.slotByteCount <= Self.chunkByteLimit { shift += 1 }
        self.shift = shift
        mask = 1 << shift - 1
        chunks = .allocate(capacity: chunkCapacity)
    }

    deinit {
        for index in 0..<chunkCount { chunks[index].deallocate() }
        chunks.deallocate()
    }

    /// Bytes of all chunks.
    public var byteCount: Int { slotCount * slotByteCount }

    /// Takes a slot; what it holds is left from its last use.
    @inlinable @inline(__always)
    public mutating func take() -> PacketSlot {
        if free < 0 { grow() }
        let slot = PacketSlot(index: free)
        let start = address(of: slot)
        free = start.load(as: Int32.self)
        start.storeBytes(of: Self.takenMark, toByteOffset: Self.markOffset, as: UInt32.self)
        taken &+= 1
        return slot
    }

    /// Gives a slot back, whose bytes are not to be touched any more.
    ///
    /// - Precondition: it has been taken and not been given back.
    @inlinable @inline(__always)
    public mutating func give(back slot: PacketSlot) {
        let start = address(of: slot)
        precondition(
            start.load(fromByteOffset: Self.markOffset, as: UInt32.self) == Self.takenMark,
            "a slot is given back once")
        start.storeBytes(of: free, as: Int32.self)
        start.storeBytes(of: Self.freeMark, toByteOffset: Self.markOffset, as: UInt32.self)
        free = slot.index
        taken &-= 1
    }

    /// The bytes of `slot`, valid at this address while it is taken.
    @inlinable @inline(__always)
    public func bytes(of slot: PacketSlot) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: address(of: slot), count: slotByteCount)
    }

    /// The bytes of `packet`.
    @inlinable @inline(__always)
    public func bytes(of packet: WirePacket) -> UnsafeMutableRawBufferPointer {
        let end = Int(packet.offset) + Int(packet.count)
        precondition(end <= slotByteCount, "a packet lies within its slot")
        return UnsafeMutableRawBufferPointer(
            start: address(of: packet.slot) + Int(packet.offset), count: Int(packet.count))
    }

    /// Takes a slot and copies `datagram` into it behind the headroom.
    ///
    /// - Precondition: the slot has room for it.
    public mutating func take(
        copying datagram: UnsafeRawBufferPointer, isControl: Bool
    ) -> WirePacket {
        precondition(
            datagram.count <= slotByteCount - Self.headroom, "a datagram fits into its slot")
        let packet = WirePacket(
            slot: take(), offset: UInt16(Self.headroom), count: UInt16(datagram.count),
            isControl: isControl)
        bytes(of: packet).copyMemory(from: datagram)
        return packet
    }

    /// Asks for the memory of a packet of speech in `slot`, without waiting for it.
    @inline(__always)
    mutating func prefetch(_ slot: PacketSlot) {
        let start = address(of: slot)
        for offset in stride(from: 0, to: min(slotByteCount, 192), by: 64) {
            memory_hint_fetch_for_writing(start + offset)
        }
    }

    @inlinable @inline(__always)
    func address(of slot: PacketSlot) -> UnsafeMutableRawPointer {
        let index = Int(slot.index)
        precondition(UInt(bitPattern: index) < UInt(bitPattern: slotCount), "a slot of this arena")
        // Neither shift nor product can overflow, as the slot is one of the arena.
        return chunks[index &>> shift] + (index & mask) &* slotByteCount
    }

    @usableFromInline
    mutating func grow() {
        let count = 1 << shift
        precondition(slotCount + count <= Self.slotLimit, "an arena has up to 2^31 slots")
        if chunkCount == chunkCapacity {
            let larger = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(
                capacity: 2 * chunkCapacity)
            larger.moveInitialize(from: chunks, count: chunkCount)
            chunks.deallocate()
            chunks = larger
            chunkCapacity *= 2
        }
        let chunk = UnsafeMutableRawPointer.allocate(
            byteCount: count * slotByteCount, alignment: 64)
        (chunks + chunkCount).initialize(to: chunk)
        chunkCount += 1
        let first = slotCount
        slotTotal += count
        // The lowest address is taken first.
        for index in stride(from: count - 1, through: 0, by: -1) {
            let start = chunk + index * slotByteCount
            start.storeBytes(of: free, as: Int32.self)
            start.storeBytes(of: Self.freeMark, toByteOffset: Self.markOffset, as: UInt32.self)
            free = Int32(first + index)
        }
    }
}
