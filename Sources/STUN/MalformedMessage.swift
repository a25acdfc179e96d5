/// Why bytes are no STUN message; offsets count from the first byte.
public enum MalformedMessage: Error, Hashable, Sendable, BitwiseCopyable {
    /// Shorter than a header: this many bytes.
    case truncated(byteCount: Int)
    /// Longer than ``MessageView/maximumByteCount``.
    case tooLong(byteCount: Int)
    /// The first two bits are not zero.
    case wrongLeadingBits
    /// Bytes 4…7 are not the magic cookie but this.
    case wrongCookie(UInt32)
    /// The header promises other than what follows it, or no multiple of four.
    case wrongLength(declared: Int, actual: Int)
    /// The attribute at `offset` reaches past the end.
    case attributeOverrun(AttributeType, offset: Int)
    /// The value of the attribute at `offset` has a length that its type forbids.
    case attributeLength(AttributeType, byteCount: Int, offset: Int)
    /// The address in the attribute at `offset` is of no known family or of the wrong length.
    case attributeAddress(AttributeType, offset: Int)
    /// Something follows FINGERPRINT at `offset`.
    case attributeAfterFingerprint(offset: Int)
    /// FINGERPRINT is not that of the bytes before it.
    case wrongFingerprint
}
