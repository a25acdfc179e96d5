import Addressing
import Quantities
import RandomStreams
import STUN
import TURN

/// A server and a client with an allocation, a permission and a channel, from which rounds begin.
struct RelayWorld {
    var server: Server
    var client: Client
    static let address = TransportAddress(IPAddress(v4: 0xC633_6401), port: 3478)
    static let alternate = TransportAddress(IPAddress(v4: 0xC633_6402), port: 3479)
    static let local = TransportAddress(IPAddress(v4: 0x0A00_0001), port: 4000)
    static let secret = SharedSecret("a secret".utf8)
    static let credentials = secret.credentials(for: "x", until: .zero + .hours(10))
    /// What went over the network meanwhile, both ways.
    private(set) var requests: [[UInt8]] = []
    private(set) var answers: [[UInt8]] = []

    init() {
        var configuration = ServerConfiguration(
            address: Self.address.ip, realm: "fuzz", secret: Self.secret, relayedPortCount: 8)
        configuration.additionalAddress = IPAddress("2001:db8::1")!
        configuration.alternate = Self.alternate
        configuration.maximumAllocationsPerUser = 5
        configuration.keepsLog = true
        server = Server(configuration: configuration, randomness: Target.stream(1, 0, 1))
        var settings = ClientConfiguration(
            server: Self.address, transport: .udp, local: Self.local,
            credentials: Self.credentials)
        settings.families = .both
        client = Client(configuration: settings, randomness: Target.stream(1, 0, 2))
        client.allocate(at: .zero)
        exchange()
        client.permit(StunCorpus.peers.map(\.ip), at: .zero)
        client.bindChannel(to: StunCorpus.peers[0], at: .zero)
        exchange()
        client.bindChannel(to: StunCorpus.peers[1], at: .zero)
        exchange()
        demand(client.relayedAddress != nil, "the world has an allocation")
    }

    private mutating func exchange() {
        while let request = client.pollTransmit() {
            requests.append(request.payload)
            server.handle(
                request.payload, from: request.source, transport: .udp, to: request.destination,
                at: .zero)
            while let answer = server.pollTransmit() {
                answers.append(answer.payload)
                _ = client.handle(answer.payload, from: answer.source, at: .zero)
            }
        }
        while client.pollEvent() != nil {}
    }

    /// The nonce that the server gave the client.
    var nonce: [UInt8] {
        for answer in answers {
            if let nonce = (try? MessageView(answer))?.value(of: .nonce) { return Array(nonce) }
        }
        return []
    }
}

/// A request that passes authentication, with whatever attributes.
private func request(_ mutator: inout Mutator, nonce: [UInt8]) -> [UInt8] {
    let methods: [STUN.Method] = [.allocate, .refresh, .createPermission, .channelBind, .binding]
    let kind: MessageClass = mutator.chance(0.9) ? .request : .indication
    var builder = MessageBuilder(
        kind, mutator.any(of: methods), id: TransactionID(using: &mutator.stream))
    if mutator.chance(0.5) { builder.add(requestedTransport: mutator.chance(0.9) ? 17 : 6) }
    if mutator.chance(0.5) { builder.add(.xorPeerAddress, mutator.any(of: StunCorpus.peers)) }
    if mutator.chance(0.3) { builder.add(channelNumber: 0x4000 + UInt16(mutator.below(20))) }
    if mutator.chance(0.3) { builder.add(.evenPort, [mutator.any(of: [0, 0x80, 0xFF])]) }
    if mutator.chance(0.2) { builder.add(.additionalAddressFamily, UInt32(2) << 24) }
    if mutator.chance(0.2) { builder.add(.requestedAddressFamily, UInt32(mutator.below(4)) << 24) }
    if mutator.chance(0.3) { builder.add(.lifetime, mutator.any(of: [0, 1, 600, UInt32.max])) }
    for _ in 0..<mutator.below(3) { StunCorpus.addAttribute(&mutator, &builder) }
    let credentials = RelayWorld.credentials
    builder.add(.username, credentials.username)
    builder.add(.realm, "fuzz")
    builder.add(.nonce, nonce)
    let key = IntegrityKey(
        longTermUsername: credentials.username, realm: "fuzz", password: credentials.password)
    return builder.finish(integrity: key, fingerprint: mutator.chance(0.5))
}

