import Quantities

/// What a speech packet takes on the wire, from the IP header on, and the bit rate that makes.
public struct PacketSize: Hashable, Sendable {
    /// How a packet travels.
    public enum Path: String, Hashable, Sendable, CaseIterable {
        /// SRTP over UDP, from peer to peer or from a relay to the peer.
        case direct
        /// As ChannelData over UDP, between a client and its relay (RFC 8656 §12.4).
        case channel
        /// In a Send or Data indication over UDP, between a client and its relay (RFC 8656 §10).
        case indication
        /// As ChannelData over TCP, one packet a segment (RFC 8656 §12.5).
        case tcp
    }

    /// How a packet is protected.
    public enum Protection: Hashable, Sendable, CaseIterable {
        /// AES-128 in counter mode with 80 bits of HMAC-SHA1 (RFC 3711 §4, RFC 5764 §4.1.2).
        case aes128CMSHA1
        /// AES-128 in Galois/counter mode with a tag of 128 bits (RFC 7714 §14.2).
        case aeadAES128GCM

        /// Bytes of the authentication tag.
        public var tagByteCount: Int {
            switch self {
            case .aes128CMSHA1: 10
            case .aeadAES128GCM: 16
            }
        }
    }

    /// The Internet protocol of all addresses.
    public enum Family: Hashable, Sendable, CaseIterable {
        /// IPv4.
        case v4
        /// IPv6.
        case v6

        /// Bytes of the IP header without options (RFC 791 §3.1) or extensions (RFC 8200 §3).
        public var headerByteCount: Int {
            switch self {
            case .v4: 20
            case .v6: 40
            }
        }

        /// Bytes of the address in XOR-PEER-ADDRESS.
        var addressByteCount: Int {
            switch self {
            case .v4: 4
            case .v6: 16
            }
        }
    }

    /// Bytes of the UDP header (RFC 768).
    static let udpHeader = 8
    /// Bytes of the TCP header with timestamps, which every stack sends: 20 (RFC 9293 §3.1) and 12
    /// of the option with its padding (RFC 7323 §3.2, Appendix A).
    static let tcpHeader = 32
    /// Bytes of the RTP header without contributing sources (RFC 3550 §5.1).
    static let rtpHeader = 12
    /// Bytes of the ChannelData header (RFC 8656 §12.4).
    static let channelHeader = 4
    /// Bytes of the STUN header (RFC 8489 §5).
    static let stunHeader = 20
    /// Bytes before the value of a STUN attribute (RFC 8489 §14).
    static let attributeHeader = 4
    /// Bytes of XOR-PEER-ADDRESS before the address (RFC 8656 §18.3, RFC 8489 §14.1).
    static let addressPrefix = 4

    /// Bytes from the IP header on; a mean where the codec's payload is not a whole number.
    public let byteCount: Double
    /// The bit rate of packets at this size, bit/s.
    public let bitsPerSecond: Double

    /// The size of packets that carry `frame` of speech at `bitrate`.
    ///
    /// Over TCP, and in an indication, the data is padded to a multiple of 4 bytes (RFC 8656
    /// §12.5, RFC 8489 §14); over UDP a channel's is not. No acknowledgements, no TLS and no
    /// consent checks are counted.
    ///
    /// - Parameters:
    ///   - bitrate: What the codec makes, > 0.
    ///   - frame: Speech in a packet, > 0.
    ///   - extensionByteCount: All RTP header extensions with their 4-byte header (RFC 3550 §5.3.1):
    ///     0 without, else a multiple of 4.
    public init(
        bitrate: Bitrate, frame: SimDuration, protection: Protection, extensionByteCount: Int,
        path: Path, family: Family
    ) {
        precondition(bitrate > .zero && frame > .zero, "a packet holds some speech")
        precondition(
            extensionByteCount >= 0 && extensionByteCount.isMultiple(of: 4),
            "a header extension is made of words of 4 bytes")
        let payload = Double(bitrate.bitsPerSecond) * Double(frame.nanoseconds) / 8e9
        let packet =
            payload + Double(Self.rtpHeader + extensionByteCount + protection.tagByteCount)
        let udp = Double(family.headerByteCount + Self.udpHeader)
        byteCount =
            switch path {
            case .direct: udp + packet
            case .channel: udp + Double(Self.channelHeader) + packet
            case .indication:
                udp
                    + Double(
                        Self.stunHeader + Self.attributeHeader + Self.addressPrefix
                            + family.addressByteCount + Self.attributeHeader)
                    + Self.padded(packet)
            case .tcp:
                Double(family.headerByteCount + Self.tcpHeader + Self.channelHeader)
                    + Self.padded(packet)
            }
        bitsPerSecond = byteCount * 8e9 / Double(frame.nanoseconds)
    }

    /// `bytes` up to a multiple of 4.
    private static func padded(_ bytes: Double) -> Double {
        (bytes / 4).rounded(.up) * 4
    }
}
