import Addressing
import Quantities
import RandomStreams

/// The Internet between peers and servers: addresses, NATs, delay and loss, packet by packet.
///
/// Drive it so: ``attachHost(_:)``; for each datagram ``send(from:source:to:transport:byteCount:at:)``,
/// which passes the sender's NAT and tells when the packet would arrive; at that time
/// ``arrive(_:at:)``, which passes the receiver's NAT as it is then; ``detach(_:)``. All draws
/// come from the streams of the two hosts concerned. Neither call costs more with more hosts.
public struct Network: Sendable {
    /// The public addresses that peers are given, one after another, none twice in a run:
    /// 11.0.0.0…100.63.255.255, the longest part of the unicast space without special-purpose
    /// blocks (RFC 6890) below 128.0.0.0. Servers must be elsewhere.
    public static let peerAddresses: ClosedRange<UInt32> = 0x0b00_0000...0x643f_ffff

    let regionCount: Int
    private let backbone: [SimDuration]
    var hosts: [HostState] = []
    private var vacant: [UInt32] = []
    var routes = RouteTable()
    private var nextPeerAddress = Network.peerAddresses.lowerBound

    /// A network without hosts over the given one-way delays from region (row) to region.
    ///
    /// - Precondition: The table is square and holds no negative delay.
    public init(backbone: [[SimDuration]]) {
        regionCount = backbone.count
        for row in backbone {
            precondition(row.count == backbone.count, "the backbone table is square")
            precondition(row.allSatisfy { $0 >= .zero }, "no delay is negative")
        }
        self.backbone = backbone.flatMap { $0 }
    }

    /// One-way backbone delay from `region` to `other`.
    public func backboneDelay(from region: Int, to other: Int) -> SimDuration {
        backbone[region * regionCount + other]
    }

    /// Hosts attached now, servers included.
    public var hostCount: Int { routes.count }

    /// Memory of what is kept of hosts, in bytes, but for the bindings in their NATs.
    public var byteCount: Int {
        hosts.capacity * MemoryLayout<HostState>.stride
            + vacant.capacity * MemoryLayout<UInt32>.stride + routes.byteCount
    }

    /// Attaches a peer on its own public address, or behind its own NAT with one.
    public mutating func attachHost(_ configuration: HostConfiguration) -> HostID {
        precondition(nextPeerAddress <= Self.peerAddresses.upperBound, "peer addresses used up")
        let publicIP = nextPeerAddress
        nextPeerAddress += 1
        var state = HostState(randomness: configuration.randomness)
        state.region = configuration.region
        state.publicIP = publicIP
        state.localIP = publicIP
        state.accessDelay = configuration.path.accessDelay
        state.jitter = JitterSampler(configuration.path.jitter)
        state.meanJitter = SimDuration(
            seconds: min(configuration.path.jitter.mean, Distribution.longestDuration.seconds))
        state.loss = configuration.path.loss
        state.outbound = GilbertChannel(state.loss, using: &state.randomness)
        state.inbound = GilbertChannel(state.loss, using: &state.randomness)
        switch configuration.nat {
        case .public:
            state.kind = .open
        case .firewall:
            state.kind = .guarded
            state.nat = NATBox(
                mapping: .endpointIndependent, filtering: .addressAndPortDependent,
                timeout: configuration.bindingTimeout)
        case .udpBlocked:
            state.kind = .udpBlocked
            state.localIP = Self.privateAddress(behind: publicIP)
        case .translated(let mapping, let filtering):
            state.kind = .guarded
            state.localIP = Self.privateAddress(behind: publicIP)
            state.nat = NATBox(
                mapping: mapping, filtering: filtering, timeout: configuration.bindingTimeout)
        }
        return admit(state)
    }

    /// Attaches a server on a public address: no NAT, no access delay, no loss.
    ///
    /// - Precondition: `address` is IPv4, outside ``peerAddresses`` and not taken.
    public mutating func attachServer(address: IPAddress, region: Int) -> HostID {
        guard let ip = address.v4Bits, !Self.peerAddresses.contains(ip) else {
            preconditionFailure("a server needs an IPv4 address outside those of peers")
        }
        let unused = StreamName(
            seed: 0, replication: 0, purpose: StreamPurpose(rawValue: 0), entity: 0)
        var state = HostState(randomness: RandomStream(unused))
        state.kind = .server
        state.region = region
        state.publicIP = ip
        state.localIP = ip
        return admit(state)
    }

    private mutating func admit(_ state: HostState) -> HostID {
        precondition((0..<regionCount).contains(state.region), "no such region")
        var state = state
        let slot: Int
        if let reused = vacant.popLast() {
            slot = Int(reused)
            state.generation = hosts[slot].generation
            hosts[slot] = state
        } else {
            slot = hosts.count
            hosts.append(state)
        }
        routes.insert(state.publicIP, slot: slot)
        return HostID(slot: UInt32(slot), generation: state.generation)
    }

    /// Takes a host off the network and frees what it held; packets on their way to it are
    /// dropped on arrival.
    ///
    /// - Precondition: `host` is attached.
    public mutating func detach(_ host: HostID) {
        precondition(isAttached(host), "only an attached host can be detached")
        let slot = Int(host.slot)
        routes.remove(hosts[slot].publicIP)
        var state = HostState(randomness: hosts[slot].randomness)
        state.generation = host.generation + 1
        hosts[slot] = state
        vacant.append(host.slot)
    }

    /// Whether `host` is on the network.
    public func isAttached(_ host: HostID) -> Bool {
        let slot = Int(host.slot)
        return slot < hosts.count && hosts[slot].generation == host.generation
            && hosts[slot].kind != .vacant
    }

    /// The address that the host's interface reports: private behind a NAT.
    ///
    /// - Precondition: `host` is attached.
    public func localAddress(of host: HostID) -> IPAddress {
        precondition(isAttached(host), "only an attached host has an address")
        return IPAddress(v4: hosts[Int(host.slot)].localIP)
    }

    /// The address under which the Internet sees the host.
    ///
    /// - Precondition: `host` is attached.
    public func publicAddress(of host: HostID) -> IPAddress {
        precondition(isAttached(host), "only an attached host has an address")
        return IPAddress(v4: hosts[Int(host.slot)].publicIP)
    }

    /// An address of 192.168.0.0/16 (RFC 1918) with a host part of 2…253, spread over homes.
    private static func privateAddress(behind publicIP: UInt32) -> UInt32 {
        let mixed = publicIP &* 0x9E37_79B1
        return 0xc0a8_0000 | (mixed >> 24) << 8 | (2 + (mixed >> 8 & 0xffff) % 252)
    }
}
