/// The 28 bytes before the payload of a packet of speech: the fixed header and an
/// ``AudioHeaderExtension``, written and read in whole words.
///
/// The bytes are those of ``PacketHeader/write(to:hasExtension:)`` and
/// ``AudioHeaderExtension/write(to:at:)``; a packet of any other shape is read by ``PacketLayout``.
public struct SpeechPacketHead: Hashable, Sendable, BitwiseCopyable {
    /// Bytes of the head.
    @inlinable public static var byteCount: Int { 28 }

    /// The fixed header.
    public var header: PacketHeader
    /// Departure time as 6.18 fixed-point seconds modulo 64 s, in the lower 24 bits.
    public var sendTime: UInt32

    /// Writes the head of a packet.
    ///
    /// - Precondition: 28 bytes follow `start`.
    @inlinable
    public static func write(
        _ header: PacketHeader, _ audio: AudioHeaderExtension, to start: UnsafeMutableRawPointer
    ) {
        let marker: UInt64 = header.marker ? 0x80 : 0
        let first =
            0x90 << 56 | (marker | UInt64(header.payloadType)) << 48
            | UInt64(header.sequenceNumber) << 32 | UInt64(header.timestamp)
        let second = UInt64(header.source) << 32 | 0xbede_0003
        let voice: UInt64 = audio.hasVoice ? 0x80 : 0
        let third =
            UInt64(0x1000_2200_0000_3100) | (voice | UInt64(min(audio.level, 127))) << 48
            | UInt64(audio.sendTime & 0xff_ffff) << 16 | UInt64(audio.transportSequence >> 8)
        let fourth =
            UInt32(audio.transportSequence & 0xff) << 24 | 0x0040_0000
            | UInt32(audio.mediaIdentifier) << 8
        start.storeBytes(of: first.bigEndian, as: UInt64.self)
        start.storeBytes(of: second.bigEndian, toByteOffset: 8, as: UInt64.self)
        start.storeBytes(of: third.bigEndian, toByteOffset: 16, as: UInt64.self)
        start.storeBytes(of: fourth.bigEndian, toByteOffset: 24, as: UInt32.self)
    }

    /// Reads the head of `packet`; nil if it has another shape, which says nothing of its validity.
    ///
    /// The payload, which may be empty, follows the head to the end of the packet.
    @inlinable
    public init?(_ packet: UnsafeRawBufferPointer) {
        guard packet.count >= Self.byteCount, let start = packet.baseAddress else { return nil }
        let first = UInt64(bigEndian: start.loadUnaligned(as: UInt64.self))
        let second = UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        let third = UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        // Version 2 with an extension and nothing else; one-byte elements, three words; the level
        // and the departure time first.
        guard first >> 56 == 0x90, second & 0xffff_ffff == 0xbede_0003,
            third & 0xff00_ff00_0000_0000 == 0x1000_2200_0000_0000
        else { return nil }
        header = PacketHeader(
            marker: first >> 55 & 1 == 1, payloadType: UInt8(first >> 48 & 0x7f),
            sequenceNumber: UInt16(truncatingIfNeeded: first >> 32),
            timestamp: UInt32(truncatingIfNeeded: first),
            source: UInt32(truncatingIfNeeded: second >> 32))
        sendTime = UInt32(truncatingIfNeeded: third >> 16) & 0xff_ffff
    }
}
