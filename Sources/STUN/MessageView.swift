import Digests

/// A parsed message over the bytes it came in: nothing is copied, attributes are found at once.
///
/// One pass at ``init(_:)`` checks the whole structure (RFC 8489 §6.3): header, lengths, every
/// understood attribute's size, FINGERPRINT's place and value. It remembers where the first of each
/// understood attribute stands (§14: repeated ones are ignored) and leaves out what stands behind
/// MESSAGE-INTEGRITY (§14.5). What it checks not is the integrity: see ``isAuthentic(under:)``.
public struct MessageView: Sendable {
    /// Longest message accepted, in bytes: more than a UDP datagram holds, and positions still fit
    /// into 16 bits.
    public static var maximumByteCount: Int { 65_532 }
    /// How many unknown attributes are named in a 420 answer; more are counted as these.
    public static var maximumUnknownAttributes: Int { AttributeIndex.maximumUnknown }

    /// The message as it came.
    public let bytes: [UInt8]
    private let attributes: AttributeIndex

    /// Parses `bytes`, which must be one whole message and nothing else.
    ///
    /// Throws where and why they are none. Linear in the number of attributes, and in that of bytes
    /// when there is a FINGERPRINT.
    public init(_ bytes: consuming [UInt8]) throws(MalformedMessage) {
        let message = bytes.span.bytes
        try Self.checkHeader(of: message)
        attributes = try AttributeIndex(of: message)
        if let position = attributes.position(in: AttributeLayout.fingerprintSlot),
            Fingerprint.of(message, before: position - 4) != message.word32(at: position)
        {
            throw .wrongFingerprint
        }
        self.bytes = bytes
    }

    @inline(__always)
    private static func checkHeader(of message: RawSpan) throws(MalformedMessage) {
        let byteCount = message.byteCount
        guard byteCount >= Header.byteCount else { throw .truncated(byteCount: byteCount) }
        guard byteCount <= maximumByteCount else { throw .tooLong(byteCount: byteCount) }
        guard message.byte(at: 0) < 0x40 else { throw .wrongLeadingBits }
        let cookie = message.word32(at: 4)
        guard cookie == Header.magicCookie else { throw .wrongCookie(cookie) }
        let declared = Int(message.word16(at: 2))
        let actual = byteCount - Header.byteCount
        guard declared == actual, declared & 3 == 0 else {
            throw .wrongLength(declared: declared, actual: actual)
        }
    }

    /// The two bytes at `offset`, most significant first.
    func word16(at offset: Int) -> UInt16 { bytes.span.bytes.word16(at: offset) }

    /// The four bytes at `offset`, most significant first.
    func word32(at offset: Int) -> UInt32 { bytes.span.bytes.word32(at: offset) }

    /// The eight bytes at `offset`, most significant first.
    func word64(at offset: Int) -> UInt64 { bytes.span.bytes.word64(at: offset) }

    /// Where the value of the first `type` starts, or nil where there is none.
    func position(of type: AttributeType) -> Int? {
        attributes.position(in: AttributeLayout.slot(of: type))
    }

    /// Where the value of MESSAGE-INTEGRITY starts, or nil where there is none.
    var integrityPosition: Int? { attributes.position(in: AttributeLayout.integritySlot) }

    /// How many unknown comprehension-required attributes are listed, at most
    /// ``maximumUnknownAttributes``.
    public var unknownRequiredCount: Int { attributes.unknownCount }

    /// Unknown comprehension-required attribute number `index` in the order of the message.
    ///
    /// - Precondition: `index` < ``unknownRequiredCount``.
    public func unknownRequired(at index: Int) -> AttributeType { attributes.unknown(at: index) }
}

/// RFC 8489 §14.7.
enum Fingerprint {
    /// What the checksum is XORed with: "STUN" in ASCII.
    static var mask: UInt32 { 0x5354_554E }

    /// The value for the first `end` bytes of `message`.
    static func of(_ message: RawSpan, before end: Int) -> UInt32 {
        message.extracting(first: end).withUnsafeBytes { CRC32.checksum($0) } ^ mask
    }
}
