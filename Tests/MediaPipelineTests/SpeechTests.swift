import MediaPipeline
import OpusCodec
import Quantities
import RandomStreams
import Testing

@Suite struct ResamplerTests {
    /// A sine of `frequency` Hz at `rate`, amplitude 10,000.
    private func sine(_ frequency: Double, rate: Int, count: Int) -> [Int16] {
        (0..<count).map {
            let turns = frequency * Double($0) / Double(rate)
            return Int16((10_000 * Elementary.sin2pi(turns - turns.rounded(.down))).rounded())
        }
    }

    @Test(arguments: [200.0, 1000, 3000, 6000])
    func `speech passes unchanged and undelayed, up and down`(frequency: Double) throws {
        let low = sine(frequency, rate: 16_000, count: 1600)
        let high = sine(frequency, rate: 48_000, count: 4800)
        let up = try #require(Resampler(from: 16_000, to: 48_000)).resample(low)
        let down = try #require(Resampler(from: 48_000, to: 16_000)).resample(high)
        #expect(up.count == high.count && down.count == low.count)
        for index in 300..<4500 { #expect(abs(Int(up[index]) - Int(high[index])) < 30) }
        for index in 100..<1500 { #expect(abs(Int(down[index]) - Int(low[index])) < 30) }
    }

    @Test func `what the lower rate cannot carry is removed`() throws {
        let high = sine(11_000, rate: 48_000, count: 4800)
        let down = try #require(Resampler(from: 48_000, to: 16_000)).resample(high)
        #expect(down[100..<1500].allSatisfy { abs($0) < 12 })
    }

    @Test func `images of the lower rate are removed`() throws {
        // 1 kHz at 16 kHz has images at 15 and 17 kHz; a pure 1 kHz tone at 48 kHz has none.
        let up = try #require(Resampler(from: 16_000, to: 48_000))
            .resample(sine(1000, rate: 16_000, count: 1600))
        let truth = sine(1000, rate: 48_000, count: 4800)
        let worst = (300..<4500).map { abs(Int(up[$0]) - Int(truth[$0])) }.max()!
        #expect(worst < 12)
    }

    @Test func `rates that are no whole factor apart are refused, clipping is clamped`() throws {
        #expect(Resampler(from: 44_100, to: 48_000) == nil)
        #expect(Resampler(from: 0, to: 48_000) == nil)
        let square = (0..<1600).map { ($0 / 20) % 2 == 0 ? Int16.max : Int16.min }
        let up = try #require(Resampler(from: 16_000, to: 48_000)).resample(square)
        #expect(up.contains(.max) && up.contains(.min))
    }
}

@Suite struct SpeechMaterialTests {
    @Test func `the generator always makes the same sound and says that it is synthetic`() {
        let material = TestSpeech.wide
        #expect(material.isSynthetic)
        #expect(material.clips.count == 8)
        #expect(SyntheticSpeech.material(sampleRate: .wideband).contentHash == material.contentHash)
        #expect(material.contentHash.count == 32)
        #expect(TestSpeech.full.contentHash != material.contentHash)
    }

    @Test func `the generator's spectrum is speech-like: most power below 1 kHz, some above`() {
        let samples = TestSpeech.wide.clips.flatMap(\.samples).map(Double.init)
        // A one-pole low-pass at about 1 kHz splits the power.
        var state = 0.0
        var (low, high) = (0.0, 0.0)
        for sample in samples {
            state += 0.32 * (sample - state)
            low += state * state
            high += (sample - state) * (sample - state)
        }
        #expect(low > 2 * high)
        #expect(high > 0.005 * low)
        let level = ((low + high) / Double(samples.count)).squareRoot()
        #expect(level > 300 && level < 8000)
    }

    @Test func `silence at the ends goes, names and samples are in the hash`() throws {
        let speech = [Int16](repeating: 5000, count: 4000)
        let padded = [Int16](repeating: 3, count: 500) + speech + [Int16](repeating: -9, count: 7)
        let material = try SpeechMaterial(
            clips: [SpeechClip(name: "a", sampleRate: 16_000, samples: padded)],
            sampleRate: .wideband)
        #expect(material.clips[0].samples == speech)
        let other = try SpeechMaterial(
            clips: [SpeechClip(name: "b", sampleRate: 16_000, samples: padded)],
            sampleRate: .wideband)
        #expect(other.contentHash != material.contentHash)
    }

    @Test func `no speech and odd rates are errors`() {
        let silent = SpeechClip(
            name: "s", sampleRate: 16_000, samples: [Int16](repeating: 0, count: 16_000))
        #expect(throws: SpeechMaterialError.noSpeech) {
            try SpeechMaterial(clips: [silent], sampleRate: .wideband)
        }
        let odd = SpeechClip(name: "o", sampleRate: 22_050, samples: [1])
        #expect(throws: SpeechMaterialError.unsupportedRate(index: 0, rate: 22_050)) {
            try SpeechMaterial(clips: [odd], sampleRate: .wideband)
        }
    }
}

