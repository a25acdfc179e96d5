import Quantities

/// A received packet that waits for its playout in its slot.
public struct BufferedPacket: Sendable, BitwiseCopyable {
    /// The extended sequence number.
    public var sequence: Int64
    /// The extended timestamp.
    public var timestamp: Int64
    /// When the packet arrived.
    public var arrived: SimTime
    /// When the talker's frame was complete; nil if the packet did not say.
    public var captured: SimTime?
    /// Whether it says that the talker falls silent rather than carrying speech.
    public var announcesSilence: Bool
    /// Whether it holds a coarse copy of the frame before it.
    public var hasRedundancy: Bool
    /// Where the decrypted packet is.
    public var slot: PacketSlot
    /// Where the Opus payload begins in the slot.
    public var payloadOffset: UInt16
    /// Bytes of the payload.
    public var payloadCount: UInt16

    /// A packet with these properties.
    public init(
        slot: PacketSlot, payloadOffset: UInt16, payloadCount: UInt16, sequence: Int64,
        timestamp: Int64, captured: SimTime?, arrived: SimTime, announcesSilence: Bool,
        hasRedundancy: Bool
    ) {
        self.slot = slot
        self.payloadOffset = payloadOffset
        self.payloadCount = payloadCount
        self.sequence = sequence
        self.timestamp = timestamp
        self.captured = captured
        self.arrived = arrived
        self.announcesSilence = announcesSilence
        self.hasRedundancy = hasRedundancy
    }
}

/// What a listener plays for one frame.
public enum PlayoutDecision: Sendable {
    /// Nothing has ever arrived: nothing is decoded.
    case idle
    /// The frame is here; its slot is the listener's now.
    case play(BufferedPacket)
    /// The frame is lost, the one after it is here and stays: decode its redundant copy.
    case recover(from: BufferedPacket)
    /// The frame is missing: conceal.
    case conceal
    /// The talker is silent, or between talk spurts nothing is known: comfort noise.
    case silence
}

/// What became of a packet given to the buffer.
public enum InsertOutcome: Hashable, Sendable, BitwiseCopyable {
    /// It waits for its playout; its slot is the buffer's now.
    case stored
    /// Its frame has been concealed already, or given up; its slot stays with the caller.
    case late
    /// It waits already, or was played; the slot of the second stays with the caller.
    case duplicate
    /// It is so far ahead that the buffer was emptied and starts anew with it, keeping its slot.
    case restarted
}
