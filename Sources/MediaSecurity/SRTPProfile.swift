/// An SRTP protection profile that a handshake can agree on.
public enum SRTPProfile: UInt16, CaseIterable, Hashable, Sendable {
    /// AES-128 in counter mode with 80 bits of HMAC-SHA1 (RFC 5764 §4.1.2).
    case aes128CMSHA1 = 0x0001
    /// AES-128 in Galois/counter mode with a tag of 128 bits (RFC 7714 §14.2).
    case aeadAES128GCM = 0x0007

    /// Bytes of a master key.
    public var keyByteCount: Int { 16 }

    /// Bytes of a master salt.
    public var saltByteCount: Int {
        switch self {
        case .aes128CMSHA1: 14
        case .aeadAES128GCM: 12
        }
    }

    /// Bytes that protection adds to an RTP packet.
    public var overhead: Int {
        switch self {
        case .aes128CMSHA1: 10
        case .aeadAES128GCM: 16
        }
    }

    /// Bytes that protection adds to a compound RTCP packet: the tag, and the index with the
    /// encryption flag (RFC 3711 §3.4).
    public var controlOverhead: Int { overhead + 4 }

    /// Its name in OpenSSL's lists.
    var libraryName: String {
        switch self {
        case .aes128CMSHA1: "SRTP_AES128_CM_SHA1_80"
        case .aeadAES128GCM: "SRTP_AEAD_AES_128_GCM"
        }
    }
}
