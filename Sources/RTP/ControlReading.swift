/// Reads compound RTCP packets (RFC 3550 §6.1, A.2).
public enum ControlReader {
    /// Packets in one compound; two parties need three, and a datagram of 1,500 bytes could hold
    /// 375 empty ones.
    public static var packetLimit: Int { 16 }

    /// The packets in `bytes`, in order.
    ///
    /// - Throws: the first ``ControlError`` found; a compound is taken whole or not at all.
    public static func packets(
        in bytes: UnsafeRawBufferPointer
    ) throws(ControlError) -> [ControlPacket] {
        var packets: [ControlPacket] = []
        var offset = 0
        repeat {
            guard packets.count < packetLimit else { throw .tooManyPackets }
            let part = try nextPart(in: bytes, at: offset)
            if offset == 0, part.type != ControlType.senderReport,
                part.type != ControlType.receiverReport
            {
                throw .doesNotStartWithReport(type: part.type)
            }
            packets.append(try packet(of: part, in: bytes))
            offset = part.end
        } while offset < bytes.count
        return packets
    }

    /// The packets in `bytes`, in order.
    ///
    /// - Throws: as for raw bytes.
    public static func packets(in bytes: [UInt8]) throws(ControlError) -> [ControlPacket] {
        try bytes.withUnsafeBufferPointer { buffer throws(ControlError) in
            try packets(in: UnsafeRawBufferPointer(buffer))
        }
    }

    /// One packet of the compound: its type, its count field and the bytes after the header.
    private struct Part {
        var type: UInt8
        var count: Int
        var start: Int
        var body: Range<Int>
        var end: Int
    }

    private static func nextPart(
        in bytes: UnsafeRawBufferPointer, at offset: Int
    ) throws(ControlError) -> Part {
        guard bytes.count - offset >= 4 else { throw .truncated(offset: offset) }
        guard bytes[offset] >> 6 == PacketHeader.version else {
            throw .unsupportedVersion(offset: offset)
        }
        let end = offset + 4 + 4 * Int(bytes.loadBigEndian(UInt16.self, at: offset + 2))
        guard end <= bytes.count else { throw .truncated(offset: offset) }
        var bodyEnd = end
        if bytes[offset] & 0x20 != 0 {
            let padding = end > offset + 4 ? Int(bytes[end - 1]) : 0
            guard end == bytes.count, padding > 0, padding % 4 == 0, padding <= end - offset - 4
            else { throw .invalidPadding(offset: offset) }
            bodyEnd -= padding
        }
        return Part(
            type: bytes[offset + 1], count: Int(bytes[offset] & 0x1f), start: offset,
            body: offset + 4..<bodyEnd, end: end)
    }

    private static func packet(
        of part: Part, in bytes: UnsafeRawBufferPointer
    ) throws(ControlError) -> ControlPacket {
        let start = part.body.lowerBound
        switch part.type {
        case ControlType.senderReport:
            guard part.body.count >= 24 else { throw .truncated(offset: part.start) }
            let information = SenderInformation(
                ntp: NTPTimestamp(rawValue: bytes.loadBigEndian(UInt64.self, at: start + 4)),
                timestamp: bytes.loadBigEndian(UInt32.self, at: start + 12),
                packetCount: bytes.loadBigEndian(UInt32.self, at: start + 16),
                octetCount: bytes.loadBigEndian(UInt32.self, at: start + 20))
            return .senderReport(
                source: bytes.loadBigEndian(UInt32.self, at: start), information,
                blocks: try blocks(of: part, from: start + 24, in: bytes))
        case ControlType.receiverReport:
            guard part.body.count >= 4 else { throw .truncated(offset: part.start) }
            return .receiverReport(
                source: bytes.loadBigEndian(UInt32.self, at: start),
                blocks: try blocks(of: part, from: start + 4, in: bytes))
        case ControlType.sourceDescription:
            return .sourceDescription(canonicalNames: try canonicalNames(of: part, in: bytes))
        case ControlType.goodbye:
            guard part.body.count >= 4 * part.count else { throw .truncated(offset: part.start) }
            return .goodbye(
                sources: (0..<part.count).map {
                    bytes.loadBigEndian(UInt32.self, at: start + 4 * $0)
                })
        default:
            return .other(type: part.type)
        }
    }

    private static func blocks(
        of part: Part, from start: Int, in bytes: UnsafeRawBufferPointer
    ) throws(ControlError) -> [ReportBlock] {
        guard part.body.upperBound - start >= 24 * part.count else {
            throw .truncated(offset: part.start)
        }
        return (0..<part.count).map { index in
            let at = start + 24 * index
            let loss = bytes.loadBigEndian(UInt32.self, at: at + 4)
            return ReportBlock(
                source: bytes.loadBigEndian(UInt32.self, at: at),
                fractionLost: UInt8(loss >> 24),
                cumulativeLost: Int32(bitPattern: loss << 8) >> 8,
                extendedHighest: bytes.loadBigEndian(UInt32.self, at: at + 8),
                jitter: bytes.loadBigEndian(UInt32.self, at: at + 12),
                lastSenderReport: bytes.loadBigEndian(UInt32.self, at: at + 16),
                delaySinceLastSenderReport: bytes.loadBigEndian(UInt32.self, at: at + 20))
        }
    }

    private static func canonicalNames(
        of part: Part, in bytes: UnsafeRawBufferPointer
    ) throws(ControlError) -> [CanonicalName] {
        let end = part.body.upperBound
        var names: [CanonicalName] = []
        var offset = part.body.lowerBound
        for _ in 0..<part.count {
            guard end - offset >= 4 else { throw .truncated(offset: part.start) }
            let source = bytes.loadBigEndian(UInt32.self, at: offset)
            let chunk = offset
            offset += 4
            while true {
                guard offset < end else { throw .malformedDescription(offset: chunk) }
                let type = bytes[offset]
                if type == 0 { break }
                guard end - offset >= 2, end - offset - 2 >= Int(bytes[offset + 1]) else {
                    throw .malformedDescription(offset: chunk)
                }
                let text = offset + 2..<offset + 2 + Int(bytes[offset + 1])
                if type == 1 {
                    names.append(CanonicalName(source: source, name: Array(bytes[text])))
                }
                offset = text.upperBound
            }
            // The item list ends with at least one zero and fills its 32-bit word (§6.5).
            offset = chunk + (offset - chunk) / 4 * 4 + 4
            guard offset <= end else { throw .malformedDescription(offset: chunk) }
        }
        return names
    }
}
