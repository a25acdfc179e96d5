import CMediaShim
import Quantities
import RandomStreams

/// One end of a DTLS 1.2 association that agrees on SRTP keys (RFC 5764), in virtual time.
///
/// Drive it like this: `start(at:)` once; then whenever a datagram arrives `handle(_:at:)`, and at
/// `nextTimeout` `handleTimeout(at:)`. After each, send what `pollTransmit()` yields until it is
/// nil, and look at `state`. Once connected, `takeKeys()` yields the keys, once. A server keeps
/// the handshake alive to repeat its last flight until `release()` says that the peer has shown
/// its keys, or the hold time is over. All randomness comes from the stream given at the
/// beginning, all time from the arguments.
///
/// It holds raw pointers, but has one owner, so it may move between threads.
public struct DTLSSession: ~Copyable, @unchecked Sendable {
    /// How far the association has come.
    public enum State: Hashable, Sendable {
        /// Not started.
        case idle
        /// Exchanging flights.
        case handshaking
        /// Keys have been agreed on, for this profile.
        case connected(SRTPProfile)
        /// Over, without keys.
        case failed(DTLSFailure)
    }

    /// How far it has come.
    public private(set) var state: State = .idle
    /// What has happened so far.
    public private(set) var counters = DTLSCounters()
    /// Which end it is.
    public let role: DTLSRole

    private var association: OpaquePointer?
    private var randomness: RandomStream
    private var keys: SRTPKeys?
    /// Who looks at the memory of keys as it is given back, from the export on; nobody but in audits.
    public var keyReleases: KeyReleases?
    private var outgoing: [[UInt8]] = []
    private var nextOutgoing = 0
    private var timerGeneration: UInt64 = 0
    private var retransmission: SimTime?
    private var holdEnd: SimTime?

    /// An end as `configuration` says, showing `certificate`, its random bytes from `randomness`.
    ///
    /// - Precondition: the fingerprint has 32 bytes, the first timeout and the limit of a datagram
    ///   are within their ranges, and there is a profile and a group.
    public init(
        _ configuration: DTLSConfiguration, certificate: Certificate, randomness: RandomStream
    ) {
        role = configuration.role
        self.randomness = randomness
        association = makeAssociation(configuration, certificate, &self.randomness)
    }

    deinit {
        var randomness = randomness
        AttributedRandomness.drawing(from: &randomness) { media_dtls_free(association) }
    }

    /// When `handleTimeout(at:)` wants to be called, nil for never.
    public var nextTimeout: SimTime? { retransmission ?? holdEnd }

    /// Whether the handshake's state has been freed: nothing more will be sent.
    public var isReleased: Bool { association == nil }

    /// Opens the handshake, or begins to wait for it.
    ///
    /// - Precondition: not started before.
    public mutating func start(at now: SimTime) {
        precondition(state == .idle, "a handshake starts once, not when \(state)")
        state = .handshaking
        advance(at: now) { media_dtls_start($0) }
    }

    /// Takes in a datagram from the peer. Whatever it holds, it is answered, counted or ends the
    /// handshake; a server that has not started starts.
    public mutating func handle(_ datagram: [UInt8], at now: SimTime) {
        guard PacketForm.isDTLS(datagram) else {
            counters.malformed += 1
            return
        }
        if state == .idle, role == .server { start(at: now) }
        guard association != nil, state != .idle else {
            counters.untimely += 1
            return
        }
        counters.received += 1
        advance(at: now) { association in
            datagram.withUnsafeBufferPointer {
                media_dtls_receive(association, $0.baseAddress, $0.count)
            }
        }
    }

    /// Acts on whatever was due by `now`.
    public mutating func handleTimeout(at now: SimTime) {
        if let due = retransmission, due <= now {
            retransmission = nil
            counters.timeouts += 1
            advance(at: now) { media_dtls_expire($0) }
        }
        if let due = holdEnd, due <= now { release() }
    }

    /// The oldest datagram waiting to be sent, nil when there is none.
    public mutating func pollTransmit() -> [UInt8]? {
        guard nextOutgoing < outgoing.count else { return nil }
        var datagram: [UInt8] = []
        swap(&datagram, &outgoing[nextOutgoing])
        nextOutgoing += 1
        if nextOutgoing == outgoing.count {
            outgoing.removeAll(keepingCapacity: true)
            nextOutgoing = 0
        }
        return datagram
    }

    /// The keys agreed on; nil before, and once they have been taken.
    public mutating func takeKeys() -> SRTPKeys? {
        keys.take()
    }

    /// Frees the handshake's state, about 75 kB. For a connected server whose peer has shown,
    /// by a packet that authenticates, that it has the last flight; elsewhere it acts by itself.
    public mutating func release() {
        guard state != .handshaking, state != .idle else { return }
        freeAssociation()
    }

