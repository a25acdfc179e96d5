/// What a datagram on a media socket is, by its first byte (RFC 7983 §7).
public enum DatagramKind: UInt8, Hashable, Sendable, BitwiseCopyable {
    /// STUN: 0…3.
    case stun
    /// ZRTP: 16…19.
    case zrtp
    /// DTLS: 20…63.
    case dtls
    /// TURN ChannelData: 64…79.
    case turnChannel
    /// RTP or RTCP, under SRTP: 128…191.
    case rtp
    /// Any other first byte, and the empty datagram.
    case unknown

    /// The kind that `firstByte` announces.
    @inlinable
    public static func classify(firstByte: UInt8) -> DatagramKind {
        switch firstByte {
        case 0...3: .stun
        case 16...19: .zrtp
        case 20...63: .dtls
        case 64...79: .turnChannel
        case 128...191: .rtp
        default: .unknown
        }
    }

    /// The kind of `datagram`.
    @inlinable
    public static func classify(_ datagram: [UInt8]) -> DatagramKind {
        datagram.isEmpty ? .unknown : classify(firstByte: datagram[0])
    }
}
