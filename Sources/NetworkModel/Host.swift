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

/// What a peer's host is like.
public struct HostConfiguration: Sendable {
    /// What stands between the host and the Internet.
    public var nat: NATClass
    /// The region whose backbone the host is on: an index into the network's table.
    public var region: Int
    /// What the host's access link does to packets.
    public var path: PathQuality
    /// How long the NAT or firewall keeps an idle UDP mapping or filter entry; see
    /// ``NATBox/defaultBindingTimeout``.
    public var bindingTimeout: SimDuration
    /// The host's own stream: all loss, jitter and port draws on its behalf.
    public var randomness: RandomStream

    /// A host behind `nat` in `region` whose link behaves like `path`.
    public init(
        nat: NATClass, region: Int, path: PathQuality,
        bindingTimeout: SimDuration = NATBox.defaultBindingTimeout, randomness: RandomStream
    ) {
        precondition(bindingTimeout > .zero, "a NAT keeps a binding for some time")
        self.nat = nat
        self.region = region
        self.path = path
        self.bindingTimeout = bindingTimeout
        self.randomness = randomness
    }
}

/// An IPv4 transport address in 48 bits, as the tables of the network keep it.
@usableFromInline
struct Endpoint: Hashable, Sendable, BitwiseCopyable {
    @usableFromInline var bits: UInt64

    @inlinable
    init(bits: UInt64) { self.bits = bits }

    @inlinable
    init(ip: UInt32, port: UInt16) { bits = UInt64(ip) << 16 | UInt64(port) }

    @inlinable var ip: UInt32 { UInt32(truncatingIfNeeded: bits >> 16) }
    @inlinable var port: UInt16 { UInt16(truncatingIfNeeded: bits) }
    @inlinable var address: TransportAddress { TransportAddress(IPAddress(v4: ip), port: port) }
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

    var kind = Kind.vacant
    var generation: UInt32 = 0
    var localIP: UInt32 = 0
    var publicIP: UInt32 = 0
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

    /// The external port of a UDP packet that leaves through the NAT; see ``NATBox``.
    mutating func passOutbound(
        from internalPort: UInt16, to remote: Endpoint, at now: SimTime
    ) -> UInt16? {
        nat.passOutbound(from: internalPort, to: remote, at: now, using: &randomness)
    }
}
