import Quantities
import RandomStreams

/// Who is paired with whom, and when.
public struct Matchmaking: Hashable, Sendable {
    /// How partners are chosen.
    public var policy: Policy
    /// How often `batch` and `blossom` pair, > 0; zero with the others, which do not wait.
    public var interval: SimDuration
    /// Hard constraints by the ticket's own age, ascending; the first begins at zero.
    public var expansion: [ExpansionRule]
    /// Whether a session is kept from meeting the same partner again.
    public var avoidRematch: Bool
    /// What risk tiers do.
    public var tiers: Tiers
    /// The share of tickets, 0..<1, that `patient` may lose by waiting.
    public var patienceRisk: Double
    /// What `patient` knows of the moment at which each owner would leave.
    public var departures: Departures
    /// Whether figures of matching are also given by all labels of a ticket at once.
    public var crossedGroups: Bool
    /// How long a ticket that has come to demand less is kept for those who find nobody else.
    public var reservation: SimDuration
    /// The age at which the service gives a ticket up; nil if never.
    public var expiry: SimDuration?
    /// The wait from which a ticket counts as starved.
    public var starvation: SimDuration

    /// How partners are chosen.
    public enum Policy: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// At once, the oldest compatible ticket.
        case greedy
        /// All that wait, every interval, the oldest first.
        case batch
        /// As late as patience allows: once one of the two is at the age by which a share of
        /// ``Matchmaking/patienceRisk`` would have left.
        case patient
        /// At once, from the language in which the most tickets wait.
        case longestQueue = "longest_queue"
        /// A maximum-weight matching of all that wait, every interval.
        case blossom
    }

    /// What risk tiers do to pairing.
    public enum Tiers: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// Nothing.
        case ignore
        /// Own tier only until the last step of the expansion, any from then on; with an expansion
        /// of a single step own tier only throughout.
        case likeWithLike = "like_with_like"
        /// Own tier only.
        case separate
    }

    /// What is known of when an owner would leave.
    public enum Departures: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// How long people wait in general.
        case unknown
        /// When each of them will leave, as they announce it.
        case announced
    }

    /// The given rules; by default those of the format's example.
    public init(
        policy: Policy = .greedy, interval: SimDuration = .zero,
        expansion: [ExpansionRule] = [
            ExpansionRule(after: .zero, requiresLanguage: true, requiresInterest: true),
            ExpansionRule(after: .seconds(5), requiresLanguage: true, requiresInterest: false),
            ExpansionRule(after: .seconds(20), requiresLanguage: false, requiresInterest: false),
        ],
        avoidRematch: Bool = true, tiers: Tiers = .likeWithLike, patienceRisk: Double = 0.01,
        departures: Departures = .unknown, crossedGroups: Bool = false,
        reservation: SimDuration = .zero, expiry: SimDuration? = nil,
        starvation: SimDuration = .seconds(60)
    ) {
        self.policy = policy
        self.interval = interval
        self.expansion = expansion
        self.avoidRematch = avoidRematch
        self.tiers = tiers
        self.patienceRisk = patienceRisk
        self.departures = departures
        self.crossedGroups = crossedGroups
        self.reservation = reservation
        self.expiry = expiry
        self.starvation = starvation
    }
}

extension Scenario {
    /// The age by which ``Matchmaking/patienceRisk`` of all tickets would have left: from then on
    /// `patient` does not wait for a better partner.
    ///
    /// The law of patience is that of all personas together, by their shares, as a matchmaker does
    /// not know who is who. The hazard of leaving accumulated up to that age is −ln(1 − risk).
    public var criticalAge: SimDuration {
        let law = Distribution.mixture(
            population.map { Distribution.Component(weight: $0.share, distribution: $0.patience) })
        // Just before those who leave at that very age.
        let age = max(0, law.quantile(matchmaking.patienceRisk) - 0.001)
        return SimDuration(seconds: min(age, 365 * 86400))
    }
}

