/// Packet types of RTCP (RFC 3550 §12.1).
public enum ControlType {
    /// Sender report.
    public static var senderReport: UInt8 { 200 }
    /// Receiver report.
    public static var receiverReport: UInt8 { 201 }
    /// Source description.
    public static var sourceDescription: UInt8 { 202 }
    /// Goodbye.
    public static var goodbye: UInt8 { 203 }
    /// Application-defined.
    public static var application: UInt8 { 204 }
    /// Feedback of the transport layer (RFC 4585 §6.1).
    public static var transportFeedback: UInt8 { 205 }
    /// Feedback on the payload (RFC 4585 §6.1).
    public static var payloadFeedback: UInt8 { 206 }

    /// Whether packets of `type` may open a compound (RFC 3550 §6.1).
    @inlinable
    public static func isReport(_ type: UInt8) -> Bool {
        type == senderReport || type == receiverReport
    }

    /// Whether a datagram's second byte says RTCP rather than RTP, where both share a port
    /// (RFC 5761 §4: types 192…223, which RTP payload types 64…95 with the marker would collide
    /// with and are therefore not used).
    @inlinable
    public static func isControl(secondByte: UInt8) -> Bool {
        (192...223).contains(secondByte)
    }
}

/// The sender's part of a sender report (RFC 3550 §6.4.1).
public struct SenderInformation: Hashable, Sendable, BitwiseCopyable {
    /// When the report was sent.
    public var ntp: NTPTimestamp
    /// The same instant on the payload's clock.
    public var timestamp: UInt32
    /// RTP packets sent so far, modulo 2^32.
    public var packetCount: UInt32
    /// Payload bytes sent so far, modulo 2^32.
    public var octetCount: UInt32

    /// A sender's part with these fields.
    public init(ntp: NTPTimestamp, timestamp: UInt32, packetCount: UInt32, octetCount: UInt32) {
        self.ntp = ntp
        self.timestamp = timestamp
        self.packetCount = packetCount
        self.octetCount = octetCount
    }
}

/// What a receiver reports of one source (RFC 3550 §6.4.1).
public struct ReportBlock: Hashable, Sendable, BitwiseCopyable {
    /// Bytes on the wire.
    public static var byteCount: Int { 24 }

    /// The source that is reported on.
    public var source: UInt32
    /// Loss since the previous report in units of 1/256.
    public var fractionLost: UInt8
    /// Loss since the beginning, −2^23 … 2^23 − 1; wider values are clamped when written.
    public var cumulativeLost: Int32
    /// The highest sequence number with its count of cycles in the upper 16 bits.
    public var extendedHighest: UInt32
    /// Interarrival jitter in ticks of the payload's clock.
    public var jitter: UInt32
    /// The middle 32 bits of the last sender report's NTP timestamp; 0 without one (LSR).
    public var lastSenderReport: UInt32
    /// Time since that report in units of 2^-16 s; 0 without one (DLSR).
    public var delaySinceLastSenderReport: UInt32

    /// A block with these fields.
    public init(
        source: UInt32, fractionLost: UInt8, cumulativeLost: Int32, extendedHighest: UInt32,
        jitter: UInt32, lastSenderReport: UInt32, delaySinceLastSenderReport: UInt32
    ) {
        self.source = source
        self.fractionLost = fractionLost
        self.cumulativeLost = cumulativeLost
        self.extendedHighest = extendedHighest
        self.jitter = jitter
        self.lastSenderReport = lastSenderReport
        self.delaySinceLastSenderReport = delaySinceLastSenderReport
    }

    /// The round trip in units of 2^-16 s that this block shows its source when it arrives at
    /// `arrival` (RFC 3550 §6.4.1); nil without a sender report, or if the fields contradict.
    public func roundTrip(at arrival: NTPTimestamp) -> UInt32? {
        guard lastSenderReport != 0 else { return nil }
        let trip = arrival.middle &- lastSenderReport &- delaySinceLastSenderReport
        return Int32(bitPattern: trip) >= 0 ? trip : nil
    }
}

/// One packet of a compound RTCP packet.
public enum ControlPacket: Hashable, Sendable {
    /// A sender report with up to 31 blocks (RFC 3550 §6.4.1).
    case senderReport(source: UInt32, SenderInformation, blocks: [ReportBlock])
    /// A receiver report with up to 31 blocks (RFC 3550 §6.4.2).
    case receiverReport(source: UInt32, blocks: [ReportBlock])
    /// Source descriptions, of which only the canonical names are kept (RFC 3550 §6.5.1).
    case sourceDescription(canonicalNames: [CanonicalName])
    /// Sources that leave (RFC 3550 §6.6); a reason is skipped when read.
    case goodbye(sources: [UInt32])
    /// A type that is not interpreted, such as APP or a feedback message (RFC 4585).
    case other(type: UInt8)
}

/// A source and its canonical name (RFC 3550 §6.5.1).
public struct CanonicalName: Hashable, Sendable {
    /// The source.
    public var source: UInt32
    /// Its name in UTF-8, at most 255 bytes; random per call, so that it names nobody (RFC 7022).
    public var name: [UInt8]

    /// The name `name` of `source`.
    ///
    /// - Precondition: `name` has at most 255 bytes.
    public init(source: UInt32, name: [UInt8]) {
        precondition(name.count <= 255, "an SDES item has at most 255 bytes")
        self.source = source
        self.name = name
    }
}

/// Why bytes are not a compound RTCP packet; positions are byte offsets.
public enum ControlError: Error, Equatable, Sendable {
    /// The packet at `offset` ends before what it announces.
    case truncated(offset: Int)
    /// The packet at `offset` has a version other than 2.
    case unsupportedVersion(offset: Int)
    /// The first packet is no report (RFC 3550 §6.1, A.2).
    case doesNotStartWithReport(type: UInt8)
    /// Padding in a packet that is not the last, or more of it than fits (RFC 3550 A.2).
    case invalidPadding(offset: Int)
    /// A source description's items run over their chunk.
    case malformedDescription(offset: Int)
    /// A goodbye's reason runs over its packet.
    case malformedGoodbye(offset: Int)
    /// More packets than a compound may hold here.
    case tooManyPackets
}
