import Foundation

/// What a benchmark measured, as `--format json` writes it and `--baseline` reads it.
public struct BenchmarkReport: Hashable, Sendable, Codable {
    /// A contender's figures on a workload.
    public struct Result: Hashable, Sendable, Codable {
        /// Such as `hold exponential 1000000`.
        public var workload: String
        /// Who was measured.
        public var contender: String
        /// The repetitions, in ns of CPU time per operation.
        public var nanoseconds: Samples

        /// The figures of `contender` on `workload`.
        public init(workload: String, contender: String, nanoseconds: Samples) {
            self.workload = workload
            self.contender = contender
            self.nanoseconds = nanoseconds
        }
    }

    /// A ratio of speeds that is to be reached.
    public struct Target: Hashable, Sendable, Codable {
        /// What is compared, in words.
        public var name: String
        /// Median time of the other ÷ median time of ours.
        public var ratio: Double
        /// The least ratio that meets the target.
        public var atLeast: Double
        /// Whether it is met.
        public var isMet: Bool { ratio >= atLeast }

        /// A target of `atLeast` where `ratio` was measured.
        public init(name: String, ratio: Double, atLeast: Double) {
            self.name = name
            self.ratio = ratio
            self.atLeast = atLeast
        }
    }

    /// A contender that could not take part.
    public struct Absence: Hashable, Sendable, Codable {
        /// Who.
        public var contender: String
        /// Why.
        public var reason: String

        /// `contender` is left out for `reason`.
        public init(contender: String, reason: String) {
            self.contender = contender
            self.reason = reason
        }
    }

    /// The format's name and version.
    public var schema = "voicesim.bench/1"
    /// The figures, in the order of the plan.
    public var results: [Result] = []
    /// The targets that the contenders present allow to judge.
    public var targets: [Target] = []
    /// Who is missing.
    public var absences: [Absence] = []

    /// Nothing measured yet.
    public init() {}

    /// The median time of `contender` on `workload`, ns per operation.
    public func median(_ workload: String, _ contender: String) -> Double? {
        results.first { $0.workload == workload && $0.contender == contender }?
            .nanoseconds.median
    }

    /// The report as JSON with sorted keys.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return try encoder.encode(self)
    }

    /// Reads a report that ``json()`` wrote.
    public init(json: Data) throws {
        self = try JSONDecoder().decode(Self.self, from: json)
    }
}

/// How a figure changed against an earlier report.
public struct BaselineChange: Hashable, Sendable {
    /// What the repetitions allow to say.
    public enum Verdict: String, Sendable {
        /// Every repetition was slower than every one of the baseline.
        case slower
        /// Every repetition was faster than every one of the baseline.
        case faster
        /// The repetitions overlap.
        case unclear
    }

    /// The workload.
    public var workload: String
    /// The contender.
    public var contender: String
    /// Median now ÷ median then: above 1 is slower.
    public var ratio: Double
    /// Whether the change stands out from the spread.
    public var verdict: Verdict

    /// The changes of all figures that both reports have, in the order of `report`.
    public static func changes(
        of report: BenchmarkReport, since baseline: BenchmarkReport
    ) -> [BaselineChange] {
        report.results.compactMap { result in
            let earlier = baseline.results.first {
                $0.workload == result.workload && $0.contender == result.contender
            }
            guard let earlier, let then = earlier.nanoseconds.median, then > 0,
                let now = result.nanoseconds.median,
                let leastNow = result.nanoseconds.least, let leastThen = earlier.nanoseconds.least,
                let mostNow = result.nanoseconds.greatest,
                let mostThen = earlier.nanoseconds.greatest
            else { return nil }
            let verdict: Verdict =
                leastNow > mostThen ? .slower : mostNow < leastThen ? .faster : .unclear
            return BaselineChange(
                workload: result.workload, contender: result.contender, ratio: now / then,
                verdict: verdict)
        }
    }
}