/// What a ticket insists on from some age on.
public struct ExpansionRule: Hashable, Sendable, BitwiseCopyable {
    /// The age from which this holds.
    public var after: SimDuration
    /// Whether the partner must speak the same language.
    public var requiresLanguage: Bool
    /// Whether the partner must have the same interest.
    public var requiresInterest: Bool

    /// The given rule.
    public init(after: SimDuration, requiresLanguage: Bool, requiresInterest: Bool) {
        self.after = after
        self.requiresLanguage = requiresLanguage
        self.requiresInterest = requiresInterest
    }
}

/// Whether and how long reports are held against a device.
public struct Risk: Hashable, Sendable {
    /// Tiers that there are, whatever a scenario says.
    public static let tierCount = 4

    /// Whether reports lead to tiers at all.
    public var enabled: Bool
    /// Whether tiers are worked out and measured, and nobody is matched by them.
    public var dryRun: Bool
    /// How long a report is kept; at most 30 days.
    public var retention: SimDuration
    /// How long a key of identifiers is the current one; a device that stays away for two epochs is
    /// forgotten.
    public var keyEpoch: SimDuration
    /// What makes some reports weigh less than others.
    public var safeguards: Set<Safeguard>

    /// What makes some reports weigh less than others.
    public enum Safeguard: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// Those of one burst.
        case bursts
        /// Those of people who report much, or are reported themselves.
        case reporters
        /// Those against a device that looks like many others.
        case lookAlikes = "look_alikes"
    }

    /// The given policy.
    public init(
        enabled: Bool = true, dryRun: Bool = false, retention: SimDuration = .days(30),
        keyEpoch: SimDuration = .days(7),
        safeguards: Set<Safeguard> = Set(Safeguard.allCases)
    ) {
        self.enabled = enabled
        self.dryRun = dryRun
        self.retention = retention
        self.keyEpoch = keyEpoch
        self.safeguards = safeguards
    }
}

/// The service that carries offers, answers and candidates between two peers.
public struct Signaling: Hashable, Sendable {
    /// Time from a message's sending to its arrival at the other peer, in seconds.
    public var latency: Distribution
    /// How long messages are kept.
    public var retention: SimDuration
    /// How often the connection of a peer to the service is lost, per second of its being up.
    public var disconnect: Double
    /// How long it then takes until another stands, in seconds.
    public var reconnect: Distribution

    /// How long a new connection takes unless a file says otherwise: a second until the loss is
    /// noticed and a new attempt is due, on average (an assumption).
    public static let usualReconnect = Distribution.exponential(mean: 1)

    /// The given service.
    public init(
        latency: Distribution = .gamma(mean: 0.03, shape: 4), retention: SimDuration = .hours(24),
        disconnect: Double = 0, reconnect: Distribution = Signaling.usualReconnect
    ) {
        self.latency = latency
        self.retention = retention
        self.disconnect = disconnect
        self.reconnect = reconnect
    }
}

/// How direct paths are sought.
public struct ICE: Hashable, Sendable, BitwiseCopyable {
    /// Which paths may be used.
    public var policy: Policy
    /// How long two have to stay in a call until direct paths are permitted, where `policy` is
    /// ``Policy/relayForStrangers``.
    public var strangerTime: SimDuration
    /// Whose constants the agents follow.
    public var timing: Timing
    /// Whether set-ups run packet by packet.
    public var setup: Setup
    /// Who allocates on a relay.
    public var relayGathering: RelayGathering
    /// In which address families relayed addresses are asked for, of relays that have both.
    public var relayFamilies: RelayFamilies

