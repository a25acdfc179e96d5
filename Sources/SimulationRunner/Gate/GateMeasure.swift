import Measurement
import Results

/// What the gate measures of a group's tickets. More is worse with all of them.
public enum GateMeasure: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// The mean time waited, however it ended, in seconds.
    case wait
    /// The time that 95 % waited no longer than, in seconds.
    case waitP95 = "wait_p95"
    /// The share that was not paired.
    case unpaired
    /// The share whose partner went to a younger ticket.
    case passedOver = "passed_over"
    /// How much better than by chance waits tell tiers apart, 0…0.5; of everybody only.
    case leakByWaits = "leak_by_waits"
    /// How much better than by chance partners tell tiers apart, 0…0.5; of everybody only.
    case leakByPartners = "leak_by_partners"

    /// Its unit as it is written.
    var unit: String { self == .wait || self == .waitP95 ? "s" : "" }

    /// The metric of the whole run that it is; nil where tickets are looked at.
    var metric: Metric? {
        switch self {
        case .leakByWaits: .riskLeakWaits
        case .leakByPartners: .riskLeakPartners
        default: nil
        }
    }

    /// The metric of scenario files that comes nearest.
    var metricName: String {
        switch self {
        case .wait, .waitP95: "match.latency"
        case .unpaired: "abandoned"
        case .passedOver: "match.age_inversions"
        case .leakByWaits, .leakByPartners: (metric ?? .riskLeakWaits).description.name
        }
    }

    /// What may be lost unless the baseline says something else: a twentieth of a wait, a tenth of
    /// its tail, one in a hundred of the shares.
    public var usualMargin: BaselineDocument.Margin {
        switch self {
        case .wait: .init(rawValue, relative: 0.05, absolute: 0.02)
        case .waitP95: .init(rawValue, relative: 0.10, absolute: 0.1)
        case .unpaired, .passedOver: .init(rawValue, relative: 0.05, absolute: 0.01)
        case .leakByWaits, .leakByPartners: .init(rawValue, relative: 0, absolute: 0.05)
        }
    }
}
