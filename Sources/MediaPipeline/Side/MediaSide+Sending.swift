import MediaSecurity
import Quantities
import RTP

extension MediaSide {
    /// Captures the frame that is complete at `now` and protects it in a slot.
    @inline(__always)
    mutating func sendFrame(at now: SimTime, in arena: inout PacketArena) -> WirePacket? {
        if source.live != nil { return sendLiveFrame(at: now, in: &arena) }
        let (frame, payload) = source.nextRecorded()
        tally.framesSpoken &+= frame.isSpoken ? 1 : 0
        guard frame.count > 0 else {
            withhold()
            return nil
        }
        let slot = arena.take()
        let bytes = arena.bytes(of: slot)
        Self.payloadRoom(bytes, protection).copyMemory(
            from: UnsafeRawBufferPointer(start: payload, count: Int(frame.count)))
        let captured = CapturedFrame(
            count: Int(frame.count), level: frame.level, isSpoken: frame.isSpoken)
        return protect(captured, bytes, slot, of: &arena, at: now)
    }

    /// The same from a microphone.
    @inline(never)
    private mutating func sendLiveFrame(
        at now: SimTime, in arena: inout PacketArena
    ) -> WirePacket? {
        let slot = arena.take()
        let bytes = arena.bytes(of: slot)
        let captured = source.live!.capture(into: Self.payloadRoom(bytes, protection))
        tally.framesSpoken &+= captured.isSpoken ? 1 : 0
        guard captured.count > 0 else {
            arena.give(back: slot)
            withhold()
            return nil
        }
        return protect(captured, bytes, slot, of: &arena, at: now)
    }

    @inline(__always)
    private mutating func withhold() {
        numbering.skip(ticks: frameTicks)
        tally.framesWithheld &+= 1
    }

    /// Where a payload goes in a slot, with room left for the tag.
    @inline(__always)
    private static func payloadRoom(
        _ slot: UnsafeMutableRawBufferPointer, _ profile: SRTPProfile
    ) -> UnsafeMutableRawBufferPointer {
        let end = min(
            slot.count - profile.overhead, payloadStart + OpusPayload.maximumFrameBytes)
        return UnsafeMutableRawBufferPointer(rebasing: slot[payloadStart..<end])
    }

    /// Writes down what is about to be protected.
    @inline(never)
    private mutating func logFrame(
        _ packet: UnsafeMutableRawBufferPointer, _ captured: CapturedFrame, _ slot: PacketSlot
    ) {
        let start = SpeechPacketHead.byteCount
        frameLog?.note(
            UnsafeRawBufferPointer(rebasing: packet[start..<start + captured.count]), in: slot)
    }

    /// Writes headers before the payload in `bytes`, which are those of `slot`, and protects the
    /// packet.
    @inline(__always)
    private mutating func protect(
        _ captured: CapturedFrame, _ bytes: UnsafeMutableRawBufferPointer, _ slot: PacketSlot,
        of arena: inout PacketArena, at now: SimTime
    ) -> WirePacket? {
        let packet = UnsafeMutableRawBufferPointer(rebasing: bytes[PacketArena.headroom...])
        SpeechPacketHead.write(
            numbering.send(ticks: frameTicks),
            AudioHeaderExtension(
                level: captured.level, hasVoice: captured.hasVoice,
                sendTime: NTPTimestamp(now).absoluteSendTime,
                transportSequence: transportSequence),
            to: packet.baseAddress!)
        transportSequence &+= 1
        if frameLog != nil { logFrame(packet, captured, slot) }
        let count: Int
        do {
            count = try srtp!.protect(
                packet, count: SpeechPacketHead.byteCount + captured.count)
        } catch {
            // The keys' lifetime is over: the frame cannot be sent.
            account.unprotected += 1
            arena.give(back: slot)
            return nil
        }
        tally.sent &+= 1
        tally.sentBytes &+= Int64(count)
        tally.sentPayloadBytes &+= Int64(captured.count)
        return WirePacket(
            slot: slot, offset: UInt16(PacketArena.headroom), count: UInt16(count),
            isControl: false)
    }
}
