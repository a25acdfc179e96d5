/// The fixed part of an RTP header (RFC 3550 §5.1), 12 bytes on the wire.
public struct PacketHeader: Hashable, Sendable, BitwiseCopyable {
    /// Bytes of the fixed header.
    public static var byteCount: Int { 12 }
    /// The protocol version that is read and written.
    public static var version: UInt8 { 2 }

    /// The marker bit; for Opus the first packet after silence (RFC 7587 §4.1).
    public var marker: Bool
    /// The payload type, 0…127.
    public var payloadType: UInt8
    /// The sequence number, one up a packet, modulo 2^16.
    public var sequenceNumber: UInt16
    /// The sampling instant of the first sample in units of the payload's clock, modulo 2^32.
    public var timestamp: UInt32
    /// The synchronisation source (SSRC).
    public var source: UInt32

    /// A header with these fields.
    ///
    /// - Precondition: `payloadType` < 128.
    @inlinable
    public init(
        marker: Bool = false, payloadType: UInt8, sequenceNumber: UInt16, timestamp: UInt32,
        source: UInt32
    ) {
        precondition(payloadType < 128, "an RTP payload type has 7 bits")
        self.marker = marker
        self.payloadType = payloadType
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
        self.source = source
    }

    /// Writes the 12 bytes, announcing neither padding nor contributing sources.
    ///
    /// - Parameter hasExtension: whether a header extension follows (the X bit).
    /// - Throws: `insufficientSpace` if `buffer` holds fewer than 12 bytes.
    @inlinable
    public func write(
        to buffer: UnsafeMutableRawBufferPointer, hasExtension: Bool = false
    ) throws(PacketError) {
        guard buffer.count >= Self.byteCount else {
            throw .insufficientSpace(capacity: buffer.count, needed: Self.byteCount)
        }
        buffer[0] = Self.version << 6 | (hasExtension ? 0x10 : 0)
        buffer[1] = (marker ? 0x80 : 0) | payloadType
        buffer.storeBigEndian(sequenceNumber, at: 2)
        buffer.storeBigEndian(timestamp, at: 4)
        buffer.storeBigEndian(source, at: 8)
    }

    /// Writes the header with contributing sources (RFC 3550 §5.1), and returns its bytes.
    ///
    /// - Parameters:
    ///   - contributors: at most 15.
    ///   - hasExtension: whether a header extension follows (the X bit).
    ///   - hasPadding: whether the packet ends in padding (the P bit); see
    ///     ``pad(_:count:toMultipleOf:)``.
    /// - Throws: `insufficientSpace`.
    /// - Precondition: at most 15 contributors.
    public func write(
        to buffer: UnsafeMutableRawBufferPointer, contributors: some Collection<UInt32>,
        hasExtension: Bool = false, hasPadding: Bool = false
    ) throws(PacketError) -> Int {
        precondition(contributors.count <= 15, "a header counts its contributors in 4 bits")
        let needed = Self.byteCount + 4 * contributors.count
        guard buffer.count >= needed else {
            throw .insufficientSpace(capacity: buffer.count, needed: needed)
        }
        try write(to: buffer, hasExtension: hasExtension)
        buffer[0] |= UInt8(contributors.count) | (hasPadding ? 0x20 : 0)
        var at = Self.byteCount
        for contributor in contributors {
            buffer.storeBigEndian(contributor, at: at)
            at += 4
        }
        return needed
    }

    /// Pads the packet of `count` bytes in `buffer` to the next multiple of `multiple` bytes and
    /// returns its new length; at least one byte is added, the last says how many (RFC 3550 §5.1).
    ///
    /// - Precondition: `multiple` is 1…255.
    /// - Throws: `insufficientSpace`.
    public static func pad(
        _ buffer: UnsafeMutableRawBufferPointer, count: Int, toMultipleOf multiple: Int
    ) throws(PacketError) -> Int {
        precondition((1...255).contains(multiple), "padding counts itself in one byte")
        let end = (count / multiple + 1) * multiple
        guard end <= buffer.count else {
            throw .insufficientSpace(capacity: buffer.count, needed: end)
        }
        for at in count..<end - 1 { buffer[at] = 0 }
        buffer[end - 1] = UInt8(end - count)
        buffer[0] |= 0x20
        return end
    }

    /// The 12 bytes of the header.
    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
            do {
                try write(to: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                preconditionFailure("12 bytes hold a fixed header")
            }
            count = Self.byteCount
        }
    }
}

extension UnsafeRawBufferPointer {
    /// The big-endian integer at byte `offset`, which need not be aligned.
    @inlinable
    func loadBigEndian<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type, at offset: Int
    ) -> T {
        T(bigEndian: loadUnaligned(fromByteOffset: offset, as: T.self))
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Stores `value` in network byte order at byte `offset`, which need not be aligned.
    @inlinable
    func storeBigEndian<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: T.self)
    }
}
