/// One-byte header extension elements (RFC 8285 §4.2): up to 14 small values a packet.
///
/// The four that browsers send with audio are fixed here, so that packets have the size they have
/// in the field: 16 bytes of extension.
public enum HeaderExtension {
    /// The profile that announces one-byte elements (RFC 8285 §4.2).
    public static var oneByteProfile: UInt16 { 0xBEDE }
    /// The profile that announces two-byte elements; its lowest 4 bits are the application's
    /// (RFC 8285 §4.3).
    public static var twoByteProfile: UInt16 { 0x1000 }
    /// The bits of ``twoByteProfile`` that are fixed.
    public static var twoByteProfileMask: UInt16 { 0xfff0 }

    /// The local identifiers that both ends use, 1…14; an offer would negotiate them.
    public enum Identifier: UInt8, Sendable {
        /// Level of the audio in −dBov and voice activity, 1 byte (RFC 6464 §3).
        case audioLevel = 1
        /// Departure time, 6.18 fixed-point seconds modulo 64 s, 3 bytes (`abs-send-time`).
        case absoluteSendTime = 2
        /// Sequence number over all streams of the transport, 2 bytes
        /// (draft-holmer-rmcat-transport-wide-cc-extensions §2).
        case transportSequence = 3
        /// The media section's identifier, here one character (RFC 8843 §15).
        case mediaIdentifier = 4
    }

    /// The data of the element `identifier` within `data`, an extension's data of profile
    /// ``oneByteProfile``; nil if it is absent or an element before it is malformed, has the
    /// reserved identifier 15, or 0 with a length, which end the extension (RFC 8285 §4.2).
    @inlinable
    public static func element(
        _ identifier: Identifier, in data: Range<Int>, of packet: UnsafeRawBufferPointer
    ) -> Range<Int>? {
        var offset = data.lowerBound
        while offset < data.upperBound {
            let head = packet[offset]
            if head == 0 {
                offset += 1
                continue
            }
            let id = head >> 4
            let end = offset + 2 + Int(head & 0x0f)
            guard id != 15, id != 0, end <= data.upperBound else { return nil }
            if id == identifier.rawValue { return offset + 1..<end }
            offset = end
        }
        return nil
    }
}

/// The header extension of an audio packet, 16 bytes: level, departure time, transport-wide
/// sequence number and media identifier.
public struct AudioHeaderExtension: Hashable, Sendable, BitwiseCopyable {
    /// Bytes on the wire: a 4-byte header, 11 bytes of elements and one of padding.
    public static var byteCount: Int { 16 }

    /// Level below full scale in dB, 0 (loudest) … 127 (silence) (RFC 6464 §3).
    public var level: UInt8
    /// Whether the encoder believes that the frame holds speech.
    public var hasVoice: Bool
    /// Departure time as 6.18 fixed-point seconds modulo 64 s, in the lower 24 bits.
    public var sendTime: UInt32
    /// The transport-wide sequence number.
    public var transportSequence: UInt16
    /// The media identifier, one ASCII character.
    public var mediaIdentifier: UInt8

    /// An extension with these elements.
    @inlinable
    public init(
        level: UInt8, hasVoice: Bool, sendTime: UInt32, transportSequence: UInt16,
        mediaIdentifier: UInt8 = UInt8(ascii: "0")
    ) {
        self.level = level
        self.hasVoice = hasVoice
        self.sendTime = sendTime
        self.transportSequence = transportSequence
        self.mediaIdentifier = mediaIdentifier
    }

    /// Writes the 16 bytes at `offset`.
    ///
    /// - Throws: `insufficientSpace` if fewer than 16 bytes follow `offset`.
    @inlinable
    public func write(
        to buffer: UnsafeMutableRawBufferPointer, at offset: Int
    ) throws(PacketError) {
        guard buffer.count - offset >= Self.byteCount else {
            throw .insufficientSpace(capacity: buffer.count, needed: offset + Self.byteCount)
        }
        buffer.storeBigEndian(HeaderExtension.oneByteProfile, at: offset)
        buffer.storeBigEndian(UInt16(3), at: offset + 2)
        buffer[offset + 4] = HeaderExtension.Identifier.audioLevel.rawValue << 4
        buffer[offset + 5] = (hasVoice ? 0x80 : 0) | min(level, 127)
        buffer[offset + 6] = HeaderExtension.Identifier.absoluteSendTime.rawValue << 4 | 2
        buffer[offset + 7] = UInt8(truncatingIfNeeded: sendTime >> 16)
        buffer[offset + 8] = UInt8(truncatingIfNeeded: sendTime >> 8)
        buffer[offset + 9] = UInt8(truncatingIfNeeded: sendTime)
        buffer[offset + 10] = HeaderExtension.Identifier.transportSequence.rawValue << 4 | 1
        buffer.storeBigEndian(transportSequence, at: offset + 11)
        buffer[offset + 13] = HeaderExtension.Identifier.mediaIdentifier.rawValue << 4
        buffer[offset + 14] = mediaIdentifier
        buffer[offset + 15] = 0
    }

    /// Departure time of the packet laid out as `layout`, in the lower 24 bits; nil without one.
    @inlinable
    public static func sendTime(
        in packet: UnsafeRawBufferPointer, layout: PacketLayout
    ) -> UInt32? {
        guard layout.extensionProfile == HeaderExtension.oneByteProfile,
            let data = HeaderExtension.element(
                .absoluteSendTime, in: layout.extensionData, of: packet), data.count == 3
        else { return nil }
        let start = data.lowerBound
        return UInt32(packet[start]) << 16 | UInt32(packet[start + 1]) << 8
            | UInt32(packet[start + 2])
    }
}
