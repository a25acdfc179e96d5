import Addressing
import Quantities
import STUN
import TURN
import Testing

/// Servers out of service, clients that follow, and what is written down.
@Suite struct DrainTests {
    let other = TransportAddress(IPAddress(v4: 0xC633_6402), port: 3478)
    let other6 = TransportAddress(IPAddress("2001:db8::2")!, port: 3478)

    @Test func `a server that drains sends new clients on and keeps the others`() throws {
        let requester = Requester()
        let relayed = try #require(requester.allocate()?.address(of: .xorRelayedAddress))
        _ = requester.bind(0x4000, to: Exchange.peer(1))
        requester.server.drain(
            to: [other6, other], until: .zero + .seconds(900), at: requester.now)
        #expect(requester.fromPeer(Exchange.peer(1), to: relayed, [1]) != nil)
        requester.now = .zero + .seconds(500)
        #expect(requester.refresh(lifetime: 3600)?.lifetime == 400, "none beyond the deadline")
        requester.source.port += 1
        requester.nonce = []
        let answer = try #require(requester.allocate())
        #expect(answer.errorCode == .tryAlternate)
        #expect(answer.address(of: .alternateServer) == other)
        #expect(answer.isAuthentic(under: requester.key))
        #expect(requester.server.counters.redirected == 1 && !requester.server.isDrained)
        requester.server.handleTimeout(at: .zero + .seconds(900))
        #expect(requester.server.isDrained)
    }

    @Test func `the deadline ends what was not refreshed since`() {
        let requester = Requester()
        _ = requester.allocate { $0.add(.lifetime, UInt32(3600)) }
        requester.server.drain(to: [], until: .zero + .seconds(60), at: .zero)
        #expect(requester.server.nextTimeout == .zero + .seconds(60))
        requester.server.handleTimeout(at: .zero + .seconds(60))
        #expect(requester.server.isDrained && requester.server.counters.drained == 1)
        #expect(requester.server.nextTimeout == nil)
        requester.source.port += 1
        requester.nonce = []
        #expect(requester.allocate()?.errorCode == .insufficientCapacity, "nowhere to go")
    }

    /// Servers at `Exchange.serverIP` and beside it that send a client to each other's.
    private func client(
        at servers: [(TransportAddress, alternate: TransportAddress?)]
    ) -> (Client, [ClientEvent]) {
        let local = TransportAddress(IPAddress(v4: 0x0A00_0001), port: 4000)
        var client = Client(
            configuration: ClientConfiguration(
                server: servers[0].0, transport: .udp, local: local,
                credentials: Exchange.secret.credentials(for: "c", until: .zero + .hours(1))),
            randomness: Exchange.stream(5))
        var all = servers.map { address, alternate in
            var configuration = Exchange.configuration()
            configuration.address = address.ip
            var server = Server(configuration: configuration, randomness: Exchange.stream(6))
            if let alternate { server.drain(to: [alternate], at: .zero) }
            return server
        }
        var events: [ClientEvent] = []
        client.allocate(at: .zero)
        for _ in 0..<50 {
            while let request = client.pollTransmit() {
                for index in all.indices
                where all[index].configuration.address == request.destination.ip {
                    all[index].handle(
                        request.payload, from: local, transport: .udp, to: request.destination,
                        at: .zero)
                    while let answer = all[index].pollTransmit() {
                        _ = client.handle(answer.payload, from: answer.source, at: .zero)
                    }
                }
            }
            while let event = client.pollEvent() { events.append(event) }
        }
        return (client, events)
    }

    private func address(_ number: UInt32) -> TransportAddress {
        TransportAddress(IPAddress(v4: 0xC633_6410 + number), port: 3478)
    }

    @Test func `a client follows to the server that takes it`() {
        let (client, events) = client(at: [
            (address(0), address(1)), (address(1), address(2)), (address(2), nil),
        ])
        #expect(client.server == address(2) && client.relayedAddress?.ip == address(2).ip)
        #expect(events.prefix(2) == [.redirected(to: address(1)), .redirected(to: address(2))])
        #expect(events.count == 3)
    }

    @Test func `a client does not go in circles`() {
        let (client, events) = client(at: [(address(0), address(1)), (address(1), address(0))])
        #expect(client.state == .ended)
        #expect(events == [.redirected(to: address(1)), .failed(.futileRedirection)])
    }

    @Test func `a client is not led on for ever`() {
        let servers = (0..<20 as Range<UInt32>).map { (address($0), Optional(address($0 + 1))) }
        let (_, events) = client(at: servers)
        #expect(events.count == Client.maximumServers)
        #expect(events.last == .failed(.futileRedirection))
    }

    @Test func `the log holds addresses and times and nothing else`() throws {
        let requester = Requester {
            $0.keepsLog = true
            $0.additionalAddress = DualStackTests.serverIP6
        }
        let answer = try #require(
            requester.allocate(.additional(2)))
        let relayed = answer.addresses(of: .xorRelayedAddress, limit: 2)
        requester.now = .zero + .seconds(1)
        _ = requester.permit(Exchange.peer(1))
        _ = requester.permit(Exchange.peer(1))
        _ = requester.bind(0x4000, to: DualStackTests.peer6)
        requester.now = .zero + .seconds(2)
        _ = requester.refresh(lifetime: 0)
        let log = requester.server.takeLog()
        func entry(
            _ second: Int64, _ event: RelayLogEntry.Event, _ index: Int
        ) -> (SimTime, RelayLogEntry.Event, TransportAddress) {
            (.zero + .seconds(second), event, relayed[index])
        }
        let expected = [
            entry(0, .opened, 0), entry(0, .opened, 1),
            entry(1, .permitted(Exchange.peer(1).ip), 0),
            entry(1, .permitted(DualStackTests.peer6.ip), 1),
            entry(2, .closed(.released), 0), entry(2, .closed(.released), 1),
        ]
        #expect(log.count == expected.count)
        for (line, (time, event, address)) in zip(log, expected) {
            #expect(line.time == time && line.event == event && line.relayed == address)
            #expect(line.client == requester.source && line.transport == .udp)
        }
        let more = requester.server.takeLog()
        #expect(more.isEmpty)
    }

    @Test func `nothing is written down unless it is asked for`() {
        let requester = Requester()
        _ = requester.allocate()
        _ = requester.permit(Exchange.peer(1))
        let more = requester.server.takeLog()
        #expect(more.isEmpty)
    }
}
