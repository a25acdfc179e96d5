import MediaSecurity
import OpusCodec
import Quantities
import RTP
import RandomStreams

/// One side of a call whose media really runs: microphone, Opus, RTP, SRTP under keys from DTLS,
/// and back through the jitter buffer to the ear.
///
/// Drive it like this: ``start(at:)`` once the path is there; then ``handle(_:at:)`` for each
/// datagram from the path that is not STUN, and ``handleTimeout(at:)`` at ``nextTimeout``. After
/// each, send what ``pollTransmit()`` yields until nil and look at ``pollEvent()``.
/// ``close(at:)`` ends it: goodbye is queued, keys and codecs are destroyed, the report is
/// returned. Dropping the last reference destroys the keys as well.
///
/// A class because an association, its keys and its codecs have one identity that the platform's
/// tables refer to; it is used by one thread at a time.
public final class MediaEndpoint {
    /// The largest datagram taken in, in bytes: more than any sender here can produce.
    public static var datagramLimit: Int { 1500 }

    /// How far the endpoint has come.
    public enum Phase: Hashable, Sendable {
        /// Not started.
        case idle
        /// Agreeing on keys.
        case securing
        /// Speech flows.
        case secured
        /// There will be no media.
        case failed
        /// Over.
        case closed
    }

    /// The settings.
    public let configuration: MediaConfiguration
    /// How far it has come.
    public private(set) var phase = Phase.idle

    /// The association; nil once the call is closed.
    private var dtls: DTLSSession?
    /// What is said once there are keys.
    private var source: SpeechSource?
    /// The side once there are keys.
    private var side: MediaSide?
    private var arena: PacketArena
    private let randomness: RandomStream
    private var report = MediaReport()
    private var sending = DatagramQueue()
    private var events: [MediaEvent] = []
    private var started = SimTime.zero
    private let silence: [Int16]
    private var hasToldHeard = false
    private var hasToldLeft = false

    /// One side of a call.
    ///
    /// - Parameters:
    ///   - dtlsRole: by the `a=setup` of the descriptions; the client opens the handshake.
    ///   - certificate: the one whose fingerprint the own description shows.
    ///   - remoteFingerprint: 32 bytes of the remote description.
    ///   - speech: what is said; its material's rate is the codec's.
    /// - Throws: ``OpusError`` if the codec refuses its settings.
    public init(
        configuration: MediaConfiguration, dtlsRole: DTLSRole, certificate: Certificate,
        remoteFingerprint: [UInt8], speech: Talker, randomness: MediaRandomness
    ) throws(OpusError) {
        let rate = speech.material.sampleRate
        var dtls = DTLSConfiguration(
            role: dtlsRole, remoteFingerprint: remoteFingerprint,
            firstTimeout: configuration.firstTimeout)
        dtls.profiles = configuration.profiles
        source = try SpeechSource.live(speech, configuration.codec)
        self.dtls = DTLSSession(
            dtls, certificate: certificate, randomness: randomness.handshake)
        self.configuration = configuration
        self.randomness = randomness.session
        arena = PacketArena(slotByteCount: PacketArena.headroom + Self.datagramLimit)
        silence = [Int16](repeating: 0, count: configuration.codec.frame.samples(at: rate))
    }

    /// Opens the handshake or begins to wait for it.
    ///
    /// - Precondition: not started before.
    public func start(at now: SimTime) {
        precondition(phase == .idle, "media starts once, not when \(phase)")
        phase = .securing
        started = now
        if dtls?.state == .idle { dtls?.start(at: now) }
        followHandshake(at: now)
    }

    /// When ``handleTimeout(at:)`` wants to be called; nil for never.
    public var nextTimeout: SimTime? {
        guard phase != .closed else { return nil }
        var earliest = SimTime.distantFuture
        if let due = dtls?.nextTimeout { earliest = due }
        if let tick = side?.nextTick { earliest = min(earliest, tick) }
        if let report = side?.nextReport { earliest = min(earliest, report) }
        return earliest == .distantFuture ? nil : earliest
    }

    /// Acts on whatever was due by `now`: handshake timers, the frame clock, reports.
    public func handleTimeout(at now: SimTime) {
        guard phase != .closed else { return }
        if let due = dtls?.nextTimeout, due <= now {
            dtls?.handleTimeout(at: now)
            followHandshake(at: now)
        }
        while let tick = side?.nextTick, tick <= now {
            send(side?.tick(at: tick, in: &arena))
            noticeChanges()
        }
        if let due = side?.nextReport, due <= now { send(side?.report(at: now, in: &arena)) }
    }

