/// Somebody on the other side of a trust boundary: whoever may come to know something of a person.
public enum Observer: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// The other one in a call.
    case partner
    /// Whoever runs the matchmaker.
    case matchmaker
    /// Whoever runs the risk scorer.
    case riskScorer
    /// Whoever runs the signalling service, with the messages that it keeps.
    case signalingProcessor
    /// Whoever runs the relays, with their log.
    case relayProcessor
    /// Whoever plans by the counts of calls.
    case aggregateStore
    /// Somebody who copies all stores at one moment.
    case thief

    /// The name in audits.
    public var name: String {
        switch self {
        case .partner: "partner"
        case .matchmaker: "matchmaker"
        case .riskScorer: "risk_scorer"
        case .signalingProcessor: "signaling_processor"
        case .relayProcessor: "relay_processor"
        case .aggregateStore: "aggregate_store"
        case .thief: "thief"
        }
    }
}

/// Something of a person that others may come to know.
public enum Item: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// An address of the own network (RFC 1918, RFC 4193).
    case privateAddress
    /// The address under which the Internet sees the person.
    case publicAddress
    /// What is said.
    case speech
    /// Media that cannot be read without the keys.
    case ciphertext
    /// The interest chosen.
    case interest
    /// The language spoken.
    case language
    /// What the browser shows of the device.
    case deviceSignals
    /// The name that the platform derives from them.
    case deviceIdentifier
    /// The risk tier.
    case tier
    /// That the person was reported, and what for.
    case report
    /// With whom the person was in a call.
    case partner
    /// When that was.
    case when
    /// How long it was.
    case howLong

    /// The name in audits.
    public var name: String {
        switch self {
        case .privateAddress: "private_address"
        case .publicAddress: "public_address"
        case .speech: "speech"
        case .ciphertext: "ciphertext"
        case .interest: "interest"
        case .language: "language"
        case .deviceSignals: "device_signals"
        case .deviceIdentifier: "device_identifier"
        case .tier: "tier"
        case .report: "report"
        case .partner: "partner"
        case .when: "when"
        case .howLong: "how_long"
        }
    }
}
