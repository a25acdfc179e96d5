import MediaPipeline
import OpusCodec
import Quantities

/// Calls under one condition: every sample once for each seed.
public struct ListeningSession: Sendable {
    /// The rate at which objective measures of wideband speech compare, in Hz.
    public static var comparedRate: Int { 16_000 }

    /// One call of the session.
    public struct Entry: Hashable, Sendable {
        /// Which of the samples, from 0.
        public var sample: Int
        /// The seed of the call.
        public var seed: UInt64
    }

    /// What is said.
    public let samples: [ListeningSample]
    /// What it goes through.
    public let condition: ListeningCondition

    /// A session about `samples` under `condition`.
    public init(samples: [ListeningSample], condition: ListeningCondition) {
        self.samples = samples
        self.condition = condition
    }

    /// The calls for the seeds from `first` on, `repeats` of each sample.
    public func entries(first: UInt64, repeats: Int) -> [Entry] {
        (0..<UInt64(repeats)).flatMap { repetition in
            samples.indices.map { Entry(sample: $0, seed: first &+ repetition) }
        }
    }

    /// Makes one call; both sounds come at ``comparedRate``.
    ///
    /// - Throws: ``OpusError`` if the codec refuses its settings.
    public func record(_ entry: Entry) throws(OpusError) -> ListeningRecord {
        var record = try ListeningCall(
            sample: samples[entry.sample], condition: condition, seed: entry.seed,
            number: UInt64(entry.sample)
        ).run()
        if let resampler = Resampler(from: record.sampleRate, to: Self.comparedRate) {
            record.spoken = resampler.resample(record.spoken)
            record.heard = resampler.resample(record.heard)
            record.sampleRate = Self.comparedRate
        }
        return record
    }
}

/// The sheet that goes with the recordings of a session: one line a call.
public struct ListeningSheet: Sendable {
    /// The names of the columns. Times are in milliseconds, loss is a ratio, the rate of the
    /// payload is in bit/s.
    public static let columns = [
        "reference", "heard", "codec", "bitrate", "bandwidth", "frame", "complexity", "fec", "dtx",
        "expected_loss", "loss", "mean_burst", "delay", "jitter", "voice", "sample", "seed",
        "frames", "sent", "lost", "late", "recovered", "concealed", "concealed_runs", "stretched",
        "trimmed", "payload_bitrate", "mouth_to_ear",
    ]

    /// The lines below the names, without line ends.
    public private(set) var lines: [String] = []
    private let session: ListeningSession

    /// An empty sheet.
    public init(_ session: ListeningSession) {
        self.session = session
    }

    /// The file of what was said: one for each sample.
    public func referenceName(_ entry: ListeningSession.Entry) -> String {
        "reference-\(entry.sample).wav"
    }

    /// The file of what was heard.
    public func heardName(_ entry: ListeningSession.Entry) -> String {
        "heard-\(entry.sample)-\(entry.seed).wav"
    }

    /// Takes down a call.
    public mutating func append(_ entry: ListeningSession.Entry, _ counts: ListeningCounts) {
        let condition = session.condition
        let codec = condition.codec
        let length = codec.frame.duration * counts.frames
        let fields: [String] =
            [
                referenceName(entry), heardName(entry), "opus",
                "\(codec.bitrate.bitsPerSecond)", codec.bandwidth.rawValue,
                "\(codec.frame.rawValue)", "\(codec.complexity)",
                codec.hasForwardErrorCorrection ? "on" : "off",
                codec.isDiscontinuous ? "on" : "off",
                "\(Double(codec.expectedLossPercentage) / 100)", "\(condition.loss.loss)",
                "\(condition.loss.meanBurst)", "\(condition.delay.milliseconds)",
                "\(condition.jitter.milliseconds)", session.samples[entry.sample].voice,
                "\(entry.sample)", "\(entry.seed)",
            ]
            + [
                counts.frames, counts.sent, counts.lost, counts.late, counts.recovered,
                counts.concealed, counts.concealedRuns, counts.stretched, counts.trimmed,
            ].map { "\($0)" }
            + [
                "\((Double(counts.payloadBytes * 8) / length.seconds).rounded())",
                "\(counts.mouthToEar.milliseconds)",
            ]
        lines.append(fields.joined(separator: ","))
    }

    /// The whole sheet.
    public var text: String {
        ([Self.columns.joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
    }
}
