/// Writes one party's compound RTCP packet straight into memory (RFC 3550 §6.1): a report, its
/// canonical name, and when it leaves, goodbye. The bytes are those of ``ControlWriter``.
public struct ControlCompound: ~Copyable {
    /// Bytes of the longest compound: a sender report with one block, a name of 16 bytes, goodbye.
    public static var byteLimit: Int { 28 + 24 + 28 + 8 }

    private let buffer: UnsafeMutableRawBufferPointer
    /// Bytes written.
    public private(set) var count = 0

    /// An empty compound at the beginning of `buffer`, which outlives it.
    ///
    /// - Precondition: `buffer` has at least ``byteLimit`` bytes.
    public init(in buffer: UnsafeMutableRawBufferPointer) {
        precondition(buffer.count >= Self.byteLimit, "a compound has up to \(Self.byteLimit) bytes")
        self.buffer = buffer
    }

    /// Appends a sender report, which begins the compound.
    public mutating func append(
        senderReportOf source: UInt32, _ information: SenderInformation, block: ReportBlock?
    ) {
        begin(ControlType.senderReport, parts: block == nil ? 0 : 1, words: block == nil ? 6 : 12)
        put(source)
        put(information.ntp.rawValue)
        put(information.timestamp)
        put(information.packetCount)
        put(information.octetCount)
        if let block { put(block) }
    }

    /// Appends a receiver report, which begins the compound.
    public mutating func append(receiverReportOf source: UInt32, block: ReportBlock?) {
        begin(ControlType.receiverReport, parts: block == nil ? 0 : 1, words: block == nil ? 1 : 7)
        put(source)
        if let block { put(block) }
    }

    /// Appends the canonical name of `source` (§6.5.1).
    ///
    /// - Precondition: it has at most 16 bytes.
    public mutating func append(canonicalName name: UnsafeRawBufferPointer, of source: UInt32) {
        precondition(name.count <= 16, "a canonical name made of 96 bits has 16 bytes")
        // The items end with at least one zero and fill their 32-bit word.
        let padding = 4 - (2 + name.count) % 4
        begin(ControlType.sourceDescription, parts: 1, words: 1 + (2 + name.count + padding) / 4)
        put(source)
        put(UInt8(1))
        put(UInt8(name.count))
        UnsafeMutableRawBufferPointer(rebasing: buffer[count..<count + name.count])
            .copyMemory(from: name)
        count += name.count
        for _ in 0..<padding { put(UInt8(0)) }
    }

    /// Appends the goodbye of `source` (§6.6).
    public mutating func append(goodbyeOf source: UInt32) {
        begin(ControlType.goodbye, parts: 1, words: 1)
        put(source)
    }

    private mutating func begin(_ type: UInt8, parts: UInt8, words: Int) {
        precondition(
            count > 0 || type == ControlType.senderReport || type == ControlType.receiverReport,
            "a compound starts with a report")
        put(PacketHeader.version << 6 | parts)
        put(type)
        put(UInt16(words))
    }

    private mutating func put<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
        buffer.storeBigEndian(value, at: count)
        count += MemoryLayout<T>.size
    }

    private mutating func put(_ block: ReportBlock) {
        let lost = min(max(block.cumulativeLost, -(1 << 23)), 1 << 23 - 1)
        put(block.source)
        put(UInt32(block.fractionLost) << 24 | UInt32(bitPattern: lost) & 0xff_ffff)
        put(block.extendedHighest)
        put(block.jitter)
        put(block.lastSenderReport)
        put(block.delaySinceLastSenderReport)
    }
}
