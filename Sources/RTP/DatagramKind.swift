/// The protocol that a datagram belongs to where several share a port: by its first byte
/// (RFC 7983 §7), and RTCP from RTP by its second (RFC 5761 §4).
public enum DatagramKind: UInt8, Hashable, Sendable, BitwiseCopyable, CaseIterable {
    /// STUN: 0…3.
    case stun
    /// ZRTP: 16…19.
    case zrtp
    /// DTLS: 20…63.
    case dtls
    /// TURN ChannelData: 64…79.
    case turnChannel
    /// RTP: 128…191, and the second byte is no type of RTCP.
    case media
    /// RTCP: 128…191, and the second byte is 192…223.
    case control
    /// Empty, or a first byte that is assigned to nothing; to be dropped.
    case unassigned

    /// The kind of the datagram in `bytes`.
    @inlinable
    public init(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first else {
            self = .unassigned
            return
        }
        switch first {
        case 128...191:
            let isControl = bytes.count > 1 && ControlType.isControl(secondByte: bytes[1])
            self = isControl ? .control : .media
        case 20...63: self = .dtls
        case 0...3: self = .stun
        case 64...79: self = .turnChannel
        case 16...19: self = .zrtp
        default: self = .unassigned
        }
    }
}

/// Rules about payload types (RFC 3551 §6, RFC 5761 §4).
public enum PayloadTypeRules {
    /// The types that session descriptions may bind to any format (RFC 3551 §6).
    public static var dynamic: ClosedRange<UInt8> { 96...127 }

    /// Whether `payloadType` can be told from RTCP on the same port: with the marker, 64…95 would
    /// read as RTCP types 192…223 (RFC 5761 §4).
    @inlinable
    public static func isTellable(_ payloadType: UInt8) -> Bool {
        payloadType < 64 || (96...127).contains(payloadType)
    }
}
