import MediaSecurity
import OpusCodec
import Quantities
import RTP

extension MediaEndpoint {
    /// Takes in a datagram from the path; whatever it holds, it is used or counted and dropped.
    public func handle(_ datagram: consuming [UInt8], at now: SimTime) {
        guard phase != .closed else { return reject(.afterClose) }
        guard !datagram.isEmpty, datagram.count <= Self.datagramLimit else { return reject(.size) }
        switch datagram[0] {
        case 20...63: handleHandshake(datagram, at: now)
        case 128...191:
            guard srtp != nil else { return reject(.beforeKeys) }
            if datagram.count > 1, ControlType.isControl(secondByte: datagram[1]) {
                handleControl(datagram, at: now)
            } else {
                handleMedia(datagram, at: now)
            }
        default: reject(.unknownKind)
        }
    }

    func reject(_ reason: RejectionReason) {
        report.rejected[reason] += 1
    }

    func refuse(_ error: SRTPError) {
        switch error {
        case .authentication: reject(.authentication)
        case .replayFail, .replayOld: reject(.replay)
        case .malformed: reject(.malformedProtection)
        case .keyExpired, .library: reject(.protection)
        }
    }

    private func handleHandshake(_ datagram: [UInt8], at now: SimTime) {
        guard let before = dtls?.counters else { return }
        dtls?.handle(datagram, at: now)
        guard let after = dtls?.counters else { return }
        report.rejected[.malformedHandshake] += after.malformed - before.malformed
        report.rejected[.untimelyHandshake] += after.untimely - before.untimely
        followHandshake(at: now)
    }

    private func handleMedia(_ datagram: consuming [UInt8], at now: SimTime) {
        let byteCount = datagram.count
        var count = 0
        do {
            count = try datagram.withUnsafeMutableBufferPointer { buffer throws(SRTPError) in
                try srtp?.unprotect(UnsafeMutableRawBufferPointer(buffer), count: byteCount) ?? 0
            }
        } catch {
            return refuse(error)
        }
        // Whoever shows the keys has our last flight (RFC 5764 §5.1.2), so it need not be kept.
        if dtls?.isReleased == false { dtls?.release() }
        datagram.removeLast(byteCount - count)
        acceptMedia(datagram, byteCount: byteCount, at: now)
    }

    private func acceptMedia(_ bytes: [UInt8], byteCount: Int, at now: SimTime) {
        let layout: PacketLayout
        do {
            layout = try PacketLayout(parsing: bytes)
        } catch {
            return reject(.malformedPacket)
        }
        let header = layout.header
        guard header.payloadType == configuration.payloadType else { return reject(.payloadType) }
        guard header.source == remoteSource ?? header.source else { return reject(.source) }
        let (ticks, sent) = bytes.withUnsafeBytes { packet in
            (
                OpusPayload(UnsafeRawBufferPointer(rebasing: packet[layout.payload]))?.ticks,
                AudioHeaderExtension.sendTime(in: packet, layout: layout)
            )
        }
        guard ticks == configuration.codec.frame.ticks else { return reject(.payload) }
        let sequence: Int64
        switch reception.receive(
            sequenceNumber: header.sequenceNumber, timestamp: header.timestamp, at: now)
        {
        case .valid(let extended): sequence = extended
        case .restarted(let extended):
            sequence = extended
            timestamps = TimestampUnwrapper()
            jitterBuffer.reset()
        case .probation, .outOfRange: return reject(.sequence)
        }
        remoteSource = header.source
        report.mediaReceived.add(byteCount)
        let transit = sent.map { elapsed(sinceSendTime: $0, at: now) }
        if let transit { report.networkDelay.add(transit) }
        _ = jitterBuffer.insert(
            BufferedPacket(
                bytes: bytes, payload: layout.payload, sequence: sequence,
                timestamp: timestamps.extend(header.timestamp),
                captured: transit.map { now - $0 }, arrived: now),
            at: now)
    }

    /// Plays the frame that begins at `now`.
    func playFrame(at now: SimTime) {
        switch jitterBuffer.pull(at: now) {
        case .idle: return
        case .play(let packet):
            guard decode(packet, redundancy: false) else { return conceal() }
            report.bufferDelay.add(now - packet.arrived)
            if let captured = packet.captured {
                report.mouthToEar.add(
                    now - captured + configuration.codecDelay + configuration.deviceDelay)
            }
            if !hasHeard {
                hasHeard = true
                tell(.heard)
            }
        case .recover(let next):
            if !decode(next, redundancy: true) { conceal() }
        case .conceal, .silence: conceal()
        }
    }

    /// Decodes a packet, or the copy in it of the frame before; false if libopus refuses it.
    private func decode(_ packet: BufferedPacket, redundancy: Bool) -> Bool {
        let count = packet.bytes.withUnsafeBytes { bytes in
            let payload = UnsafeRawBufferPointer(rebasing: bytes[packet.payload])
            return heard.withUnsafeMutableBufferPointer { output in
                redundancy
                    ? try? decoder?.recover(from: payload, into: output)
                    : try? decoder?.decode(payload, into: output)
            }
        }
        if count == nil { report.undecodable += 1 }
        return count != nil
    }

    private func conceal() {
        heard.withUnsafeMutableBufferPointer { output in
            if (try? decoder?.conceal(into: output)) == nil { output.update(repeating: 0) }
        }
    }
}