    /// Takes in a datagram from the path; whatever it holds, it is used or counted and dropped.
    public func handle(_ datagram: consuming [UInt8], at now: SimTime) {
        guard phase != .closed else { return reject(.afterClose) }
        guard !datagram.isEmpty, datagram.count <= Self.datagramLimit else { return reject(.size) }
        switch datagram.withUnsafeBytes({ DatagramKind($0) }) {
        case .dtls: handleHandshake(datagram, at: now)
        case .media, .control:
            guard side != nil else { return reject(.beforeKeys) }
            let packet = datagram.withUnsafeBytes { arena.take(copying: $0, isControl: false) }
            side?.receive(packet, at: now, in: &arena)
            noticeChanges()
        case .stun, .turnChannel, .zrtp, .unassigned: reject(.unknownKind)
        }
    }

    private func handleHandshake(_ datagram: [UInt8], at now: SimTime) {
        guard let before = dtls?.counters else { return }
        dtls?.handle(datagram, at: now)
        guard let after = dtls?.counters else { return }
        report.rejected[.malformedHandshake] += after.malformed - before.malformed
        report.rejected[.untimelyHandshake] += after.untimely - before.untimely
        followHandshake(at: now)
    }

    private func reject(_ reason: RejectionReason) {
        report.rejected[reason] += 1
    }

    /// The oldest datagram to be sent, nil when there is none.
    public func pollTransmit() -> [UInt8]? {
        sending.popFirst()
    }

    /// The oldest event, nil when there is none.
    public func pollEvent() -> MediaEvent? {
        events.isEmpty ? nil : events.removeFirst()
    }

    /// The frame captured last, at the material's sampling rate; silence before there are keys.
    public var spoken: [Int16] { side?.spoken ?? silence }

    /// The frame played last, at the material's sampling rate; silence before there are keys.
    public var heard: [Int16] { side?.heard ?? silence }

    /// When the frame clock ticked last: a frame was played and one captured.
    public var lastFrame: SimTime { side?.lastTick ?? .zero }

    /// Ends the call: says goodbye, destroys keys and codecs and returns the report. Later calls
    /// return the same report.
    public func close(at now: SimTime) -> MediaReport {
        guard phase != .closed else { return report }
        send(side?.goodbye(at: now, in: &arena))
        if var media = side?.close(at: now, in: &arena) {
            media.calls = 0
            report.merge(media)
        }
        phase = .closed
        side = nil
        source = nil
        dtls = nil
        return report
    }

    /// Queues a packet as a datagram and gives its slot back.
    private func send(_ packet: WirePacket?) {
        guard let packet else { return }
        sending.append(Array(arena.bytes(of: packet)))
        arena.give(back: packet.slot)
    }

    /// Tells what the side has noticed since the last look.
    private func noticeChanges() {
        if side?.hasHeard == true, !hasToldHeard {
            hasToldHeard = true
            events.append(.heard)
        }
        if side?.remoteHasLeft == true, !hasToldLeft {
            hasToldLeft = true
            events.append(.remoteLeft)
        }
        // Whoever shows the keys has our last flight (RFC 5764 §5.1.2), so it need not be kept.
        if side?.hasAuthenticatedRemote == true, dtls?.isReleased == false { dtls?.release() }
    }

    /// Moves handshake datagrams out and looks at how far it has come.
    private func followHandshake(at now: SimTime) {
        while let datagram = dtls?.pollTransmit() {
            report.handshakeSent.add(datagram.count)
            sending.append(datagram)
        }
        guard phase == .securing else { return }
        switch dtls?.state {
        case nil, .idle, .handshaking: break
        case .connected(let profile):
            guard let keys = dtls?.takeKeys(), let source = source.take() else { return }
            do {
                side = try MediaSide(
                    configuration, source: source, decodes: true, keys: keys, securedAt: now,
                    randomness: randomness)
            } catch {
                fail(error)
                return
            }
            phase = .secured
            report.handshake.add(now - started)
            events.append(.secured(profile))
        case .failed(let failure):
            fail(.handshake(failure))
        }
    }

    private func fail(_ failure: MediaFailure) {
        phase = .failed
        events.append(.failed(failure))
    }
}
