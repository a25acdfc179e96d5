import MediaSecurity
import Quantities
import RTP

extension MediaSide {
    /// Captures the frame that is complete at `now` and protects it in a slot.
    mutating func sendFrame(at now: SimTime, in arena: inout PacketArena) -> WirePacket? {
        let slot: PacketSlot
        let captured: CapturedFrame
        if let live = source.live {
            slot = arena.take()
            let room = Self.payloadRoom(arena.bytes(of: slot), protection)
            captured = live.capture(into: room)
            if captured.count == 0 { arena.give(back: slot) }
        } else {
            let (frame, payload) = source.nextRecorded()
            captured = CapturedFrame(
                count: Int(frame.count), level: frame.level, isSpoken: frame.isSpoken)
            if frame.count > 0 {
                slot = arena.take()
                let room = Self.payloadRoom(arena.bytes(of: slot), protection)
                room.copyMemory(
                    from: UnsafeRawBufferPointer(start: payload, count: captured.count))
            } else {
                slot = PacketSlot(index: -1)
            }
        }
        if captured.isSpoken { account.framesSpoken += 1 }
        guard captured.count > 0 else {
            numbering.skip(ticks: frameTicks)
            account.framesWithheld += 1
            return nil
        }
        return protect(captured, in: slot, of: &arena, at: now)
    }

    /// Where a payload goes in a slot, with room left for the tag.
    private static func payloadRoom(
        _ slot: UnsafeMutableRawBufferPointer, _ profile: SRTPProfile
    ) -> UnsafeMutableRawBufferPointer {
        let end = min(
            slot.count - profile.overhead, payloadStart + OpusPayload.maximumFrameBytes)
        return UnsafeMutableRawBufferPointer(rebasing: slot[payloadStart..<end])
    }

    /// Writes headers before the payload in `slot` and protects the packet.
    @inline(__always)
    private mutating func protect(
        _ captured: CapturedFrame, in slot: PacketSlot, of arena: inout PacketArena,
        at now: SimTime
    ) -> WirePacket? {
        let bytes = arena.bytes(of: slot)
        let packet = UnsafeMutableRawBufferPointer(rebasing: bytes[PacketArena.headroom...])
        SpeechPacketHead.write(
            numbering.send(ticks: frameTicks),
            AudioHeaderExtension(
                level: captured.level, hasVoice: captured.hasVoice,
                sendTime: NTPTimestamp(now).absoluteSendTime,
                transportSequence: transportSequence),
            to: packet.baseAddress!)
        transportSequence &+= 1
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
        account.mediaSent.add(count)
        account.payloadBytesSent += Int64(captured.count)
        control.countSent(payloadBytes: captured.count)
        return WirePacket(
            slot: slot, offset: UInt16(PacketArena.headroom), count: UInt16(count),
            isControl: false)
    }
}
