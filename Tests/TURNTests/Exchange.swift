import Addressing
import Quantities
import RandomStreams
import STUN
import TURN

/// A server, its clients and some peers on a lossy network with one constant delay, in virtual
/// time. Peers write down what they get.
struct Exchange {
    struct Flight {
        var arrival: SimTime
        var order: Int
        var transmit: Transmit
    }

    struct Delivery: Equatable {
        var from: TransportAddress
        var data: [UInt8]
    }

    static let serverIP = IPAddress(v4: 0xC633_6401)  // 198.51.100.1
    static let secret = SharedSecret("a shared secret".utf8)

    var server: Server
    var clients: [Client] = []
    var events: [[ClientEvent]] = []
    /// What each client took as data, and what it rejected.
    var deliveries: [[Delivery]] = []
    var rejections: [[ClientRejection]] = []
    var unclaimed = 0
    /// What arrived at addresses that are neither the server's nor a client's.
    var peers: [TransportAddress: [Delivery]] = [:]
    var now = SimTime.zero
    var loss = 0.0
    /// Everything from the server is lost.
    var isServerMute = false
    var delay = SimDuration.milliseconds(20)
    private var flights: [Flight] = []
    private var sent = 0
    private var stream: RandomStream

    static func stream(_ entity: UInt64, seed: UInt64 = 1) -> RandomStream {
        RandomStream(
            StreamName(
                seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 900), entity: entity))
    }

    static func configuration(ports: Int = 16) -> ServerConfiguration {
        ServerConfiguration(
            address: serverIP, realm: "voice.example", secret: secret, relayedPortCount: ports)
    }

    init(
        ports: Int = 16, seed: UInt64 = 1, configure: (inout ServerConfiguration) -> Void = { _ in }
    ) {
        var configuration = Self.configuration(ports: ports)
        configure(&configuration)
        server = Server(configuration: configuration, randomness: Self.stream(0, seed: seed))
        stream = Self.stream(1, seed: seed)
    }

    static func peer(_ number: UInt32, port: UInt16 = 5000) -> TransportAddress {
        TransportAddress(IPAddress(v4: 0xCB00_7100 + number), port: port)
    }

    /// Adds a client and returns its number.
    mutating func addClient(
        over transport: TransportProtocol = .udp, credentials: Credentials? = nil,
        configure: (inout ClientConfiguration) -> Void = { _ in }
    ) -> Int {
        let number = clients.count
        var configuration = ClientConfiguration(
            server: TransportAddress(Self.serverIP, port: transport == .tls ? 5349 : 3478),
            transport: transport,
            local: TransportAddress(IPAddress(v4: 0x0A00_0001 + UInt32(number)), port: 4000),
            credentials: credentials
                ?? Self.secret.credentials(for: "c\(number)", until: .zero + .hours(24)))
        configure(&configuration)
        clients.append(
            Client(
                configuration: configuration,
                randomness: Self.stream(10 + UInt64(number), seed: stream.nextUInt64())))
        events.append([])
        deliveries.append([])
        rejections.append([])
        return number
    }

    /// Adds a client with an allocation and a permission for `peer`.
    mutating func addAllocated(
        over transport: TransportProtocol = .udp, permitting peer: TransportAddress? = nil
    ) -> Int {
        let number = addClient(over: transport)
        clients[number].allocate(at: now)
        if let peer { clients[number].permit([peer.ip], at: now) }
        run(for: .seconds(1))
        return number
    }

    /// A peer's datagram, over the network.
    mutating func sendFromPeer(
        _ peer: TransportAddress, to relayed: TransportAddress, _ data: [UInt8]
    ) {
        launch(Transmit(source: peer, destination: relayed, transport: .udp, payload: data))
    }

    /// Runs until `now` + `duration`.
    mutating func run(for duration: SimDuration) {
        run(until: now + duration)
    }

    mutating func run(until end: SimTime) {
        drain()
        while let next = nextTime(), next <= end {
            now = next
            deliverDue()
            for number in clients.indices {
                if let due = clients[number].nextTimeout, due <= now {
                    clients[number].handleTimeout(at: now)
                }
            }
            if let due = server.nextTimeout, due <= now { server.handleTimeout(at: now) }
            drain()
        }
        now = end
    }

    private func isServer(_ ip: IPAddress) -> Bool {
        ip == Self.serverIP || ip == server.configuration.additionalAddress
    }

    private func nextTime() -> SimTime? {
        var next = flights.map(\.arrival).min() ?? .distantFuture
        for client in clients { next = min(next, client.nextTimeout ?? .distantFuture) }
        next = min(next, server.nextTimeout ?? .distantFuture)
        return next == .distantFuture ? nil : next
    }

    private mutating func deliverDue() {
        let due = flights.filter { $0.arrival <= now }.sorted { $0.order < $1.order }
        flights.removeAll { $0.arrival <= now }
        for flight in due { deliver(flight.transmit) }
    }

    private mutating func deliver(_ transmit: Transmit) {
        if isServer(transmit.destination.ip) {
            server.handle(
                transmit.payload, from: transmit.source, transport: transmit.transport,
                to: transmit.destination, at: now)
            return
        }
        let number = clients.firstIndex {
            $0.configuration.local == transmit.destination
        }
        guard let number else {
            peers[transmit.destination, default: []].append(
                Delivery(from: transmit.source, data: transmit.payload))
            return
        }
        switch clients[number].handle(transmit.payload, from: transmit.source, at: now) {
        case .consumed: break
        case .data(let peer, let data):
            deliveries[number].append(Delivery(from: peer, data: data))
        case .unclaimed: unclaimed += 1
        case .rejected(let reason): rejections[number].append(reason)
        }
    }

    private mutating func drain() {
        for number in clients.indices {
            while let transmit = clients[number].pollTransmit() { launch(transmit) }
            while let event = clients[number].pollEvent() { events[number].append(event) }
        }
        while let transmit = server.pollTransmit() { launch(transmit) }
    }

    private mutating func launch(_ transmit: Transmit) {
        if transmit.transport == .udp, stream.nextBool(probability: loss) { return }
        if isServerMute, isServer(transmit.source.ip) { return }
        flights.append(Flight(arrival: now + delay, order: sent, transmit: transmit))
        sent += 1
    }
}
