import Addressing
import Digests

/// Writes one message straight into the bytes that are sent.
///
/// Attributes are appended in the order of the calls; ``finish(integrity:fingerprint:)`` appends
/// MESSAGE-INTEGRITY and FINGERPRINT, sets the length and hands the bytes over. Padding is zero.
public struct MessageBuilder: ~Copyable {
    /// The message so far and anything behind it.
    private var bytes: [UInt8]
    /// How many bytes of it are the message's.
    private var end = 0
    private let id: TransactionID

    /// Length of FINGERPRINT with its header, in bytes.
    fileprivate static var fingerprintByteCount: Int { 8 }

    /// A message without attributes; `capacity` bytes are reserved.
    public init(
        _ kind: MessageClass, _ method: Method, id: TransactionID, capacity: Int = 128
    ) {
        self.init(
            kind, method, id: id,
            reusing: [UInt8](repeating: 0, count: max(capacity, Header.byteCount)))
    }

    /// A message without attributes in the storage of `bytes`, whose content is dropped; what is
    /// longer than the storage gets another.
    public init(
        _ kind: MessageClass, _ method: Method, id: TransactionID, reusing bytes: consuming [UInt8]
    ) {
        self.id = id
        self.bytes = consume bytes
        let type = MessageType.encode(kind, method)
        append(Header.byteCount) { header in
            header.store(UInt64(type) << 48 | UInt64(Header.magicCookie), at: 0)
            header.store(id.high, at: 8)
            header.store(id.low, at: 12)
        }
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
        writePadded(value, after: header(type, byteCount: value.count))
    }

    /// Appends an attribute with the UTF-8 of `text`.
    public mutating func add(_ type: AttributeType, _ text: String) {
        add(type, text.utf8)
    }

    /// Appends an attribute with a 32-bit number: PRIORITY, LIFETIME.
    public mutating func add(_ type: AttributeType, _ number: UInt32) {
        write(UInt64(header(type, byteCount: 4)) << 32 | UInt64(number))
    }

    /// Appends an attribute with a 64-bit number: ICE-CONTROLLED, ICE-CONTROLLING,
    /// RESERVATION-TOKEN.
    public mutating func add(_ type: AttributeType, _ number: UInt64) {
        let header = header(type, byteCount: 8)
        append(12) { attribute in
            attribute.store(header, at: 0)
            attribute.store(number, at: 4)
        }
    }

