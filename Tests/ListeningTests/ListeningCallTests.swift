import Listening
import MediaPipeline
import NetworkModel
import OpusCodec
import Quantities
import Testing

/// The generator's speech in samples.
let sample = ListeningSample.samples(of: SyntheticSpeech.material(sampleRate: .wideband))[0]

private func condition(
    loss: Double = 0, kilobits: Int64 = 24, fec: Bool = false
) -> ListeningCondition {
    var codec = OpusSettings()
    codec.bitrate = .kilobitsPerSecond(kilobits)
    codec.isDiscontinuous = false
    codec.complexity = 0
    codec.hasForwardErrorCorrection = fec
    codec.expectedLossPercentage = Int((100 * loss).rounded())
    return ListeningCondition(codec: codec, loss: ListeningCondition.randomLoss(loss)!)
}

private func call(_ condition: ListeningCondition, seed: UInt64 = 1) throws -> ListeningRecord {
    try ListeningCall(sample: sample, condition: condition, seed: seed).run()
}

/// Energy of the difference over that of `a`, after the best gain.
private func distortion(_ a: [Int16], _ b: [Int16]) -> Double {
    var (aa, ab, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
        aa += Double(x) * Double(x)
        ab += Double(x) * Double(y)
        bb += Double(y) * Double(y)
    }
    return 1 - ab * ab / (aa * bb)
}

@Suite struct `Listening calls` {
    @Test func `what is said and heard have one length, one time and much in common`() throws {
        let record = try call(condition())
        #expect(record.spoken.count == record.heard.count)
        #expect(Int64(record.spoken.count) == record.counts.frames * 320)
        let inTime = distortion(record.spoken, record.heard)
        #expect(inTime < 0.3)
        #expect(distortion(Array(record.spoken.dropFirst(8)), record.heard) > 2 * inTime)
    }

    @Test func `what is said is the sample`() throws {
        let spoken = try call(condition()).spoken
        #expect(Array(spoken.prefix(sample.samples.count - 1)) == sample.samples.dropLast())
    }

    @Test func `equal calls give equal records`() throws {
        let (a, b) = try (call(condition(loss: 0.1)), call(condition(loss: 0.1)))
        #expect(a == b)
        #expect(try call(condition(loss: 0.1), seed: 2).counts != a.counts)
    }

    @Test func `without loss nothing is made up`() throws {
        let counts = try call(condition()).counts
        #expect(counts.sent == counts.frames)
        #expect((counts.lost, counts.late, counts.recovered, counts.concealed) == (0, 0, 0, 0))
        // 50 ms of path, 26.5 ms of codec, at least 20 ms in the jitter buffer.
        #expect((96.5...140).contains(counts.mouthToEar.milliseconds))
    }

    @Test func `every loss is made up where packets carry no copies`() throws {
        let record = try call(condition(loss: 0.1))
        let counts = record.counts
        // 500 packets or more: 50 ± 7.
        #expect((15...100).contains(counts.lost))
        #expect(counts.concealed == counts.lost)
        #expect(counts.recovered == 0)
        #expect(counts.concealedRuns <= counts.concealed)
        #expect(
            distortion(record.spoken, record.heard)
                > distortion(record.spoken, try call(condition()).heard))
    }

    @Test func `copies bring back what they can at a rate that has room for them`() throws {
        let (plain, repaired) = try (
            call(condition(loss: 0.1, kilobits: 32)),
            call(condition(loss: 0.1, kilobits: 32, fec: true))
        )
        #expect(plain.counts.lost == repaired.counts.lost)
        #expect(repaired.counts.recovered > repaired.counts.lost / 4)
        #expect(repaired.counts.recovered + repaired.counts.concealed == repaired.counts.lost)
    }

    @Test func `the same draws meet calls that differ in the codec alone`() throws {
        let (a, b) = try (
            call(condition(loss: 0.1, kilobits: 16)), call(condition(loss: 0.1, kilobits: 48))
        )
        #expect(a.counts.lost == b.counts.lost)
        #expect(a.counts.concealedRuns == b.counts.concealedRuns)
        #expect(a.counts.payloadBytes < b.counts.payloadBytes)
    }

    @Test func `losses come in bursts as told`() throws {
        var bursty = condition()
        bursty.loss = try #require(GilbertLoss(loss: 0.2, meanBurst: 4))
        let counts = try call(bursty).counts
        let meanRun = Double(counts.concealed) / Double(counts.concealedRuns)
        #expect((2...8).contains(meanRun))
    }

    @Test func `a sample has a voice's speech at one level between pauses`() {
        let seconds = Double(sample.samples.count) / Double(sample.sampleRate)
        #expect(seconds > ListeningSample.leastSpeech + ListeningSample.pause)
        #expect(sample.samples.prefix(8000).allSatisfy { $0 == 0 })
        #expect(sample.samples.suffix(8000).allSatisfy { $0 == 0 })
        #expect(sample.samples.contains { $0.magnitude > 3000 })
    }

    @Test func `every clip is used once at most, and short voices are left out`() throws {
        func clip(_ name: String, _ voice: String, seconds: Int) -> SpeechClip {
            SpeechClip(
                name: name, sampleRate: 16_000,
                samples: [Int16](repeating: 1000, count: seconds * 16_000), voice: voice)
        }
        let material = try SpeechMaterial(
            clips: [
                clip("a", "one", seconds: 5), clip("b", "two", seconds: 3),
                clip("c", "one", seconds: 4), clip("d", "one", seconds: 9),
                clip("e", "one", seconds: 2), clip("f", "three", seconds: 7),
            ], sampleRate: .wideband)
        let samples = ListeningSample.samples(of: material)
        #expect(samples.map(\.voice) == ["one", "one", "three"])
        // 5 + 4, 9, and 7 twice, with a pause before each clip and after the last.
        #expect(samples.map { $0.samples.count / 8000 } == [21, 20, 31])
    }
}
