import Addressing
import Digests

/// Writes one message straight into the bytes that are sent.
///
/// Attributes are appended in the order of the calls; ``finish(integrity:fingerprint:)`` appends
/// MESSAGE-INTEGRITY and FINGERPRINT, sets the length and hands the bytes over. Padding is zero.
public struct MessageBuilder: ~Copyable {
    private static let zeros = [UInt8](repeating: 0, count: 512)

    /// The message so far and zeros behind it.
    private var bytes: [UInt8]
    /// How many bytes of it are the message's.
    private var end = 0
    private let id: TransactionID

    /// A message without attributes; `capacity` bytes are reserved.
    public init(
        _ kind: MessageClass, _ method: Method, id: TransactionID, capacity: Int = 128
    ) {
        self.id = id
        bytes = []
        bytes.reserveCapacity(capacity)
        bytes.append(
            contentsOf: Self.zeros[..<min(max(capacity, Header.byteCount), Self.zeros.count)])
        write(UInt64(MessageType.encode(kind, method)) << 48 | UInt64(Header.magicCookie))
        write(id.high)
        write(id.low)
    }

    /// The success or error response to `request`: its method and identifier.
    public init(_ kind: MessageClass, answering request: borrowing MessageView) {
        self.init(kind, request.method, id: request.id)
    }

    /// Appends an attribute without value: USE-CANDIDATE, DONT-FRAGMENT.
    public mutating func add(_ type: AttributeType) {
        writeHeader(type, byteCount: 0)
    }

    /// Appends an attribute with the bytes `value`.
    ///
    /// - Precondition: what the message holds fits into 65,532 bytes.
    @inlinable
    public mutating func add(_ type: AttributeType, _ value: some Collection<UInt8>) {
        let isAdded: Void? = value.withContiguousStorageIfAvailable {
            add(type, bytes: UnsafeRawBufferPointer($0))
        }
        if isAdded == nil { Array(value).withUnsafeBytes { add(type, bytes: $0) } }
    }

    @usableFromInline
    mutating func add(_ type: AttributeType, bytes value: UnsafeRawBufferPointer) {
        writeHeader(type, byteCount: value.count)
        let start = end
        extend(by: (value.count + 3) & ~3)
        bytes.withUnsafeMutableBytes {
            UnsafeMutableRawBufferPointer(rebasing: $0[start...]).copyMemory(from: value)
        }
    }

    /// Appends an attribute with the UTF-8 of `text`.
    public mutating func add(_ type: AttributeType, _ text: String) {
        add(type, text.utf8)
    }

    /// Appends an attribute with a 32-bit number: PRIORITY, LIFETIME.
    public mutating func add(_ type: AttributeType, _ number: UInt32) {
        write(header(type, byteCount: 4) << 32 | UInt64(number))
    }

    /// Appends an attribute with a 64-bit number: ICE-CONTROLLED, ICE-CONTROLLING,
    /// RESERVATION-TOKEN.
    public mutating func add(_ type: AttributeType, _ number: UInt64) {
        writeHeader(type, byteCount: 8)
        write(number)
    }

    /// Appends an address, XORed unless `type` is MAPPED-ADDRESS, ALTERNATE-SERVER,
    /// RESPONSE-ORIGIN or OTHER-ADDRESS (RFC 8489 §14.1, §14.2, §14.15, RFC 5780 §7.3, §7.4).
    public mutating func add(_ type: AttributeType, _ address: TransportAddress) {
        let isPlain = MessageView.isPlain(type)
        let portMask = isPlain ? 0 : UInt16(truncatingIfNeeded: Header.magicCookie >> 16)
        if let v4 = address.ip.v4Bits {
            write(header(type, byteCount: 8) << 32 | 1 << 16 | UInt64(address.port ^ portMask))
            write(v4 ^ (isPlain ? 0 : Header.magicCookie))
        } else {
            let mask = isPlain ? (high: 0, low: 0) : id.addressMask
            write(header(type, byteCount: 20) << 32 | 2 << 16 | UInt64(address.port ^ portMask))
            write(address.ip.high ^ mask.high)
            write(address.ip.low ^ mask.low)
        }
    }

    /// Appends CHANNEL-NUMBER (RFC 8656 §18.1).
    public mutating func add(channelNumber: UInt16) {
        add(.channelNumber, UInt32(channelNumber) << 16)
    }

