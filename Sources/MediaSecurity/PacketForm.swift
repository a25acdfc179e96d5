/// Whether bytes from the network have the outer form of what they claim to be, before a library
/// sees them.
enum PacketForm {
    /// An RTP packet whose fixed header, contributing sources and header extension fit into
    /// `count` bytes (RFC 3550 §5.1, §5.3.1).
    @inline(__always)
    static func isRTP(_ bytes: UnsafeRawBufferPointer, count: Int) -> Bool {
        guard count >= 12, count <= maximumBytes, bytes[0] >> 6 == 2 else { return false }
        let sources = 12 + 4 * Int(bytes[0] & 0x0F)
        guard bytes[0] & 0x10 != 0 else { return count >= sources }
        guard count >= sources + 4 else { return false }
        let words = Int(bytes[sources + 2]) << 8 | Int(bytes[sources + 3])
        return count >= sources + 4 + 4 * words
    }

    /// The first packet of a compound RTCP packet: version 2, with its sender (RFC 3550 §6.1).
    @inline(__always)
    static func isRTCP(_ bytes: UnsafeRawBufferPointer, count: Int) -> Bool {
        count >= 8 && count <= maximumBytes && bytes[0] >> 6 == 2
    }

    /// The largest UDP payload.
    private static var maximumBytes: Int { 65507 }

    /// One or more whole DTLS records (RFC 6347 §4.1): a known content type, a DTLS version and
    /// a length that ends within the datagram.
    static func isDTLS(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty, bytes.count <= maximumRecordBytes else { return false }
        var offset = 0
        while offset < bytes.count {
            guard bytes.count - offset >= 13, 20...23 ~= bytes[offset],
                bytes[offset + 1] == 0xFE, bytes[offset + 2] == 0xFF || bytes[offset + 2] == 0xFD
            else { return false }
            offset += 13 + Int(bytes[offset + 11]) << 8 + Int(bytes[offset + 12])
        }
        return offset == bytes.count
    }

    /// A full record with its header; a datagram of a handshake is far smaller.
    private static var maximumRecordBytes: Int { 13 + 1 << 14 }
}
