/// Somebody on the other side of a trust boundary: whoever may come to know something of a person.
public enum Observer: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// The other one in a call.
    case partner
    /// Whoever takes hold of the person's own device once a call is over.
    case ownDevice
    /// Whoever runs the matchmaker.
    case matchmaker
    /// Whoever runs the risk scorer.
    case riskScorer
    /// Whoever runs the signalling service, with the messages that it keeps.
    case signalingProcessor
    /// Whoever runs the relays, with their log.
    case relayProcessor
    /// Whoever stands before the signalling service and keeps floods from it: connections pass, sealed (TLS).
    case edgeProvider
    /// Whoever keeps the machines running tonight: sees what services hold while they forward it, and no store
    /// without an authorisation.
    case infrastructureOnCall
    /// Whoever keeps the counts of calls.
    case aggregateStore
    /// Whoever plans by the counts of calls.
    case productTeam
    /// Whoever listens on the Internet, everywhere, and touches nothing.
    case networkObserver
    /// Somebody who copies all stores at one moment.
    case thief

    /// The name in audits.
    public var name: String {
        switch self {
        case .partner: "partner"
        case .ownDevice: "own_device_after_call"
        case .matchmaker: "matchmaker"
        case .riskScorer: "risk_scorer"
        case .signalingProcessor: "signaling_processor"
        case .relayProcessor: "relay_processor"
        case .edgeProvider: "edge_provider"
        case .infrastructureOnCall: "infrastructure_on_call"
        case .aggregateStore: "aggregate_store"
        case .productTeam: "product_team"
        case .networkObserver: "network_observer"
        case .thief: "thief"
        }
    }

    /// Whether it has part in the call itself.
    public var isParticipant: Bool { self == .partner || self == .ownDevice }

    /// Whether it comes to know things because it serves the platform; the rest are people's partners, their
    /// own devices and attackers.
    public var isProcessor: Bool {
        isServer || self == .infrastructureOnCall || self == .productTeam
    }

    /// Whether it is a service that the platform runs, or has run for it.
    public var isServer: Bool {
        switch self {
        case .matchmaker, .riskScorer, .signalingProcessor, .relayProcessor, .edgeProvider,
            .aggregateStore:
            true
        case .partner, .ownDevice, .infrastructureOnCall, .productTeam, .networkObserver, .thief:
            false
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
    /// The keys of the media.
    case keys
    /// An address as a STUN server has seen it.
    case reflexiveCandidate
    /// The ICE user fragment by which an agent's connectivity checks go (RFC 8445 §5.3, §7.2.2).
    case userFragment
    /// That the person sent a message to set a call up.
    case message
    /// That the person held an address on a relay.
    case allocation
    /// When packets went, and how large they were.
    case traffic
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
        case .keys: "keys"
        case .reflexiveCandidate: "reflexive_candidate"
        case .userFragment: "user_fragment"
        case .message: "message"
        case .allocation: "allocation"
        case .traffic: "traffic"
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

    /// Whether it is an address.
    public var isAddress: Bool { self == .privateAddress || self == .publicAddress }
}