    /// Appends REQUESTED-TRANSPORT (RFC 8656 §18.8); 17 is UDP.
    public mutating func add(requestedTransport protocolNumber: UInt8) {
        add(.requestedTransport, UInt32(protocolNumber) << 24)
    }

    /// Appends ERROR-CODE with the registered phrase (RFC 8489 §14.8).
    public mutating func add(_ error: ErrorCode) {
        let phrase = error.reasonPhrase
        writeHeader(.errorCode, byteCount: 4 + phrase.utf8CodeUnitCount)
        write(UInt32(error.rawValue / 100) << 8 | UInt32(error.rawValue % 100))
        phrase.withUTF8Buffer { phrase in
            for byte in phrase { write(byte) }
        }
        pad(after: phrase.utf8CodeUnitCount)
    }

    /// Appends UNKNOWN-ATTRIBUTES naming those of `request` (RFC 8489 §14.13).
    public mutating func add(unknownAttributesOf request: borrowing MessageView) {
        let count = request.unknownRequiredCount
        writeHeader(.unknownAttributes, byteCount: 2 * count)
        for index in 0..<count {
            write(request.unknownRequired(at: index).rawValue)
        }
        pad(after: 2 * count)
    }

    /// The message without MESSAGE-INTEGRITY, with FINGERPRINT if `fingerprint`.
    public consuming func finish(fingerprint: Bool = false) -> [UInt8] {
        if fingerprint { appendFingerprint() }
        setLength(end - Header.byteCount)
        return cut()
    }

    /// The message with MESSAGE-INTEGRITY under `key`, then FINGERPRINT if `fingerprint`
    /// (RFC 8489 §14.5, §14.7).
    public consuming func finish(
        integrity key: IntegrityKey, fingerprint: Bool
    ) -> [UInt8] {
        let end = self.end
        setLength(end + 4 + HMACSHA1Key.byteCount - Header.byteCount)
        write(header(.messageIntegrity, byteCount: HMACSHA1Key.byteCount) << 32)
        write(UInt64(0))
        write(UInt64(0))
        bytes.withUnsafeMutableBytes { whole in
            key.key.authenticate(
                UnsafeRawBufferPointer(rebasing: whole[..<end]),
                into: UnsafeMutableRawBufferPointer(rebasing: whole[(end + 4)...]))
        }
        if fingerprint { appendFingerprint() }
        return cut()
    }

    /// The message without the zeros behind it.
    private consuming func cut() -> [UInt8] {
        if end < bytes.count { bytes.removeLast(bytes.count - end) }
        return bytes
    }

    private mutating func appendFingerprint() {
        setLength(end + 8 - Header.byteCount)
        let checksum = bytes.withUnsafeBytes {
            CRC32.checksum(UnsafeRawBufferPointer(rebasing: $0[..<end]))
        }
        write(header(.fingerprint, byteCount: 4) << 32 | UInt64(checksum ^ Fingerprint.mask))
    }

    private mutating func setLength(_ length: Int) {
        precondition(
            length + Header.byteCount <= MessageView.maximumByteCount,
            "a message has at most 65,532 bytes")
        bytes[2] = UInt8(truncatingIfNeeded: length >> 8)
        bytes[3] = UInt8(truncatingIfNeeded: length)
    }

    /// The 32 bits before a value.
    private func header(_ type: AttributeType, byteCount: Int) -> UInt64 {
        precondition(byteCount <= Int(UInt16.max), "a value has at most 65,535 bytes")
        return UInt64(type.rawValue) << 16 | UInt64(byteCount)
    }

    private mutating func writeHeader(_ type: AttributeType, byteCount: Int) {
        write(UInt32(truncatingIfNeeded: header(type, byteCount: byteCount)))
    }

    private mutating func pad(after byteCount: Int) {
        extend(by: (4 - byteCount & 3) & 3)
    }

    @inline(__always)
    private mutating func write<Word: FixedWidthInteger & BitwiseCopyable>(_ word: Word) {
        let start = end
        extend(by: MemoryLayout<Word>.size)
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: word.bigEndian, toByteOffset: start, as: Word.self)
        }
    }

    /// Makes the next `count` bytes, zeros, part of the message.
    @inline(__always)
    private mutating func extend(by count: Int) {
        end += count
        if end > bytes.count { grow() }
    }

    private mutating func grow() {
        bytes.append(contentsOf: repeatElement(0, count: max(end - bytes.count, bytes.count)))
    }
}
