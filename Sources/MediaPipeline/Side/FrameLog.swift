import RTP

/// The frames that the sides of one call have sent, as they were before they were protected, by the slots of their
/// packets: for whoever looks whether they can be read on the way.
///
/// A class, because both sides of a call write into one. One thread at a time uses it.
public final class FrameLog: @unchecked Sendable {
    /// Where a frame begins in its packet.
    public static var frameOffset: Int { SpeechPacketHead.byteCount }

    private var frames: [[UInt8]] = []

    /// No frame.
    public init() {}

    /// The frame in the packet that took `slot` last; empty if there was none.
    public func frame(in slot: PacketSlot) -> [UInt8] {
        let place = Int(slot.index)
        return place < frames.count ? frames[place] : []
    }

    /// The packet in `slot` carries `frame`.
    func note(_ frame: UnsafeRawBufferPointer, in slot: PacketSlot) {
        let place = Int(slot.index)
        while frames.count <= place { frames.append([]) }
        frames[place] = Array(frame)
    }
}
