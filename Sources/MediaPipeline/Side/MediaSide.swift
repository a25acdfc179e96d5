import MediaSecurity
import OpusCodec
import Quantities
import RTP
import RandomStreams

/// One side of a call's media once it holds keys: what it says goes out as SRTP, what comes in goes
/// through the jitter buffer to the ear, reports both ways.
///
/// Drive it like this, with one ``PacketArena`` for both sides of the call:
///
/// - at ``nextTick`` call ``tick(at:in:)``, which plays one frame and captures one; a packet that it
///   returns leaves at that time;
/// - at ``nextReport`` call ``report(at:in:)``, and send what it returns;
/// - give each packet that arrives to ``receive(_:at:in:)``, whatever it holds;
/// - at the end call ``goodbye(at:in:)`` and send that, then ``close(at:in:)``.
///
/// At equal times packets are received before the tick. Times never decrease. A packet's slot
/// belongs to the sender until it is returned, then to the path, then to the receiver, which gives
/// it back itself. Neither a tick nor a packet allocates memory once arena and library are warm.
///
/// With `decodes` false nothing is decoded: packets are authenticated, ordered, and played or
/// missed in every count, without sound. With a corpus as its source nothing is encoded either.
/// Both are otherwise the same machine.
///
/// It has one owner and may move between threads.
public struct MediaSide: ~Copyable, @unchecked Sendable {
    /// Where the Opus payload of a packet that is sent begins in its slot.
    static var payloadStart: Int {
        PacketArena.headroom + SpeechPacketHead.byteCount
    }

    /// Bytes of the longest compound: sender report, block, a name of 16 bytes, goodbye
    /// (RFC 3550 §6.4, §6.5, §6.6).
    static var controlByteCount: Int { 28 + ReportBlock.byteCount + 28 + 8 }

    /// When ``tick(at:in:)`` is due next; never after the end.
    public private(set) var nextTick: SimTime
    /// When ``report(at:in:)`` is due next; never after the end.
    ///
    /// Kept, not worked out: whoever asks before each event would copy the whole side each time.
    public internal(set) var nextReport: SimTime
    /// When the frame clock ticked last: a frame was played and one captured.
    public private(set) var lastTick: SimTime
    /// Whether the remote party has shown the keys by a packet that authenticates.
    public internal(set) var hasAuthenticatedRemote = false
    /// Whether a frame of the remote party has been played.
    public internal(set) var hasHeard = false
    /// Whether the remote party has said goodbye.
    public internal(set) var remoteHasLeft = false

    // What every packet touches comes first, so that it lies close together.
    var clock: DeviceClock
    let frameTicks: Int
    /// Codec and devices: all of the way from mouth to ear but network and jitter buffer.
    let fixedDelay: SimDuration
    let listener: Listener?
    /// Where frames are written down before they are protected; nil in ordinary runs.
    let frameLog: FrameLog?
    var source: SpeechSource
    var srtp: SRTPSession?
    let payloadType: UInt8
    let protection: SRTPProfile
    var transportSequence: UInt16 = 0
    var remoteSource: UInt32?
    var numbering: OpusStreamNumbering
    var timestamps = TimestampUnwrapper()
    var reception = ReceptionStatistics()
    var tally = PacketTally()
    var jitterBuffer: JitterBuffer
    let securedAt: SimTime
    // What changes seldom comes last.
    var control: ControlState
    var randomness: RandomStream
    var account = MediaReport()

