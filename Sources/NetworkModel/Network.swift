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

    /// Peers' IPv6 addresses are in the /64s of 2001:db8::/32 (RFC 3849) from 2001:db8:1::/64 on,
    /// none twice in a run; those of servers before it, in 2001:db8::/48, with an interface
    /// identifier of 15 bits.
    static let firstPeerSubnet: UInt32 = 0x1_0000

    let regionCount: Int
    private let backbone: [SimDuration]
    var hosts: [HostState] = []
    private var vacant: [UInt32] = []
    /// Hosts attached now, servers included.
    public private(set) var hostCount = 0
    /// From public IPv4 address to station, and from IPv6 address to host.
    var routes = RouteTable<UInt32>()
    var routesV6 = RouteTable<UInt64>()
    var gateways: [GatewayState] = []
    var vacantGateways: [UInt32] = []
    /// Gateways attached so far.
    var gatewaySerial: UInt32 = 0
    /// IPv6 firewalls of hosts, and which of them stand nowhere.
    var firewalls: [NATBox] = []
    private var vacantFirewalls: [UInt32] = []
    private var nextSubnet = Network.firstPeerSubnet
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

    /// Memory of what is kept of hosts and gateways, in bytes, but for the bindings in the hosts'
    /// own boxes.
    public var byteCount: Int {
        hosts.capacity * MemoryLayout<HostState>.stride
            + (vacant.capacity + vacantGateways.capacity + vacantFirewalls.capacity)
            * MemoryLayout<UInt32>.stride + routes.byteCount + routesV6.byteCount
            + gateways.capacity * MemoryLayout<GatewayState>.stride
            + gateways.reduce(0) { $0 + $1.byteCount }
            + firewalls.capacity * MemoryLayout<NATBox>.stride
    }

    /// Attaches a peer: on its own public address, or behind its own NAT with one, or on the LAN
    /// of a gateway.
    ///
    /// - Precondition: The region exists, the gateway is attached and its LAN has room; a host
    ///   without IPv4 has IPv6 and a line of its own.
    public mutating func attachHost(_ configuration: HostConfiguration) -> HostID {
        precondition(
            configuration.hasIPv4
                || configuration.ipv6 != nil && configuration.gateway == nil,
            "a host has IPv4, or IPv6 on a line of its own")
        var state = HostState(randomness: configuration.randomness)
        state.region = configuration.region
        state.accessDelay = configuration.path.accessDelay
        state.jitter = JitterSampler(configuration.path.jitter)
        state.meanJitter = SimDuration(
            seconds: min(configuration.path.jitter.mean, Distribution.longestDuration.seconds))
        state.loss = configuration.path.loss
        state.outbound = GilbertChannel(state.loss, using: &state.randomness)
        state.inbound = GilbertChannel(state.loss, using: &state.randomness)
        if let box = configuration.box {
            state.kind = .guarded
            state.nat = NATBox(box)
        } else {
            state.kind = configuration.nat == .udpBlocked ? .udpBlocked : .open
        }
        if let gateway = configuration.gateway {
            precondition(isAttached(gateway), "a host needs an attached gateway")
            state.gateway = gateway.slot
        }
        return admit(state) { network, state, slot in
            network.giveAddresses(&state, slot: slot, configuration)
        }
    }

    private mutating func giveAddresses(
        _ state: inout HostState, slot: Int, _ configuration: HostConfiguration
    ) {
        if configuration.hasIPv4 {
            let isOnline = state.gateway == GatewayState.none
            state.lineIP =
                isOnline
                ? takePublicAddresses(1)
                : gateways[Int(state.gateway)].admit(Station(host: slot))
            state.localIP = state.lineIP
            switch configuration.nat {
            case .public, .firewall: break
            case .udpBlocked:
                if isOnline { state.localIP = Self.privateAddress(behind: state.lineIP) }
            case .translated:
                state.localIP =
                    isOnline
                    ? Self.privateAddress(behind: state.lineIP)
                    : Self.innerAddress(behind: state.lineIP)
            }
            if isOnline { routes.insert(state.lineIP, slot: slot) }
        }
        guard let access = configuration.ipv6 else { return }
        state.v6 = takeV6Address(of: state)
        routesV6.insert(state.v6.bits, slot: slot)
        let box = NATBox(
            NATBehaviour(.endpointIndependent, access.filtering, timeout: access.timeout))
        if let reused = vacantFirewalls.popLast() {
            state.firewall = reused
            firewalls[Int(reused)] = box
        } else {
            state.firewall = UInt32(firewalls.count)
            firewalls.append(box)
        }
    }

    /// The first of `count` public addresses in a row that nobody had before.
    mutating func takePublicAddresses(_ count: Int) -> UInt32 {
        let first = nextPeerAddress
        precondition(
            UInt64(first) + UInt64(count) - 1 <= UInt64(Self.peerAddresses.upperBound),
            "peer addresses used up")
        nextPeerAddress += UInt32(count)
        return first
    }

    /// An address in the /64 of the host's home, or in one of its own: a carrier gives each
    /// subscriber one (RFC 6177, RFC 7934).
    private mutating func takeV6Address(of state: HostState) -> Endpoint {
        let home = Int(state.gateway)
        let isAtHome = state.gateway != GatewayState.none && gateways[home].lan != .carrier
        guard isAtHome, state.lineIP != 0 else { return .v6(subnet: takeSubnet(), interface: 1) }
        if gateways[home].subnet == 0 { gateways[home].subnet = takeSubnet() }
        return .v6(
            subnet: gateways[home].subnet, interface: state.lineIP - gateways[home].lanBase)
    }

    private mutating func takeSubnet() -> UInt32 {
        precondition(nextSubnet < .max, "IPv6 subnets used up")
        nextSubnet += 1
        return nextSubnet
    }

    /// Attaches a server on a public address: no NAT, no access delay, no loss.
    ///
    /// - Precondition: `address` is not taken; it is IPv4 outside ``peerAddresses``, or IPv6
    ///   inside 2001:db8::/48 with an interface identifier below 2^15.
    public mutating func attachServer(address: IPAddress, region: Int) -> HostID {
        attachServer(addresses: [address], region: region)
    }

    /// Attaches a server on one address of either family, or on one of each.
    ///
    /// - Precondition: As for ``attachServer(address:region:)``.
    public mutating func attachServer(addresses: [IPAddress], region: Int) -> HostID {
        let unused = StreamName(
            seed: 0, replication: 0, purpose: StreamPurpose(rawValue: 0), entity: 0)
        var state = HostState(randomness: RandomStream(unused))
        state.kind = .server
        state.region = region
        for address in addresses {
            guard let endpoint = Endpoint(TransportAddress(address, port: 0)) else {
                preconditionFailure("an IPv6 server needs an address of 2001:db8::/48")
            }
            if endpoint.isV6 {
                precondition(
                    address.high & 0xffff_ffff < Self.firstPeerSubnet && state.v6.bits == 0,
                    "a server needs one IPv6 address of 2001:db8::/48")
                state.v6 = endpoint
            } else {
                precondition(
                    !Self.peerAddresses.contains(endpoint.ip) && state.localIP == 0,
                    "a server needs one IPv4 address outside those of peers")
                state.localIP = endpoint.ip
                state.lineIP = endpoint.ip
            }
        }
        return admit(state) { network, state, slot in
            if state.lineIP != 0 { network.routes.insert(state.lineIP, slot: slot) }
            if state.v6.bits != 0 { network.routesV6.insert(state.v6.bits, slot: slot) }
        }
    }

    private mutating func admit(
        _ state: HostState, _ giveAddresses: (inout Network, inout HostState, Int) -> Void
    ) -> HostID {
        precondition((0..<regionCount).contains(state.region), "no such region")
        var state = state
        let slot = vacant.popLast().map { Int($0) } ?? hosts.count
        if slot < hosts.count { state.generation = hosts[slot].generation }
        giveAddresses(&self, &state, slot)
        if slot < hosts.count { hosts[slot] = state } else { hosts.append(state) }
        hostCount += 1
        return HostID(slot: UInt32(slot), generation: state.generation)
    }

    /// Takes a host off the network and frees what it held; packets on their way to it are
    /// dropped on arrival.
    ///
    /// - Precondition: `host` is attached.
    public mutating func detach(_ host: HostID) {
        precondition(isAttached(host), "only an attached host can be detached")
        let slot = Int(host.slot)
        for connection in hosts[slot].connections { forget(connection, of: slot) }
        if hosts[slot].lineIP != 0 {
            if hosts[slot].gateway == GatewayState.none {
                routes.remove(hosts[slot].lineIP)
            } else {
                gateways[Int(hosts[slot].gateway)].dismiss(hosts[slot].lineIP)
            }
        }
        if hosts[slot].v6.bits != 0 { routesV6.remove(hosts[slot].v6.bits) }
        if hosts[slot].firewall != HostState.noFirewall {
            firewalls[Int(hosts[slot].firewall)] = .vacant
            vacantFirewalls.append(hosts[slot].firewall)
        }
        var state = HostState(randomness: hosts[slot].randomness)
        state.generation = host.generation + 1
        hosts[slot] = state
        vacant.append(host.slot)
        hostCount -= 1
    }

    /// Whether `host` is on the network.
    public func isAttached(_ host: HostID) -> Bool {
        let slot = Int(host.slot)
        return slot < hosts.count && hosts[slot].generation == host.generation
            && hosts[slot].kind != .vacant
    }

    /// An address of 192.168.0.0/16 (RFC 1918) with a host part of 2…253, spread over homes.
    private static func privateAddress(behind publicIP: UInt32) -> UInt32 {
        let mixed = publicIP &* 0x9E37_79B1
        return 0xc0a8_0000 | (mixed >> 24) << 8 | (2 + (mixed >> 8 & 0xffff) % 252)
    }

    /// An address of 10.0.0.0/8 (RFC 1918) for the inside of a NAT that stands on a LAN itself, so
    /// that the two do not use the same network.
    private static func innerAddress(behind lineIP: UInt32) -> UInt32 {
        let mixed = lineIP &* 0x9E37_79B1
        return 0x0a00_0000 | (mixed >> 16) << 8 | (2 + (mixed >> 8 & 0xff) % 252)
    }
}
