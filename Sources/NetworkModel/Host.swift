import Addressing
import Quantities
import RandomStreams

/// Names an attached host; never names another one after that host is gone.
public struct HostID: Hashable, Sendable, BitwiseCopyable {
    /// The host's slot: small, dense, reused after ``Network/detach(_:)``; an index for the
    /// caller's own tables.
    public let slot: UInt32
    /// How often the slot had been given away before.
    public let generation: UInt32

    @usableFromInline
    init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }
}

/// What a host's access link does to packets, each way alike.
public struct PathQuality: Hashable, Sendable {
    /// One-way delay between the host's NAT and the backbone of its region; not negative.
    public var accessDelay: SimDuration
    /// Further delay drawn for each packet, in seconds; not negative.
    public var jitter: Distribution
    /// The loss process, run separately for each direction.
    public var loss: GilbertLoss

    /// An access link of the given one-way delay, jitter and loss.
    public init(
        accessDelay: SimDuration, jitter: Distribution = .constant(0),
        loss: GilbertLoss = .none
    ) {
        precondition(accessDelay >= .zero, "an access link has no negative delay")
        self.accessDelay = accessDelay
        self.jitter = jitter
        self.loss = loss
    }
}

/// A global IPv6 address behind a stateful firewall; nothing is translated.
public struct IPv6Access: Hashable, Sendable, BitwiseCopyable {
    /// How long an idle state lives unless configured: what RFC 6092 REC-14 recommends. It must
    /// be two minutes at least.
    public static let defaultTimeout = SimDuration.minutes(5)

    /// Whose packets come in: RFC 6092 REC-17 asks for endpoint-independent filtering, deployed
    /// firewalls let in those already sent to.
    public var filtering: FilteringBehaviour
    /// How long the firewall keeps an idle state.
    public var timeout: SimDuration

    /// IPv6 behind a firewall that filters by address and port unless said otherwise.
    ///
    /// - Precondition: `timeout` is positive.
    public init(
        filtering: FilteringBehaviour = .addressAndPortDependent,
        timeout: SimDuration = IPv6Access.defaultTimeout
    ) {
        precondition(timeout > .zero, "a firewall keeps a state for some time")
        self.filtering = filtering
        self.timeout = timeout
    }
}

/// What a peer's host is like.
public struct HostConfiguration: Sendable {
    /// The host's own box: what stands between it and its line.
    ///
    /// Without a ``gateway`` the line leads to the Internet, and the class is all there is. With
    /// one, the line is a port of that gateway's LAN: `.public` then means no box of the host's
    /// own, `.firewall` a filter on the host itself, `.translated` a further NAT with nobody else
    /// behind it (the home of a carrier's subscriber), and `.udpBlocked` that none of the host's
    /// UDP leaves the LAN.
    public var nat: NATClass
    /// The region whose backbone the host is on: an index into the network's table.
    public var region: Int
    /// What the host's access link does to packets.
    public var path: PathQuality
    /// How long the NAT or firewall keeps an idle UDP mapping or filter entry; see
    /// ``NATBox/defaultBindingTimeout``.
    public var bindingTimeout: SimDuration
    /// How the host's own NAT or firewall works in detail, but for mapping and filtering, which
    /// are those of ``nat``; nil for the defaults with ``bindingTimeout``.
    public var behaviour: NATBehaviour?
    /// The gateway on whose LAN the host is; nil for a line of its own to the Internet.
    public var gateway: GatewayID?
    /// The host's IPv6, if any.
    public var ipv6: IPv6Access?
    /// Whether the host has an IPv4 address; without one it needs ``ipv6`` and no
    /// ``gateway``.
    public var hasIPv4 = true
    /// The host's own stream: all loss, jitter and port draws on its behalf.
    public var randomness: RandomStream

    /// A host behind `nat` in `region` whose link behaves like `path`.
    public init(
        nat: NATClass, region: Int, path: PathQuality,
        bindingTimeout: SimDuration = NATBox.defaultBindingTimeout,
        gateway: GatewayID? = nil, ipv6: IPv6Access? = nil, randomness: RandomStream
    ) {
        precondition(bindingTimeout > .zero, "a NAT keeps a binding for some time")
        self.nat = nat
        self.region = region
        self.path = path
        self.bindingTimeout = bindingTimeout
        self.gateway = gateway
        self.ipv6 = ipv6
        self.randomness = randomness
    }

    /// The behaviour of the host's own box, if it has one that passes UDP.
    var box: NATBehaviour? {
        switch nat {
        case .public, .udpBlocked: return nil
        case .firewall:
            return details(.endpointIndependent, .addressAndPortDependent)
        case .translated(let mapping, let filtering):
            return details(mapping, filtering)
        }
    }

    private func details(
        _ mapping: MappingBehaviour, _ filtering: FilteringBehaviour
    ) -> NATBehaviour {
        guard var behaviour else {
            return NATBehaviour(mapping, filtering, timeout: bindingTimeout)
        }
        behaviour.mapping = mapping
        behaviour.filtering = filtering
        return behaviour
    }
}

/// Everything the network knows of one attached host.
struct HostState: Sendable {
    enum Kind: UInt8 {
        case vacant
        case server
        /// A peer on a public address, nothing between.
        case open
        /// A peer behind a NAT or firewall that passes UDP.
        case guarded
        /// A peer whose UDP goes nowhere; its TCP passes a NAT.
        case udpBlocked
    }

    static let noFirewall = UInt32.max

    var kind = Kind.vacant
    var generation: UInt32 = 0
    /// The IPv4 address of the host's interface, and of its line; 0 without IPv4.
    var localIP: UInt32 = 0
    var lineIP: UInt32 = 0
    /// The gateway's slot, or ``GatewayState/none``.
    var gateway = GatewayState.none
    /// The slot of the IPv6 firewall, or ``HostState/noFirewall``.
    var firewall = HostState.noFirewall
    /// The IPv6 address with port 0; all zero without.
    var v6 = Endpoint(bits: 0)
    var region = 0
    var accessDelay = SimDuration.zero
    var jitter = JitterSampler.none
    var meanJitter = SimDuration.zero
    var loss = GilbertLoss.none
    var outbound = GilbertChannel.lossless
    var inbound = GilbertChannel.lossless
    var nat = NATBox.vacant
    var connections: [StreamConnection] = []
    var randomness: RandomStream

    /// A further delay drawn for one packet; zero without a draw where the link has no jitter.
    mutating func drawJitter() -> SimDuration { jitter.draw(using: &randomness) }

    /// Whether the link loses the host's next outgoing packet.
    mutating func losesOutbound() -> Bool { outbound.losesNext(using: &randomness) }

    /// Whether the link loses the next packet to the host.
    mutating func losesInbound() -> Bool { inbound.losesNext(using: &randomness) }

    /// The external port of a UDP packet that leaves through the host's own box; see ``NATBox``.
    mutating func passOutbound(
        from internalPort: UInt16, to remote: Endpoint, at now: SimTime
    ) -> UInt16? {
        nat.passOutbound(from: internalPort, to: remote, at: now, using: &randomness)
            .map { UInt16(truncatingIfNeeded: $0) }
    }

    /// The socket of the host's own that a UDP packet to `port` of its line reaches.
    mutating func passInbound(
        from remote: Endpoint, to port: UInt16, at now: SimTime
    ) -> NATBox.Verdict {
        guard kind == .guarded else { return .passes(subscriber: 0, internalPort: port) }
        return nat.passInbound(from: remote, to: UInt32(port), at: now)
    }
}
