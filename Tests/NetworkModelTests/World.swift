import Addressing
import NetworkModel
import Quantities
import RandomStreams

/// A small network under test with helpers to send and deliver; a class, because the expectation
/// macros cannot call mutating members.
final class World {
    var network = Network(backbone: [
        [.milliseconds(5), .milliseconds(45)], [.milliseconds(45), .milliseconds(5)],
    ])

    static func stream(_ entity: UInt64, seed: UInt64 = 1) -> RandomStream {
        RandomStream(
            StreamName(
                seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 7), entity: entity))
    }

    func attach(
        _ nat: NATClass, region: Int = 0, entity: UInt64 = 1,
        path: PathQuality = PathQuality(accessDelay: .milliseconds(10)),
        timeout: SimDuration = .minutes(2), seed: UInt64 = 1, gateway: GatewayID? = nil,
        behaviour: NATBehaviour? = nil, ipv6: IPv6Access? = nil, hasIPv4: Bool = true
    ) -> HostID {
        var configuration = HostConfiguration(
            nat: nat, region: region, path: path, bindingTimeout: timeout, gateway: gateway,
            ipv6: ipv6, randomness: World.stream(entity, seed: seed))
        configuration.behaviour = behaviour
        configuration.hasIPv4 = hasIPv4
        return network.attachHost(configuration)
    }

    func attachGateway(
        _ behaviour: NATBehaviour, lan: LANKind = .home, region: Int = 0, addressCount: Int = 1,
        behind: GatewayID? = nil
    ) -> GatewayID {
        network.attachGateway(
            GatewayConfiguration(
                behaviour, lan: lan, region: region, addressCount: addressCount, behind: behind))
    }

    /// Two hosts on one LAN.
    func pair(_ nat: NATClass, gateway: GatewayID) -> (HostID, HostID) {
        (attach(nat, entity: 1, gateway: gateway), attach(nat, entity: 2, gateway: gateway))
    }

    /// The `n`th server of the documentation block 192.0.2.0/24.
    func attachServer(_ n: UInt32 = 1, region: Int = 0) -> HostID {
        let server = network.attachServer(
            address: IPAddress(v4: 0xc000_0200 + n), region: region)
        lastServer = server
        return server
    }

    /// The server attached last.
    private(set) var lastServer: HostID! = nil

    /// A socket of a newly attached server.
    func serverSocket(_ port: UInt16 = 3478) -> TransportAddress {
        let server = attachServer()
        return socket(server, port)
    }

    func socket(_ host: HostID, _ port: UInt16) -> TransportAddress {
        TransportAddress(network.localAddress(of: host), port: port)
    }

    /// Sends a UDP datagram; the flight, or nil when it is lost.
    func send(
        _ host: HostID, _ port: UInt16, to: TransportAddress, at now: SimTime = .zero,
        _ transport: TransportProtocol = .udp
    ) -> Flight? {
        let outcome = network.send(
            from: host, source: socket(host, port), to: to, transport: transport, byteCount: 100,
            at: now)
        if case .inFlight(let flight) = outcome { return flight }
        return nil
    }

    func lossReason(
        _ host: HostID, _ port: UInt16, to: TransportAddress, at now: SimTime = .zero,
        _ transport: TransportProtocol = .udp
    ) -> LossReason? {
        let outcome = network.send(
            from: host, source: socket(host, port), to: to, transport: transport, byteCount: 100,
            at: now)
        if case .lost(let reason) = outcome { return reason }
        return nil
    }

    /// Whether a flight is let in when it arrives, or at `time`.
    func isDelivered(_ flight: Flight?, at time: SimTime? = nil) -> Bool {
        guard let flight else { return false }
        if case .delivered = network.arrive(flight, at: time ?? flight.arrival) { return true }
        return false
    }

    /// Who gets a flight when it arrives, if anybody.
    func receiver(_ flight: Flight?) -> HostID? {
        guard let flight,
            case .delivered(let host, _, _) = network.arrive(flight, at: flight.arrival)
        else { return nil }
        return host
    }

    /// Sends a datagram between two addresses, from port 5000 to port 5000 unless said otherwise.
    func sendFrom(
        _ local: IPAddress, _ host: HostID, port: UInt16 = 5000, to: IPAddress,
        _ remotePort: UInt16 = 5000, at now: SimTime = .zero, transport: TransportProtocol = .udp
    ) -> Flight? {
        let outcome = network.send(
            from: host, source: TransportAddress(local, port: port),
            to: TransportAddress(to, port: remotePort), transport: transport, byteCount: 1,
            at: now)
        if case .inFlight(let flight) = outcome { return flight }
        return nil
    }

    func lossFrom(_ local: IPAddress, _ host: HostID, to: IPAddress) -> LossReason? {
        let outcome = network.send(
            from: host, source: TransportAddress(local, port: 5000),
            to: TransportAddress(to, port: 5000), transport: .udp, byteCount: 1, at: .zero)
        if case .lost(let reason) = outcome { return reason }
        return nil
    }

    func dropReason(_ flight: Flight?, at time: SimTime? = nil) -> DropReason? {
        guard let flight else { return nil }
        if case .dropped(let reason) = network.arrive(flight, at: time ?? flight.arrival) {
            return reason
        }
        return nil
    }
}

extension SimTime {
    static func s(_ s: Int64) -> SimTime { .zero + .seconds(s) }
    static func ms(_ ms: Int64) -> SimTime { .zero + .milliseconds(ms) }
}
