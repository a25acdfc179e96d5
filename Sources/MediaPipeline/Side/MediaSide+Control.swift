import MediaSecurity
import Quantities
import RTP

extension MediaSide {
    /// The report that is due at ``nextReport``, if the interval rules let it (RFC 3550 §6.3.6).
    public mutating func report(at now: SimTime, in arena: inout PacketArena) -> WirePacket? {
        guard srtp != nil else { return nil }
        let isDue = control.schedule.expire(
            at: now, isSender: isSender, randomness: &randomness)
        nextReport = control.schedule.next
        return isDue ? sendControl(goodbye: false, at: now, in: &arena) : nil
    }

    /// The last report, with a goodbye; a group of two need not wait (RFC 3550 §6.3.7). Nil after
    /// the end.
    public mutating func goodbye(at now: SimTime, in arena: inout PacketArena) -> WirePacket? {
        srtp == nil ? nil : sendControl(goodbye: true, at: now, in: &arena)
    }

    /// Whether the side reports as a sender (RFC 3550 §6.4).
    private var isSender: Bool { control.activity.isSender(packetCount: packetCount) }

    private var packetCount: UInt32 { UInt32(truncatingIfNeeded: tally.sent) }

    private mutating func sendControl(
        goodbye: Bool, at now: SimTime, in arena: inout PacketArena
    ) -> WirePacket? {
        let slot = arena.take()
        let packet = UnsafeMutableRawBufferPointer(
            rebasing: arena.bytes(of: slot)[PacketArena.headroom...])
        let plain = writeCompound(goodbye: goodbye, at: now, to: packet)
        control.activity.noteReport(packetCount: packetCount)
        let count: Int
        do {
            count = try srtp!.protectControl(packet, count: plain)
        } catch {
            arena.give(back: slot)
            return nil
        }
        control.schedule.noteSize(count)
        account.controlSent.add(count)
        return WirePacket(
            slot: slot, offset: UInt16(PacketArena.headroom), count: UInt16(count),
            isControl: true)
    }

    /// Writes a compound to the beginning of `packet` and returns its bytes.
    private mutating func writeCompound(
        goodbye: Bool, at now: SimTime, to packet: UnsafeMutableRawBufferPointer
    ) -> Int {
        var compound = CompoundWriter(packet)
        do {
            try appendReport(to: &compound, at: now)
            try withUnsafeBytes(of: control.canonicalName) { name throws(PacketError) in
                try compound.appendSourceDescription(
                    source: numbering.source, canonicalName: name)
            }
            if goodbye { try compound.appendGoodbye(source: numbering.source) }
        } catch {
            preconditionFailure("a slot has room for any compound, but \(error)")
        }
        return compound.count
    }

    private mutating func appendReport(
        to compound: inout CompoundWriter, at now: SimTime
    ) throws(PacketError) {
        var block: ReportBlock?
        if let remoteSource, let highest = reception.extendedHighest {
            block = ReportBlock(
                source: remoteSource, fractionLost: reception.takeFractionLost(),
                cumulativeLost: Int32(clamping: reception.cumulativeLost),
                extendedHighest: UInt32(truncatingIfNeeded: highest),
                jitter: reception.jitterTicks,
                lastSenderReport: control.lastSenderReport,
                delaySinceLastSenderReport: control.delaySinceSenderReport(at: now))
        }
        guard isSender else {
            return try compound.appendReceiverReport(source: numbering.source, block: block)
        }
        // The next frame begins at the last tick.
        let since = MediaClock.opus.ticks(at: SimTime.zero + (now - lastTick))
        try compound.appendSenderReport(
            source: numbering.source,
            SenderInformation(
                ntp: NTPTimestamp(now),
                timestamp: numbering.timestamp &+ UInt32(truncatingIfNeeded: since),
                packetCount: packetCount,
                octetCount: UInt32(truncatingIfNeeded: tally.sentPayloadBytes)),
            block: block)
    }

    /// Takes in an SRTCP packet.
    mutating func receiveControl(_ bytes: UnsafeMutableRawBufferPointer, at now: SimTime) {
        let count: Int
        do {
            count = try srtp!.unprotectControl(bytes, count: bytes.count)
        } catch {
            account.rejected[RejectionReason(error)] += 1
            return
        }
        hasAuthenticatedRemote = true
        let compound: CompoundView
        do {
            compound = try CompoundView(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        } catch {
            account.rejected[.malformedControl] += 1
            return
        }
        account.controlReceived.add(bytes.count)
        control.schedule.noteSize(bytes.count)
        for part in compound { accept(part, at: now) }
    }

    private mutating func accept(_ part: ControlPart, at now: SimTime) {
        switch part {
        case .senderReport(let source, let information, let blocks):
            if source == remoteSource ?? source {
                control.noteSenderReport(information.ntp, at: now)
            }
            for block in blocks { accept(block, at: now) }
        case .receiverReport(_, let blocks):
            for block in blocks { accept(block, at: now) }
        case .goodbye(let sources, _):
            if let remoteSource, sources.contains(remoteSource) { remoteHasLeft = true }
        case .sourceDescription, .application, .feedback, .other: break
        }
    }

    private mutating func accept(_ block: ReportBlock, at now: SimTime) {
        guard block.source == numbering.source else { return }
        account.remoteLost = Int64(block.cumulativeLost)
        if let trip = block.roundTrip(at: NTPTimestamp(now)) {
            account.roundTrip.add(
                SimDuration(nanoseconds: (Int64(trip) * 1_000_000_000) >> 16))
        }
    }
}
