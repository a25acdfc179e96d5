import MediaSecurity
import Quantities
import RTP

extension MediaSide {
    /// Takes in a packet from the path with its slot. Whatever it holds, it is used or counted and
    /// dropped.
    public mutating func receive(
        _ packet: WirePacket, at now: SimTime, in arena: inout PacketArena
    ) {
        let bytes = arena.bytes(of: packet)
        guard bytes.count > 1 else {
            return drop(packet.slot, bytes.isEmpty ? .size : .malformedProtection, &arena)
        }
        guard bytes[0] >> 6 == PacketHeader.version else {
            return drop(packet.slot, .unknownKind, &arena)
        }
        guard srtp != nil else { return drop(packet.slot, .afterClose, &arena) }
        if ControlType.isControl(secondByte: bytes[1]) {
            receiveControl(bytes, at: now)
            arena.give(back: packet.slot)
        } else {
            receiveMedia(packet, bytes, at: now, in: &arena)
        }
    }

    private mutating func drop(
        _ slot: PacketSlot, _ reason: RejectionReason, _ arena: inout PacketArena
    ) {
        account.rejected[reason] += 1
        arena.give(back: slot)
    }

    private mutating func receiveMedia(
        _ packet: WirePacket, _ bytes: UnsafeMutableRawBufferPointer, at now: SimTime,
        in arena: inout PacketArena
    ) {
        let slot = packet.slot
        let count: Int
        do {
            count = try srtp!.unprotect(bytes, count: bytes.count)
        } catch {
            return drop(slot, RejectionReason(error), &arena)
        }
        hasAuthenticatedRemote = true
        let plain = UnsafeRawBufferPointer(rebasing: bytes[..<count])
        let header: PacketHeader
        let sent: UInt32?
        let payload: Range<Int>
        if let head = SpeechPacketHead(plain) {
            header = head.header
            sent = head.sendTime
            payload = SpeechPacketHead.byteCount..<count
        } else {
            let layout: PacketLayout
            do {
                layout = try PacketLayout(parsing: plain)
            } catch {
                return drop(slot, .malformedPacket, &arena)
            }
            header = layout.header
            sent = AudioHeaderExtension.sendTime(in: plain, layout: layout)
            payload = layout.payload
        }
        guard header.payloadType == payloadType else { return drop(slot, .payloadType, &arena) }
        guard header.source == remoteSource ?? header.source else {
            return drop(slot, .source, &arena)
        }
        let opus = UnsafeRawBufferPointer(rebasing: plain[payload])
        // A single frame of any length is well-formed; what else there is says where frames end.
        guard let form = OpusPayload(opus), form.ticks == frameTicks,
            opus[0] & 3 == 0 || OpusFraming(opus) != nil
        else { return drop(slot, .payload, &arena) }
        let local = clock.reading(at: now)
        guard let sequence = number(header, at: local) else { return drop(slot, .sequence, &arena) }
        remoteSource = header.source
        tally.received &+= 1
        tally.receivedBytes &+= Int64(bytes.count)
        var captured: SimTime?
        if let sent {
            let transit = elapsed(sinceSendTime: sent, at: now)
            tally.networkDelay.add(transit)
            captured = now - transit
        }
        let buffered = BufferedPacket(
            slot: slot, payloadOffset: packet.offset + UInt16(payload.lowerBound),
            payloadCount: UInt16(payload.count), sequence: sequence,
            timestamp: timestamps.extend(header.timestamp), captured: captured, arrived: now,
            announcesSilence: payload.count <= OpusPayload.silenceByteCount,
            hasRedundancy: form.hasRedundancy(in: opus))
        switch jitterBuffer.insert(buffered, at: local) {
        case .stored, .restarted: break
        case .late, .duplicate: arena.give(back: slot)
        }
        giveBackDiscarded(to: &arena)
    }

    /// The extended sequence number of a packet that came at `local` by the side's own clock; nil
    /// if it is out of range.
    @inline(__always)
    private mutating func number(_ header: PacketHeader, at local: SimTime) -> Int64? {
        switch reception.receive(
            sequenceNumber: header.sequenceNumber, timestamp: header.timestamp, at: local)
        {
        case .valid(let extended): return extended
        case .restarted(let extended):
            timestamps = TimestampUnwrapper()
            jitterBuffer.reset()
            return extended
        case .probation, .outOfRange: return nil
        }
    }

    /// Plays the frame that begins at `now`.
    mutating func playFrame(at now: SimTime, in arena: inout PacketArena) {
        switch jitterBuffer.pull(at: clock.reading(at: now)) {
        case .idle: return
        case .play(let packet):
            play(packet, at: now, in: &arena)
            arena.give(back: packet.slot)
        case .recover(let next):
            if let listener, !listener.recover(from: Self.payload(of: next, in: arena)) {
                account.undecodable += 1
            }
        case .conceal, .silence: listener?.conceal()
        }
        giveBackDiscarded(to: &arena)
    }

    @inline(__always)
    private mutating func play(
        _ packet: BufferedPacket, at now: SimTime, in arena: inout PacketArena
    ) {
        if let listener, !listener.play(Self.payload(of: packet, in: arena)) {
            account.undecodable += 1
            return
        }
        tally.bufferDelay.add(now - packet.arrived)
        if let captured = packet.captured { tally.mouthToEar.add(now - captured + fixedDelay) }
        hasHeard = true
    }

    private static func payload(
        of packet: BufferedPacket, in arena: borrowing PacketArena
    ) -> UnsafeRawBufferPointer {
        let start = Int(packet.payloadOffset)
        return UnsafeRawBufferPointer(
            rebasing: arena.bytes(of: packet.slot)[start..<start + Int(packet.payloadCount)])
    }
}

extension RejectionReason {
    /// Why SRTP refused a packet.
    init(_ error: SRTPError) {
        switch error {
        case .authentication: self = .authentication
        case .replayFail, .replayOld: self = .replay
        case .malformed: self = .malformedProtection
        case .keyExpired, .library: self = .protection
        }
    }
}