    /// Which paths may be used.
    public enum Policy: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// Any.
        case all
        /// Only relayed ones: nobody learns the other's address.
        case relay
        /// Relayed ones until two have stayed in their call for ``ICE/strangerTime``, then any.
        case relayForStrangers = "relay_for_strangers"
    }

    /// Whose constants the agents follow.
    public enum Timing: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// Chrome's; DTLS retransmits first after 50 ms.
        case browser
        /// RFC 8445's; DTLS retransmits first after 1 s.
        case rfc
    }

    /// Whether set-ups run packet by packet.
    public enum Setup: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// Agents, STUN and NATs, byte by byte.
        case packets
        /// The rule table and a timing formula.
        case modelled
    }

    /// Who allocates on a relay, where direct paths may be used; elsewhere both sides have to.
    public enum RelayGathering: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// Both sides, as browsers do.
        case both
        /// Only the offerer, or the side whose UDP is blocked.
        case single
    }

    /// In which address families an allocation relays (RFC 8656 §7.1). Relays have IPv6 where a
    /// network has it.
    public enum RelayFamilies: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// IPv4, all that browsers ask for.
        case ipv4
        /// Both, of one allocation. Modelled set-ups take as long as with ``ipv4``; packets take up
        /// to 8 % longer on average, as checks of both families take turns.
        case both
    }

    /// How long two are strangers unless a file says otherwise: of those who wish to go on within
    /// seconds (log-normal, median 5 s, σ 0.9) one in forty stays longer (an assumption).
    public static let usualStrangerTime = SimDuration.seconds(30)

    /// The given ways.
    public init(
        policy: Policy = .all, timing: Timing = .browser, setup: Setup = .packets,
        relayGathering: RelayGathering = .both, relayFamilies: RelayFamilies = .ipv4,
        strangerTime: SimDuration = ICE.usualStrangerTime
    ) {
        self.policy = policy
        self.strangerTime = strangerTime
        self.timing = timing
        self.setup = setup
        self.relayGathering = relayGathering
        self.relayFamilies = relayFamilies
    }
}

/// The relay servers.
public struct Relay: Hashable, Sendable {
    /// How many stand where, in file order.
    public var regions: [RelayRegion]
    /// Allocations per server (RFC 8656 §7.2 leaves 16384 ports), 1…16384.
    public var ports: Int
    /// What a server can send.
    public var bandwidth: Bitrate
    /// Packets per second that a server can forward.
    public var packetRate: Double
    /// Price of 10^9 bytes of what ``billing`` counts, from the IP header on, in the reader's
    /// currency.
    public var price: Double
    /// Which bytes are paid for.
    public var billing: Billing
    /// How long a crashed server is still given to new calls: what health checks of a fleet take.
    public var healthCheck: SimDuration
    /// How long an entry of the relay log is kept, > 0.
    public var logRetention: SimDuration

    /// Which bytes of relayed traffic a tariff counts.
    public enum Billing: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// All that servers send, to clients, peers and other servers: who runs them pays so.
        case sent
        /// What servers send to their clients (Cloudflare Realtime).
        case toClients = "to_clients"
        /// What clients receive and send (Twilio Network Traversal).
        case clientsBothWays = "clients_both_ways"
    }

    /// The given servers; by default one, at a public list price of relayed traffic.
    public init(
        regions: [RelayRegion] = [RelayRegion(region: 0, servers: 1)], ports: Int = 16384,
        bandwidth: Bitrate = Bitrate(bitsPerSecond: 1_000_000_000), packetRate: Double = 250_000,
        price: Double = 0.05, billing: Billing = .sent, healthCheck: SimDuration = .seconds(5),
        logRetention: SimDuration = .days(7)
    ) {
        self.regions = regions
        self.ports = ports
        self.bandwidth = bandwidth
        self.packetRate = packetRate
        self.price = price
        self.billing = billing
        self.healthCheck = healthCheck
        self.logRetention = logRetention
    }
}

/// The relay servers of one region.
public struct RelayRegion: Hashable, Sendable, BitwiseCopyable {
    /// Index into the scenario's regions.
    public var region: Int
    /// How many servers stand there, ≥ 0.
    public var servers: Int

    /// `servers` servers in region number `region`.
    public init(region: Int, servers: Int) {
        self.region = region
        self.servers = servers
    }
}
