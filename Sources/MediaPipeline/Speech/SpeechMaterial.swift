import Digests
import OpusCodec

/// A recording of one utterance, mono, 16-bit.
public struct SpeechClip: Hashable, Sendable {
    /// What it is called in the manifest; no path.
    public var name: String
    /// Samples per second.
    public var sampleRate: Int
    /// The samples.
    public var samples: [Int16]
    /// Whose utterance it is: clips with equal text are of one voice.
    public var voice: String

    /// A clip of these samples.
    public init(name: String, sampleRate: Int, samples: [Int16], voice: String = "") {
        self.name = name
        self.sampleRate = sampleRate
        self.samples = samples
        self.voice = voice
    }
}

/// Why clips are no material for talkers.
public enum SpeechMaterialError: Error, Hashable, Sendable {
    /// The rate of the clip at `index` is no whole part or multiple of the wanted one.
    case unsupportedRate(index: Int, rate: Int)
    /// No clip holds sound of at least ``SpeechMaterial/shortestClip`` samples at 16 kHz.
    case noSpeech
}

/// What talkers say: clips of speech at the codec's sampling rate, silence at their ends trimmed.
///
/// Copies share the samples, so every talker of a run can hold one.
public struct SpeechMaterial: Sendable {
    /// The shortest clip of use in seconds: a syllable.
    public static var shortestClip: Double { 0.2 }
    /// Samples whose magnitude stays below this, −50 dBov, are silence at a clip's ends.
    public static var silenceThreshold: Int16 { 104 }

    /// The clips, in the order they were given.
    public let clips: [SpeechClip]
    /// Samples per second of all clips.
    public let sampleRate: OpusSampleRate
    /// Whether a generator made them for want of recordings.
    public let isSynthetic: Bool
    /// SHA-256 over the clips' names, lengths and samples as they are used.
    public let contentHash: [UInt8]

    /// Material of `clips`, resampled to `sampleRate` and trimmed.
    ///
    /// - Throws: `unsupportedRate` or `noSpeech`.
    public init(
        clips: [SpeechClip], sampleRate: OpusSampleRate, isSynthetic: Bool = false
    ) throws(SpeechMaterialError) {
        var usable: [SpeechClip] = []
        let wanted = Int(sampleRate.rawValue)
        for (index, clip) in clips.enumerated() {
            guard let resampler = Resampler(from: clip.sampleRate, to: wanted) else {
                throw .unsupportedRate(index: index, rate: clip.sampleRate)
            }
            let samples = Self.trimmed(resampler.resample(clip.samples))
            guard Double(samples.count) >= Self.shortestClip * Double(wanted) else { continue }
            usable.append(
                SpeechClip(
                    name: clip.name, sampleRate: wanted, samples: samples, voice: clip.voice))
        }
        guard !usable.isEmpty else { throw .noSpeech }
        self.clips = usable
        self.sampleRate = sampleRate
        self.isSynthetic = isSynthetic
        contentHash = Self.hash(of: usable)
    }

    private static func trimmed(_ samples: [Int16]) -> [Int16] {
        guard
            let first = samples.firstIndex(where: { $0.magnitude >= silenceThreshold }),
            let last = samples.lastIndex(where: { $0.magnitude >= silenceThreshold })
        else { return [] }
        return Array(samples[first...last])
    }

    private static func hash(of clips: [SpeechClip]) -> [UInt8] {
        var digests: [UInt8] = []
        for clip in clips {
            var bytes = Array(clip.name.utf8) + [0]
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: clip.samples.count >> shift))
            }
            bytes.reserveCapacity(bytes.count + 2 * clip.samples.count)
            for sample in clip.samples {
                bytes.append(UInt8(truncatingIfNeeded: sample))
                bytes.append(UInt8(truncatingIfNeeded: sample >> 8))
            }
            digests += SHA256Digest.of(bytes)
        }
        return SHA256Digest.of(digests)
    }
}
