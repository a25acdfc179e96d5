import Quantities
import RandomStreams

/// What the live part of a record says at a point in time.
struct Evidence: Sendable {
    /// Distinct reporters.
    var reporters = 0
    /// Sum of their weights.
    var reported = 0.0
    /// Weighted calls since the first live report.
    var exposure = 0.0

    /// Nothing known.
    init() {}

    /// Sums a record's reports from `report` on, as of `now`.
    init(from report: Int32, in store: RecordStore, halfLife: SimDuration, at now: SimTime) {
        var slot = report
        while slot >= 0 {
            let node = store.report(slot)
            let weight = Self.decay(now - node.time, halfLife)
            if !node.isSuperseded {
                reporters += 1
                reported += weight
            }
            exposure += weight * node.exposure
            slot = node.next
        }
    }

    /// 2^(-age/halfLife).
    static func decay(_ age: SimDuration, _ halfLife: SimDuration) -> Double {
        let ln2 = 0.693147180559945309417232121458
        return Elementary.exp(
            -ln2 * (Double(age.nanoseconds) / Double(halfLife.nanoseconds)))
    }

    /// The posterior of the rate of reported calls: each distinct reporter is a reported call, what
    /// is left of the exposure are unreported ones.
    func posterior(_ policy: ScoringPolicy) -> BetaDistribution {
        BetaDistribution(
            a: policy.priorReported + reported,
            b: policy.priorUnreported + max(0, exposure - reported))
    }

    /// The tier that a device in `tier` falls to, or stays in.
    func lowered(from tier: DeviceTier, _ policy: ScoringPolicy) -> DeviceTier {
        guard reporters >= policy.minimumReporters else { return .clear }
        let posterior = posterior(policy)
        for candidate in DeviceTier.allCases.reversed() where candidate <= tier {
            guard let limits = policy.threshold(of: candidate) else { break }
            if Self.boundReaches(limits.leave, posterior, policy) { return candidate }
        }
        return .clear
    }

    /// The tier whose entry threshold the lower bound reaches.
    func entered(_ policy: ScoringPolicy) -> DeviceTier {
        guard reporters >= policy.minimumReporters else { return .clear }
        let posterior = posterior(policy)
        for candidate in DeviceTier.allCases.reversed() {
            guard let limits = policy.threshold(of: candidate) else { break }
            if Self.boundReaches(limits.enter, posterior, policy) { return candidate }
        }
        return .clear
    }

    /// The tier of a device in `tier` when a report has come.
    func raised(from tier: DeviceTier, _ policy: ScoringPolicy) -> DeviceTier {
        max(entered(policy), lowered(from: tier, policy))
    }

    /// Whether the lower credible bound is at least `threshold`: the posterior leaves no more than the
    /// credibility below it. This spares finding the bound itself.
    private static func boundReaches(
        _ threshold: Double, _ posterior: BetaDistribution, _ policy: ScoringPolicy
    ) -> Bool {
        posterior.cumulative(threshold) <= policy.credibility
    }
}
