/// A figure that a run measures. The number addresses it on the recording path; name, kind, unit
/// and meaning are in ``MetricCatalogue``.
public enum Metric: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    // Matching.
    case arrivals
    case peersPresent
    case tickets
    case ticketsUnfinished
    case matches
    case matchLatency
    case abandoned
    case queueLength
    case matchAgeInversions
    case matchPassedOver
    case matchPassedOverLeft
    case matchSlips
    case matchSkips
    case matchStarved
    case matchExpired
    case matchExpansionStep
    case matchRematches
    case matchPartnerDiversity
    case matchHindsight
    case matchFairnessJain
    case matchFairnessJainInterest
    case matchFairnessJainPersona
    case matchFairnessJainAccess
    case matchFairnessJainTier
    case matchFairnessJainCell
    case matchFairnessJainTickets
    case matchFairnessGini
    case matchFairnessMaxMin
    case matchFairnessImpactRatio
    case matchFairnessImpactP
    // Setting up.
    case signalingLatency
    case iceLatency
    case dtlsLatency
    case connectLatency
    case connectFailed
    case signalingReconnections
    case signalingFailed
    // Relaying.
    case relayShare
    case relayTimeShare
    case relayMoved
    case relayAllocations
    case relayRefused
    case relayBitrate
    case relayPacketRate
    case relayEgress
    case relayCost
    case relayChannelMismatches
    // Recovering.
    case recoveryCalls
    case recoveryFailed
    case recoverySilence
    case recoveryHungUp
    case recoveryLostTime
    // Calling.
    case calls
    case callsUnfinished
    case callsLost
    case callsFull
    case callsFullRelayed
    case callsSealed
    case callsSealedRelayed
    case callDuration
    case callsActive
    case callsRelayed
    // Media.
    case mediaPackets
    case mediaLoss
    case mediaLate
    case mediaConcealed
    case mediaMouthToEar
    case mediaRFactor
    case mediaMOS
    case mediaRejected
    case mediaAuthenticationFailures
    // Risk.
    case riskReports
    case riskReportsIgnored
    case riskExposure
    case riskVictims
    case riskAbusivePartner
    case riskContainmentCalls
    case riskSeparationCalls
    case riskSeparationTime
    case riskFalseContainment
    case riskFramed
    case riskFramingCalls
    case riskFramingTime
    case riskNewcomerPenalty
    case riskNewcomerLatency
    case riskLeakWaits
    case riskLeakPartners
    // Keeping.
    case privacyReportsHeld
    case privacyMessagesHeld
    case privacyRelayLogHeld
    case privacyDeletionLag
    case privacyViolations
    case privacyNotices
    case privacyNoticeDelay

    /// What the catalogue says of it.
    public var description: MetricDescription { MetricCatalogue.all[Int(rawValue)] }
}

/// What is measured about a metric, and so which figures it has.
public enum MetricKind: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// One number per observed thing: mean, extremes and quantiles.
    case distribution
    /// How often, or how much in all, per replication.
    case count
    /// A part of a whole: numerator ÷ denominator.
    case ratio
    /// When something happened to subjects that were watched for a while: how many, and by when to
    /// which share of them (Kaplan and Meier).
    case survival
    /// The mean of one class less the mean of another.
    case contrast
    /// A number computed from other metrics at the end.
    case index
    /// What stands at each moment: mean over time and peak.
    case level
}

/// The unit in which a metric is reported.
public enum MetricUnit: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// A plain number, or a share of 0…1.
    case one = "1"
    /// Seconds.
    case second = "s"
    /// Bytes.
    case byte = "B"
    /// Bits per second.
    case bitPerSecond = "bit/s"
    /// Occurrences per second.
    case perSecond = "1/s"
    /// Parts in a thousand.
    case perThousand = "per_1000"
    /// Occurrences for each device.
    case perDevice = "1/device"
    /// The currency of the scenario's prices.
    case currency
}

/// By what the observations of a metric are told apart.
public enum LabelDimension: Int, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// The language spoken.
    case language
    /// The interest chosen.
    case interest
    /// The kind of person, as the scenario names it.
    case persona
    /// The access network.
    case access
    /// The class of NAT.
    case nat
    /// The risk tier when the ticket was created.
    case tier
    /// Language, interest, tier, persona and access together.
    case cell

    /// The dimensions that a cell is made of, the first one changing slowest.
    public static let crossed: [LabelDimension] = [.language, .interest, .tier, .persona, .access]

    /// The name in result files.
    public var name: String {
        switch self {
        case .language: "language"
        case .interest: "interest"
        case .persona: "persona"
        case .access: "access"
        case .nat: "nat"
        case .tier: "tier"
        case .cell: "cell"
        }
    }
}

/// What a metric is: the one place where its name, kind, unit and meaning are written.
public struct MetricDescription: Hashable, Sendable {
    /// The metric.
    public var metric: Metric
    /// Its name in scenario and result files.
    public var name: String
    /// Which figures it has.
    public var kind: MetricKind
    /// The unit of its figures.
    public var unit: MetricUnit
    /// How many recorded whole units make one reported unit: 1e9 for nanoseconds and seconds.
    public var unitsPerReported: Double
    /// What it means, one sentence.
    public var meaning: String
    /// By what it is grouped.
    public var dimensions: [LabelDimension]

    init(
        _ metric: Metric, _ name: String, _ kind: MetricKind, in unit: MetricUnit = .one,
        per unitsPerReported: Double = 1, by dimensions: [LabelDimension] = [], _ meaning: String
    ) {
        self.metric = metric
        self.name = name
        self.kind = kind
        self.unit = unit
        self.unitsPerReported = unitsPerReported
        self.meaning = meaning
        self.dimensions = dimensions
    }
}
