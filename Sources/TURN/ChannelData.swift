import Addressing

/// The ChannelData message: channel number, length, data (RFC 8656 §12.4).
public enum ChannelData {
    /// Bytes before the data.
    @inlinable public static var headerByteCount: Int { 4 }
    /// Channel numbers that may be bound (RFC 8656 §12).
    public static var numbers: ClosedRange<UInt16> { 0x4000...0x4FFF }

    /// Channel numbers that could be bound before RFC 8656 (RFC 5766 §11).
    static var formerNumbers: ClosedRange<UInt16> { 0x4000...0x7FFF }

    /// Whether a message that starts with `byte` is on a channel that only RFC 5766 knew.
    static func isFormer(firstByte byte: UInt8) -> Bool { 0x50...0x7F ~= byte }

    /// Bytes of a message with `dataByteCount` of data, padded on TCP and TLS (RFC 8656 §12.5).
    @inlinable
    public static func byteCount(of dataByteCount: Int, over transport: TransportProtocol) -> Int {
        let bare = headerByteCount + dataByteCount
        return transport == .udp ? bare : (bare + 3) & ~3
    }

    /// The message that carries `data` on channel `number`.
    ///
    /// - Precondition: `data` has at most 65,535 bytes.
    static func wrap(
        _ data: [UInt8], channel number: UInt16, over transport: TransportProtocol
    ) -> [UInt8] {
        precondition(data.count <= Int(UInt16.max), "ChannelData has a 16-bit length")
        let total = byteCount(of: data.count, over: transport)
        return [UInt8](unsafeUninitializedCapacity: total) { buffer, count in
            buffer[0] = UInt8(truncatingIfNeeded: number >> 8)
            buffer[1] = UInt8(truncatingIfNeeded: number)
            buffer[2] = UInt8(truncatingIfNeeded: data.count >> 8)
            buffer[3] = UInt8(truncatingIfNeeded: data.count)
            if !data.isEmpty {
                data.withUnsafeBufferPointer { source in
                    (buffer.baseAddress! + headerByteCount)
                        .initialize(from: source.baseAddress!, count: source.count)
                }
            }
            for index in headerByteCount + data.count..<total { buffer[index] = 0 }
            count = total
        }
    }

    /// Length of the data that `message` announces, or nil when the message cannot hold it or the
    /// number is reserved (RFC 8656 §12.6). Over UDP more bytes may follow, as padding.
    @inline(__always)
    static func dataByteCount(
        in message: UnsafeRawBufferPointer, over transport: TransportProtocol,
        on numbers: ClosedRange<UInt16> = Self.numbers
    ) -> Int? {
        guard message.count >= headerByteCount else { return nil }
        let number = UInt16(bigEndian: message.loadUnaligned(as: UInt16.self))
        guard numbers.contains(number) else { return nil }
        return dataByteCount(in: message, channel: number, over: transport)
    }

    /// - Precondition: `message` has at least two bytes.
    static func number(of message: [UInt8]) -> UInt16 {
        UInt16(message[0]) << 8 | UInt16(message[1])
    }

    /// Frames, in place, the data that begins ``headerByteCount`` bytes into `message` and ends
    /// `dataByteCount` bytes later: header in front, padding behind. The bytes of the message.
    ///
    /// - Precondition: `message` has room for header, data and padding, the data at most 65,535
    ///   bytes.
    @inlinable
    public static func frame(
        _ message: UnsafeMutableRawBufferPointer, dataByteCount: Int, channel number: UInt16,
        over transport: TransportProtocol
    ) -> Int {
        precondition(dataByteCount <= Int(UInt16.max), "ChannelData has a 16-bit length")
        let total = byteCount(of: dataByteCount, over: transport)
        precondition(total <= message.count, "there is room for a frame")
        message.storeBytes(of: number.bigEndian, as: UInt16.self)
        message.storeBytes(
            of: UInt16(truncatingIfNeeded: dataByteCount).bigEndian, toByteOffset: 2,
            as: UInt16.self)
        for index in headerByteCount + dataByteCount..<total { message[index] = 0 }
        return total
    }

    /// Length of the data in `message`, or nil when the message cannot hold it or was not sent on
    /// channel `number` (RFC 8656 §12.6).
    @inlinable
    public static func dataByteCount(
        in message: UnsafeRawBufferPointer, channel number: UInt16,
        over transport: TransportProtocol
    ) -> Int? {
        guard message.count >= headerByteCount,
            UInt16(bigEndian: message.loadUnaligned(as: UInt16.self)) == number
        else { return nil }
        let length = Int(
            UInt16(bigEndian: message.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        let needed = byteCount(of: length, over: transport)
        return message.count == needed || (transport == .udp && message.count > needed)
            ? length : nil
    }
}
