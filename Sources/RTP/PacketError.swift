/// Why bytes are not an RTP packet; positions are byte offsets from the start of the packet.
public enum PacketError: Error, Equatable, Sendable {
    /// The packet ends at `byteCount` where `needed` bytes were announced.
    case truncated(byteCount: Int, needed: Int)
    /// The version field is not 2 (RFC 3550 §5.1).
    case unsupportedVersion(UInt8)
    /// The last byte announces more padding than the payload holds, or none (RFC 3550 §5.1).
    case invalidPadding(UInt8)
    /// The output has room for `capacity` bytes where `needed` are to be written.
    case insufficientSpace(capacity: Int, needed: Int)
}
