import CSRTP

/// Why a packet was not protected or not accepted.
public enum SRTPError: Error, Hashable, Sendable {
    /// The tag does not fit the packet: altered on the way, or protected under other keys.
    case authentication
    /// The packet's index has been accepted before (RFC 3711 §3.3.2).
    case replayFail
    /// The packet's index lies before the replay window.
    case replayOld
    /// The bytes are no RTP or RTCP packet, too few to hold what their header promises, or an
    /// RTCP packet that says it is not encrypted (RFC 3711 §3.4).
    case malformed
    /// The keys have protected as many packets as they may (RFC 3711 §9.2).
    case keyExpired
    /// Anything else, by libsrtp2's status.
    case library(UInt32)

    init(_ status: srtp_err_status_t) {
        switch status {
        case srtp_err_status_auth_fail: self = .authentication
        case srtp_err_status_replay_fail: self = .replayFail
        case srtp_err_status_replay_old: self = .replayOld
        case srtp_err_status_parse_err, srtp_err_status_bad_param, srtp_err_status_cant_check:
            self = .malformed
        case srtp_err_status_key_expired: self = .keyExpired
        default: self = .library(status.rawValue)
        }
    }
}

/// What happened to the packets of one session, RTP and RTCP together.
public struct SRTPCounters: Hashable, Sendable {
    /// Packets protected.
    public var protected: Int64 = 0
    /// Packets authenticated and decrypted.
    public var accepted: Int64 = 0
    /// Packets rejected because the tag did not fit.
    public var rejectedAuthentication: Int64 = 0
    /// Packets rejected because their index had been seen or was too old to tell.
    public var rejectedReplay: Int64 = 0
    /// Packets rejected because their bytes made no sense.
    public var rejectedMalformed: Int64 = 0
    /// Packets rejected for another reason.
    public var rejectedOther: Int64 = 0

    /// Nothing has happened yet.
    public init() {}

    mutating func countRejection(_ error: SRTPError) {
        switch error {
        case .authentication: rejectedAuthentication += 1
        case .replayFail, .replayOld: rejectedReplay += 1
        case .malformed: rejectedMalformed += 1
        case .keyExpired, .library: rejectedOther += 1
        }
    }
}
