import Addressing
import NetworkModel
import Quantities
import Testing

/// Several hosts behind one NAT, and NATs behind NATs.
@Suite struct GatewayTests {
    static let apdf = NATBehaviour(.endpointIndependent, .addressAndPortDependent)

    @Test func `stations of a home have distinct private addresses and one public one`() throws {
        let world = World()
        let server = world.serverSocket()
        let home = world.attachGateway(Self.apdf)
        let hosts = (1...4).map { world.attach(.public, entity: $0, gateway: home) }
        let locals = hosts.map { world.network.localAddress(of: $0) }
        #expect(Set(locals).count == 4)
        #expect(Set(locals.map { $0.v4Bits! >> 8 }).count == 1, "one /24")
        #expect(locals.allSatisfy { $0.v4Bits! >> 16 == 0xc0a8 })
        #expect(Set(hosts.map { world.network.publicAddress(of: $0) }).count == 1)
        let seen = try hosts.map { try #require(world.send($0, 5000, to: server)).source }
        #expect(Set(seen).count == 4, "REQ-3: no port is shared")
        #expect(seen.allSatisfy { $0.ip == world.network.externalAddress(of: home) })
        for (host, outside) in zip(hosts, seen) {
            let answer = world.send(world.lastServer, 3478, to: outside)
            #expect(world.receiver(answer) == host, "each gets its own answer")
        }
    }

    @Test func `neighbours at home meet by private addresses without the NAT`() throws {
        let world = World()
        let home = world.attachGateway(Self.apdf)
        let (a, b) = world.pair(.public, gateway: home)
        let flight = try #require(world.send(a, 5000, to: world.socket(b, 6000)))
        #expect(flight.source == world.socket(a, 5000))
        #expect(flight.arrival == SimTime.zero + GatewayConfiguration.defaultLANDelay)
        #expect(world.receiver(flight) == b)
        #expect(world.network.shareLink(a, b) && world.network.shareLink(b, a))
    }

    @Test func `private addresses of another home and of nobody have no route`() {
        let world = World()
        let (one, two) = (world.attachGateway(Self.apdf), world.attachGateway(Self.apdf))
        let a = world.attach(.public, entity: 1, gateway: one)
        let b = world.attach(.public, entity: 2, gateway: two)
        #expect(world.lossReason(a, 1, to: world.socket(b, 1)) == .noRoute)
        let next = IPAddress(v4: world.network.localAddress(of: a).v4Bits! + 1)
        #expect(world.lossReason(a, 1, to: TransportAddress(next, port: 1)) == .noRoute)
        #expect(!world.network.shareLink(a, b))
    }

    @Test(arguments: [LANKind.isolated, .carrier])
    func `isolated stations meet by hairpinning alone`(_ lan: LANKind) throws {
        let world = World()
        let server = world.serverSocket()
        let gateway = world.attachGateway(
            NATBehaviour(.endpointIndependent, .endpointIndependent), lan: lan)
        let (a, b) = world.pair(.public, gateway: gateway)
        #expect(world.lossReason(a, 1, to: world.socket(b, 1)) == .noRoute)
        #expect(!world.network.shareLink(a, b))
        let atB = try #require(world.send(b, 6000, to: server)).source
        let flight = try #require(world.send(a, 5000, to: atB, at: .s(1)))
        #expect(world.receiver(flight) == b)
        #expect(flight.source.ip == atB.ip, "external source address (REQ-9)")
        let access = SimDuration.milliseconds(lan == .carrier ? 20 : 1)
        #expect(flight.arrival - .s(1) == access)
    }

    @Test func `a NAT that does not hairpin loses what would turn round in it`() throws {
        var behaviour = Self.apdf
        behaviour.hairpins = false
        let world = World()
        let server = world.serverSocket()
        let gateway = world.attachGateway(behaviour, lan: .carrier)
        let (a, b) = world.pair(.public, gateway: gateway)
        let atB = try #require(world.send(b, 6000, to: server)).source
        #expect(world.lossReason(a, 5000, to: atB) == .noHairpinning)
        let lone = world.attach(
            .translated(.endpointIndependent, .endpointIndependent), entity: 3,
            behaviour: behaviour)
        let own = try #require(world.send(lone, 7000, to: server)).source
        #expect(world.lossReason(lone, 7001, to: own) == .noHairpinning)
    }

    @Test func `homes behind one carrier meet at the carrier, those behind two on the Internet`()
        throws
    {
        let world = World()
        let server = world.serverSocket()
        let open = NATBehaviour(.endpointIndependent, .endpointIndependent)
        let carriers = [
            world.attachGateway(open, lan: .carrier), world.attachGateway(open, lan: .carrier),
        ]
        let homes = [0, 0, 1].map { world.attachGateway(open, behind: carriers[$0]) }
        let hosts = homes.enumerated().map {
            world.attach(.public, entity: UInt64($0.offset), gateway: $0.element)
        }
        for home in homes.prefix(2) {
            let outside = world.network.externalAddress(of: home).v4Bits!
            #expect(outside >> 22 == 0x6440_0000 >> 22, "100.64.0.0/10 (RFC 6598)")
        }
        let seen = try hosts.map { try #require(world.send($0, 5000, to: server)).source }
        #expect(seen[0].ip == world.network.externalAddress(of: carriers[0]))
        #expect(seen[0].ip == seen[1].ip && seen[0] != seen[1])
        let near = try #require(world.send(hosts[0], 5000, to: seen[1]))
        #expect(near.arrival == .ms(20), "two access links, no backbone")
        #expect(near.source == seen[0] && world.receiver(near) == hosts[1])
        let far = try #require(world.send(hosts[0], 5000, to: seen[2]))
        #expect(far.arrival == .ms(25))
        #expect(world.receiver(far) == hosts[2])
    }

    @Test func `a neighbour's mapping at the carrier leads out of the home and back in`() throws {
        let world = World()
        let server = world.serverSocket()
        let open = NATBehaviour(.endpointIndependent, .endpointIndependent)
        let carrier = world.attachGateway(open, lan: .carrier)
        let home = world.attachGateway(open, behind: carrier)
        let (a, b) = world.pair(.public, gateway: home)
        let atB = try #require(world.send(b, 6000, to: server)).source
        let flight = try #require(world.send(a, 5000, to: atB))
        #expect(world.receiver(flight) == b && flight.source.ip == atB.ip)
    }

    @Test func `a host's own NAT on a LAN is a further one`() throws {
        let world = World()
        let server = world.serverSocket()
        let carrier = world.attachGateway(
            NATBehaviour(.endpointIndependent, .endpointIndependent), lan: .carrier)
        let host = world.attach(
            .translated(.endpointIndependent, .addressAndPortDependent), gateway: carrier)
        #expect(world.network.localAddress(of: host).v4Bits! >> 24 == 10)
        let outside = try #require(world.send(host, 5000, to: server)).source
        #expect(outside.ip == world.network.externalAddress(of: carrier))
        #expect(world.receiver(world.send(world.lastServer, 3478, to: outside)) == host)
        let stranger = world.send(world.lastServer, 3479, to: outside)
        #expect(world.dropReason(stranger) == .filtered, "by the inner one")
    }

    @Test func `who leaves is not reached, and its address goes to others last`() throws {
        let world = World()
        let server = world.serverSocket()
        let home = world.attachGateway(
            NATBehaviour(.endpointIndependent, .endpointIndependent))
        let a = world.attach(.public, gateway: home)
        let address = world.network.localAddress(of: a)
        let outside = try #require(world.send(a, 5000, to: server)).source
        let flight = world.send(world.lastServer, 3478, to: outside)
        world.network.detach(a)
        #expect(world.dropReason(flight) == .hostGone)
        for n in 0..<252 {
            let next = world.attach(.public, entity: UInt64(n), gateway: home)
            #expect(world.network.localAddress(of: next) != address)
            world.network.detach(next)
        }
        let last = world.attach(.public, gateway: home)
        #expect(world.network.localAddress(of: last) == address)
    }

    @Test func `a gateway that is gone has no address and its packets end`() throws {
        let world = World()
        let server = world.serverSocket()
        let home = world.attachGateway(Self.apdf)
        let a = world.attach(.public, gateway: home)
        let outside = try #require(world.send(a, 5000, to: server)).source
        let flight = world.send(world.lastServer, 3478, to: outside)
        world.network.detach(a)
        world.network.detach(home)
        #expect(!world.network.isAttached(home))
        #expect(world.dropReason(flight) == .hostGone)
        #expect(world.lossReason(world.lastServer, 3478, to: outside) == .noRoute)
        let next = world.attachGateway(Self.apdf)
        #expect(next != home && !world.network.isAttached(home))
        #expect(world.dropReason(flight) == .hostGone)
    }

    @Test func `packets to a port that nobody has end at the gateway`() throws {
        let world = World()
        let server = world.attachServer()
        let home = world.attachGateway(Self.apdf, region: 1)
        let closed = TransportAddress(world.network.externalAddress(of: home), port: 5000)
        let flight = try #require(world.send(server, 3478, to: closed))
        #expect(flight.arrival == .ms(45) && !world.network.isAttached(flight.target))
        #expect(world.dropReason(flight) == .noMapping)
    }

    @Test func `TCP connections of one home have their own ports and end with their host`() throws {
        let world = World()
        let server = world.attachServer()
        let carrier = world.attachGateway(Self.apdf, lan: .carrier)
        let home = world.attachGateway(Self.apdf, behind: carrier)
        let a = world.attach(.udpBlocked, entity: 1, gateway: home)
        let b = world.attach(.public, entity: 2, gateway: home)
        let target = world.socket(server, 443)
        #expect(world.lossReason(a, 5000, to: target) == .udpBlocked)
        let one = try #require(world.send(a, 5000, to: target, .tls))
        let two = try #require(world.send(b, 5000, to: target, .tls))
        #expect(one.source != two.source && one.source.ip == two.source.ip)
        #expect(one.source.ip == world.network.externalAddress(of: carrier))
        for (host, flight) in [(a, one), (b, two)] {
            #expect(world.isDelivered(flight))
            let answer = world.send(server, 443, to: flight.source, at: .s(1), .tls)
            #expect(world.receiver(answer) == host)
        }
        world.network.detach(a)
        #expect(world.lossReason(server, 443, to: one.source, at: .s(2), .tls) == .noRoute)
        #expect(world.send(server, 443, to: two.source, at: .s(2), .tls) != nil)
    }

    @Test func `a host without UDP talks to its neighbours`() {
        let world = World()
        let home = world.attachGateway(Self.apdf)
        let a = world.attach(.udpBlocked, entity: 1, gateway: home)
        let b = world.attach(.public, entity: 2, gateway: home)
        #expect(world.isDelivered(world.send(a, 1, to: world.socket(b, 2))))
        #expect(world.isDelivered(world.send(b, 2, to: world.socket(a, 1))))
    }

    @Test func `hosts, homes and carriers come and go without leaving anything behind`() {
        let world = World()
        let server = world.serverSocket()
        func evening() {
            let carrier = world.attachGateway(Self.apdf, lan: .carrier)
            let homes = (0..<20).map { _ in world.attachGateway(Self.apdf, behind: carrier) }
            let hosts = homes.flatMap { home in
                (0..<3).map {
                    world.attach(
                        .public, entity: $0, gateway: home, ipv6: IPv6Access())
                }
            }
            for host in hosts { _ = world.send(host, 5000, to: server) }
            for host in hosts { world.network.detach(host) }
            for home in homes { world.network.detach(home) }
            world.network.detach(carrier)
        }
        evening()
        let bytes = world.network.byteCount
        for _ in 0..<20 { evening() }
        #expect(world.network.byteCount <= bytes)
        #expect(world.network.hostCount == 1)
    }
}
