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
    public static var maximumUnknownAttributes: Int { 8 }

    /// The message as it came.
    public let bytes: [UInt8]
    private var positions = InlineArray<31, UInt16>(repeating: 0)
    private var unknown = InlineArray<8, UInt16>(repeating: 0)
    /// How many unknown comprehension-required attributes are listed, at most
    /// ``maximumUnknownAttributes``.
    public private(set) var unknownRequiredCount = 0

    /// Parses `bytes`, which must be one whole message and nothing else.
    ///
    /// Throws where and why they are none. Linear in the number of attributes, and in that of bytes
    /// when there is a FINGERPRINT.
    public init(_ bytes: consuming [UInt8]) throws(MalformedMessage) {
        self.bytes = bytes
        try checkHeader()
        try index()
        if has(.fingerprint), fingerprint() != word32(at: position(of: .fingerprint)!) {
            throw .wrongFingerprint
        }
    }

    private func checkHeader() throws(MalformedMessage) {
        guard bytes.count >= Header.byteCount else { throw .truncated(byteCount: bytes.count) }
        guard bytes.count <= Self.maximumByteCount else { throw .tooLong(byteCount: bytes.count) }
        guard bytes[0] < 0x40 else { throw .wrongLeadingBits }
        guard word32(at: 4) == Header.magicCookie else { throw .wrongCookie(word32(at: 4)) }
        let declared = Int(word16(at: 2))
        let actual = bytes.count - Header.byteCount
        guard declared == actual, declared & 3 == 0 else {
            throw .wrongLength(declared: declared, actual: actual)
        }
    }

    private mutating func index() throws(MalformedMessage) {
        var offset = Header.byteCount
        while offset < bytes.count {
            let raw = word16(at: offset)
            let type = AttributeType(rawValue: raw)
            let length = Int(word16(at: offset + 2))
            let next = offset + 4 + (length + 3) & ~3
            guard next <= bytes.count else { throw .attributeOverrun(type, offset: offset) }
            if has(.fingerprint) { throw .attributeAfterFingerprint(offset: offset) }
            let slot = AttributeLayout.slot(of: raw)
            if slot == 0 {
                note(unknown: type)
            } else {
                try check(type, length: length, at: offset)
                if positions[slot] == 0, type == .fingerprint || !has(.messageIntegrity) {
                    positions[slot] = UInt16(truncatingIfNeeded: offset + 4)
                }
            }
            offset = next
        }
    }

    private mutating func note(unknown type: AttributeType) {
        guard type.isComprehensionRequired, !has(.messageIntegrity),
            unknownRequiredCount < Self.maximumUnknownAttributes
        else { return }
        unknown[unknownRequiredCount] = type.rawValue
        unknownRequiredCount += 1
    }

    private func check(
        _ type: AttributeType, length: Int, at offset: Int
    ) throws(MalformedMessage) {
        let fits: Bool
        switch AttributeLayout.length(of: type.rawValue) {
        case .exactly(let count): fits = length == count
        case .atLeast(let count): fits = length >= count
        case .atMost(let count): fits = length <= count
        case .address:
            fits = length == 8 || length == 20
            if fits, bytes[offset + 5] != (length == 8 ? 1 : 2) {
                throw .attributeAddress(type, offset: offset)
            }
        }
        if !fits { throw .attributeLength(type, byteCount: length, offset: offset) }
    }

    private func fingerprint() -> UInt32 {
        bytes.withUnsafeBytes { whole in
            let end = Int(positions[AttributeLayout.slot(of: 0x8028)]) - 4
            return CRC32.checksum(UnsafeRawBufferPointer(rebasing: whole[..<end]))
                ^ Fingerprint.mask
        }
    }

    /// The two bytes at `offset`, most significant first.
    func word16(at offset: Int) -> UInt16 {
        UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
    }

    /// The four bytes at `offset`, most significant first.
    func word32(at offset: Int) -> UInt32 {
        UInt32(word16(at: offset)) << 16 | UInt32(word16(at: offset + 2))
    }

    /// The eight bytes at `offset`, most significant first.
    func word64(at offset: Int) -> UInt64 {
        UInt64(word32(at: offset)) << 32 | UInt64(word32(at: offset + 4))
    }

    /// Where the value of the first `type` starts, or nil where there is none.
    func position(of type: AttributeType) -> Int? {
        let slot = AttributeLayout.slot(of: type.rawValue)
        guard slot != 0, positions[slot] != 0 else { return nil }
        return Int(positions[slot])
    }

    /// Unknown comprehension-required attribute number `index` in the order of the message.
    ///
    /// - Precondition: `index` < ``unknownRequiredCount``.
    public func unknownRequired(at index: Int) -> AttributeType {
        precondition(index < unknownRequiredCount, "no such unknown attribute")
        return AttributeType(rawValue: unknown[index])
    }
}

/// RFC 8489 §14.7.
enum Fingerprint {
    /// What the checksum is XORed with: "STUN" in ASCII.
    static var mask: UInt32 { 0x5354_554E }
}
