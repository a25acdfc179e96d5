import MediaSecurity
import Quantities
import VoiceQuality

/// A number of spans with their exact sum and longest; merges without rounding.
public struct DurationSum: Hashable, Sendable {
    /// How many spans.
    public private(set) var count: Int64 = 0
    /// Their sum in nanoseconds.
    public private(set) var nanoseconds: Int128 = 0
    /// The longest; zero without any.
    public private(set) var maximum: SimDuration = .zero

    /// No span.
    public init() {}

    init(count: Int64, nanoseconds: Int128, maximum: SimDuration) {
        self.count = count
        self.nanoseconds = nanoseconds
        self.maximum = maximum
    }

    /// Takes in a span.
    public mutating func add(_ span: SimDuration) {
        count += 1
        nanoseconds += Int128(span.nanoseconds)
        maximum = max(maximum, span)
    }

    /// Adds the spans of another sum.
    public mutating func merge(_ other: DurationSum) {
        count += other.count
        nanoseconds += other.nanoseconds
        maximum = max(maximum, other.maximum)
    }

    /// The mean, rounded towards zero to whole nanoseconds; nil without any.
    public var mean: SimDuration? {
        count == 0 ? nil : SimDuration(nanoseconds: Int64(nanoseconds / Int128(count)))
    }
}

/// Datagrams of one kind and their bytes, from the UDP payload on.
public struct Traffic: Hashable, Sendable {
    /// Datagrams.
    public internal(set) var datagrams: Int64 = 0
    /// Their bytes.
    public internal(set) var bytes: Int64 = 0

    /// Nothing.
    public init() {}

    init(datagrams: Int64, bytes: Int64) {
        self.datagrams = datagrams
        self.bytes = bytes
    }

    mutating func add(_ byteCount: Int) {
        datagrams += 1
        bytes += Int64(byteCount)
    }

    /// Adds other traffic.
    public mutating func merge(_ other: Traffic) {
        datagrams += other.datagrams
        bytes += other.bytes
    }
}

/// What one side of a call has sent, received and heard. All figures are integers, so reports of
/// many calls merge exactly and in any order.
public struct MediaReport: Hashable, Sendable {
    /// Calls in the report: 1, or as many as were merged.
    public internal(set) var calls: Int64 = 1
    /// From the start to agreed keys, one span for each call that got there.
    public internal(set) var handshake = DurationSum()
    /// From agreed keys to the end.
    public internal(set) var talkTime = DurationSum()
    /// Handshake datagrams sent.
    public internal(set) var handshakeSent = Traffic()
    /// SRTP packets sent.
    public internal(set) var mediaSent = Traffic()
    /// Bytes of Opus in the SRTP packets sent.
    public internal(set) var payloadBytesSent: Int64 = 0
    /// SRTCP packets sent.
    public internal(set) var controlSent = Traffic()
    /// Frames captured while the party had its turn.
    public internal(set) var framesSpoken: Int64 = 0
    /// Frames captured and not sent, because they were silent.
    public internal(set) var framesWithheld: Int64 = 0
    /// Frames captured and not sent, because the keys had protected as many as they may.
    public internal(set) var unprotected: Int64 = 0
    /// SRTP packets accepted.
    public internal(set) var mediaReceived = Traffic()
    /// SRTCP packets accepted.
    public internal(set) var controlReceived = Traffic()
    /// Packets between the first and the last received, by their numbers (RFC 3550 A.3).
    public internal(set) var packetsExpected: Int64 = 0
    /// Packets among those that never came.
    public internal(set) var packetsLost: Int64 = 0
    /// What the frames played were made of; late packets are here.
    public internal(set) var playout = PlayoutCounters()
    /// Packets that libopus could not decode; they were concealed.
    public internal(set) var undecodable: Int64 = 0
    /// Datagrams dropped.
    public internal(set) var rejected = RejectionCounts()
    /// From mouth to ear, one span for each frame decoded from its own packet: frame, look-ahead,
    /// network, jitter buffer, devices.
    public internal(set) var mouthToEar = DurationSum()
    /// In the network, one span for each packet accepted.
    public internal(set) var networkDelay = DurationSum()
    /// In the jitter buffer until playout, one span for each frame decoded from its own packet.
    public internal(set) var bufferDelay = DurationSum()
    /// Interarrival jitter at the end (RFC 3550 A.8), one span for each call that received.
    public internal(set) var jitter = DurationSum()
    /// Round trips by reports (RFC 3550 §6.4.1).
    public internal(set) var roundTrip = DurationSum()
    /// Loss as the remote party's last report said, in packets.
    public internal(set) var remoteLost: Int64 = 0

    /// The report of a call that has not begun.
    public init() {}

    /// Adds the report of another side or call.
    public mutating func merge(_ other: MediaReport) {
        calls += other.calls
        handshake.merge(other.handshake)
        talkTime.merge(other.talkTime)
        handshakeSent.merge(other.handshakeSent)
        mediaSent.merge(other.mediaSent)
        payloadBytesSent += other.payloadBytesSent
        controlSent.merge(other.controlSent)
        framesSpoken += other.framesSpoken
        framesWithheld += other.framesWithheld
        unprotected += other.unprotected
        mediaReceived.merge(other.mediaReceived)
        controlReceived.merge(other.controlReceived)
        packetsExpected += other.packetsExpected
        packetsLost += other.packetsLost
        playout.merge(other.playout)
        undecodable += other.undecodable
        rejected.merge(other.rejected)
        mouthToEar.merge(other.mouthToEar)
        networkDelay.merge(other.networkDelay)
        bufferDelay.merge(other.bufferDelay)
        jitter.merge(other.jitter)
        roundTrip.merge(other.roundTrip)
        remoteLost += other.remoteLost
    }

    /// What the E-model is told of this direction, with the codec's `ie` and `bpl` on `scale`;
    /// nil if nothing was heard.
    public func quality(ie: Double, bpl: Double, scale: RatingScale) -> QualityInput? {
        guard let delay = mouthToEar.mean else { return nil }
        return QualityInput(
            mouthToEar: delay, loss: playout.effectiveLoss, burstRatio: playout.burstRatio,
            ie: ie, bpl: bpl, scale: scale)
    }
}
