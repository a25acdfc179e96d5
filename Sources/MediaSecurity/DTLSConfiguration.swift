import Quantities

/// How one end of a DTLS association behaves.
public struct DTLSConfiguration: Hashable, Sendable {
    /// Which end it is.
    public var role: DTLSRole
    /// SHA-256 that the peer's certificate must have, 32 bytes, as the session description said.
    public var remoteFingerprint: [UInt8]
    /// How long the first flight waits for its answer, from 1 µs to `maximumTimeout`; it doubles
    /// with every retransmission. RFC 6347 §4.2.4.1 says 1 s; browsers begin with 50 ms.
    public var firstTimeout: SimDuration
    /// SRTP protection profiles offered or accepted, the preferred first. The server's order
    /// decides.
    public var profiles: [SRTPProfile] = [.aeadAES128GCM, .aes128CMSHA1]
    /// Groups for the key exchange, the preferred first.
    public var groups: [DTLSGroup] = [.x25519, .p256]
    /// Whether a server has the client show that it receives what is sent to it, by a cookie in a
    /// HelloVerifyRequest, before it answers (RFC 6347 §4.2.1); one round trip more.
    public var verifiesHello = false
    /// UDP payload bytes that this end puts into a datagram, from 256 to 16,384. Messages that are
    /// longer go in fragments (RFC 6347 §4.2.3).
    public var datagramByteLimit = DTLSConfiguration.maximumTransmissionUnit

    /// The longest wait between retransmissions (RFC 6347 §4.2.4.1).
    public static var maximumTimeout: SimDuration { .seconds(60) }
    /// UDP payload bytes that no datagram exceeds by default, as in browsers: what passes any path.
    public static var maximumTransmissionUnit: Int { 1200 }
    /// How long a server that has finished stays ready to repeat its last flight: twice the
    /// maximum segment lifetime of TCP (RFC 6347 §4.2.4, RFC 9293 §3.4.2).
    public static var finishedHoldTime: SimDuration { .minutes(4) }

    /// One end in `role` that expects `remoteFingerprint`.
    public init(role: DTLSRole, remoteFingerprint: [UInt8], firstTimeout: SimDuration) {
        self.role = role
        self.remoteFingerprint = remoteFingerprint
        self.firstTimeout = firstTimeout
    }
}
