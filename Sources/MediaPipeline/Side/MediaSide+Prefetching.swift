import CMemoryHints
import MediaSecurity
import RTP
import RandomStreams

/// Where thousands of sides take turns packet by packet, each finds its memory far away. These
/// functions ask for it in three steps, each of which looks at what the one before has brought near;
/// none of them waits. Do a part of them between one packet and the next: the processor can only
/// ask for so much at a time. Sides that run for many packets in a row have no need of them.
///
/// They are mutating though nothing changes: what is only read the compiler copies as a whole first,
/// and so waits for.
extension MediaSide {
    /// Asks for the memory of the side itself: the first step, two turns ahead.
    @inline(__always)
    public static func prefetch(at side: UnsafePointer<MediaSide>) {
        let start = UnsafeRawPointer(side)
        // What changes seldom comes last.
        let seldom =
            MemoryLayout<MediaReport>.size + MemoryLayout<RandomStream>.size
            + MemoryLayout<ControlState>.size
        for offset in stride(from: 0, to: MemoryLayout<MediaSide>.size - seldom, by: 64) {
            memory_hint_fetch_for_writing(start + offset)
        }
    }

    /// Asks for what the next tick touches beyond the side itself: the second step, one turn ahead.
    public mutating func prefetchTick() {
        source.prefetch()
        jitterBuffer.prefetchNext()
        srtp?.prefetchOutbound()
    }

    /// Asks for what the next packet that arrives touches beyond the side itself: the second step,
    /// too.
    public mutating func prefetchReception() {
        // What may be dropped where too much is asked for comes last.
        jitterBuffer.prefetchArrival()
        srtp?.prefetchInbound()
    }

    /// Asks for the frame that is sent next, and for the slot of the packet that is played next,
    /// which the frame then takes: the third step, a packet or two after the second.
    public mutating func prefetchPackets(in arena: inout PacketArena) {
        source.prefetchPayload()
        jitterBuffer.prefetchPacket(in: &arena)
    }
}
