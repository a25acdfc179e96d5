import MediaPipeline

/// One voice's speech of the length that an objective measure asks for: several utterances with
/// pauses between, all at one level.
///
/// ITU-T P.862.3 §7 asks for 8 to 20 s of one talker with pauses, at an active level of −26 dB
/// below overload.
public struct ListeningSample: Hashable, Sendable {
    /// The least speech in a sample in seconds, pauses not counted.
    public static var leastSpeech: Double { 8 }
    /// Voices with less speech in all, in seconds, are left out.
    public static var leastVoice: Double { 6 }
    /// Silence between utterances, before the first and after the last, in seconds.
    public static var pause: Double { 0.5 }
    /// Level of active speech in dB below full scale.
    public static var activeLevel: Double { 26 }

    /// Whose speech it is.
    public let voice: String
    /// Samples per second.
    public let sampleRate: Int
    /// The samples, beginning and ending with a pause.
    public let samples: [Int16]

    /// The samples that can be made of `material`, each clip used once at most, voices in the
    /// order of their first clips. A voice too short for one sample says its clips again.
    public static func samples(of material: SpeechMaterial) -> [ListeningSample] {
        var voices: [(name: String, clips: [SpeechClip])] = []
        for clip in material.clips {
            if let index = voices.firstIndex(where: { $0.name == clip.voice }) {
                voices[index].clips.append(clip)
            } else {
                voices.append((clip.voice, [clip]))
            }
        }
        let rate = Int(material.sampleRate.rawValue)
        return voices.flatMap { samples(of: $0.clips, voice: $0.name, rate: rate) }
    }

    private static func samples(
        of clips: [SpeechClip], voice: String, rate: Int
    ) -> [ListeningSample] {
        let total = clips.reduce(0) { $0 + $1.samples.count }
        guard Double(total) >= leastVoice * Double(rate) else { return [] }
        let least = Int(leastSpeech * Double(rate))
        var result: [ListeningSample] = []
        var chosen: [SpeechClip] = []
        func length() -> Int { chosen.reduce(0) { $0 + $1.samples.count } }
        for clip in clips {
            chosen.append(clip)
            guard length() >= least else { continue }
            result.append(ListeningSample(voice: voice, clips: chosen, rate: rate))
            chosen = []
        }
        guard result.isEmpty else { return result }
        while length() < least { chosen.append(clips[chosen.count % clips.count]) }
        return [ListeningSample(voice: voice, clips: chosen, rate: rate)]
    }

    private init(voice: String, clips: [SpeechClip], rate: Int) {
        let pause = [Int16](repeating: 0, count: Int(Self.pause * Double(rate)))
        var samples = pause
        for clip in clips { samples += Self.levelled(clip.samples, rate: rate) + pause }
        self.voice = voice
        sampleRate = rate
        self.samples = samples
    }

    /// `samples` with their active level at ``activeLevel``. Active are the frames of 20 ms within
    /// 15.9 dB of the mean level, after ITU-T P.56 method B in the large.
    static func levelled(_ samples: [Int16], rate: Int) -> [Int16] {
        let frame = rate / 50
        let energies = stride(from: 0, to: samples.count, by: frame).map { start in
            samples[start..<min(start + frame, samples.count)].reduce(0.0) {
                $0 + Double($1) * Double($1)
            }
        }
        let mean = energies.reduce(0, +) / Double(max(1, energies.count))
        // 10^-1.59
        let active = energies.filter { $0 > 0.0257 * mean }
        guard mean > 0, !active.isEmpty else { return samples }
        let level = (active.reduce(0, +) / Double(active.count * frame)).squareRoot()
        // 32,768·10^(−26/20)
        let gain = 1642.3 / level
        return samples.map { Int16(min(max((gain * Double($0)).rounded(), -32_768), 32_767)) }
    }
}
