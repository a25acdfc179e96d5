/// The layout of an Opus packet as its first byte tells it (RFC 6716 §3.1, §3.2; RFC 7587 §4.2).
public struct OpusPayload: Hashable, Sendable, BitwiseCopyable {
    /// The longest packet in ticks of the 48 kHz clock, 120 ms (RFC 6716 §3.2.5 R5).
    public static var maximumTicks: Int { 5760 }
    /// The longest frame in bytes (RFC 6716 §3.2.1 R2).
    public static var maximumFrameBytes: Int { 1275 }
    /// The longest packet that carries no signal: its decoder conceals instead. An encoder in DTX
    /// yields such packets and need not send them (RFC 6716 §3.1, libopus `opus_encode`).
    public static var silenceByteCount: Int { 2 }

    /// Which coder made the frames.
    public enum Mode: UInt8, Sendable, BitwiseCopyable {
        /// Linear prediction (SILK), the coder of wideband speech.
        case silk
        /// Linear prediction below 8 kHz and transform coding above.
        case hybrid
        /// Transform coding (CELT).
        case celt
    }

    /// The coder.
    public let mode: Mode
    /// Ticks of the 48 kHz clock in each frame.
    public let frameTicks: Int
    /// The number of frames, 1…48.
    public let frameCount: Int
    /// Whether the frames are stereo.
    public let isStereo: Bool

    /// Ticks of the 48 kHz clock in the packet, at most 120 ms.
    @inlinable public var ticks: Int { frameTicks * frameCount }

    /// Reads the head of `payload`; nil if it is empty, lacks its count of frames, announces none,
    /// or more than 120 ms.
    @inlinable
    public init?(_ payload: UnsafeRawBufferPointer) {
        guard let first = payload.first else { return nil }
        let configuration = first >> 3
        isStereo = first & 4 != 0
        switch configuration {
        case 0..<12:
            mode = .silk
            frameTicks = configuration & 3 == 3 ? 2880 : 480 << Int(configuration & 3)
        case 12..<16:
            mode = .hybrid
            frameTicks = configuration & 1 == 0 ? 480 : 960
        default:
            mode = .celt
            frameTicks = 120 << Int(configuration & 3)
        }
        switch first & 3 {
        case 0: frameCount = 1
        case 1, 2: frameCount = 2
        default:
            guard payload.count > 1, payload[1] & 0x3f > 0 else { return nil }
            frameCount = Int(payload[1] & 0x3f)
        }
        guard frameTicks * frameCount <= Self.maximumTicks else { return nil }
    }

    /// Whether `payload`, one mono frame, carries a coarse copy of the frame before it (LBRR).
    ///
    /// The flag follows one activity bit for each 20 ms in the first bits of a linear-prediction
    /// frame (RFC 6716 §4.2.3, §4.2.4); CELT frames have none.
    @inlinable
    public static func hasRedundancy(_ payload: UnsafeRawBufferPointer) -> Bool {
        guard let layout = OpusPayload(payload) else { return false }
        return layout.hasRedundancy(in: payload)
    }

    /// Whether `payload`, whose layout this is, carries a coarse copy of the frame before it.
    @inlinable
    public func hasRedundancy(in payload: UnsafeRawBufferPointer) -> Bool {
        guard payload.count > Self.silenceByteCount, mode != .celt, !isStereo, payload[0] & 3 == 0
        else { return false }
        let activityBits = frameTicks <= 960 ? 1 : frameTicks / 960
        return payload[1] >> UInt8(truncatingIfNeeded: 7 - activityBits) & 1 == 1
    }
}

/// Numbers the packets of one Opus stream (RFC 3550 §5.1, RFC 7587 §4.1).
///
/// The timestamp runs on through silence, the sequence number does not, and the first packet after
/// silence carries the marker.
public struct OpusStreamNumbering: Sendable, BitwiseCopyable {
    /// The synchronisation source.
    public let source: UInt32
    /// The payload type.
    public let payloadType: UInt8
    /// The sequence number of the next packet.
    public private(set) var sequenceNumber: UInt16
    /// The timestamp of the next frame.
    public private(set) var timestamp: UInt32
    private var followsSilence = true

    /// A stream that starts with these numbers, which should be random (RFC 3550 §5.1).
    public init(source: UInt32, payloadType: UInt8, sequenceNumber: UInt16, timestamp: UInt32) {
        self.source = source
        self.payloadType = payloadType
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
    }

    /// The header of a frame of `ticks` that is sent.
    public mutating func send(ticks: Int) -> PacketHeader {
        let header = PacketHeader(
            marker: followsSilence, payloadType: payloadType, sequenceNumber: sequenceNumber,
            timestamp: timestamp, source: source)
        followsSilence = false
        sequenceNumber &+= 1
        timestamp &+= UInt32(ticks)
        return header
    }

    /// Passes over a frame of `ticks` that is not sent, because the talker is silent.
    public mutating func skip(ticks: Int) {
        followsSilence = true
        timestamp &+= UInt32(ticks)
    }
}