    /// One side from `securedAt` on, when it holds `keys`.
    ///
    /// - Parameters:
    ///   - configuration: codec, jitter buffer and delays; its codec is the one of `source`.
    ///   - decodes: whether what arrives is decoded or only counted.
    ///   - randomness: source, first numbers and canonical name of the RTP stream, and the times of
    ///     reports.
    ///   - clockDrift: of the side's own clock in ppm, positive if it is fast, within ±100,000.
    ///   - lead: how much of a frame the devices, which run on their own, have captured by then; less
    ///     than a frame.
    ///   - frameLog: where frames are written down before they are protected, for an audit.
    /// - Throws: `protection` or `codec` if a library has no memory or refuses.
    public init(
        _ configuration: MediaConfiguration, source: consuming SpeechSource, decodes: Bool,
        keys: consuming SRTPKeys, securedAt: SimTime, randomness: RandomStream,
        clockDrift: Double = 0, lead: SimDuration = .zero, frameLog: FrameLog? = nil
    ) throws(MediaFailure) {
        precondition(
            lead >= .zero && lead < configuration.codec.frame.duration,
            "\(lead) is not a part of a frame")
        var randomness = randomness
        let frame = configuration.codec.frame
        let profile = keys.profile
        let listener =
            decodes ? try Self.listener(sampleRate: source.sampleRate, frame: frame) : nil
        let session = try Self.session(keys)
        protection = profile
        self.listener = listener
        self.frameLog = frameLog
        srtp = .some(session)
        frameTicks = frame.ticks
        fixedDelay = configuration.codecDelay + configuration.deviceDelay
        payloadType = configuration.payloadType
        self.securedAt = securedAt
        self.source = source
        clock = DeviceClock(frame: frame.duration, drift: clockDrift, origin: securedAt)
        lastTick = securedAt
        nextTick = max(securedAt, clock.next(after: securedAt - lead))
        jitterBuffer = JitterBuffer(settings: configuration.jitterBuffer)
        let synchronisationSource = randomness.nextUInt32()
        numbering = OpusStreamNumbering(
            source: synchronisationSource, payloadType: configuration.payloadType,
            sequenceNumber: UInt16(truncatingIfNeeded: randomness.nextUInt32()),
            timestamp: randomness.nextUInt32())
        let name = ControlState.drawName(using: &randomness)
        control = ControlState(
            schedule: ControlSchedule(
                sessionBandwidth: configuration.codec.bitrate, firstSize: 100, at: securedAt,
                randomness: &randomness),
            canonicalName: name)
        nextReport = control.schedule.next
        self.randomness = randomness
    }

    private static func listener(
        sampleRate: OpusSampleRate, frame: OpusFrameDuration
    ) throws(MediaFailure) -> Listener {
        do {
            return try Listener(sampleRate: sampleRate, frame: frame)
        } catch {
            throw .codec(error)
        }
    }

    private static func session(_ keys: consuming SRTPKeys) throws(MediaFailure) -> SRTPSession {
        do {
            return try SRTPSession(keys: keys)
        } catch {
            throw .protection(error)
        }
    }

    /// Bytes of a slot that holds any packet with up to `payload` bytes of Opus: the headroom,
    /// headers, header extension and tag, or a compound of RTCP.
    public static func slotByteCount(payload: Int) -> Int {
        let overhead = SRTPProfile.allCases.reduce(0) { max($0, $1.overhead) }
        let control = SRTPProfile.allCases.reduce(0) { max($0, $1.controlOverhead) }
        return max(
            payloadStart + payload + overhead,
            PacketArena.headroom + controlByteCount + control)
    }

    /// Memory in bytes, without packets and without what the libraries hold for it: a session and, if
    /// it speaks and listens itself, a codec.
    public var byteCount: Int { MemoryLayout<MediaSide>.size + jitterBuffer.byteCount }

    /// The frame captured last, at the speech's sampling rate; empty without a microphone.
    public var spoken: [Int16] { source.live.map { Array($0.samples) } ?? [] }

    /// The frame played last, at the speech's sampling rate; empty if nothing is decoded.
    public var heard: [Int16] { listener.map { Array($0.samples) } ?? [] }

    /// The report so far, without what is only known at the end.
    public var reportSoFar: MediaReport {
        var report = account
        tally.settle(into: &report)
        return report
    }

    /// Plays one frame and captures one, which is due at ``nextTick``; the packet that leaves,
    /// nil if the frame is withheld because the talker is silent.
    ///
    /// - Precondition: not closed.
    public mutating func tick(at now: SimTime, in arena: inout PacketArena) -> WirePacket? {
        lastTick = now
        nextTick = clock.next(after: now)
        playFrame(at: now, in: &arena)
        return sendFrame(at: now, in: &arena)
    }

    /// Ends the side: destroys keys and codec, gives all slots back, and returns the report. Later
    /// calls return the same report.
    public mutating func close(at now: SimTime, in arena: inout PacketArena) -> MediaReport {
        guard srtp != nil else { return reportSoFar }
        srtp = nil
        nextTick = .distantFuture
        nextReport = .distantFuture
        account.talkTime.add(now - securedAt)
        jitterBuffer.finish()
        giveBackDiscarded(to: &arena)
        account.playout = jitterBuffer.counters
        account.packetsExpected = reception.expected
        account.packetsLost = max(0, reception.cumulativeLost)
        if reception.received > 0 { account.jitter.add(reception.jitter) }
        return reportSoFar
    }

    @inline(__always)
    mutating func giveBackDiscarded(to arena: inout PacketArena) {
        while let slot = jitterBuffer.pollDiscarded() { arena.give(back: slot) }
    }
}
