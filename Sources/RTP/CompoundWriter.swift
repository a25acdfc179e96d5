/// Writes one compound RTCP packet (RFC 3550 §6.1) into memory of its caller, without allocating.
///
/// Packets stand in the order of the calls. A packet that does not fit is refused whole and leaves
/// the compound as it was.
public struct CompoundWriter {
    /// Where the compound is written, from its first byte on.
    public let buffer: UnsafeMutableRawBufferPointer
    /// Bytes of the compound so far, a multiple of 4.
    public private(set) var count = 0
    /// Whether the compound need not begin with a report (RFC 5506 §4.1).
    public let isReducedSize: Bool

    /// An empty compound in `buffer`, which need not be aligned.
    public init(_ buffer: UnsafeMutableRawBufferPointer, isReducedSize: Bool = false) {
        self.buffer = buffer
        self.isReducedSize = isReducedSize
    }

    /// Appends a sender report with at most one block (RFC 3550 §6.4.1).
    ///
    /// - Throws: `insufficientSpace`.
    public mutating func appendSenderReport(
        source: UInt32, _ information: SenderInformation, block: ReportBlock?
    ) throws(PacketError) {
        if let block {
            let blocks = CollectionOfOne(block)
            try appendSenderReport(source: source, information, blocks: blocks)
        } else {
            try appendSenderReport(source: source, information, blocks: EmptyCollection())
        }
    }

    /// Appends a sender report (RFC 3550 §6.4.1).
    ///
    /// - Precondition: at most 31 blocks.
    /// - Throws: `insufficientSpace`.
    public mutating func appendSenderReport(
        source: UInt32, _ information: SenderInformation, blocks: some Collection<ReportBlock>
    ) throws(PacketError) {
        let byteCount = 24 + ReportBlock.byteCount * blocks.count
        var at = try begin(ControlType.senderReport, parts: blocks.count, byteCount: byteCount)
        put(source, &at)
        put(information.ntp.rawValue, &at)
        put(information.timestamp, &at)
        put(information.packetCount, &at)
        put(information.octetCount, &at)
        for block in blocks { put(block, &at) }
    }

    /// Appends a receiver report with at most one block (RFC 3550 §6.4.2).
    ///
    /// - Throws: `insufficientSpace`.
    public mutating func appendReceiverReport(
        source: UInt32, block: ReportBlock?
    ) throws(PacketError) {
        if let block {
            try appendReceiverReport(source: source, blocks: CollectionOfOne(block))
        } else {
            try appendReceiverReport(source: source, blocks: EmptyCollection())
        }
    }

    /// Appends a receiver report (RFC 3550 §6.4.2).
    ///
    /// - Precondition: at most 31 blocks.
    /// - Throws: `insufficientSpace`.
    public mutating func appendReceiverReport(
        source: UInt32, blocks: some Collection<ReportBlock>
    ) throws(PacketError) {
        let byteCount = 4 + ReportBlock.byteCount * blocks.count
        var at = try begin(ControlType.receiverReport, parts: blocks.count, byteCount: byteCount)
        put(source, &at)
        for block in blocks { put(block, &at) }
    }

    /// Appends the description of one source by its canonical name (RFC 3550 §6.5.1).
    ///
    /// - Precondition: `canonicalName` has at most 255 bytes.
    /// - Throws: `insufficientSpace`.
    public mutating func appendSourceDescription(
        source: UInt32, canonicalName: some Collection<UInt8>
    ) throws(PacketError) {
        let byteCount = Self.chunkByteCount(nameByteCount: canonicalName.count)
        var at = try begin(ControlType.sourceDescription, parts: 1, byteCount: byteCount)
        putChunk(source: source, canonicalName: canonicalName, &at)
    }

    /// Appends descriptions of several sources (RFC 3550 §6.5).
    ///
    /// - Precondition: at most 31 names.
    /// - Throws: `insufficientSpace`.
    public mutating func appendSourceDescription(_ names: [CanonicalName]) throws(PacketError) {
        var byteCount = 0
        for name in names { byteCount += Self.chunkByteCount(nameByteCount: name.name.count) }
        var at = try begin(
            ControlType.sourceDescription, parts: names.count, byteCount: byteCount)
        for name in names { putChunk(source: name.source, canonicalName: name.name, &at) }
    }

    /// Appends the goodbye of one source, without a reason (RFC 3550 §6.6).
    ///
    /// - Throws: `insufficientSpace`.
    public mutating func appendGoodbye(source: UInt32) throws(PacketError) {
        try appendGoodbye(sources: CollectionOfOne(source))
    }

