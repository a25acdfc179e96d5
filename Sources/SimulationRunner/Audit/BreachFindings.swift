public import PlatformModel
import PrivacyStores
import Quantities
public import Statistics

/// What thieves find.
public struct BreachFindings: Hashable, Sendable {
    /// When they come.
    public let time: BreachTime
    /// The copy that the audit looks at.
    public let copy: BreachMeasures
    /// All copies, where there are several.
    public let copies: [BreachMeasures]

    init(_ time: BreachTime, copy: BreachMeasures, copies: [BreachMeasures] = []) {
        self.time = time
        self.copy = copy
        self.copies = copies
    }

    /// What is measured of each copy.
    public enum Measure: String, CaseIterable, Hashable, Sendable {
        /// The share of the pairs so far that are told of.
        case pairRecall = "pair_edge_recall"
        /// How much better than chance two calls of somebody of whom there is no report are linked.
        case advantage = "reidentification_advantage"
        /// Frames that keys in the copy decrypt.
        case decryptableFrames = "decryptable_frames"
        /// For how long people have been in there, summed, in seconds.
        case personSeconds = "person_seconds_at_risk"

        /// Its value; nil where there is nothing to measure.
        public func value(of counts: BreachCounts) -> Double? {
            switch self {
            case .pairRecall: counts.pairRecall
            case .advantage: counts.advantage
            case .decryptableFrames: counts.decryptableFrames.map(Double.init)
            case .personSeconds: counts.personSeconds
            }
        }

        /// By what its value without a group of people is multiplied to stand for all: totals of people grow with the number of
        /// people, those of calls with the number of pairs.
        fileprivate var expansion: Double {
            let growth = Double(PeopleGroups.count) / Double(PeopleGroups.count - 1)
            return switch self {
            case .pairRecall, .advantage: 1
            case .decryptableFrames: growth * growth
            case .personSeconds: growth
            }
        }

        /// What values there can be.
        var range: ClosedRange<Double> {
            switch self {
            case .pairRecall: 0...1
            case .advantage: -1...1
            case .decryptableFrames, .personSeconds: 0...Double.greatestFiniteMagnitude
            }
        }
    }

    /// The 95 % interval of `measure` in the copy over people: how much it owes to who came, at this moment of this run, and
    /// not over moments nor over runs. By a delete-a-group jackknife, ``Jackknife``, over ``PeopleGroups``. Nil where
    /// there is no value, or none without one of the groups.
    public func overPeople(_ measure: Measure) -> ConfidenceInterval? {
        guard let value = measure.value(of: copy.counts) else { return nil }
        let parts = copy.leftOut.compactMap { measure.value(of: $0) }
        guard parts.count == copy.leftOut.count else { return nil }
        return Jackknife.interval95(of: value, leavingOut: parts.map { $0 * measure.expansion })?
            .clamped(to: measure.range)
    }

    /// The mean of a measure over several copies.
    public struct Average: Hashable, Sendable {
        /// The mean.
        public let mean: Double
        /// Its 95 % interval over moments of this run.
        public let ci95: ConfidenceInterval
        /// Over how many copies, those that have a value.
        public let copies: Int
    }

    /// The mean of `measure` over the copies that have a value, and its 95 % interval: the moments are drawn evenly and apart
    /// from each other, so it holds for a theft at any moment of this run. Nil without two such copies.
    public func average(_ measure: Measure) -> Average? {
        let values = copies.compactMap { measure.value(of: $0.counts) }
        guard let interval = ReplicationSummary.interval95(of: values) else { return nil }
        return Average(
            mean: interval.middle, ci95: interval.clamped(to: measure.range), copies: values.count)
    }
}
