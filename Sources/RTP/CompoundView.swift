/// A compound RTCP packet that has been found whole (RFC 3550 §6.1, A.2), to be read in place
/// without allocating; it must not outlive the bytes it was made from.
public struct CompoundView: Sequence {
    /// Packets in one compound; two parties need three, and a datagram of 1,500 bytes could hold
    /// 375 empty ones.
    public static var packetLimit: Int { 16 }

    private let bytes: UnsafeRawBufferPointer

    /// The compound in `bytes`, all of whose packets are checked here.
    ///
    /// - Parameter allowsReducedSize: whether the first packet may be other than a report, as
    ///   where reduced-size packets have been negotiated (RFC 5506 §4.1).
    /// - Throws: the first ``ControlError`` found; a compound is taken whole or not at all.
    public init(
        _ bytes: UnsafeRawBufferPointer, allowsReducedSize: Bool = false
    ) throws(ControlError) {
        self.bytes = bytes
        var offset = 0
        var count = 0
        repeat {
            guard count < Self.packetLimit else { throw .tooManyPackets }
            let part = try ControlPart.Frame(of: bytes, at: offset)
            if offset == 0, !allowsReducedSize, !ControlType.isReport(part.type) {
                throw .doesNotStartWithReport(type: part.type)
            }
            _ = try ControlPart(part)
            count += 1
            offset = part.end
        } while offset < bytes.count
    }

    /// Walks over the packets in order.
    public struct Iterator: IteratorProtocol {
        let bytes: UnsafeRawBufferPointer
        var offset = 0

        /// The next packet; nil after the last.
        public mutating func next() -> ControlPart? {
            guard offset < bytes.count, let frame = try? ControlPart.Frame(of: bytes, at: offset)
            else { return nil }
            offset = frame.end
            return try? ControlPart(frame)
        }
    }

    /// An iterator over the packets.
    public func makeIterator() -> Iterator { Iterator(bytes: bytes) }
}

/// One packet of a ``CompoundView``, read in place.
public enum ControlPart {
    /// A sender report (RFC 3550 §6.4.1).
    case senderReport(source: UInt32, SenderInformation, ReportBlocks)
    /// A receiver report (RFC 3550 §6.4.2).
    case receiverReport(source: UInt32, ReportBlocks)
    /// Descriptions of sources (RFC 3550 §6.5).
    case sourceDescription(DescriptionItems)
    /// Sources that leave, and why, if they say so (RFC 3550 §6.6).
    case goodbye(SourceList, reason: UnsafeRawBufferPointer)
    /// An application's own packet: its name is four ASCII characters (RFC 3550 §6.7).
    case application(
        source: UInt32, subtype: UInt8, name: UInt32, data: UnsafeRawBufferPointer)
    /// A feedback message of type 205 or 206 (RFC 4585 §6.1).
    case feedback(Feedback)
    /// A type that is not interpreted, such as extended reports (RFC 3611).
    case other(type: UInt8)

    /// One packet of a compound: its type, its count field and where its body lies.
    struct Frame {
        let bytes: UnsafeRawBufferPointer
        let type: UInt8
        let count: Int
        let start: Int
        let body: Range<Int>
        let end: Int

        init(of bytes: UnsafeRawBufferPointer, at offset: Int) throws(ControlError) {
            guard bytes.count - offset >= 4 else { throw .truncated(offset: offset) }
            guard bytes[offset] >> 6 == PacketHeader.version else {
                throw .unsupportedVersion(offset: offset)
            }
            let end = offset + 4 + 4 * Int(bytes.loadBigEndian(UInt16.self, at: offset + 2))
            guard end <= bytes.count else { throw .truncated(offset: offset) }
            var bodyEnd = end
            if bytes[offset] & 0x20 != 0 {
                let padding = end > offset + 4 ? Int(bytes[end - 1]) : 0
                guard end == bytes.count, padding > 0, padding % 4 == 0,
                    padding <= end - offset - 4
                else { throw .invalidPadding(offset: offset) }
                bodyEnd -= padding
            }
            self.bytes = bytes
            type = bytes[offset + 1]
            count = Int(bytes[offset] & 0x1f)
            start = offset
            body = offset + 4..<bodyEnd
            self.end = end
        }

        func word(_ index: Int) -> UInt32 {
            bytes.loadBigEndian(UInt32.self, at: body.lowerBound + 4 * index)
        }

        /// The body from its word `index` on.
        func rest(from index: Int) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: bytes[body.dropFirst(4 * index)])
        }

        func need(_ byteCount: Int) throws(ControlError) {
            guard body.count >= byteCount else { throw .truncated(offset: start) }
        }
    }

    init(_ frame: Frame) throws(ControlError) {
        switch frame.type {
        case ControlType.senderReport:
            try frame.need(24 + ReportBlock.byteCount * frame.count)
            let ntp = UInt64(frame.word(1)) << 32 | UInt64(frame.word(2))
            self = .senderReport(
                source: frame.word(0),
                SenderInformation(
                    ntp: NTPTimestamp(rawValue: ntp), timestamp: frame.word(3),
                    packetCount: frame.word(4), octetCount: frame.word(5)),
                ReportBlocks(bytes: frame.rest(from: 6), count: frame.count))
        case ControlType.receiverReport:
            try frame.need(4 + ReportBlock.byteCount * frame.count)
            self = .receiverReport(
                source: frame.word(0),
                ReportBlocks(bytes: frame.rest(from: 1), count: frame.count))
        case ControlType.sourceDescription:
            self = .sourceDescription(try DescriptionItems(checking: frame))
        case ControlType.goodbye:
            try frame.need(4 * frame.count)
            let rest = frame.rest(from: frame.count)
            let length = rest.isEmpty ? 0 : Int(rest[0])
            guard rest.isEmpty || length < rest.count else {
                throw .malformedGoodbye(offset: frame.start)
            }
            self = .goodbye(
                SourceList(bytes: frame.rest(from: 0), count: frame.count),
                reason: UnsafeRawBufferPointer(rebasing: rest.dropFirst().prefix(length)))
        case ControlType.application:
            try frame.need(8)
            self = .application(
                source: frame.word(0), subtype: UInt8(frame.count), name: frame.word(1),
                data: frame.rest(from: 2))
        case ControlType.transportFeedback, ControlType.payloadFeedback:
            try frame.need(8)
            self = .feedback(
                Feedback(
                    type: frame.type, format: UInt8(frame.count), sender: frame.word(0),
                    media: frame.word(1), information: frame.rest(from: 2)))
        default: self = .other(type: frame.type)
        }
    }
}
