import MediaSecurity
import OpusCodec
import Quantities
import RandomStreams

/// How one side of a call treats its media.
public struct MediaConfiguration: Hashable, Sendable {
    /// How speech is encoded; both sides use the same frame duration.
    public var codec: OpusSettings
    /// SRTP protection profiles offered or accepted, the preferred first.
    public var profiles: [SRTPProfile] = [.aeadAES128GCM, .aes128CMSHA1]
    /// First retransmission timeout of the handshake: 50 ms in browsers, 1 s by RFC 6347 §4.2.4.1.
    public var firstTimeout: SimDuration = .milliseconds(50)
    /// How received packets wait for their playout.
    public var jitterBuffer: JitterBufferSettings
    /// Capture and playout by devices and operating systems of both sides together: 20 to 60 ms
    /// are usual.
    public var deviceDelay: SimDuration = .milliseconds(40)
    /// The dynamic payload type of Opus that the session descriptions agree on.
    public var payloadType: UInt8 = 111

    /// Media as `codec` says, with a jitter buffer that waits for redundancy if there is any.
    public init(codec: OpusSettings = OpusSettings()) {
        self.codec = codec
        jitterBuffer = JitterBufferSettings()
        jitterBuffer.frameTicks = codec.frame.ticks
        jitterBuffer.awaitsRedundancy =
            codec.hasForwardErrorCorrection && codec.expectedLossPercentage > 0
    }

    /// Delay in the codec: the frame that must be complete before it is coded, and the look-ahead;
    /// 26.5 ms at 20 ms frames (RFC 6716 §2).
    public var codecDelay: SimDuration {
        codec.frame.duration + .microseconds(OpusEncoder.lookAheadMicroseconds)
    }
}

/// The streams that one side of a call draws from; their names differ from each other and from
/// those of every other side.
public struct MediaRandomness: Sendable {
    /// All random bytes of the DTLS handshake.
    public var handshake: RandomStream
    /// Source, first numbers and canonical name of the RTP stream, and the times of reports.
    public var session: RandomStream

    /// These streams.
    public init(handshake: RandomStream, session: RandomStream) {
        self.handshake = handshake
        self.session = session
    }
}
