import OpusCodec
import RandomStreams

/// Speech-like sound where recordings are missing: a glottal pulse train and noise through three
/// formant resonators, in syllables.
///
/// The spectrum falls by about 12 dB an octave from the pulses and peaks at the formants of five
/// vowels (Peterson and Barney, JASA 24(2), 1952, men's means); the pitch falls over an utterance;
/// syllables last 120 to 260 ms and some begin with a hiss. It exercises voice activity detection,
/// DTX, variable bit rate and pitch prediction; it says no words. The sound is always the same.
public enum SyntheticSpeech {
    /// Formant frequencies in Hz of the vowels of heed, had, hod, who'd and heard.
    private static let vowels: [(Double, Double, Double)] = [
        (270, 2290, 3010), (660, 1720, 2410), (730, 1090, 2440), (300, 870, 2240),
        (490, 1350, 1690),
    ]

    /// Eight utterances of 12 syllables each, 16 kHz.
    public static func clips() -> [SpeechClip] {
        (0..<8).map { index in
            var stream = RandomStream(
                StreamName(
                    seed: 0x5eed_0f5b_eec4, replication: 0, purpose: StreamPurpose(rawValue: 0),
                    entity: UInt64(index)))
            return SpeechClip(
                name: "synthetic-\(index)", sampleRate: rate,
                samples: utterance(pitch: 95 + 15 * Double(index), stream: &stream))
        }
    }

    /// The material made of ``clips()``, once for all who ask.
    public static func material(sampleRate: OpusSampleRate = .fullband) -> SpeechMaterial {
        switch sampleRate {
        case .wideband: wideband
        case .fullband: fullband
        }
    }

    private static let wideband = made(at: .wideband)
    private static let fullband = made(at: .fullband)

    private static func made(at sampleRate: OpusSampleRate) -> SpeechMaterial {
        do {
            return try SpeechMaterial(clips: clips(), sampleRate: sampleRate, isSynthetic: true)
        } catch {
            preconditionFailure("16 kHz resamples to either rate of the codec: \(error)")
        }
    }

    private static let rate = 16_000

    private static func utterance(pitch: Double, stream: inout RandomStream) -> [Int16] {
        var samples: [Int16] = []
        var phase = 0.0
        let syllables = 12
        for syllable in 0..<syllables {
            let count = Int((0.12 + 0.14 * stream.nextUnit()) * Double(rate))
            let formants = vowels[Int(stream.nextInteger(below: UInt64(vowels.count)))]
            let hiss = stream.nextBool(probability: 0.4) ? count / 4 : 0
            let fall = 1.15 - 0.3 * Double(syllable) / Double(syllables)
            var tract = Tract(formants: formants)
            var fricative = Tract(formants: (3500, 5000, 6500))
            for index in 0..<count {
                let x = Double(index) / Double(count)
                let envelope = min(1, 6 * x) * min(1, 4 * (1 - x))
                phase += pitch * fall * (1 + 0.02 * stream.nextUnit()) / Double(rate)
                if phase >= 1 { phase -= 1 }
                let noise = stream.nextUnit() - 0.5
                let voiced = index < hiss ? 0.0 : glottis(phase) + 0.02 * noise
                let value =
                    tract.filter(voiced) * 9_000 * envelope
                    + (index < hiss ? fricative.filter(noise) * 2_500 * envelope : 0)
                samples.append(Int16(min(max(value, -32_000), 32_000)))
            }
            let pause = Int((0.02 + 0.05 * stream.nextUnit()) * Double(rate))
            samples += [Int16](repeating: 0, count: pause)
        }
        return samples
    }

    /// The flow derivative of a glottal pulse that opens over 40 % and closes over 16 % of a
    /// period (A. E. Rosenberg, JASA 49, 1971), without its mean.
    private static func glottis(_ phase: Double) -> Double {
        if phase < 0.4 { return 0.3 * (phase / 0.4) * (1 - phase / 0.4) * 4 }
        if phase < 0.56 { return -1.1 * (phase - 0.4) / 0.16 }
        return 0
    }

    /// Three second-order resonators in parallel, weighted down with frequency.
    private struct Tract {
        private var resonators: [Resonator]

        init(formants: (Double, Double, Double)) {
            resonators = [
                Resonator(frequency: formants.0, bandwidth: 70, gain: 1),
                Resonator(frequency: formants.1, bandwidth: 110, gain: 0.5),
                Resonator(frequency: formants.2, bandwidth: 170, gain: 0.25),
            ]
        }

        mutating func filter(_ x: Double) -> Double {
            var sum = 0.0
            for index in resonators.indices { sum += resonators[index].filter(x) }
            return sum
        }
    }

    /// A two-pole resonator with unit gain at its frequency, times a weight.
    private struct Resonator {
        private let a1, a2, gain: Double
        private var y1 = 0.0
        private var y2 = 0.0

        init(frequency: Double, bandwidth: Double, gain: Double) {
            let radius = Elementary.exp(-Double.pi * bandwidth / Double(rate))
            a1 = 2 * radius * Elementary.cos2pi(frequency / Double(rate))
            a2 = -radius * radius
            self.gain = gain * (1 - radius)
        }

        mutating func filter(_ x: Double) -> Double {
            let y = gain * x + a1 * y1 + a2 * y2
            y2 = y1
            y1 = y
            return y
        }
    }
}
