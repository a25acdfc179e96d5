import Foundation
import MediaPipeline
import OpusCodec
import Quantities
import RandomStreams
import SpeechFiles

/// What is said in the benchmark, the same for all contenders: both parties of a conversation of
/// recorded speech at 48 kHz, one after the other, and the same encoded.
struct MediaMaterial {
    /// Clips at 48 kHz.
    let speech: SpeechMaterial
    /// Frames of each party.
    let framesPerParty: Int
    /// All samples, 960 a frame.
    let samples: [Int16]
    /// The frames encoded as the codec says.
    let encoded: [[UInt8]]
    /// The same conversation for calls whose frames are encoded once for all.
    let corpus: SpeechCorpus
    /// How frames are encoded.
    let codec: MediaCodec

    static let frameSamples = 960

    /// `frames` of each party, as `codec` encodes them.
    init(framesPerParty: Int, codec: MediaCodec) {
        speech = SpeechLibrary(sampleRate: .fullband).material
        self.framesPerParty = framesPerParty
        self.codec = codec
        var samples: [Int16] = []
        samples.reserveCapacity(2 * framesPerParty * Self.frameSamples)
        for party in [Party.first, .second] {
            var talker = Self.talker(party, speech)
            for _ in 0..<framesPerParty {
                var frame = [Int16](repeating: 0, count: Self.frameSamples)
                _ = frame.withUnsafeMutableBufferPointer { talker.nextFrame(into: $0) }
                samples += frame
            }
        }
        self.samples = samples
        encoded = Self.encode(samples, codec)
        do {
            corpus = try SpeechCorpus(
                of: speech, as: codec.settings, conversations: 1,
                span: SimDuration.milliseconds(20) * Int64(framesPerParty))
        } catch {
            preconditionFailure("libopus takes the settings, but \(error)")
        }
    }

    /// The party of the benchmark's one conversation.
    static func talker(_ party: Party, _ speech: SpeechMaterial) -> Talker {
        Talker(
            material: speech, conversation: ConversationPattern(randomness: stream(1)),
            party: party, randomness: stream(2 + UInt64(party.rawValue)))
    }

    /// A stream that is the same in each run.
    static func stream(_ entity: UInt64) -> RandomStream {
        RandomStream(
            StreamName(seed: 1, replication: 0, purpose: StreamPurpose(rawValue: 1), entity: entity)
        )
    }

    private static func encode(_ samples: [Int16], _ codec: MediaCodec) -> [[UInt8]] {
        do {
            var encoder = try OpusEncoder(settings: codec.settings)
            var buffer = [UInt8](repeating: 0, count: 1275)
            return try stride(from: 0, to: samples.count, by: frameSamples).map { start in
                let count = try samples[start..<start + frameSamples].withUnsafeBufferPointer {
                    frame in
                    try buffer.withUnsafeMutableBytes { try encoder.encode(frame, into: $0) }
                }
                return Array(buffer[..<count])
            }
        } catch {
            preconditionFailure("libopus encodes whole frames, but \(error)")
        }
    }

    /// The samples as rivals read them: 16 bits each, the lower byte first.
    var sampleBytes: Data {
        samples.withUnsafeBytes { Data($0) }
    }

    /// The encoded frames as rivals read them: each after its length in 16 bits, the lower byte
    /// first.
    var frameBytes: Data {
        var bytes = Data()
        for frame in encoded {
            bytes.append(UInt8(truncatingIfNeeded: frame.count))
            bytes.append(UInt8(truncatingIfNeeded: frame.count >> 8))
            bytes.append(contentsOf: frame)
        }
        return bytes
    }
}
