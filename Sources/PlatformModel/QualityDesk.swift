import MediaPipeline
import MediaSecurity
import NetworkModel
import OpusCodec
import Quantities
import RandomStreams
import ScenarioModel
import Talks
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
    private let scale: RatingScale
    private let billing: Relay.Billing

    /// RTP header (RFC 3550 §5.1), the browsers' header extensions, UDP and IPv4 headers in bytes
    /// (REFERENCE §8).
    private static let headers = 12 + 16 + 8 + 20
    /// ChannelData header (RFC 8656 §12.4) in bytes.
    private static let channelHeader = 4

    init(_ scenario: Scenario, traffic: SpeechTraffic) {
        media = scenario.media
        self.traffic = traffic
        endpoint = MediaConfiguration(scenario.media, timing: scenario.ice.timing)
        scale = RatingScale(scenario.media.quality.scale)
        billing = scenario.relay.billing
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
        let toClient = packetBytes + Double(Self.channelHeader)
        let sent = packetBytes + toClient
        let billed =
            switch billing {
            case .sent: sent
            case .toClients: toClient
            case .clientsBothWays: 2 * toClient
            }
        return MediaFlow(
            bitrate: bitrate(ofBytes: sent), packetRate: Int64((2 * packetRate).rounded()),
            billed: bitrate(ofBytes: billed))
    }

    /// The rate of packets of `count` bytes.
    private func bitrate(ofBytes count: Double) -> Bitrate {
        Bitrate(bitsPerSecond: Int64((count * 8 * packetRate).rounded()))
    }

    // MARK: Quality

    /// What the listener of a `flow` call hears: the figures of a rehearsal, `networkDelay` later, less
    /// what relays lose beyond it, which in-band FEC repairs where packets carry copies (RFC 6716
    /// §2.1.7).
    func heard(
        _ take: TakeFigures, networkDelay: SimDuration, relay: FluidLink.Effect,
        for duration: SimDuration, using randomness: inout RandomStream
    ) -> HeardQuality {
        var playout = take.playout
        let isLossy = relay.loss > 0
        let lost =
            isLossy
            ? wholes(Double(take.expected - take.lost) * relay.loss, using: &randomness) : 0
        let missed = isLossy ? wholes(Double(take.played) * relay.loss, using: &randomness) : 0
        let redundancy = endpoint.jitterBuffer.awaitsRedundancy ? traffic.redundancy : 0
        let recovered =
            isLossy
            ? wholes(Double(missed) * redundancy * (1 - relay.loss), using: &randomness) : 0
        playout.played -= missed
        playout.recovered += recovered
        playout.concealed += missed - recovered
        playout.concealedRuns += missed - recovered
        let heard = playout.played > 0 ? take.meanDelay : nil
        let delay = heard.map {
            networkDelay + relay.delay + $0 + endpoint.codecDelay + endpoint.deviceDelay
        }
        return HeardQuality(
            sent: Int64((duration.seconds * packetRate).rounded()),
            expected: take.expected, lost: take.lost + lost, late: playout.late,
            due: playout.due, concealed: playout.concealed, mouthToEar: delay,
            rating: delay.map { rating(of: playout, mouthToEar: $0) })
    }

    /// A whole number that is `mean` on average.
    private func wholes(_ mean: Double, using randomness: inout RandomStream) -> Int64 {
        Int64(mean) + (randomness.nextBool(probability: mean - mean.rounded(.down)) ? 1 : 0)
    }

    private func rating(of playout: PlayoutCounters, mouthToEar: SimDuration) -> Rating {
        QualityInput(
            mouthToEar: mouthToEar, loss: playout.effectiveLoss, burstRatio: playout.burstRatio,
            ie: media.quality.ie, bpl: media.quality.bpl, scale: scale
        ).rating
    }

    /// What the listener of a call whose packets were simulated heard of what the other side sent.
    func heard(_ listener: MediaReport, speaker: MediaReport) -> HeardQuality {
        let input = listener.quality(ie: media.quality.ie, bpl: media.quality.bpl, scale: scale)
        return HeardQuality(
            sent: speaker.mediaSent.datagrams, expected: listener.packetsExpected,
            lost: listener.packetsLost, late: listener.playout.late, due: listener.playout.due,
            concealed: listener.playout.concealed, mouthToEar: input?.mouthToEar,
            rating: input?.rating)
    }
}

extension MediaConfiguration {
    init(_ media: Media, timing: ScenarioModel.ICE.Timing) {
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
