/// How far a device is set apart, by severity.
public enum DeviceTier: UInt8, Hashable, Comparable, Sendable, BitwiseCopyable, CaseIterable {
    /// Nothing is known that matters.
    case clear
    /// Reports have come in faster than chance explains.
    case watched
    /// Likely to abuse.
    case restricted
    /// Very likely to abuse: kept among its like.
    case contained

    /// Orders by severity.
    public static func < (a: DeviceTier, b: DeviceTier) -> Bool { a.rawValue < b.rawValue }
}

/// Why a device stands in its tier.
public enum TierReason: UInt8, Hashable, Sendable, BitwiseCopyable, CaseIterable {
    /// Nobody has reported the device, or every report has lapsed.
    case noRecord
    /// The reporters weigh less together than any tier needs.
    case tooFewReporters
    /// The lower bound is below every threshold that counts.
    case belowThresholds
    /// The lower bound reaches the tier's own entry threshold.
    case lowerBound
    /// The lower bound is between the tier's exit and entry thresholds; it entered before.
    case hysteresis
}

/// What the scorer says of a device at a point in time.
public struct Assessment: Hashable, Sendable, BitwiseCopyable {
    /// Where it stands; in a dry run, where it would stand.
    public var tier: DeviceTier
    /// Why.
    public var reason: TierReason
    /// Lower credible bound of its rate of reported calls, 0…1.
    public var lowerBound: Double
    /// Posterior mean of its rate of reported calls, 0…1.
    public var mean: Double
    /// Live reporters, each counted once.
    public var distinctReporters: Int
    /// Sum of the reporters' weights before decay.
    public var standing: Double
    /// Sum of the reporters' weights after decay.
    public var reportWeight: Double
    /// Calls since the first live report, weighted by length and decay.
    public var exposure: Double
}

/// What became of a report.
public enum ReportOutcome: Hashable, Sendable {
    /// It counts; the target's tier before and after.
    case counted(before: DeviceTier, after: DeviceTier)
    /// It does not count.
    case ignored(IgnoredReport)
}

/// Why a report does not count.
public enum IgnoredReport: Hashable, Sendable, CaseIterable {
    /// The capability was not issued by this scorer, or was altered.
    case forged
    /// The capability has lapsed.
    case lapsed
    /// The capability was used before: a call counts once.
    case alreadyCounted
    /// The target's or the reporter's name is of a key that is gone.
    case forgotten
    /// Reporter and target look like the same device.
    case indistinguishable
    /// ``Scorer/maximumRecords`` devices are on record.
    case full
}
