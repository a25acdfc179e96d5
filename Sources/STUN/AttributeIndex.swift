/// Where the attributes of a message stand, found in one pass that checks the structure.
struct AttributeIndex: Sendable, BitwiseCopyable {
    /// How many unknown attributes are listed.
    static var maximumUnknown: Int { 8 }

    private var positions = InlineArray<31, UInt16>(repeating: 0)
    private var unknown = InlineArray<8, UInt16>(repeating: 0)
    /// How many unknown comprehension-required attributes are listed.
    private(set) var unknownCount = 0

    /// The attributes of `message`, whose header has been checked.
    ///
    /// Throws if one of them reaches past the end, has an impossible length or stands behind
    /// FINGERPRINT.
    init(of message: RawSpan) throws(MalformedMessage) {
        // Asked for once: a global that is made when it is first needed costs a call.
        let layouts = AttributeLayout.table
        var offset = Header.byteCount
        var isAuthenticated = false
        var isFingerprinted = false
        while offset < message.byteCount {
            let head = message.word32(at: offset)
            let type = AttributeType(rawValue: UInt16(truncatingIfNeeded: head >> 16))
            let length = Int(head & 0xFFFF)
            let next = offset + 4 + (length + 3) & ~3
            guard next <= message.byteCount else { throw .attributeOverrun(type, offset: offset) }
            guard !isFingerprinted else { throw .attributeAfterFingerprint(offset: offset) }
            if let layout = AttributeLayout.of(type, in: layouts) {
                guard layout.allows(length) else {
                    throw .attributeLength(type, byteCount: length, offset: offset)
                }
                if layout.isAddress, message.byte(at: offset + 5) != (length == 8 ? 1 : 2) {
                    throw .attributeAddress(type, offset: offset)
                }
                isFingerprinted = type == .fingerprint
                let slot = Int(layout.slot)
                // Repeated attributes are ignored (RFC 8489 §14), and so is what stands behind
                // MESSAGE-INTEGRITY (§14.5).
                if positions[slot] == 0, !isAuthenticated || isFingerprinted {
                    positions[slot] = UInt16(truncatingIfNeeded: offset + 4)
                }
                isAuthenticated = isAuthenticated || type == .messageIntegrity
            } else if !isAuthenticated {
                note(unknown: type)
            }
            offset = next
        }
    }

    private mutating func note(unknown type: AttributeType) {
        guard type.isComprehensionRequired, unknownCount < Self.maximumUnknown else { return }
        unknown[unknownCount] = type.rawValue
        unknownCount += 1
    }

    /// Where the value of the first attribute of `slot` starts, or nil where there is none.
    @inline(__always)
    func position(in slot: Int) -> Int? {
        // Nothing is ever noted in slot 0.
        let position = positions[slot]
        return position == 0 ? nil : Int(position)
    }

    /// Unknown attribute number `index` in the order of the message.
    func unknown(at index: Int) -> AttributeType {
        precondition(index < unknownCount, "no such unknown attribute")
        return AttributeType(rawValue: unknown[index])
    }
}

/// Numbers as they travel, most significant byte first.
extension RawSpan {
    @inline(__always)
    func byte(at offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

    @inline(__always)
    func word16(at offset: Int) -> UInt16 {
        UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    @inline(__always)
    func word32(at offset: Int) -> UInt32 {
        UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    @inline(__always)
    func word64(at offset: Int) -> UInt64 {
        UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
