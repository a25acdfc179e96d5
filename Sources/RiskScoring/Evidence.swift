import Quantities
import RandomStreams

/// What the live part of a record says at a point in time, and the tier it has led to by then.
struct Evidence: Sendable {
    /// Distinct reporters.
    private(set) var reporters = 0
    /// Sum of their weights.
    private(set) var standing = 0.0
    /// Sum of their weights after decay, shared among look-alikes.
    private(set) var reported = 0.0
    /// Weighted calls since the first live report.
    private(set) var exposure = 0.0
    /// Where the device stands.
    private(set) var tier = DeviceTier.clear

    private let policy: ScoringPolicy
    /// What a report says of the device itself, where others look like it.
    private var share = 1.0
    private var now = SimTime.zero

    /// Nothing known.
    init(_ policy: ScoringPolicy) { self.policy = policy }

    /// Takes in a record's reports from `first` on, in order of time, as of `now`.
    ///
    /// The reports are replayed, so what comes out follows from those that are live and from nothing
    /// that once was. Between two reports calls and time only lower the bound, so the tier is
    /// brought up to date at reports and at the end alone.
    ///
    /// - Complexity: O(reports²) comparisons, O(reports) evaluations of a beta distribution.
    init(
        of record: Int32, from first: Int32, in store: RecordStore,
        _ policy: ScoringPolicy, at now: SimTime
    ) {
        self.init(policy)
        guard first >= 0 else { return }
        if policy.sharesAmongLookAlikes { share = 1 / (1 + store[record].lookAlikes) }
        self.now = store.report(first).time
        withUnsafeTemporaryAllocation(of: Part.self, capacity: Int(store[record].count)) { parts in
            var count = 0
            var slot = first
            while slot >= 0 {
                let report = store.report(slot)
                advance(to: report.time)
                let part = part(of: report, beside: parts[..<count])
                supersede(report, in: parts[..<count])
                takeIn(part, call: slot == first ? max(1, report.share) : report.share)
                parts[count] = part
                count += 1
                exposure += report.exposure
                slot = report.next
            }
        }
        advance(to: now)
    }

    /// A report that was taken in.
    private struct Part: BitwiseCopyable {
        let other: UInt64
        let time: SimTime
        let weight: Double
        /// Whether the same reporter has reported again.
        var isSuperseded = false
    }

    /// What `report` weighs beside those before it: in any stretch of the burst cap's window all
    /// together no more than the cap, not counting what the same reporter filed before.
    private func part(
        of report: RecordStore.Report,
        beside earlier: Slice<UnsafeMutableBufferPointer<Part>>
    ) -> Part {
        var weight = report.weight
        if let cap = policy.burstCap {
            let within = earlier.reduce(0) { sum, part in
                let counts =
                    part.time > report.time - cap.window && part.other != report.other
                    && !part.isSuperseded
                return counts ? sum + part.weight : sum
            }
            weight = min(weight, max(0, cap.weight - within))
        }
        return Part(other: report.other, time: report.time, weight: weight)
    }

    /// An earlier report of the same reporter does not count any more.
    private mutating func supersede(
        _ report: RecordStore.Report, in parts: Slice<UnsafeMutableBufferPointer<Part>>
    ) {
        for index in parts.indices where parts[index].other == report.other {
            guard !parts[index].isSuperseded else { continue }
            let age = now - parts[index].time
            standing = max(0, standing - parts[index].weight)
            reported = max(
                0, reported - share * parts[index].weight * Self.decay(age, policy.halfLife))
            reporters -= 1
            parts.base[index].isSuperseded = true
        }
    }

    private mutating func takeIn(_ part: Part, call exposure: Double) {
        reporters += 1
        standing += part.weight
        reported += share * part.weight
        self.exposure += exposure
        tier = max(entered, lowered)
    }

    private mutating func advance(to time: SimTime) {
        let decay = Self.decay(time - now, policy.halfLife)
        reported *= decay
        exposure *= decay
        now = time
        tier = lowered
    }

    /// 2^(-age/halfLife).
    static func decay(_ age: SimDuration, _ halfLife: SimDuration) -> Double {
        let ln2 = 0.693147180559945309417232121458
        return Elementary.exp(
            -ln2 * (Double(age.nanoseconds) / Double(halfLife.nanoseconds)))
    }

    // MARK: Tiers

    /// The posterior of the rate of reported calls: each distinct reporter is a reported call, what
    /// is left of the exposure are unreported ones.
    var posterior: BetaDistribution {
        BetaDistribution(
            a: policy.priorReported + reported,
            b: policy.priorUnreported + max(0, exposure - reported))
    }

    /// Whether the reporters' word is enough for any tier; sums of thirds and such may fall short of
    /// a whole number by rounding.
    var isSubstantiated: Bool { standing >= Double(policy.minimumReporters) - 1e-9 }

    /// The tier that the device falls to, or stays in.
    private var lowered: DeviceTier {
        guard tier > .clear, isSubstantiated else { return .clear }
        return worst(upTo: tier, isEntered: false)
    }

    /// The tier whose entry threshold the lower bound reaches.
    var entered: DeviceTier {
        guard isSubstantiated else { return .clear }
        return worst(upTo: .contained, isEntered: true)
    }

    /// The worst tier up to `limit` whose threshold the lower credible bound reaches: the posterior
    /// leaves no more than the credibility below it. This spares finding the bound itself.
    private func worst(upTo limit: DeviceTier, isEntered: Bool) -> DeviceTier {
        let posterior = posterior
        for tier in DeviceTier.allCases.reversed() where tier <= limit {
            guard let limits = policy.threshold(of: tier) else { break }
            let threshold = isEntered ? limits.enter : limits.leave
            if posterior.cumulative(threshold) <= policy.credibility { return tier }
        }
        return .clear
    }
}
