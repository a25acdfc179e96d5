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
        public func value(of copy: BreachMeasures) -> Double? {
            switch self {
            case .pairRecall: copy.pairRecall
            case .advantage: copy.advantage
            case .decryptableFrames: Double(copy.decryptableFrames)
            case .personSeconds: copy.personSeconds
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

    /// The mean of `measure` over the copies that have a value, and its 95 % interval: the moments are drawn evenly and apart
    /// from each other, so it holds for a theft at any moment of this run. Nil without two such copies.
    public func average(_ measure: Measure) -> (mean: Double, ci95: ConfidenceInterval)? {
        let values = copies.compactMap { measure.value(of: $0) }
        guard let interval = ReplicationSummary.interval95(of: values) else { return nil }
        return (interval.middle, interval.clamped(to: measure.range))
    }
}
