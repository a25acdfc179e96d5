import MediaPipeline
import MediaSecurity
import NetworkModel
import OpusCodec
import Quantities
import RandomStreams
import ScenarioModel
import VoiceQuality

/// One direction of a call as its listener had it.
struct HeardQuality: Sendable {
    /// Speech packets that the speaker sent.
    var sent: Int64
    /// Packets that the listener should have received.
    var expected: Int64
    /// Those the network lost.
    var lost: Int64
    /// Those that came after their turn to be played.
    var late: Int64
    /// Frames that were due for playout.
    var due: Int64
    /// Frames among those that the decoder had to make up.
    var concealed: Int64
    /// From the speaker's mouth to the listener's ear, on average; nil if nothing was heard.
    var mouthToEar: SimDuration?
    /// The rating on the scenario's scale; nil if nothing was heard.
    var rating: Rating?
}

/// Derives sizes, rates and quality of calls from the scenario's media settings.
struct QualityDesk {
    /// How the sides of calls whose packets are simulated treat their media.
    let endpoint: MediaConfiguration
    private let media: Media
    private let traffic: SpeechTraffic
    private let jitter: JitterTable
    private let scale: RatingScale

    /// RTP header (RFC 3550 §5.1), the browsers' header extensions, UDP and IPv4 headers in bytes
    /// (REFERENCE §8).
    private static let headers = 12 + 16 + 8 + 20
    /// ChannelData header (RFC 8656 §12.4) in bytes.
    private static let channelHeader = 4

    init(_ scenario: Scenario, traffic: SpeechTraffic) {
        media = scenario.media
        self.traffic = traffic
        endpoint = MediaConfiguration(scenario.media, timing: scenario.ice.timing)
        jitter = JitterTable(scenario.access.map(\.jitter), buffer: endpoint.jitterBuffer)
        scale = RatingScale(scenario.media.quality.scale)
    }

    // MARK: Rates

    /// Packets per second that one speaker sends on average.
    var packetRate: Double { traffic.packetRate }

    /// Bytes of a mean speech packet from the IP header on.
    private var packetBytes: Double {
        traffic.meanPayload + Double(endpoint.profiles[0].overhead + Self.headers)
    }

    /// Egress of one server on the path of a relayed call: each packet of one direction leaves as
    /// ChannelData to its client, each of the other bare to the peer or to the other server.
    var flowThroughRelay: MediaFlow {
        let bytes = 2 * packetBytes + Double(Self.channelHeader)
        return MediaFlow(
            bitrate: Bitrate(bitsPerSecond: Int64((bytes * 8 * packetRate).rounded())),
            packetRate: Int64((2 * packetRate).rounded()))
    }

    // MARK: Quality

    /// What the listener of a `flow` call hears, from the statistics of the path.
    func heard(
        over path: PathStatistics, relay: FluidLink.Effect, from sender: UInt16,
        to receiver: UInt16, for duration: SimDuration
    ) -> HeardQuality {
        let loss = 1 - (1 - path.loss) * (1 - relay.loss)
        let playout = jitter[Int(sender), Int(receiver)]
        let expected = Int64((duration.seconds * packetRate).rounded())
        let lost = Int64((Double(expected) * loss).rounded())
        let late = Int64((Double(expected - lost) * playout.lateShare).rounded())
        let unheard = unrepaired(loss, path.burstRatio) + (1 - loss) * playout.lateShare
        let delay = endpoint.expectedMouthToEar(
            networkDelay: path.meanDelay + relay.delay - playout.meanJitter,
            variation: playout.variation)
        let input = QualityInput(
            mouthToEar: delay, loss: min(1, unheard), burstRatio: max(1, path.burstRatio),
            ie: media.quality.ie, bpl: media.quality.bpl, scale: scale)
        return HeardQuality(
            sent: expected, expected: expected, lost: lost, late: late, due: expected,
            concealed: Int64((Double(expected) * min(1, unheard)).rounded()), mouthToEar: delay,
            rating: expected > 0 ? input.rating : nil)
    }

    /// The loss that is left when in-band FEC repairs what it can: the last packet of a burst is
    /// decoded from its successor where that carries a copy of it (RFC 6716 §2.1.7). How many do
    /// is the encoder's decision: at low rates libopus spends nothing on copies.
    private func unrepaired(_ loss: Double, _ burstRatio: Double) -> Double {
        guard endpoint.jitterBuffer.awaitsRedundancy, loss > 0, loss < 1 else { return loss }
        let meanBurst = max(1, burstRatio / (1 - loss))
        return loss * (1 - traffic.redundancy / meanBurst)
    }

    /// What the listener of a call whose packets were simulated heard of what the other side sent.
    func heard(_ listener: MediaReport, speaker: MediaReport) -> HeardQuality {
        let input = listener.quality(ie: media.quality.ie, bpl: media.quality.bpl, scale: scale)
        return HeardQuality(
            sent: speaker.mediaSent.datagrams, expected: listener.packetsExpected,
            lost: listener.packetsLost, late: listener.playout.late, due: listener.framesDue,
            concealed: listener.playout.concealed, mouthToEar: input?.mouthToEar,
            rating: input?.rating)
    }
}

extension MediaConfiguration {
    fileprivate init(_ media: Media, timing: ScenarioModel.ICE.Timing) {
        self.init(codec: OpusSettings(media.codec))
        profiles =
            switch media.srtp {
            case .aeadAES128GCM: [.aeadAES128GCM, .aes128CMSHA1]
            case .aes128CMSHA1: [.aes128CMSHA1, .aeadAES128GCM]
            }
        firstTimeout = timing == .browser ? .milliseconds(50) : .seconds(1)
        jitterBuffer.arrivalQuantile = Int((media.jitterBuffer.quantile * 1000).rounded())
        jitterBuffer.minimumDelay = media.jitterBuffer.minimum
        jitterBuffer.maximumDelay = media.jitterBuffer.maximum
        jitterBuffer.initialDelay = media.jitterBuffer.initial
    }
}

extension RatingScale {
    fileprivate init(_ scale: QualityScale) {
        self =
            switch scale {
            case .narrowband: .narrowband
            case .wideband: .wideband
            case .fullband: .fullband
            }
    }
}
