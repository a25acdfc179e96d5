import Addressing
import Digests

extension MessageView {
    /// Request, indication, success or error.
    public var kind: MessageClass { MessageType.kind(of: word16(at: 0)) }

    /// The method.
    public var method: Method { MessageType.method(of: word16(at: 0)) }

    /// The transaction identifier.
    public var id: TransactionID { TransactionID(high: word32(at: 8), low: word64(at: 12)) }

    /// Whether an attribute of type `type` is there, before MESSAGE-INTEGRITY or being it or
    /// FINGERPRINT; false for types that this codec does not understand.
    public func has(_ type: AttributeType) -> Bool { position(of: type) != nil }

    /// Where the value of the first `type` stands in ``bytes``, without padding.
    public func range(of type: AttributeType) -> Range<Int>? {
        guard let start = position(of: type) else { return nil }
        return start..<start + Int(word16(at: start - 2))
    }

    /// The value of the first `type`, sharing the message's storage.
    public func value(of type: AttributeType) -> ArraySlice<UInt8>? {
        range(of: type).map { bytes[$0] }
    }

    /// The value of the first `type` as UTF-8 text; invalid sequences are repaired.
    public func text(of type: AttributeType) -> String? {
        value(of: type).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The value of the first `type`, one of the 32-bit numbers: PRIORITY, LIFETIME and the like.
    public func number32(of type: AttributeType) -> UInt32? {
        guard let range = range(of: type), range.count == 4 else { return nil }
        return word32(at: range.lowerBound)
    }

    /// The value of the first `type`, one of the 64-bit numbers: ICE-CONTROLLED, ICE-CONTROLLING,
    /// RESERVATION-TOKEN.
    public func number64(of type: AttributeType) -> UInt64? {
        guard let range = range(of: type), range.count == 8 else { return nil }
        return word64(at: range.lowerBound)
    }

    /// PRIORITY (RFC 8445 §7.1.1).
    public var priority: UInt32? { number32(of: .priority) }

    /// LIFETIME in seconds (RFC 8656 §18.2).
    public var lifetime: UInt32? { number32(of: .lifetime) }

    /// CHANNEL-NUMBER (RFC 8656 §18.1).
    public var channelNumber: UInt16? {
        position(of: .channelNumber).map { word16(at: $0) }
    }

    /// The protocol number in REQUESTED-TRANSPORT; 17 is UDP (RFC 8656 §18.8).
    public var requestedTransport: UInt8? {
        position(of: .requestedTransport).map { bytes[$0] }
    }

    /// ERROR-CODE; a class or number out of range gives what it reads as (RFC 8489 §14.8).
    public var errorCode: ErrorCode? {
        position(of: .errorCode).map { start in
            ErrorCode(rawValue: UInt16(bytes[start + 2] & 7) * 100 + UInt16(bytes[start + 3]))
        }
    }

    /// ADDRESS-ERROR-CODE: the number of the address family that could not be had, and why
    /// (RFC 8656 §18.12).
    public var addressError: (family: UInt8, error: ErrorCode)? {
        guard let range = range(of: .addressErrorCode), range.count >= 4 else { return nil }
        let start = range.lowerBound
        return (
            bytes[start],
            ErrorCode(rawValue: UInt16(bytes[start + 2] & 7) * 100 + UInt16(bytes[start + 3]))
        )
    }

    /// XOR-MAPPED-ADDRESS, else MAPPED-ADDRESS (RFC 8489 §14.2: servers of RFC 3489 send the
    /// latter).
    public var mappedAddress: TransportAddress? {
        address(of: .xorMappedAddress) ?? address(of: .mappedAddress)
    }

    /// The first address of type `type`, any of the address attributes, decoded.
    public func address(of type: AttributeType) -> TransportAddress? {
        position(of: type).map { address(at: $0, isPlain: Self.isPlain(type)) }
    }

    /// Whether an address of that type stands there as it is, not XORed (RFC 8489 §14.1, §14.15,
    /// RFC 5780 §7.3, §7.4).
    static func isPlain(_ type: AttributeType) -> Bool {
        type == .mappedAddress || type == .alternateServer || type == .responseOrigin
            || type == .otherAddress
    }

    private func address(at start: Int, isPlain: Bool) -> TransportAddress {
        let portMask = isPlain ? 0 : UInt16(truncatingIfNeeded: Header.magicCookie >> 16)
        let port = word16(at: start + 2) ^ portMask
        if bytes[start + 1] == 1 {
            let mask = isPlain ? 0 : Header.magicCookie
            return TransportAddress(IPAddress(v4: word32(at: start + 4) ^ mask), port: port)
        }
        let mask = isPlain ? (high: 0, low: 0) : id.addressMask
        return TransportAddress(
            IPAddress(
                v6High: word64(at: start + 4) ^ mask.high, low: word64(at: start + 12) ^ mask.low),
            port: port)
    }

    /// Every address of type `type` before MESSAGE-INTEGRITY, in order, at most `limit`: several
    /// XOR-PEER-ADDRESS may stand in one CreatePermission (RFC 8656 §10.1).
    public func addresses(of type: AttributeType, limit: Int) -> [TransportAddress] {
        guard var value = position(of: type) else { return [] }
        let end = integrityPosition.map { $0 - 4 } ?? bytes.count
        var found: [TransportAddress] = []
        while value <= end, found.count < limit {
            if word16(at: value - 4) == type.rawValue {
                found.append(address(at: value, isPlain: Self.isPlain(type)))
            }
            value += (Int(word16(at: value - 2)) + 3) & ~3
            guard value + 4 <= end else { break }
            value += 4
        }
        return found
    }

    /// Whether MESSAGE-INTEGRITY is there and is that of `key` (RFC 8489 §14.5).
    ///
    /// Takes the same time wherever the codes differ.
    public func isAuthentic(under key: IntegrityKey) -> Bool {
        guard let start = integrityPosition else { return false }
        // The length that stood in the header when the code was computed: up to its own end.
        let length = UInt16(truncatingIfNeeded: start + HMACSHA1Key.byteCount - Header.byteCount)
        var head = (bytes[0], bytes[1], length.bigEndian)
        var code = Code()
        withUnsafeBytes(of: &head) { head in
            bytes.withUnsafeBytes { whole in
                withUnsafeMutableBytes(of: &code) { code in
                    key.key.authenticate(
                        head, then: UnsafeRawBufferPointer(rebasing: whole[4..<start - 4]),
                        into: code)
                }
            }
        }
        return code.differences(from: bytes.span.bytes, at: start) == 0
    }

    /// A code of HMAC-SHA-1 in the order of its bytes.
    private struct Code: BitwiseCopyable {
        private var first: UInt64 = 0
        private var second: UInt64 = 0
        private var third: UInt32 = 0

        /// The bits in which it differs from the code at `start`, on top of each other.
        @inline(__always)
        func differences(from message: RawSpan, at start: Int) -> UInt64 {
            (message.word64(at: start) ^ first.bigEndian)
                | (message.word64(at: start + 8) ^ second.bigEndian)
                | UInt64(message.word32(at: start + 16) ^ third.bigEndian)
        }
    }
}

extension TransactionID {
    /// What an IPv6 address is XORed with: cookie and identifier (RFC 8489 §14.2).
    var addressMask: (high: UInt64, low: UInt64) {
        (UInt64(Header.magicCookie) << 32 | UInt64(high), low)
    }
}
