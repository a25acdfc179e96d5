import MediaPipeline
import OpusCodec
import Quantities
import RTP
import RandomStreams
import ScenarioModel

/// What one speaker sends on average, measured by encoding the run's own speech with the run's own
/// codec settings: what calls without packets are reckoned with.
///
/// Only sizes and flags of packets enter, which are the same on every processor. Frames with and
/// without speech are counted apart and weighed with the share of speech in the long run, so that
/// a minute is enough.
public struct SpeechTraffic: Hashable, Sendable {
    /// Counts over frames of one kind.
    fileprivate struct Tally: Hashable, Sendable {
        var frames = 0
        var packets = 0
        var bytes = 0
        var redundant = 0

        /// `count` per frame.
        func rate(_ count: Int) -> Double { Double(count) / Double(max(1, frames)) }
    }

    private var talking = Tally()
    private var silent = Tally()
    /// Which frames became packets.
    public private(set) var rhythm: SpeechRhythm
    private let frameRate: Double

    /// Length of the conversation that is encoded.
    private static let span = SimDuration.seconds(60)

    /// Encodes a minute of conversation of `speech` as `media` says.
    public init(of speech: SpeechMaterial, as media: Media) {
        let settings = OpusSettings(media.codec)
        frameRate = 1 / settings.frame.duration.seconds
        rhythm = SpeechRhythm(frame: settings.frame.duration)
        do {
            try encode(speech, settings)
        } catch {
            preconditionFailure("validated codec settings are refused: \(error)")
        }
    }

    private mutating func encode(
        _ speech: SpeechMaterial, _ settings: OpusSettings
    ) throws(OpusError) {
        let conversation = Self.typicalConversation(settings.frame.duration)
        var talker = Talker(
            material: speech,
            conversation: ConversationPattern(randomness: Self.stream(conversation)),
            party: .first, randomness: Self.stream(.max >> 16))
        var samples = [Int16](
            repeating: 0, count: settings.frame.samples(at: speech.sampleRate))
        var packet = [UInt8](repeating: 0, count: OpusPayload.maximumFrameBytes)
        var encoder = try OpusEncoder(settings: settings, sampleRate: speech.sampleRate)
        var isWithholding = false
        for _ in 0..<Int(Self.span.nanoseconds / settings.frame.duration.nanoseconds) {
            let isTalking = samples.withUnsafeMutableBufferPointer { talker.nextFrame(into: $0) }
            let size = try samples.withUnsafeBufferPointer { samples throws(OpusError) in
                try packet.withUnsafeMutableBufferPointer { packet throws(OpusError) in
                    try encoder.encode(samples, into: UnsafeMutableRawBufferPointer(packet))
                }
            }
            // As an endpoint does: of silence the first packet is sent, the others are withheld.
            let isSilence = size <= OpusPayload.silenceByteCount
            let isSent = !isSilence || (!isWithholding && size > 0)
            isWithholding = isSilence
            let repeats = packet.withUnsafeBytes {
                OpusPayload.hasRedundancy(UnsafeRawBufferPointer(rebasing: $0[..<size]))
            }
            rhythm.append(
                !isSent ? .withheld : isSilence ? .silence : repeats ? .redundant : .speech)
            if isTalking {
                talking.count(isSent ? size : nil, repeats: repeats)
            } else {
                silent.count(isSent ? size : nil, repeats: repeats)
            }
        }
    }

    /// Of a few conversations the one whose first party's spurts come closest to the long run's in
    /// number and in the time that they take: a minute of any would be off by a tenth.
    private static func typicalConversation(_ frame: SimDuration) -> UInt64 {
        let count = span.nanoseconds / frame.nanoseconds
        let expected = (
            talking: ConversationPattern.activity * Double(count),
            spurts: span.seconds / ConversationPattern.meanCycle
        )
        func distance(_ number: UInt64) -> Double {
            var pattern = ConversationPattern(randomness: stream(number))
            var (talking, spurts, wasTalking) = (0, 0, false)
            for index in 0..<count {
                let isTalking = pattern.isTalking(.first, at: frame * index)
                if isTalking { talking += 1 }
                if isTalking, !wasTalking { spurts += 1 }
                wasTalking = isTalking
            }
            return abs(Double(talking) / expected.talking - 1)
                + abs(Double(spurts) / expected.spurts - 1)
        }
        return (0..<candidates).map { ($0, distance($0)) }.min { $0.1 < $1.1 }!.0
    }

    /// Conversations among which the most typical one is looked for.
    private static var candidates: UInt64 { 32 }

    private static func stream(_ entity: UInt64) -> RandomStream {
        RandomStream(
            StreamName(
                seed: 0, replication: 0, purpose: StreamPurpose(rawValue: .max - 1),
                entity: entity))
    }

    /// The mean of a figure per frame, with and without speech.
    private func perFrame(_ figure: (Tally) -> Int) -> Double {
        let activity = ConversationPattern.activity
        return activity * talking.rate(figure(talking))
            + (1 - activity) * silent.rate(figure(silent))
    }

    /// Packets a second.
    public var packetRate: Double { frameRate * perFrame(\.packets) }

    /// Mean bytes of Opus in a packet.
    public var meanPayload: Double {
        let packets = perFrame(\.packets)
        return packets > 0 ? perFrame(\.bytes) / packets : 0
    }

    /// Share of the packets from which the one before can be recovered.
    public var redundancy: Double {
        let packets = perFrame(\.packets)
        return packets > 0 ? perFrame(\.redundant) / packets : 0
    }
}

extension SpeechTraffic.Tally {
    /// Takes in a frame that made a packet of `size` bytes, or none.
    fileprivate mutating func count(_ size: Int?, repeats: Bool) {
        frames += 1
        guard let size else { return }
        packets += 1
        bytes += size
        redundant += repeats ? 1 : 0
    }
}

extension OpusSettings {
    /// The encoder's settings for a scenario's codec.
    ///
    /// - Precondition: `codec` is valid.
    public init(_ codec: Codec) {
        self.init()
        bitrate = codec.bitrate
        frame = OpusFrameDuration(rawValue: Int(codec.frame.nanoseconds / 1_000_000))!
        bandwidth = OpusBandwidth(rawValue: codec.bandwidth.rawValue)!
        isDiscontinuous = codec.dtx
        hasForwardErrorCorrection = codec.fec
        complexity = codec.complexity
    }
}