    /// Ends the association at whatever stage it is, because the call has ended: frees the
    /// handshake's state, destroys keys that have not been taken and drops what waits to be sent.
    /// The peer is not told; nothing more is sent or accepted.
    public mutating func close() {
        switch state {
        case .idle, .handshaking: state = .failed(.abandoned)
        case .connected, .failed: break
        }
        freeAssociation()
        keys = nil
        outgoing = []
        nextOutgoing = 0
    }

    private mutating func freeAssociation() {
        guard let association else { return }
        AttributedRandomness.drawing(from: &randomness) { media_dtls_free(association) }
        self.association = nil
        retransmission = nil
        holdEnd = nil
    }

    private mutating func advance(
        at now: SimTime, _ step: (OpaquePointer) -> media_dtls_progress
    ) {
        guard let association else { return }
        let progress = AttributedRandomness.drawing(from: &randomness) { step(association) }
        collectOutgoing(association)
        updateTimer(association, at: now)
        switch progress {
        case MEDIA_DTLS_CONNECTED: finish(association, at: now)
        case MEDIA_DTLS_FAILED: fail(DTLSFailure(of: association))
        default: break
        }
    }

    private mutating func finish(_ association: OpaquePointer, at now: SimTime) {
        guard state == .handshaking else { return }
        let number = UInt16(truncatingIfNeeded: media_dtls_get_profile(association))
        guard let profile = SRTPProfile(rawValue: number) else { return fail(.noCommonProfile) }
        let role = role
        keys = SRTPKeys(
            exportedBy: association, profile: profile, role: role, releases: keyReleases)
        guard keys != nil else { return fail(.protocolViolation(0)) }
        state = .connected(profile)
        switch role {
        case .client: release()  // the server's last flight is here, so it has all of ours
        case .server: holdEnd = now + DTLSConfiguration.finishedHoldTime
        }
    }

    private mutating func fail(_ failure: DTLSFailure) {
        // A peer that breaks the protocol after the keys are agreed on takes nothing away.
        if state == .handshaking { state = .failed(failure) }
        release()
    }

    private mutating func collectOutgoing(_ association: OpaquePointer) {
        while case let count = media_dtls_waiting_bytes(association), count > 0 {
            outgoing.append(
                [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                    media_dtls_take_waiting(association, buffer.baseAddress)
                    initialized = count
                })
            counters.sent += 1
            counters.sentBytes += Int64(count)
        }
    }

    private mutating func updateTimer(_ association: OpaquePointer, at now: SimTime) {
        var generation: UInt64 = 0
        let timeout = media_dtls_get_timeout(association, &generation)
        guard generation != timerGeneration else { return }
        timerGeneration = generation
        retransmission = timeout == 0 ? nil : now + .microseconds(Int64(timeout))
    }
}

private func makeAssociation(
    _ configuration: DTLSConfiguration, _ certificate: Certificate,
    _ randomness: inout RandomStream
) -> OpaquePointer {
    precondition(
        configuration.remoteFingerprint.count == Fingerprint.byteCount,
        "a SHA-256 fingerprint has 32 bytes, not \(configuration.remoteFingerprint.count)")
    let range = SimDuration.microseconds(1)...DTLSConfiguration.maximumTimeout
    precondition(
        range.contains(configuration.firstTimeout),
        "a first timeout is in 1 µs…60 s, not \(configuration.firstTimeout)")
    precondition(
        256...16_384 ~= configuration.datagramByteLimit,
        "a datagram has 256 to 16384 bytes, not \(configuration.datagramByteLimit)")
    let profiles = configuration.profiles.map(\.libraryName).joined(separator: ":")
    let groups = configuration.groups.map(\.libraryName).joined(separator: ":")
    let made = configuration.remoteFingerprint.withUnsafeBufferPointer { fingerprint in
        profiles.withCString { profiles in
            groups.withCString { groups in
                var settings = media_dtls_settings(
                    is_client: configuration.role == .client ? 1 : 0,
                    certificate: certificate.pointer,
                    peer_fingerprint: fingerprint.baseAddress,
                    profiles: profiles,
                    groups: groups,
                    first_timeout: UInt32(configuration.firstTimeout.nanoseconds / 1000),
                    maximum_timeout: UInt32(
                        DTLSConfiguration.maximumTimeout.nanoseconds / 1000),
                    maximum_transmission_unit: UInt32(configuration.datagramByteLimit),
                    verifies_hello: configuration.verifiesHello ? 1 : 0)
                return AttributedRandomness.drawing(from: &randomness) {
                    media_dtls_new(&settings)
                }
            }
        }
    }
    guard let made else {
        preconditionFailure("OpenSSL refused profiles '\(profiles)' with groups '\(groups)'")
    }
    return made
}