    /// Appends an address, XORed unless `type` is MAPPED-ADDRESS, ALTERNATE-SERVER,
    /// RESPONSE-ORIGIN or OTHER-ADDRESS (RFC 8489 §14.1, §14.2, §14.15, RFC 5780 §7.3, §7.4).
    public mutating func add(_ type: AttributeType, _ address: TransportAddress) {
        let isPlain = MessageView.isPlain(type)
        let portMask = isPlain ? 0 : UInt16(truncatingIfNeeded: Header.magicCookie >> 16)
        let port = UInt32(address.port ^ portMask)
        if let v4 = address.ip.v4Bits {
            let header = header(type, byteCount: 8)
            append(12) { attribute in
                attribute.store(header, at: 0)
                attribute.store(1 << 16 | port, at: 4)
                attribute.store(v4 ^ (isPlain ? 0 : Header.magicCookie), at: 8)
            }
        } else {
            let mask = isPlain ? (high: 0, low: 0) : id.addressMask
            let header = header(type, byteCount: 20)
            append(24) { attribute in
                attribute.store(header, at: 0)
                attribute.store(2 << 16 | port, at: 4)
                attribute.store(address.ip.high ^ mask.high, at: 8)
                attribute.store(address.ip.low ^ mask.low, at: 16)
            }
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
        let number = UInt32(error.rawValue / 100) << 8 | UInt32(error.rawValue % 100)
        phrase.withUTF8Buffer { writePadded(UnsafeRawBufferPointer($0), after: number) }
    }

    /// Appends UNKNOWN-ATTRIBUTES naming those of `request` (RFC 8489 §14.13).
    public mutating func add(unknownAttributesOf request: borrowing MessageView) {
        var types = InlineArray<8, UInt16>(repeating: 0)
        let count = request.unknownRequiredCount
        for index in 0..<count {
            types[index] = request.unknownRequired(at: index).rawValue.bigEndian
        }
        withUnsafeBytes(of: &types) {
            add(.unknownAttributes, bytes: UnsafeRawBufferPointer(rebasing: $0[..<(2 * count)]))
        }
    }

    /// The message without MESSAGE-INTEGRITY, with FINGERPRINT if `fingerprint`.
    public consuming func finish(fingerprint: Bool = false) -> [UInt8] {
        let start = end
        if fingerprint { extend(by: Self.fingerprintByteCount) }
        bytes.withUnsafeMutableBytes { whole in
            if fingerprint { whole.writeFingerprint(at: start) } else { whole.setLength(start) }
        }
        return cut()
    }

    /// The message with MESSAGE-INTEGRITY under `key`, then FINGERPRINT if `fingerprint`
    /// (RFC 8489 §14.5, §14.7).
    public consuming func finish(
        integrity key: IntegrityKey, fingerprint: Bool
    ) -> [UInt8] {
        let start = end
        let behind = start + 4 + HMACSHA1Key.byteCount
        extend(by: behind - start + (fingerprint ? Self.fingerprintByteCount : 0))
        let header = header(.messageIntegrity, byteCount: HMACSHA1Key.byteCount)
        bytes.withUnsafeMutableBytes { whole in
            whole.store(header, at: start)
            // The length at each step is up to the end of what is computed (§14.5).
            whole.setLength(behind)
            key.key.authenticate(
                UnsafeRawBufferPointer(rebasing: whole[..<start]),
                into: UnsafeMutableRawBufferPointer(rebasing: whole[(start + 4)..<behind]))
            if fingerprint { whole.writeFingerprint(at: behind) }
        }
        return cut()
    }

    /// The message without what is behind it.
    private consuming func cut() -> [UInt8] {
        if end < bytes.count { bytes.removeLast(bytes.count - end) }
        return bytes
    }

    /// The 32 bits before a value.
    private func header(_ type: AttributeType, byteCount: Int) -> UInt32 {
        precondition(byteCount <= Int(UInt16.max), "a value has at most 65,535 bytes")
        return UInt32(type.rawValue) << 16 | UInt32(byteCount)
    }

    private mutating func writeHeader(_ type: AttributeType, byteCount: Int) {
        write(header(type, byteCount: byteCount))
    }

    @inline(__always)
    private mutating func write<Word: FixedWidthInteger & BitwiseCopyable>(_ word: Word) {
        append(MemoryLayout<Word>.size) { $0.store(word, at: 0) }
    }

    /// Appends `word`, then `value` and zeros up to a multiple of four bytes (RFC 8489 §14).
    private mutating func writePadded(_ value: UnsafeRawBufferPointer, after word: UInt32) {
        let padded = (value.count + 3) & ~3
        append(4 + padded) { place in
            place.store(word, at: 0)
            if padded > value.count { place.store(0 as UInt32, at: padded) }
            UnsafeMutableRawBufferPointer(rebasing: place[4...]).copyMemory(from: value)
        }
    }

    /// Makes the next `count` bytes part of the message; `fill` writes all of them.
    @inline(__always)
    private mutating func append(_ count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
        let start = end
        extend(by: count)
        bytes.withUnsafeMutableBytes {
            fill(UnsafeMutableRawBufferPointer(rebasing: $0[start..<start + count]))
        }
    }

    /// Makes the next `count` bytes part of the message.
    @inline(__always)
    private mutating func extend(by count: Int) {
        end += count
        if end > bytes.count { grow() }
    }

    @inline(never)
    private mutating func grow() {
        bytes.append(contentsOf: repeatElement(0, count: max(end - bytes.count, bytes.count)))
    }
}

/// Numbers as they travel, most significant byte first.
extension UnsafeMutableRawBufferPointer {
    @inline(__always)
    fileprivate func store<Word: FixedWidthInteger & BitwiseCopyable>(_ word: Word, at offset: Int)
    {
        storeBytes(of: word.bigEndian, toByteOffset: offset, as: Word.self)
    }

    /// Writes into the header of the message that begins here that it ends at `end`.
    @inline(__always)
    fileprivate func setLength(_ end: Int) {
        precondition(
            end <= MessageView.maximumByteCount, "a message has at most 65,532 bytes")
        store(UInt16(truncatingIfNeeded: end - Header.byteCount), at: 2)
    }

    /// Ends the message that begins here with FINGERPRINT at `start`.
    @inline(__always)
    fileprivate func writeFingerprint(at start: Int) {
        setLength(start + MessageBuilder.fingerprintByteCount)
        let checksum = CRC32.checksum(UnsafeRawBufferPointer(rebasing: self[..<start]))
        let header = UInt32(AttributeType.fingerprint.rawValue) << 16 | 4
        store(header, at: start)
        store(checksum ^ Fingerprint.mask, at: start + 4)
    }
}