@Suite struct ConversationPatternTests {
    /// Walks 4 hours in steps of 5 ms; talk spurts, pauses and shares of both parties.
    @Test func `talk spurts, pauses, double talk and mutual silence last as P,59 says`() {
        var pattern = ConversationPattern(randomness: stream(20))
        let step = SimDuration.milliseconds(5)
        let steps: Int64 = 4 * 3600 * 200
        var spurts = 0
        var (talking, doubled, silent) = (0, 0, 0)
        var (doubles, silences) = (0, 0)
        var before = (false, false)
        for index in 0..<steps {
            let offset = step * index
            let now = (
                pattern.isTalking(.first, at: offset), pattern.isTalking(.second, at: offset)
            )
            if now.0 && !before.0 { spurts += 1 }
            if now == (true, true) && before != (true, true) { doubles += 1 }
            if now == (false, false) && before != (false, false) { silences += 1 }
            talking += now.0 ? 1 : 0
            doubled += now == (true, true) ? 1 : 0
            silent += now == (false, false) ? 1 : 0
            before = now
        }
        func seconds(_ count: Int, per events: Int) -> Double {
            Double(count) * 0.005 / Double(events)
        }
        // About 5,500 spurts: 4 % is more than three standard errors of each mean.
        #expect(abs(seconds(talking, per: spurts) / 1.004 - 1) < 0.04)
        #expect(abs(seconds(Int(steps) - talking, per: spurts) / 1.587 - 1) < 0.04)
        #expect(abs(seconds(doubled, per: doubles) / 0.228 - 1) < 0.05)
        #expect(abs(seconds(silent, per: silences) / 0.508 - 1) < 0.05)
        #expect(abs(Double(talking) / Double(steps) - 0.3875) < 0.012)
    }

    @Test func `both parties' copies agree`() {
        var ours = ConversationPattern(randomness: stream(21))
        var theirs = ConversationPattern(randomness: stream(21))
        for index: Int64 in 0..<5000 {
            let offset = SimDuration.milliseconds(20 * index)
            #expect(ours.isTalking(.first, at: offset) == theirs.isTalking(.first, at: offset))
        }
    }

    @Test func `a talker is silent between turns and fades in and out`() {
        var talker = Talker(
            material: TestSpeech.wide, conversation: ConversationPattern(randomness: stream(22)),
            party: .first, randomness: stream(23))
        var pattern = ConversationPattern(randomness: stream(22))
        var frame = [Int16](repeating: 1, count: 320)
        var wasTalking = false
        for index: Int64 in 0..<3000 {
            let isTalking = frame.withUnsafeMutableBufferPointer { talker.nextFrame(into: $0) }
            #expect(isTalking == pattern.isTalking(.first, at: .milliseconds(20 * index)))
            if !isTalking && !wasTalking { #expect(frame.allSatisfy { $0 == 0 }) }
            if isTalking && !wasTalking { #expect(frame[0] == 0) }
            if !isTalking && wasTalking { #expect(frame[80...].allSatisfy { $0 == 0 }) }
            wasTalking = isTalking
        }
    }
}
