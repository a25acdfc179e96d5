import Foundation

/// What a benchmark measured, as `--format json` writes it and `--baseline` reads it.
public struct BenchmarkReport: Hashable, Sendable, Codable {
    /// The contender that is ours.
    public static let ours = "voicesim"

    /// What a figure counts.
    public enum Unit: String, Hashable, Sendable, Codable {
        /// CPU time per operation, ns.
        case nanoseconds = "ns"
        /// Real time, s.
        case seconds = "s"
        /// Memory, B.
        case bytes = "B"
        /// How often memory is asked for per operation.
        case allocations = "allocs"
    }

    /// A contender's figures on a workload.
    public struct Result: Hashable, Sendable, Codable {
        /// Such as `hold exponential 1000000`.
        public var workload: String
        /// Who was measured.
        public var contender: String
        /// What the figures count; less is better.
        public var unit: Unit
        /// One figure per round.
        public var samples: Samples
        /// The figures ÷ ours on the same workload, round by round: how many times as fast we are.
        public var againstOurs: Spread?
        /// Where it is a part of a call's media: for how many two-way calls in real time a core
        /// suffices, of this part alone.
        public var callsPerCore: Spread?

        /// The figures of `contender` on `workload`.
        public init(
            workload: String, contender: String, unit: Unit = .nanoseconds, samples: Samples
        ) {
            self.workload = workload
            self.contender = contender
            self.unit = unit
            self.samples = samples
        }
    }

    /// Something that holds or does not.
    public struct Check: Hashable, Sendable, Codable {
        /// What should hold.
        public var name: String
        /// Whether it does.
        public var holds: Bool
        /// What was seen.
        public var detail: String

        /// `name` holds or not, as `detail` shows.
        public init(name: String, holds: Bool, detail: String) {
            self.name = name
            self.holds = holds
            self.detail = detail
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
    public var schema = "voicesim.bench/2"
    /// What it was measured on.
    public var machine = BenchmarkMachine()
    /// The figures, in the order of the plan.
    public var results: [Result] = []
    /// What was looked at besides speed.
    public var checks: [Check] = []
    /// What was to be reached, and what was.
    public var targets: [TargetVerdict] = []
    /// Who is missing.
    public var absences: [Absence] = []
    /// The figures against those of an earlier report, where there was one.
    public var changes: [BaselineChange]?

    /// Nothing measured yet.
    public init() {}

    /// The figures of `contender` on `workload`.
    public func samples(_ workload: String, _ contender: String = ours) -> Samples? {
        results.first { $0.workload == workload && $0.contender == contender }?.samples
    }

    /// Adds a contender's figures; ours come before those that are compared with them.
    public mutating func add(_ result: Result) {
        var result = result
        if result.contender != Self.ours, let own = samples(result.workload) {
            result.againstOurs = result.samples.ratios(to: own)
        }
        results.append(result)
    }

    /// Notes for how many two-way calls the contenders on `workload` suffice, of whose operations
    /// each call needs `operationsPerCallSecond`.
    mutating func noteCalls(_ workload: String, operationsPerCallSecond: Double) {
        for index in results.indices where results[index].workload == workload {
            guard let spread = results[index].samples.spread, spread.least > 0 else { continue }
            results[index].callsPerCore = spread.dividing(1e9 / operationsPerCallSecond)
        }
    }

    /// The report as JSON with sorted keys.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// Reads a report that ``json()`` wrote.
    public init(json: Data) throws {
        self = try JSONDecoder().decode(Self.self, from: json)
    }
}
