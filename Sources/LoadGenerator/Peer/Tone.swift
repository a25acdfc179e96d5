import Glibc
import MediaPipeline
import OpusCodec

/// A sine that a peer says, and looks for in what it hears: sound whose arrival can be proved.
public struct Tone: Hashable, Sendable {
    /// Its frequency in Hz, 100…3,400: what every bandwidth of Opus carries.
    public var frequency: Double

    /// The frequencies that a tone may have, in Hz.
    public static let frequencies = 100.0...3400.0
    /// Amplitude, of 32,767: loud, without clipping.
    private static let amplitude = 8000.0

    /// The sine of `frequency` Hz.
    public init(frequency: Double) { self.frequency = frequency }

    /// A second of it for a talker, as many whole periods as fit.
    func material() -> SpeechMaterial {
        let rate = Double(OpusSampleRate.wideband.rawValue)
        let count = Int((frequency.rounded(.down) / frequency * rate).rounded())
        let samples = (0..<count).map { index in
            Int16(Self.amplitude * sin(2 * .pi * frequency * (Double(index) + 0.5) / rate))
        }
        let clip = SpeechClip(name: "tone", sampleRate: Int(rate), samples: samples)
        do {
            return try SpeechMaterial(clips: [clip], sampleRate: .wideband)
        } catch {
            preconditionFailure("a second of sound at the codec's rate is material: \(error)")
        }
    }
}

/// Finds a tone in frames of sound.
struct ToneMeter {
    let tone: Tone
    /// Frames listened to.
    private(set) var frames = 0
    /// Frames that were mostly the tone.
    private(set) var matches = 0

    /// Share of a frame's power that must be the tone's; a frame that was concealed or is speech
    /// has far less.
    private static let share = 0.8
    /// The least mean square of a frame with sound in it: −50 dBov.
    private static let audible = 100.0 * 100.0

    init(_ tone: Tone) { self.tone = tone }

    /// Looks at a frame at 16 kHz: Goertzel's algorithm at the tone's frequency.
    mutating func listen(to frame: [Int16]) {
        guard !frame.isEmpty else { return }
        frames += 1
        let rate = Double(OpusSampleRate.wideband.rawValue)
        let coefficient = 2 * cos(2 * .pi * tone.frequency / rate)
        var (last, beforeLast, energy) = (0.0, 0.0, 0.0)
        for sample in frame {
            let value = Double(sample)
            (last, beforeLast) = (value + coefficient * last - beforeLast, last)
            energy += value * value
        }
        let power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast
        let count = Double(frame.count)
        guard energy / count >= Self.audible else { return }
        if 2 * power / count >= Self.share * energy { matches += 1 }
    }
}
