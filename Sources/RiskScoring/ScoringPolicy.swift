import Quantities

/// When a tier is entered and left; thresholds on the lower bound of the rate of reported calls.
public struct TierThreshold: Hashable, Sendable, BitwiseCopyable {
    /// The lower bound from which a report puts a device into the tier.
    public var enter: Double
    /// The lower bound below which a device leaves it; less than ``enter``, so that it does not flap.
    public var leave: Double

    /// A pair of thresholds.
    public init(enter: Double, leave: Double) {
        self.enter = enter
        self.leave = leave
    }
}

/// How much the reports of one stretch of time may weigh together.
///
/// Whoever gets many people to report at once gains no more than this by it.
public struct BurstCap: Hashable, Sendable, BitwiseCopyable {
    /// The length of the stretch.
    public var window: SimDuration
    /// What all reports of any such stretch weigh at most, in reporters; at least 1.
    public var weight: Double

    /// At most `weight` in any stretch of `window`.
    public init(window: SimDuration = .minutes(1), weight: Double = 2) {
        self.window = window
        self.weight = weight
    }
}

/// Why a policy is not accepted.
public enum ScoringPolicyError: Error, Hashable, Sendable {
    /// A duration is not positive, or longer than ``ScoringPolicy/longestDuration``.
    case durationOutOfRange(Field)
    /// A parameter of the prior, or the credibility, is out of range.
    case numberOutOfRange(Field)
    /// The thresholds of a tier are not 0 < leave < enter < 1.
    case thresholdOutOfOrder(DeviceTier)
    /// A tier is entered no later, or left no later, than the milder one before it.
    case tiersOutOfOrder(DeviceTier)
    /// Fewer reporters than ``ScoringPolicy/fewestReporters``.
    case tooFewReporters(Int)

    /// A field of the policy.
    public enum Field: Hashable, Sendable {
        /// ``ScoringPolicy/retention``.
        case retention
        /// ``ScoringPolicy/keyEpoch``.
        case keyEpoch
        /// ``ScoringPolicy/halfLife``.
        case halfLife
        /// ``ScoringPolicy/reportWindow``.
        case reportWindow
        /// ``ScoringPolicy/fullCall``.
        case fullCall
        /// ``BurstCap/window``.
        case burstWindow
        /// ``BurstCap/weight``.
        case burstWeight
        /// ``ScoringPolicy/reporterAllowance``.
        case reporterAllowance
        /// ``ScoringPolicy/priorReported``.
        case priorReported
        /// ``ScoringPolicy/priorUnreported``.
        case priorUnreported
        /// ``ScoringPolicy/credibility``.
        case credibility
    }
}

/// The parameters of scoring; <doc:RiskScoring> says how the defaults were chosen.
public struct ScoringPolicy: Hashable, Sendable {
    /// No tier but clear on the word of fewer: two may be a pair of friends.
    public static var fewestReporters: Int { 3 }
    /// Keeps every date far from overflow.
    public static var longestDuration: SimDuration { .days(3650) }

    /// How long a report lives.
    public var retention = SimDuration.days(30)
    /// How long a key is the current one; identifiers are forgotten after two epochs without a visit.
    public var keyEpoch = SimDuration.days(7)
    /// Time after which a report, or a call, weighs half.
    public var halfLife = SimDuration.days(7)
    /// How long after the start of a call its partners may report each other.
    public var reportWindow = SimDuration.hours(24)
    /// The length from which a call is a full exposure; a shorter one counts pro rata, to the nearest quarter,
    /// so that hurrying through calls does not dilute reports.
    public var fullCall = SimDuration.seconds(30)
    /// Prior weight of reported calls: with ``priorUnreported`` a base rate of 2 % held with the weight
    /// of two calls (Jøsang and Ismail 2002, W = 2).
    public var priorReported = 0.04
    /// Prior weight of unreported calls.
    public var priorUnreported = 1.96
    /// Probability, 0…1, that the true rate lies below the lower bound.
    public var credibility = 0.05
    /// How much the reports of one stretch of time may weigh together; nil: as much as they do.
    public var burstCap: BurstCap? = BurstCap()
    /// What one reporter's live reports against different devices weigh together, roughly: the k-th
    /// weighs this ÷ k, and at most 1. Besides, the report of a device that is itself reported weighs
    /// half for each tier above clear. Nil: all reporters weigh 1, and nothing is kept of what they
    /// file.
    public var reporterAllowance: Double? = 3
    /// Whether a report says the less of the reported device, the more devices are expected to look
    /// like it: it adds 1 ÷ (1 + look-alikes) to the rate. How many reporters there are is not
    /// touched by it.
    public var sharesAmongLookAlikes = true
    /// Whether tiers are only worked out, and every device is treated as clear.
    public var isDryRun = false
    /// Weight of reporters needed for any tier but clear; at least ``fewestReporters``.
    public var minimumReporters = 3
    /// Thresholds of ``DeviceTier/watched``.
    public var watched = TierThreshold(enter: 0.02, leave: 0.01)
    /// Thresholds of ``DeviceTier/restricted``.
    public var restricted = TierThreshold(enter: 0.05, leave: 0.025)
    /// Thresholds of ``DeviceTier/contained``.
    public var contained = TierThreshold(enter: 0.08, leave: 0.04)

    /// The default policy.
    public init() {}

    /// The thresholds of a tier; nil for clear.
    public func threshold(of tier: DeviceTier) -> TierThreshold? {
        switch tier {
        case .clear: nil
        case .watched: watched
        case .restricted: restricted
        case .contained: contained
        }
    }

    /// Checks that the policy makes sense.
    ///
    /// - Throws: the first ``ScoringPolicyError`` found.
    public func validate() throws(ScoringPolicyError) {
        let durations: [(ScoringPolicyError.Field, SimDuration)] = [
            (.retention, retention), (.keyEpoch, keyEpoch), (.halfLife, halfLife),
            (.reportWindow, reportWindow), (.fullCall, fullCall),
            (.burstWindow, burstCap?.window ?? .minutes(1)),
        ]
        for (field, value) in durations where value <= .zero || value > Self.longestDuration {
            throw .durationOutOfRange(field)
        }
        let numbers: [(ScoringPolicyError.Field, Double, ClosedRange<Double>)] = [
            (.priorReported, priorReported, 0.001...1000),
            (.priorUnreported, priorUnreported, 0.001...1000),
            (.credibility, credibility, 0.0001...0.5),
            (.burstWeight, burstCap?.weight ?? 1, 1...1000),
            (.reporterAllowance, reporterAllowance ?? 1, 1...1000),
        ]
        for (field, value, range) in numbers where !range.contains(value) {
            throw .numberOutOfRange(field)
        }
        guard minimumReporters >= Self.fewestReporters else {
            throw .tooFewReporters(minimumReporters)
        }
        try validateTiers()
    }

    private func validateTiers() throws(ScoringPolicyError) {
        var milder = TierThreshold(enter: 0, leave: 0)
        for tier in DeviceTier.allCases {
            guard let limits = threshold(of: tier) else { continue }
            guard 0 < limits.leave, limits.leave < limits.enter, limits.enter < 1 else {
                throw .thresholdOutOfOrder(tier)
            }
            guard limits.enter > milder.enter, limits.leave > milder.leave else {
                throw .tiersOutOfOrder(tier)
            }
            milder = limits
        }
    }
}
