import NetworkModel
import OpusCodec
import Quantities

/// What the speech of a listening call goes through.
public struct ListeningCondition: Hashable, Sendable {
    /// How it is coded; the expected loss is what the encoder is told.
    public var codec: OpusSettings
    /// Which packets of the speech are lost.
    public var loss: GilbertLoss
    /// The least one-way delay of the path.
    public var delay: SimDuration
    /// Mean of the delay variation, drawn for each packet from a gamma distribution of shape 2.
    public var jitter: SimDuration

    /// Speech coded as `codec` says over a path with 50 ms of delay and no loss unless given.
    public init(
        codec: OpusSettings = OpusSettings(), loss: GilbertLoss = .none,
        delay: SimDuration = .milliseconds(50), jitter: SimDuration = .zero
    ) {
        self.codec = codec
        self.loss = loss
        self.delay = delay
        self.jitter = jitter
    }

    /// A channel that loses each packet with the same chance, 0…0.5, whatever befell the others.
    public static func randomLoss(_ share: Double) -> GilbertLoss? {
        GilbertLoss(loss: share, meanBurst: 1 / (1 - share))
    }
}

/// What became of a listening call's packets and frames while the sample was spoken.
public struct ListeningCounts: Hashable, Sendable {
    /// Frames in the sample and its pauses.
    public var frames: Int64 = 0
    /// Packets that carried them; fewer with DTX.
    public var sent: Int64 = 0
    /// Packets that the path lost.
    public var lost: Int64 = 0
    /// Packets that came after their turn.
    public var late: Int64 = 0
    /// Frames decoded from the copy in the next packet.
    public var recovered: Int64 = 0
    /// Frames that the decoder had to make up.
    public var concealed: Int64 = 0
    /// Unbroken rows of those.
    public var concealedRuns: Int64 = 0
    /// Frames inserted to lengthen the playout delay.
    public var stretched: Int64 = 0
    /// Frames left out to shorten it.
    public var trimmed: Int64 = 0
    /// Bytes of Opus in the packets sent.
    public var payloadBytes: Int64 = 0
    /// From mouth to ear without the delay of devices, on average.
    public var mouthToEar = SimDuration.zero
}

/// What was said and heard in a listening call, sample by sample at the same length and time: the
/// delay from mouth to ear is taken out.
public struct ListeningRecord: Hashable, Sendable {
    /// Samples per second of both.
    public var sampleRate: Int
    /// What the talker said.
    public var spoken: [Int16]
    /// What the listener heard.
    public var heard: [Int16]
    /// What became of the packets.
    public var counts: ListeningCounts
}
