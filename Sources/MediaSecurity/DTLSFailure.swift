import CMediaShim

/// Why a handshake failed for good.
public enum DTLSFailure: Error, Hashable, Sendable {
    /// The peer's certificate does not hash to the fingerprint that was signalled: somebody
    /// else is answering (RFC 8122 §6.2).
    case fingerprintMismatch
    /// The peer gave up and said so; the number is its alert's description (RFC 5246 §7.2), for
    /// instance 42, bad_certificate, when it expected another fingerprint.
    case alertReceived(UInt8)
    /// Twelve retransmissions went unanswered.
    case timedOut
    /// This end closed the association before there were keys.
    case abandoned
    /// The two ends have no SRTP protection profile in common (RFC 5764 §4.1).
    case noCommonProfile
    /// The peer broke the protocol; the number is OpenSSL's reason.
    case protocolViolation(UInt32)

    init(of association: OpaquePointer) {
        var code: UInt32 = 0
        switch media_dtls_get_failure(association, &code) {
        case MEDIA_DTLS_FINGERPRINT_MISMATCH: self = .fingerprintMismatch
        case MEDIA_DTLS_ALERT_RECEIVED: self = .alertReceived(UInt8(truncatingIfNeeded: code))
        case MEDIA_DTLS_TIMED_OUT: self = .timedOut
        case MEDIA_DTLS_NO_COMMON_PROFILE: self = .noCommonProfile
        default: self = .protocolViolation(code)
        }
    }
}

/// What happened to the datagrams of one association.
public struct DTLSCounters: Hashable, Sendable {
    /// Datagrams made to be sent, retransmissions included.
    public var sent: Int64 = 0
    /// Bytes of those datagrams.
    public var sentBytes: Int64 = 0
    /// Datagrams given to the handshake.
    public var received: Int64 = 0
    /// Datagrams dropped because they are not whole DTLS records.
    public var malformed: Int64 = 0
    /// Datagrams dropped because the association was not open for any: before a client's start,
    /// after failure, or after its state was released.
    public var untimely: Int64 = 0
    /// Times the retransmission timer fired.
    public var timeouts: Int64 = 0

    /// Nothing has happened yet.
    public init() {}
}
