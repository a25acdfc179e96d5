import Addressing
import Quantities
import STUN
import TURN
import Testing

@Suite struct DualStackTests {
    static let serverIP6 = IPAddress("2001:db8::1")!
    static let peer6 = TransportAddress(IPAddress("2001:db8:1::2")!, port: 6000)
    let peer4 = Exchange.peer(1)

    static func dual(ports: Int = 16) -> Requester {
        Requester(ports: ports) { $0.additionalAddress = serverIP6 }
    }

    private func family(_ number: UInt32) -> UInt32 { number << 24 }

    @Test(arguments: [(nil, [1]), (1, [1]), (2, [2])] as [(UInt32?, [UInt8])])
    func `the requested family is the one relayed`(_ asked: UInt32?, _ expected: [UInt8]) throws {
        let requester = Self.dual()
        let answer = try #require(
            requester.allocate(asked.map { .family($0) } ?? .plain))
        let relayed = answer.addresses(of: .xorRelayedAddress, limit: 3)
        #expect(relayed.map(\.ip.family.rawValue) == expected)
        let address = try #require(requester.server.configuration.additionalAddress)
        #expect(relayed[0].ip == (expected == [2] ? address : Exchange.serverIP))
    }

    @Test(arguments: [0, 3, 255] as [UInt32])
    func `a family that nobody knows is answered with 440`(_ number: UInt32) {
        let answer = Self.dual().allocate(.family(number))
        #expect(answer?.errorCode == .addressFamilyNotSupported)
    }

    @Test func `a dual allocation relays both families, each to peers of its own`() throws {
        let requester = Self.dual()
        let answer = try #require(
            requester.allocate(.additional(2)))
        let relayed = answer.addresses(of: .xorRelayedAddress, limit: 3)
        #expect(relayed.map(\.ip) == [Exchange.serverIP, Self.serverIP6])
        #expect(!answer.has(.addressErrorCode))
        #expect(requester.permit(peer4, Self.peer6)?.kind == .success)
        #expect(requester.bind(0x4000, to: peer4)?.kind == .success)
        #expect(requester.bind(0x4001, to: Self.peer6)?.kind == .success)
        for (number, peer, from) in [
            (0x4000, peer4, relayed[0]), (0x4001, Self.peer6, relayed[1]),
        ] as [(UInt16, TransportAddress, TransportAddress)] {
            for _ in 0..<2 {
                let out = requester.exchange(Requester.channelData(number, [1, 2]))
                #expect(out?.source == from && out?.destination == peer)
                #expect(out?.payload == [1, 2])
                let back = requester.fromPeer(peer, to: from, [3])
                #expect(back?.payload == Requester.channelData(number, [3]))
                #expect(back?.source == requester.local)
            }
        }
        #expect(requester.fromPeer(Self.peer6, to: relayed[0], [1]) == nil)
    }

    @Test func `a client over IPv6 is answered from the IPv6 address`() throws {
        let requester = Self.dual()
        requester.source = TransportAddress(IPAddress("2001:db8:2::9")!, port: 4000)
        let local = TransportAddress(Self.serverIP6, port: 3478)
        let request = MessageBuilder(.request, .binding, id: requester.freshID()).finish()
        requester.server.handle(
            request, from: requester.source, transport: .udp, to: local, at: .zero)
        let sent = requester.server.pollTransmit()
        let answer = try #require(sent)
        #expect(answer.source == local && answer.destination == requester.source)
    }

    @Test func `without IPv6 a dual request gets IPv4 and is told 440, without ports 508`() throws {
        let single = Requester()
        let answer = try #require(single.allocate(.additional(2)))
        #expect(answer.value(of: .addressErrorCode).map(Array.init) == [2, 0, 4, 40])
        let requester = Self.dual(ports: 1)
        #expect(requester.allocate(.family(2))?.kind == .success)
        requester.source.port += 1
        requester.nonce = []
        let id = requester.freshID()
        let partial = try #require(
            requester.allocate(.additional(2), id: id))
        #expect(partial.kind == .success)
        #expect(partial.value(of: .addressErrorCode).map(Array.init) == [2, 0, 5, 8])
        let again = requester.allocate(.additional(2), id: id)
        #expect(again?.value(of: .addressErrorCode).map(Array.init) == [2, 0, 5, 8])
        requester.source.port += 1
        requester.nonce = []
        let none = requester.allocate(.additional(2))
        #expect(none?.errorCode == .insufficientCapacity)
        #expect(requester.server.counters.refused == 1)
    }

    @Test func `peers of a family without relayed address are refused with 443`() {
        let requester = Self.dual()
        #expect(requester.allocate()?.kind == .success)
        #expect(requester.permit(peer4, Self.peer6)?.errorCode == .peerAddressFamilyMismatch)
        #expect(requester.bind(0x4000, to: Self.peer6)?.errorCode == .peerAddressFamilyMismatch)
        let answer = requester.request(.refresh) { $0.add(.requestedAddressFamily, family(2)) }
        #expect(answer?.errorCode == .peerAddressFamilyMismatch)
    }

    @Test func `each family of a dual allocation is refreshed and given up by itself`() throws {
        let requester = Self.dual()
        let answer = try #require(
            requester.allocate(.additional(2)))
        let relayed = answer.addresses(of: .xorRelayedAddress, limit: 2)
        _ = requester.bind(0x4001, to: Self.peer6)
        _ = requester.bind(0x4000, to: peer4)
        requester.now = .zero + .seconds(100)
        _ = requester.request(.refresh) { builder in
            builder.add(.requestedAddressFamily, family(1))
            builder.add(.lifetime, UInt32(1200))
        }
        #expect(requester.server.nextTimeout == .zero + .seconds(600))
        requester.now = .zero + .seconds(250)
        _ = requester.permit(peer4, Self.peer6)
        #expect(requester.fromPeer(Self.peer6, to: relayed[1], [1]) != nil)
        requester.now = .zero + .seconds(500)
        _ = requester.permit(peer4, Self.peer6)
        #expect(requester.exchange(Requester.channelData(0x4001, [1])) != nil)
        requester.now = .zero + .seconds(600)
        #expect(requester.exchange(Requester.channelData(0x4001, [1])) == nil)
        #expect(requester.fromPeer(Self.peer6, to: relayed[1], [1]) == nil)
        #expect(requester.fromPeer(peer4, to: relayed[0], [1]) != nil)
        #expect(requester.server.allocationCount == 1 && requester.server.counters.expired == 0)
        let release = requester.request(.refresh) { builder in
            builder.add(.requestedAddressFamily, family(1))
            builder.add(.lifetime, UInt32(0))
        }
        #expect(release?.lifetime == 0)
        #expect(requester.server.allocationCount == 0 && requester.server.takenPortCount == 0)
        #expect(requester.server.nextTimeout == nil)
    }

    @Test(arguments: [RelayedFamilies.v4, .v6, .both])
    func `a client asks for the families it is set up with`(_ families: RelayedFamilies) throws {
        var exchange = Exchange { $0.additionalAddress = Self.serverIP6 }
        let number = exchange.addClient { $0.families = families }
        exchange.clients[number].allocate(at: exchange.now)
        exchange.run(for: .seconds(1))
        let client = exchange.clients[number]
        let relayed = try #require(client.relayedAddress)
        #expect(relayed.ip == (families == .v6 ? Self.serverIP6 : Exchange.serverIP))
        #expect(client.additionalRelayedAddress?.ip == (families == .both ? Self.serverIP6 : nil))
    }

    @Test func `one allocation carries data of both families, is kept alive and given back whole`()
        throws
    {
        var exchange = Exchange { $0.additionalAddress = Self.serverIP6 }
        let client = exchange.addClient { $0.families = .both }
        exchange.clients[client].allocate(at: exchange.now)
        exchange.clients[client].permit([peer4.ip, Self.peer6.ip], at: exchange.now)
        exchange.run(for: .seconds(1))
        #expect(exchange.events[client].last == .permissionsInstalled([peer4.ip, Self.peer6.ip]))
        // Three lives of the allocation, with the refreshes of permissions and channels.
        for round in 0..<4 {
            for peer in [peer4, Self.peer6] {
                let relayed = try #require(
                    exchange.clients[client].relayedAddress(in: peer.ip.family))
                #expect(relayed.ip.family == peer.ip.family)
                let data = [UInt8(round), 7]
                let outcome = exchange.clients[client].send(data, to: peer, at: exchange.now)
                #expect(outcome == .sent)
                exchange.sendFromPeer(peer, to: relayed, data)
                exchange.run(for: .seconds(1))
                #expect(exchange.peers[peer]?.last == .init(from: relayed, data: data))
                #expect(exchange.deliveries[client].last == .init(from: peer, data: data))
                let isAsked = exchange.clients[client].bindChannel(to: peer, at: exchange.now)
                #expect(isAsked)
            }
            exchange.run(for: .minutes(11))
        }
        #expect(exchange.server.counters.toPeers.packets == 8)
        #expect(exchange.server.allocationCount == 1 && exchange.server.counters.created == 1)
        exchange.clients[client].release(at: exchange.now)
        exchange.run(for: .seconds(1))
        #expect(exchange.events[client].last == .released)
        #expect(exchange.server.allocationCount == 0 && exchange.server.counters.released == 1)
        #expect(exchange.clients[client].relayedAddress(in: .v6) == nil)
        let late = exchange.clients[client].send([1], to: Self.peer6, at: exchange.now)
        #expect(late == .notAllocated)
    }

    @Test func `a client is told which family is missing, and peers of it cost others nothing`() {
        var exchange = Exchange()
        let client = exchange.addClient { $0.families = .both }
        exchange.clients[client].permit([peer4.ip, Self.peer6.ip], at: exchange.now)
        exchange.clients[client].allocate(at: exchange.now)
        exchange.run(for: .seconds(1))
        #expect(
            exchange.clients[client].missingFamily
                == MissingFamily(family: .v6, error: .addressFamilyNotSupported))
        #expect(exchange.clients[client].relayedAddress(in: .v6) == nil)
        #expect(
            exchange.events[client].dropFirst() == [
                .permissionsRefused([Self.peer6.ip], .refused(.peerAddressFamilyMismatch)),
                .permissionsInstalled([peer4.ip]),
            ])
        let isAsked = exchange.clients[client].bindChannel(to: Self.peer6, at: exchange.now)
        #expect(!isAsked)
    }

    @Test func `IPv6 alone of a server without it is refused with 440`() {
        var exchange = Exchange()
        let client = exchange.addClient { $0.families = .v6 }
        exchange.clients[client].allocate(at: exchange.now)
        exchange.run(for: .seconds(1))
        #expect(exchange.events[client] == [.failed(.refused(.addressFamilyNotSupported))])
        #expect(exchange.server.allocationCount == 0)
    }
}
