import MediaPipeline
import OpusCodec
import Quantities

/// A call in which one party says a sample and the other listens, with everything that a call at
/// full fidelity has: DTLS handshake, SRTP, Opus, RTCP, jitter buffer, in virtual time.
///
/// Before the sample the talker speaks for ``leadIn`` over the same path without loss, so that the
/// jitter buffer has settled; losses befall the packets of the sample alone. Equal calls give
/// equal records, and calls that differ in the condition alone meet the same draws of loss.
public struct ListeningCall: Sendable {
    /// Speech before the sample: 1 s until the jitter buffer goes by what it has measured, and
    /// time for two frames to be left out.
    public static var leadIn: SimDuration { .milliseconds(2400) }
    /// How long the call goes on after the sample besides the path's delay, so that all of it is
    /// heard.
    public static var leadOut: SimDuration { .milliseconds(500) }

    /// What is said.
    public let sample: ListeningSample
    /// What it goes through.
    public let condition: ListeningCondition
    /// All randomness of the call descends from it.
    public let seed: UInt64
    /// Which of the calls with this seed it is.
    public let number: UInt64

    /// A call about `sample`.
    public init(
        sample: ListeningSample, condition: ListeningCondition, seed: UInt64, number: UInt64 = 0
    ) {
        self.sample = sample
        self.condition = condition
        self.seed = seed
        self.number = number
    }

    /// Makes the call.
    ///
    /// - Throws: ``OpusError`` if the codec refuses its settings.
    public func run() throws(OpusError) -> ListeningRecord {
        let script = Script(sample, frame: condition.codec.frame)
        // The same call, broken off when the first packet of the sample arrives: what the counters
        // hold by then is not the sample's.
        let before = try ListeningWorld(self, script).run(
            until: .sampleArrives(condition.delay))
        let whole = try ListeningWorld(self, script).run(until: .allIsHeard)
        var counts = ListeningCounts(from: before, to: whole)
        counts.frames = Int64(script.frames)
        counts.sent = whole.sent
        counts.lost = whole.lost
        let first = script.leadInSamples
        let count = script.frames * script.frameSamples
        // The listener's first sample sounds when its clock ticks first.
        let offset = (whole.speaking - whole.listening + counts.mouthToEar).nanoseconds
        let shift = Int((offset * Int64(sample.sampleRate) + 500_000_000) / 1_000_000_000)
        return ListeningRecord(
            sampleRate: sample.sampleRate, spoken: Self.cut(whole.spoken, from: first, count),
            heard: Self.cut(whole.heard, from: first + shift, count), counts: counts)
    }

    /// `count` samples from `start` on; silence where there are none.
    private static func cut(_ samples: [Int16], from start: Int, _ count: Int) -> [Int16] {
        (start..<start + count).map { samples.indices.contains($0) ? samples[$0] : 0 }
    }
}

/// What the talker of a listening call says, in whole frames.
struct Script {
    let material: SpeechMaterial
    let frameSamples: Int
    /// Samples before the sample begins.
    let leadInSamples: Int
    /// Frames of the sample.
    let frames: Int

    init(_ sample: ListeningSample, frame: OpusFrameDuration) {
        let rate = sample.sampleRate
        let frameSamples = frame.rawValue * rate / 1000
        func whole(_ samples: [Int16]) -> [Int16] {
            let missing = (frameSamples - samples.count % frameSamples) % frameSamples
            return samples + [Int16](repeating: 0, count: missing)
        }
        let body = whole(sample.samples)
        let leadIn = whole(
            Array(sample.samples.suffix(Int(ListeningCall.leadIn.seconds * Double(rate)))))
        guard let sampleRate = OpusSampleRate(rawValue: Int32(rate)) else {
            preconditionFailure("samples are made of material at a rate of the codec")
        }
        // The material's ends are trimmed of silence, so a click holds the beginning in place.
        var samples = leadIn + body
        samples[0] = SpeechMaterial.silenceThreshold
        samples[samples.count - 1] = SpeechMaterial.silenceThreshold
        do {
            material = try SpeechMaterial(
                clips: [SpeechClip(name: "sample", sampleRate: rate, samples: samples)],
                sampleRate: sampleRate)
        } catch {
            preconditionFailure("a sample is longer than a syllable: \(error)")
        }
        self.frameSamples = frameSamples
        leadInSamples = leadIn.count
        frames = body.count / frameSamples
    }
}

extension ListeningCounts {
    /// What came to pass between two states of one call.
    fileprivate init(from before: ListeningOutcome, to whole: ListeningOutcome) {
        let (a, b) = (before.listener.playout, whole.listener.playout)
        late = b.late - a.late
        recovered = b.recovered - a.recovered
        concealed = b.concealed - a.concealed
        concealedRuns = b.concealedRuns - a.concealedRuns
        stretched = b.stretched - a.stretched
        trimmed = b.trimmed - a.trimmed
        payloadBytes = whole.payloadBytes
        let (c, d) = (before.listener.mouthToEar, whole.listener.mouthToEar)
        if d.count > c.count {
            mouthToEar =
                SimDuration(
                    nanoseconds: Int64((d.nanoseconds - c.nanoseconds) / Int128(d.count - c.count)))
                - MediaConfiguration().deviceDelay
        }
    }
}
