import ICE

/// Who begins the DTLS handshake (RFC 8842 §4, RFC 4145 §4).
public enum SetupRole: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// The endpoint begins: it is the DTLS client.
    case active
    /// The endpoint waits: it is the DTLS server.
    case passive
    /// Either will do; only in offers.
    case actpass

    /// The word in `a=setup`.
    public var token: StaticString {
        switch self {
        case .active: "active"
        case .passive: "passive"
        case .actpass: "actpass"
        }
    }
}

/// The one codec that calls use, with the receiver's wishes (RFC 7587 §6, §7).
public struct OpusFormat: Hashable, Sendable, BitwiseCopyable {
    /// RTP payload type, dynamic: 96…127.
    public var payloadType: UInt8
    /// `useinbandfec`: the receiver makes use of in-band forward error correction.
    public var usesInBandFEC: Bool
    /// `usedtx`: the receiver prefers silence not to be sent.
    public var usesDTX: Bool
    /// `maxaveragebitrate` in bit/s, 6,000…510,000; nil for no wish.
    public var maximumAverageBitrate: UInt32?
    /// `ptime`: the packet time the receiver would like, in ms, 3…120.
    public var packetTime: UInt8

    /// A format of these parameters; by default what browsers send.
    public init(
        payloadType: UInt8 = 111, usesInBandFEC: Bool = true, usesDTX: Bool = false,
        maximumAverageBitrate: UInt32? = nil, packetTime: UInt8 = 20
    ) {
        self.payloadType = payloadType
        self.usesInBandFEC = usesInBandFEC
        self.usesDTX = usesDTX
        self.maximumAverageBitrate = maximumAverageBitrate
        self.packetTime = packetTime
    }

    /// The smallest and largest `maxaveragebitrate` (RFC 7587 §6.1).
    public static let bitrates: ClosedRange<UInt32> = 6_000...510_000
    /// The shortest and longest `ptime` in ms (RFC 7587 §6.1).
    public static let packetTimes: ClosedRange<UInt8> = 3...120
    /// Dynamic payload types (RFC 3551 §6).
    public static let payloadTypes: ClosedRange<UInt8> = 96...127
}

/// An offer or answer for one audio stream (RFC 8866, RFC 8829 §5.2.1 and §5.3.1), as far as a
/// voice call needs it: one Opus stream, RTP and RTCP on one port, DTLS-SRTP, ICE with trickling.
public struct SessionDescription: Hashable, Sendable {
    /// The session id of `o=`, below 2^63 (RFC 8829 §5.2.1).
    public var sessionID: UInt64
    /// The version of `o=`; grows with every new description of a session.
    public var version: UInt64
    /// `a=ice-ufrag` and `a=ice-pwd`.
    public var credentials: Credentials
    /// `a=ice-options:trickle` (RFC 8838 §4.1).
    public var trickles: Bool
    /// `a=ice-lite` (RFC 8839 §5.3): the sender answers checks and sends none.
    public var isLite = false
    /// `a=ice-pacing` in ms (RFC 8839 §5.5): the Ta the sender proposes; nil for the default.
    public var pacing: UInt32?
    /// `a=fingerprint:sha-256`: 32 bytes (RFC 8122 §5).
    public var fingerprint: [UInt8]
    /// `a=setup`.
    public var setup: SetupRole
    /// `a=mid`: 1…16 token characters (RFC 5888 §4).
    public var mid: String
    /// The codec.
    public var format: OpusFormat
    /// Candidates known when the description was made.
    public var candidates: [Candidate]
    /// `a=end-of-candidates` (RFC 8840 §4.3): no more will follow.
    public var hasAllCandidates: Bool

    /// Bytes of a SHA-256 fingerprint.
    public static let fingerprintByteCount = 32
    /// Longest `mid` accepted: what a one-byte header extension of RTP carries (RFC 8285 §4.2).
    public static let longestMid = 16
    /// Most candidates in one description: more than any agent here keeps.
    public static let maximumCandidates = 64
    /// Longest description accepted, in bytes: several times an offer with all its candidates.
    public static let longestText = 16_384

    /// A description of these parts.
    ///
    /// - Precondition: `fingerprint` has 32 bytes.
    public init(
        sessionID: UInt64, version: UInt64 = 1, credentials: Credentials, trickles: Bool = true,
        fingerprint: [UInt8], setup: SetupRole, mid: String = "0",
        format: OpusFormat = OpusFormat(), candidates: [Candidate] = [],
        hasAllCandidates: Bool = false
    ) {
        precondition(
            fingerprint.count == Self.fingerprintByteCount, "a SHA-256 fingerprint has 32 bytes")
        self.sessionID = sessionID
        self.version = version
        self.credentials = credentials
        self.trickles = trickles
        self.fingerprint = fingerprint
        self.setup = setup
        self.mid = mid
        self.format = format
        self.candidates = candidates
        self.hasAllCandidates = hasAllCandidates
    }
}
