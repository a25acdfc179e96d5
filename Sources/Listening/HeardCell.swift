import Statistics
import VoiceQuality

/// What the calls of one cell of a study have in common, in figures.
public struct HeardCell: Hashable, Sendable {
    /// Which cell.
    public let cell: ScoredCall.Cell
    /// How many calls.
    public let calls: Int
    /// Share of the packets that were lost, 0…1.
    public let lost: Double
    /// Share of the frames sent that were decoded from copies, 0…1.
    public let recovered: Double
    /// Share of the frames sent that were made up, 0…1: the loss that the E-model is told.
    public let concealed: Double
    /// Mean run of frames made up over that of independent losses of the same share, ≥ 1.
    public let burstRatio: Double
    /// Mean rate of the payload in bit/s.
    public let payloadBitrate: Double
    /// Mean MOS-LQO on the wideband scale: of each sample over its calls, then over the samples.
    public let score: Double
    /// Its interval of 95 % over the samples; nil with one sample.
    public let scoreInterval: ConfidenceInterval?
    /// Mean MOS-LQO on the narrowband scale, where it was taken.
    public let narrowbandScore: Double?

    /// The figures of `calls`, which are of one cell.
    ///
    /// - Precondition: at least one call.
    init(_ calls: [ScoredCall]) {
        func sum(_ part: (ScoredCall) -> Double) -> Double { calls.reduce(0) { $0 + part($1) } }
        let sent = max(1, sum(\.sent))
        cell = calls[0].cell
        self.calls = calls.count
        lost = sum(\.lost) / sent
        recovered = sum(\.recovered) / sent
        concealed = sum(\.concealed) / sent
        let runs = sum(\.concealedRuns)
        burstRatio = runs > 0 ? max(1, sum(\.concealed) / runs * (1 - concealed)) : 1
        payloadBitrate = sum(\.payloadBitrate) / Double(calls.count)
        let means = Self.meansBySample(calls, \.wideband)
        score = means.reduce(0, +) / Double(means.count)
        scoreInterval = ReplicationSummary.interval95(of: means)
        let narrow = Self.meansBySample(calls, \.narrowband)
        narrowbandScore = narrow.isEmpty ? nil : narrow.reduce(0, +) / Double(narrow.count)
    }

    private static func meansBySample(
        _ calls: [ScoredCall], _ score: (ScoredCall) -> Double?
    ) -> [Double] {
        (0...(calls.map(\.sample).max() ?? 0)).compactMap { sample in
            let scores = calls.filter { $0.sample == sample }.compactMap(score)
            return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
        }
    }

    /// The cells of `calls`, in the order of their first calls.
    static func cells(of calls: [ScoredCall]) -> [HeardCell] {
        var groups: [(cell: ScoredCall.Cell, calls: [ScoredCall])] = []
        for call in calls {
            if let index = groups.lastIndex(where: { $0.cell == call.cell }) {
                groups[index].calls.append(call)
            } else {
                groups.append((call.cell, [call]))
            }
        }
        return groups.map { HeardCell($0.calls) }
    }

    /// What the E-model would have to compute, if its Ie,eff is to be `impairment`.
    func observation(_ impairment: Double) -> CodecImpairment.Observation {
        CodecImpairment.Observation(
            lossPercentage: 100 * concealed, burstRatio: burstRatio, impairment: impairment)
    }
}
