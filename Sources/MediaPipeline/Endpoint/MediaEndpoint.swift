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
    /// The frame captured last, at the material's sampling rate.
    public internal(set) var spoken: [Int16]
    /// The frame played last, at the material's sampling rate.
    public internal(set) var heard: [Int16]

    /// The association; nil once the call is closed.
    var dtls: DTLSSession?
    var srtp: SRTPSession?
    var encoder: OpusEncoder?
    var decoder: OpusDecoder?
    var talker: Talker
    var jitterBuffer: JitterBuffer
    var numbering: OpusStreamNumbering
    var reception = ReceptionStatistics()
    var timestamps = TimestampUnwrapper()
    var remoteSource: UInt32?
    var transportSequence: UInt16 = 0
    var isWithholding = false
    var report = MediaReport()
    var sending = DatagramQueue()
    var control: ControlState
    var randomness: RandomStream
    var encoded: [UInt8]
    var hasHeard = false
    /// When the frame clock ticked last: a frame was played and one captured.
    public internal(set) var lastFrame = SimTime.zero
    private var nextTick: SimTime?
    private var started = SimTime.zero
    private var secured: SimTime?
    private var events: [MediaEvent] = []

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
        var session = randomness.session
        let rate = speech.material.sampleRate
        var dtls = DTLSConfiguration(
            role: dtlsRole, remoteFingerprint: remoteFingerprint,
            firstTimeout: configuration.firstTimeout)
        dtls.profiles = configuration.profiles
        encoder = try OpusEncoder(settings: configuration.codec, sampleRate: rate)
        decoder = try OpusDecoder(sampleRate: rate)
        self.dtls = DTLSSession(
            dtls, certificate: certificate, randomness: randomness.handshake)
        self.configuration = configuration
        talker = speech
        jitterBuffer = JitterBuffer(settings: configuration.jitterBuffer)
        let source = session.nextUInt32()
        numbering = OpusStreamNumbering(
            source: source, payloadType: configuration.payloadType,
            sequenceNumber: UInt16(truncatingIfNeeded: session.nextUInt32()),
            timestamp: session.nextUInt32())
        control = ControlState(canonicalName: ControlState.name(from: session.nextBytes(12)))
        self.randomness = session
        encoded = [UInt8](repeating: 0, count: OpusPayload.maximumFrameBytes)
        let samples = configuration.codec.frame.samples(at: rate)
        spoken = [Int16](repeating: 0, count: samples)
        heard = spoken
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
        var earliest = nextTick
        func consider(_ time: SimTime?) {
            if let time, earliest.map({ time < $0 }) ?? true { earliest = time }
        }
        guard phase != .closed else { return nil }
        consider(dtls?.nextTimeout)
        if phase == .secured { consider(control.schedule?.next) }
        return earliest
    }

    /// Acts on whatever was due by `now`: handshake timers, the frame clock, reports.
    public func handleTimeout(at now: SimTime) {
        guard phase != .closed else { return }
        if let due = dtls?.nextTimeout, due <= now {
            dtls?.handleTimeout(at: now)
            followHandshake(at: now)
        }
        while let tick = nextTick, tick <= now {
            lastFrame = tick
            nextTick = tick + configuration.codec.frame.duration
            playFrame(at: tick)
            sendFrame(at: tick)
        }
        if phase == .secured, let due = control.schedule?.next, due <= now {
            sendReports(at: now)
        }
    }

    /// The oldest datagram to be sent, nil when there is none.
    public func pollTransmit() -> [UInt8]? {
        sending.popFirst()
    }

    /// The oldest event, nil when there is none.
    public func pollEvent() -> MediaEvent? {
        events.isEmpty ? nil : events.removeFirst()
    }

    func tell(_ event: MediaEvent) {
        events.append(event)
    }

    /// Ends the call: says goodbye, destroys keys and codecs and returns the report. Later calls
    /// return the same report.
    public func close(at now: SimTime) -> MediaReport {
        guard phase != .closed else { return report }
        if phase == .secured { sendGoodbye(at: now) }
        if let secured { report.talkTime.add(now - secured) }
        jitterBuffer.finish()
        report.playout = jitterBuffer.counters
        report.packetsExpected = reception.expected
        report.packetsLost = max(0, reception.cumulativeLost)
        if reception.received > 0 { report.jitter.add(reception.jitter) }
        phase = .closed
        nextTick = nil
        srtp = nil
        encoder = nil
        decoder = nil
        dtls = nil
        return report
    }

    /// Moves handshake datagrams out and looks at how far it has come.
    func followHandshake(at now: SimTime) {
        while let datagram = dtls?.pollTransmit() {
            report.handshakeSent.add(datagram.count)
            sending.append(datagram)
        }
        guard phase == .securing else { return }
        switch dtls?.state {
        case nil, .idle, .handshaking: break
        case .connected(let profile):
            guard let keys = dtls?.takeKeys() else { return }
            do {
                srtp = try SRTPSession(keys: keys)
            } catch {
                fail(.protection(error))
                return
            }
            phase = .secured
            secured = now
            lastFrame = now
            nextTick = now + configuration.codec.frame.duration
            report.handshake.add(now - started)
            control.schedule = ControlSchedule(
                sessionBandwidth: configuration.codec.bitrate, firstSize: 100, at: now,
                randomness: &randomness)
            tell(.secured(profile))
        case .failed(let failure):
            fail(.handshake(failure))
        }
    }

    private func fail(_ failure: MediaFailure) {
        phase = .failed
        tell(.failed(failure))
    }
}
