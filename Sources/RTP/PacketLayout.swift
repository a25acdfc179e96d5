/// Where the parts of a received RTP packet lie (RFC 3550 §5.1, §5.3.1); holds no bytes itself.
public struct PacketLayout: Hashable, Sendable {
    /// The fixed header.
    public let header: PacketHeader
    /// The number of contributing sources, 0…15.
    public let contributorCount: Int
    /// The 16 bits defined by the extension's profile, if there is an extension.
    public let extensionProfile: UInt16?
    /// The extension's data without its 4-byte header; empty if there is none.
    public let extensionData: Range<Int>
    /// The payload without padding.
    public let payload: Range<Int>

    /// Finds the parts of the packet in `bytes`.
    ///
    /// - Throws: `truncated`, `unsupportedVersion` or `invalidPadding`.
    @inlinable
    public init(parsing bytes: UnsafeRawBufferPointer) throws(PacketError) {
        guard bytes.count >= PacketHeader.byteCount else {
            throw .truncated(byteCount: bytes.count, needed: PacketHeader.byteCount)
        }
        let first = bytes[0]
        guard first >> 6 == PacketHeader.version else { throw .unsupportedVersion(first >> 6) }
        contributorCount = Int(first & 0x0f)
        var start = PacketHeader.byteCount + 4 * contributorCount
        guard bytes.count >= start else {
            throw .truncated(byteCount: bytes.count, needed: start)
        }
        if first & 0x10 != 0 {
            guard bytes.count >= start + 4 else {
                throw .truncated(byteCount: bytes.count, needed: start + 4)
            }
            extensionProfile = bytes.loadBigEndian(UInt16.self, at: start)
            let end = start + 4 + 4 * Int(bytes.loadBigEndian(UInt16.self, at: start + 2))
            guard bytes.count >= end else {
                throw .truncated(byteCount: bytes.count, needed: end)
            }
            extensionData = start + 4..<end
            start = end
        } else {
            extensionProfile = nil
            extensionData = start..<start
        }
        var end = bytes.count
        if first & 0x20 != 0 {
            let padding = end > start ? bytes[end - 1] : 0
            guard padding > 0, Int(padding) <= end - start else { throw .invalidPadding(padding) }
            end -= Int(padding)
        }
        payload = start..<end
        header = PacketHeader(
            marker: bytes[1] & 0x80 != 0, payloadType: bytes[1] & 0x7f,
            sequenceNumber: bytes.loadBigEndian(UInt16.self, at: 2),
            timestamp: bytes.loadBigEndian(UInt32.self, at: 4),
            source: bytes.loadBigEndian(UInt32.self, at: 8))
    }

    /// The contributing source `index` of the packet in `bytes` (RFC 3550 §5.1).
    ///
    /// - Precondition: `index` < ``contributorCount``.
    public func contributor(_ index: Int, of bytes: UnsafeRawBufferPointer) -> UInt32 {
        precondition(index >= 0 && index < contributorCount, "no contributor \(index)")
        return bytes.loadBigEndian(UInt32.self, at: PacketHeader.byteCount + 4 * index)
    }

    /// Finds the parts of the packet in `bytes`.
    ///
    /// - Throws: `truncated`, `unsupportedVersion` or `invalidPadding`.
    public init(parsing bytes: [UInt8]) throws(PacketError) {
        self = try bytes.withUnsafeBufferPointer { buffer throws(PacketError) in
            try PacketLayout(parsing: UnsafeRawBufferPointer(buffer))
        }
    }
}