/// Hands `input` to a server both ways, which must come to the same.
private func take(
    _ input: [UInt8], _ server: inout Server, from source: TransportAddress,
    _ transport: TransportProtocol, to local: TransportAddress, at now: SimTime
) {
    var other = server
    var buffer =
        [UInt8](repeating: 0, count: Server.headRoom) + input
        + [UInt8](repeating: 0, count: Server.tailRoom)
    let range = Server.headRoom..<Server.headRoom + input.count
    let forwarding = buffer.withUnsafeMutableBytes {
        other.forward($0, range, from: source, transport: transport, to: local, at: now)
    }
    server.handle(input, from: source, transport: transport, to: local, at: now)
    var sent: [Transmit] = []
    while let transmit = server.pollTransmit() { sent.append(transmit) }
    demand(sent.count <= 1, "one datagram has two consequences")
    switch forwarding {
    case .message: demand(Array(buffer[range]) == input, "what is not forwarded stays as it is")
    case .dropped: demand(sent.isEmpty, "dropped in place, and sent as an array")
    case .packet(let packet):
        demand(
            sent.first?.payload == Array(buffer[packet.bytes])
                && sent.first?.destination == packet.destination,
            "forwarded in place other than as an array")
        server = other
    }
    demand(server.takenPortCount <= 16, "more allocations than ports")
    demand((server.nextTimeout ?? now) >= now || server.nextTimeout == nil, "overdue")
}

func relayTargets() -> [Target] {
    let world = RelayWorld()
    let nonce = world.nonce
    let relayed = world.client.relayedAddress!
    let corpus = world.requests + StunCorpus.messages + [[0x40, 0, 0, 3, 1, 2, 3, 0]]
    let locals = [
        RelayWorld.address, relayed, RelayWorld.alternate,
        world.client.additionalRelayedAddress ?? relayed,
    ]
    let sources = [RelayWorld.local] + StunCorpus.peers
    return [
        Target("turn-server") { mutator in
            var server = world.server
            var now = SimTime.zero
            for _ in 0...mutator.below(12) {
                now = now + .seconds(Int64(mutator.below(mutator.any(of: [2, 40, 700]))))
                let input =
                    mutator.chance(0.5)
                    ? request(&mutator, nonce: nonce) : mutator.input(from: corpus)
                Evidence.note(input)
                var source = mutator.any(of: sources)
                if mutator.chance(0.3) { source.port = UInt16(4000 + mutator.below(4)) }
                let transport = mutator.any(of: [TransportProtocol.udp, .udp, .udp, .tcp, .tls])
                if mutator.chance(0.02) {
                    server.drain(
                        to: [RelayWorld.alternate], until: now + .seconds(100), at: now)
                }
                take(
                    input, &server, from: source, transport, to: mutator.any(of: locals), at: now)
            }
            server.handleTimeout(at: now + .hours(3))
            demand(server.allocationCount == 0, "everything expires")
        },
        Target("turn-client") { mutator in
            var client = world.client
            var now = SimTime.zero
            for _ in 0...mutator.below(8) {
                now = now + .seconds(Int64(mutator.below(mutator.any(of: [2, 40, 700]))))
                let input = mutator.input(from: world.answers + corpus)
                Evidence.note(input)
                _ = client.handle(input, from: client.server, at: now)
                if let due = client.nextTimeout, due <= now { client.handleTimeout(at: now) }
                while client.pollTransmit() != nil {}
                while client.pollEvent() != nil {}
            }
        },
        Target("turn-client-fresh") { mutator in
            var client = Client(
                configuration: world.client.configuration, randomness: Target.stream(1, 0, 2))
            client.allocate(at: .zero)
            for number in 0..<4 {
                while client.pollTransmit() != nil {}
                // The same stream makes the same transaction, so that old answers count.
                let input =
                    mutator.chance(0.5) && number < world.answers.count
                    ? world.answers[number] : mutator.input(from: world.answers)
                Evidence.note(input)
                _ = client.handle(input, from: client.server, at: .zero)
                while client.pollEvent() != nil {}
            }
        },
    ]
}
