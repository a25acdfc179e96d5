/// How a figure changed against an earlier report.
public struct BaselineChange: Hashable, Sendable, Codable {
    /// What the repetitions allow to say.
    public enum Verdict: String, Sendable, Codable {
        /// Every repetition took more than every one of the baseline.
        case slower
        /// Every repetition took less than every one of the baseline.
        case faster
        /// The repetitions overlap.
        case unchanged
    }

    /// The workload.
    public var workload: String
    /// The contender.
    public var contender: String
    /// Now ÷ then: of the medians, of the least now and the greatest then, and the other way round.
    public var ratio: Spread
    /// Whether the change stands out from the spread.
    public var verdict: Verdict

    /// The changes of all figures that both reports have, in the order of `report`.
    public static func changes(
        of report: BenchmarkReport, since baseline: BenchmarkReport
    ) -> [BaselineChange] {
        report.results.compactMap { result in
            let earlier = baseline.results.first {
                $0.workload == result.workload && $0.contender == result.contender
                    && $0.unit == result.unit
            }
            guard let then = earlier?.samples.spread, let now = result.samples.spread,
                then.least > 0
            else { return nil }
            let ratio = Spread(
                median: now.median / then.median, least: now.least / then.greatest,
                greatest: now.greatest / then.least)
            return BaselineChange(
                workload: result.workload, contender: result.contender, ratio: ratio,
                verdict: ratio.least > 1 ? .slower : ratio.greatest < 1 ? .faster : .unchanged)
        }
    }

    /// How the rivals changed, which are the same programs: the machine's own change, over all
    /// their workloads; nil without rivals.
    public static func drift(of changes: [BaselineChange]) -> Spread? {
        Spread(changes.filter { $0.contender != BenchmarkReport.ours }.map(\.ratio.median))
    }
}
