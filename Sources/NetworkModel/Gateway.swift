import Addressing
import Quantities

/// Names an attached gateway; never names another one after that gateway is gone.
public struct GatewayID: Hashable, Sendable, BitwiseCopyable {
    let slot: UInt32
    let generation: UInt32
}

/// What kind of network a gateway has inside.
public enum LANKind: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// One link at home: its stations hear each other's multicast and reach each other directly by
    /// their private addresses, a /24 of 192.168.0.0/16 (RFC 1918).
    case home
    /// The same with client isolation, as guest Wi-Fi has it: stations cannot reach each other
    /// except by the gateway's hairpinning.
    case isolated
    /// A carrier's access network: subscribers have shared addresses of 100.64.0.0/10 (RFC 6598),
    /// no multicast, and reach each other by the gateway's hairpinning alone. Their access links
    /// lie inside, before the gateway; those of homes outside, behind it.
    case carrier
}

/// What a NAT with a network behind it is like.
public struct GatewayConfiguration: Hashable, Sendable {
    /// One-way delay between stations of a LAN unless configured: about half of a round trip over
    /// idle Wi-Fi (an assumption).
    public static let defaultLANDelay = SimDuration.milliseconds(1)

    /// How it translates.
    public var behaviour: NATBehaviour
    /// What is inside.
    public var lan: LANKind
    /// The region whose backbone it is on.
    public var region: Int
    /// Its external addresses, 1…``maximumAddresses``.
    public var addressCount: Int
    /// The gateway on whose LAN it stands, as a home behind carrier-grade NAT; nil on the Internet.
    public var behind: GatewayID?
    /// One-way delay between two stations, also by hairpinning; of no meaning for a carrier, where
    /// both access links are passed.
    public var lanDelay = GatewayConfiguration.defaultLANDelay

    /// External addresses of one gateway: ports and addresses are numbered in 32 bits, and a
    /// carrier splits larger pools over several boxes.
    public static let maximumAddresses = 4096

    /// A gateway of the given behaviour.
    public init(
        _ behaviour: NATBehaviour, lan: LANKind = .home, region: Int = 0, addressCount: Int = 1,
        behind: GatewayID? = nil
    ) {
        self.behaviour = behaviour
        self.lan = lan
        self.region = region
        self.addressCount = addressCount
        self.behind = behind
    }
}

/// Whoever has an address: a host or a gateway, in 32 bits.
struct Station: Hashable, Sendable, BitwiseCopyable {
    private static let gatewayBit: UInt32 = 1 << 31

    let bits: UInt32

    init(bits: UInt32) { self.bits = bits }
    init(host slot: Int) { bits = UInt32(slot) }
    init(gateway slot: UInt32) { bits = slot | Self.gatewayBit }

    /// Nobody.
    static var vacant: Station { Station(bits: .max) }

    var isGateway: Bool { bits & Self.gatewayBit != 0 && self != .vacant }
    var slot: Int { Int(bits & ~Self.gatewayBit) }
}

/// Everything the network knows of one attached gateway.
struct GatewayState: Sendable {
    /// The slot number that no gateway has.
    static let none = UInt32.max
    /// Gateways in a row, a host's own box apart: home, carrier and one in reserve.
    static let maximumDepth = 3
    /// The first station's place in a LAN; 0 is the network's address and 1 the gateway's.
    static let firstOffset: UInt32 = 2

    var isAttached = true
    var generation: UInt32 = 0
    let lan: LANKind
    let region: Int
    let lanDelay: SimDuration
    /// The slot of the gateway in front, or ``none``.
    let parent: UInt32
    let depth: Int
    /// The first of the external addresses.
    let externalIP: UInt32
    let lanBase: UInt32
    var nat: NATBox
    /// Stations by their place in the LAN.
    private(set) var members: [Station] = []
    private(set) var memberCount = 0
    private var nextOffset = GatewayState.firstOffset
    /// The /64 of a home; 0 until somebody needs it.
    var subnet: UInt32 = 0
    /// Who has which external port of a TCP connection, on the outermost gateway.
    var streams = RouteTable<UInt32>()

    init(
        _ configuration: GatewayConfiguration, parent: UInt32, depth: Int, externalIP: UInt32,
        lanBase: UInt32
    ) {
        lan = configuration.lan
        region = configuration.region
        lanDelay = configuration.lanDelay
        self.parent = parent
        self.depth = depth
        self.externalIP = externalIP
        self.lanBase = lanBase
        nat = NATBox(
            configuration.behaviour, isShared: true, addressCount: configuration.addressCount)
    }

    /// Addresses of the LAN, from its base: a /24 or a /10.
    var lanSize: UInt32 { lan == .carrier ? 1 << 22 : 1 << 8 }
    /// One place after the last that stations get; the broadcast address is nobody's.
    private var offsetLimit: UInt32 { lanSize - 1 }

    /// Memory of what is kept, in bytes, but for the value itself.
    var byteCount: Int {
        nat.byteCount + members.capacity * MemoryLayout<Station>.stride + streams.byteCount
    }

    func isInside(_ ip: UInt32) -> Bool { ip &- lanBase < lanSize }

    func isExternal(_ ip: UInt32) -> Bool { ip &- externalIP < UInt32(nat.addressCount) }

    /// Who has the inside address `ip`.
    func member(at ip: UInt32) -> Station {
        let offset = Int(ip &- lanBase)
        return offset < members.count ? members[offset] : .vacant
    }

    /// Gives `station` the next free address inside: addresses are reused as late as can be.
    ///
    /// - Precondition: There is one.
    mutating func admit(_ station: Station) -> UInt32 {
        let places = offsetLimit - Self.firstOffset
        precondition(memberCount < Int(places), "the LAN is full")
        while Int(nextOffset) < members.count, members[Int(nextOffset)] != .vacant {
            nextOffset = nextOffset + 1 < offsetLimit ? nextOffset + 1 : Self.firstOffset
        }
        let offset = nextOffset
        nextOffset = nextOffset + 1 < offsetLimit ? nextOffset + 1 : Self.firstOffset
        while members.count <= Int(offset) { members.append(.vacant) }
        members[Int(offset)] = station
        memberCount += 1
        return lanBase + offset
    }

    /// The station at `ip` is gone.
    mutating func dismiss(_ ip: UInt32) {
        members[Int(ip - lanBase)] = .vacant
        memberCount -= 1
    }

    /// The number that the NAT knows an external endpoint by.
    func externalNumber(of endpoint: Endpoint) -> UInt32 {
        (endpoint.ip - externalIP) << 16 | UInt32(endpoint.port)
    }

    /// The external endpoint that the NAT knows by `number`.
    func externalEndpoint(_ number: UInt32) -> Endpoint {
        Endpoint(ip: externalIP + (number >> 16), port: UInt16(truncatingIfNeeded: number))
    }
}