    /// Appends the goodbye of several sources, with a reason of up to 255 bytes of UTF-8 if there
    /// is one (RFC 3550 §6.6).
    ///
    /// - Precondition: at most 31 sources.
    /// - Throws: `insufficientSpace`.
    public mutating func appendGoodbye(
        sources: some Collection<UInt32>, reason: some Collection<UInt8> = EmptyCollection()
    ) throws(PacketError) {
        precondition(reason.count <= 255, "a reason to leave has at most 255 bytes")
        let reasonByteCount = reason.isEmpty ? 0 : (1 + reason.count + 3) / 4 * 4
        var at = try begin(
            ControlType.goodbye, parts: sources.count,
            byteCount: 4 * sources.count + reasonByteCount)
        for source in sources { put(source, &at) }
        guard !reason.isEmpty else { return }
        put(UInt8(reason.count), &at)
        for byte in reason { put(byte, &at) }
        padToWord(&at)
    }

    /// Appends an application-defined packet (RFC 3550 §6.7).
    ///
    /// - Precondition: `subtype` ≤ 31; `data` fills whole words.
    /// - Throws: `insufficientSpace`.
    public mutating func appendApplication(
        source: UInt32, subtype: UInt8, name: UInt32, data: some Collection<UInt8>
    ) throws(PacketError) {
        precondition(data.count % 4 == 0, "application data fills 32-bit words")
        var at = try begin(
            ControlType.application, parts: Int(subtype), byteCount: 8 + data.count)
        put(source, &at)
        put(name, &at)
        for byte in data { put(byte, &at) }
    }

    /// Appends the negative acknowledgement of one packet and of any of the 16 after it
    /// (generic NACK, RFC 4585 §6.2.1).
    ///
    /// - Throws: `insufficientSpace`.
    public mutating func appendNegativeAcknowledgement(
        sender: UInt32, media: UInt32, _ losses: NegativeAcknowledgement
    ) throws(PacketError) {
        var at = try begin(
            ControlType.transportFeedback, parts: Int(FeedbackFormat.negativeAcknowledgement),
            byteCount: 12)
        put(sender, &at)
        put(media, &at)
        put(losses.sequenceNumber, &at)
        put(losses.following, &at)
    }

    private static func chunkByteCount(nameByteCount: Int) -> Int {
        precondition(nameByteCount <= 255, "an SDES item has at most 255 bytes")
        return (4 + 2 + nameByteCount) / 4 * 4 + 4
    }

    private mutating func begin(
        _ type: UInt8, parts: Int, byteCount: Int
    ) throws(PacketError) -> Int {
        precondition(parts <= 31, "an RTCP packet counts its parts in 5 bits")
        precondition(
            isReducedSize || count > 0 || ControlType.isReport(type),
            "a compound starts with a report")
        let start = count
        let needed = start + 4 + byteCount
        guard needed <= buffer.count else {
            throw .insufficientSpace(capacity: buffer.count, needed: needed)
        }
        buffer[start] = PacketHeader.version << 6 | UInt8(parts)
        buffer[start + 1] = type
        buffer.storeBigEndian(UInt16(byteCount / 4), at: start + 2)
        count = needed
        return start + 4
    }

    private func put<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, _ at: inout Int) {
        buffer.storeBigEndian(value, at: at)
        at += MemoryLayout<T>.size
    }

    private func put(_ block: ReportBlock, _ at: inout Int) {
        let lost = min(max(block.cumulativeLost, -(1 << 23)), 1 << 23 - 1)
        put(block.source, &at)
        put(UInt32(block.fractionLost) << 24 | UInt32(bitPattern: lost) & 0xff_ffff, &at)
        put(block.extendedHighest, &at)
        put(block.jitter, &at)
        put(block.lastSenderReport, &at)
        put(block.delaySinceLastSenderReport, &at)
    }

    private func putChunk(
        source: UInt32, canonicalName: some Collection<UInt8>, _ at: inout Int
    ) {
        put(source, &at)
        put(DescriptionType.canonicalName, &at)
        put(UInt8(canonicalName.count), &at)
        for byte in canonicalName { put(byte, &at) }
        // The list of items ends with at least one zero and fills its word (§6.5).
        put(UInt8(0), &at)
        padToWord(&at)
    }

    /// Zeros up to the next word; packets begin at multiples of 4.
    private func padToWord(_ at: inout Int) {
        while at % 4 != 0 { put(UInt8(0), &at) }
    }
}
