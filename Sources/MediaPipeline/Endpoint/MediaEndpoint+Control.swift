import MediaSecurity
import Quantities
import RTP

/// What reports need to remember.
struct ControlState {
    /// When the next compound is due; nil before there are keys.
    var schedule: ControlSchedule?
    /// The call's canonical name, which names nobody (RFC 7022 §4.2).
    let canonicalName: [UInt8]
    private(set) var packetCount: UInt32 = 0
    private(set) var octetCount: UInt32 = 0
    /// Packets sent when the last report was.
    var packetsReported: UInt32 = 0
    var lastSenderReport: UInt32 = 0
    var lastSenderReportArrival: SimTime?

    init(canonicalName: [UInt8]) {
        self.canonicalName = canonicalName
    }

    mutating func countSent(payloadBytes: Int) {
        packetCount &+= 1
        octetCount &+= UInt32(payloadBytes)
    }

    /// 96 random bits in base 64 (RFC 7022 §4.2, §5).
    static func name(from bytes: [UInt8]) -> [UInt8] {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        return stride(from: 0, to: bytes.count - 2, by: 3).flatMap { start in
            let group =
                Int(bytes[start]) << 16 | Int(bytes[start + 1]) << 8 | Int(bytes[start + 2])
            return [18, 12, 6, 0].map { digits[group >> $0 & 63] }
        }
    }

    /// Time since the last sender report in units of 2^-16 s.
    func delaySinceSenderReport(at now: SimTime) -> UInt32 {
        guard let arrival = lastSenderReportArrival else { return 0 }
        return UInt32(clamping: Int128((now - arrival).nanoseconds) << 16 / 1_000_000_000)
    }
}

extension MediaEndpoint {
    /// Sends a report if the interval rules let it (RFC 3550 §6.3.6).
    func sendReports(at now: SimTime) {
        let isSender = control.packetCount != control.packetsReported
        guard
            control.schedule?.expire(at: now, isSender: isSender, randomness: &randomness) == true
        else { return }
        sendControl(goodbye: false, at: now)
    }

    /// Says goodbye; a group of two need not wait (RFC 3550 §6.3.7).
    func sendGoodbye(at now: SimTime) {
        sendControl(goodbye: true, at: now)
    }

    private func sendControl(goodbye: Bool, at now: SimTime) {
        var writer = ControlWriter()
        let source = numbering.source
        writer.append(reportPacket(at: now))
        writer.append(
            .sourceDescription(canonicalNames: [
                CanonicalName(source: source, name: control.canonicalName)
            ]))
        if goodbye { writer.append(.goodbye(sources: [source])) }
        control.packetsReported = control.packetCount
        let plain = writer.bytes.count
        let overhead = srtp?.profile.controlOverhead ?? 0
        let datagram = [UInt8](unsafeUninitializedCapacity: plain + overhead) {
            buffer, initialized in
            let output = UnsafeMutableRawBufferPointer(buffer)
            writer.bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: output[..<plain]).copyMemory(from: $0)
            }
            initialized = (try? srtp?.protectControl(output, count: plain)) ?? 0
        }
        guard !datagram.isEmpty else { return }
        control.schedule?.noteSize(datagram.count)
        report.controlSent.add(datagram.count)
        sending.append(datagram)
    }

    private func reportPacket(at now: SimTime) -> ControlPacket {
        var blocks: [ReportBlock] = []
        if let remoteSource, let highest = reception.extendedHighest {
            blocks.append(
                ReportBlock(
                    source: remoteSource, fractionLost: reception.takeFractionLost(),
                    cumulativeLost: Int32(clamping: reception.cumulativeLost),
                    extendedHighest: UInt32(truncatingIfNeeded: highest),
                    jitter: reception.jitterTicks,
                    lastSenderReport: control.lastSenderReport,
                    delaySinceLastSenderReport: control.delaySinceSenderReport(at: now)))
        }
        guard control.packetCount != control.packetsReported else {
            return .receiverReport(source: numbering.source, blocks: blocks)
        }
        // The next frame begins at the last tick.
        let since = MediaClock.opus.ticks(at: SimTime.zero + (now - lastFrame))
        return .senderReport(
            source: numbering.source,
            SenderInformation(
                ntp: NTPTimestamp(now),
                timestamp: numbering.timestamp &+ UInt32(truncatingIfNeeded: since),
                packetCount: control.packetCount, octetCount: control.octetCount),
            blocks: blocks)
    }

    /// Takes in an SRTCP packet.
    func handleControl(_ datagram: consuming [UInt8], at now: SimTime) {
        let byteCount = datagram.count
        var count = 0
        do {
            count = try datagram.withUnsafeMutableBufferPointer { buffer throws(SRTPError) in
                try srtp?.unprotectControl(
                    UnsafeMutableRawBufferPointer(buffer), count: byteCount) ?? 0
            }
        } catch {
            return refuse(error)
        }
        if dtls?.isReleased == false { dtls?.release() }
        datagram.removeLast(byteCount - count)
        let packets: [ControlPacket]
        do {
            packets = try ControlReader.packets(in: datagram)
        } catch {
            return reject(.malformedControl)
        }
        report.controlReceived.add(byteCount)
        control.schedule?.noteSize(byteCount)
        for packet in packets { accept(packet, at: now) }
    }

    private func accept(_ packet: ControlPacket, at now: SimTime) {
        switch packet {
        case .senderReport(_, let information, let blocks):
            control.lastSenderReport = information.ntp.middle
            control.lastSenderReportArrival = now
            for block in blocks { accept(block, at: now) }
        case .receiverReport(_, let blocks):
            for block in blocks { accept(block, at: now) }
        case .goodbye(let sources):
            if let remoteSource, sources.contains(remoteSource) { tell(.remoteLeft) }
        case .sourceDescription, .other: break
        }
    }

    private func accept(_ block: ReportBlock, at now: SimTime) {
        guard block.source == numbering.source else { return }
        report.remoteLost = Int64(block.cumulativeLost)
        if let trip = block.roundTrip(at: NTPTimestamp(now)) {
            report.roundTrip.add(
                SimDuration(nanoseconds: (Int64(trip) * 1_000_000_000) >> 16))
        }
    }
}
