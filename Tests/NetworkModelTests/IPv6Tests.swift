import Addressing
import NetworkModel
import Quantities
import Testing

/// Global addresses behind firewalls, beside IPv4.
@Suite struct IPv6Tests {
    static let nat = NATClass.translated(.addressAndPortDependent, .addressAndPortDependent)

    @Test func `a dual-stack host lists IPv4 first and sends from either`() throws {
        let world = World()
        let host = world.attach(Self.nat, ipv6: IPv6Access())
        let addresses = world.network.localAddresses(of: host)
        #expect(addresses.map(\.family) == [.v4, .v6])
        #expect(addresses[0] == world.network.localAddress(of: host))
        #expect(addresses[1].high >> 32 == 0x2001_0db8)
        let server = world.network.attachServer(
            addresses: [IPAddress("192.0.2.1")!, IPAddress("2001:db8::1")!], region: 0)
        for (local, remote) in zip(addresses, world.network.localAddresses(of: server)) {
            let flight = try #require(world.sendFrom(local, host, to: remote))
            #expect(flight.arrival == .ms(15))
            #expect(world.receiver(flight) == server)
            let answer = world.sendFrom(remote, server, to: flight.source.ip, flight.source.port)
            #expect(world.receiver(answer) == host)
            if local.family == .v6 { #expect(flight.source.ip == local, "nothing is translated") }
        }
        #expect(world.sendFrom(addresses[0], host, to: IPAddress("2001:db8::1")!) == nil)
        #expect(world.sendFrom(addresses[1], host, to: IPAddress("192.0.2.1")!) == nil)
    }

    @Test func `a host with IPv6 alone has that address`() {
        let world = World()
        let host = world.attach(.public, ipv6: IPv6Access(), hasIPv4: false)
        #expect(world.network.localAddresses(of: host).map(\.family) == [.v6])
        #expect(world.network.localAddress(of: host) == world.network.publicAddress(of: host))
    }

    /// Filters told from outside, as for NATs.
    @Test(arguments: FilteringBehaviour.allCases)
    func `firewalls let in whom their filter admits`(_ filtering: FilteringBehaviour) throws {
        let world = World()
        let host = world.attach(Self.nat, ipv6: IPv6Access(filtering: filtering))
        let servers = ["2001:db8::1", "2001:db8::2"].map {
            world.network.attachServer(address: IPAddress($0)!, region: 0)
        }
        let own = world.network.localAddresses(of: host)[1]
        let first = world.network.localAddress(of: servers[0])
        let early = world.sendFrom(first, servers[0], to: own)
        #expect(world.dropReason(early) == .noMapping, "nobody has sent from there")
        _ = try #require(world.sendFrom(own, host, to: first))
        for (s, server) in servers.enumerated() {
            for port in [UInt16(5000), 5001] {
                let expected =
                    switch filtering {
                    case .endpointIndependent: true
                    case .addressDependent: s == 0
                    case .addressAndPortDependent: s == 0 && port == 5000
                    }
                let flight = world.sendFrom(
                    world.network.localAddress(of: server), server, port: port, to: own)
                #expect(world.isDelivered(flight) == expected, "server \(s) port \(port)")
            }
        }
        let answer = world.sendFrom(first, servers[0], to: own, at: .s(299))
        #expect(world.isDelivered(answer, at: .s(299)))
        #expect(!world.isDelivered(answer, at: .s(300)), "RFC 6092 REC-14: five minutes")
    }

    @Test func `two firewalled hosts meet once both have sent`() throws {
        let world = World()
        let hosts = [UInt64(1), 2].map {
            world.attach(Self.nat, entity: $0, ipv6: IPv6Access())
        }
        let own = hosts.map { world.network.localAddresses(of: $0)[1] }
        let early = world.sendFrom(own[0], hosts[0], to: own[1])
        #expect(world.dropReason(early) == .noMapping)
        let answer = world.sendFrom(own[1], hosts[1], to: own[0])
        #expect(world.receiver(answer) == hosts[0])
        #expect(world.receiver(world.sendFrom(own[0], hosts[0], to: own[1])) == hosts[1])
    }

    @Test func `a household shares a 64 and passes no firewall inside`() throws {
        let world = World()
        let home = world.attachGateway(GatewayTests.apdf)
        let hosts = [UInt64(1), 2].map {
            world.attach(.public, entity: $0, gateway: home, ipv6: IPv6Access())
        }
        let stranger = world.attach(.public, entity: 3, ipv6: IPv6Access())
        let own = hosts.map { world.network.localAddresses(of: $0)[1] }
        #expect(own[0].high == own[1].high && own[0] != own[1])
        #expect(world.network.localAddresses(of: stranger)[1].high != own[0].high)
        let flight = try #require(world.sendFrom(own[0], hosts[0], to: own[1]))
        #expect(flight.arrival == .ms(1) && world.receiver(flight) == hosts[1])
    }

    @Test func `guests do not reach each other and carriers' subscribers meet outside`() throws {
        for lan in [LANKind.isolated, .carrier] {
            let world = World()
            let gateway = world.attachGateway(GatewayTests.apdf, lan: lan)
            let hosts = [UInt64(1), 2].map {
                world.attach(
                    .public, entity: $0, gateway: gateway,
                    ipv6: IPv6Access(filtering: .endpointIndependent))
            }
            let own = hosts.map { world.network.localAddresses(of: $0)[1] }
            #expect((own[0].high == own[1].high) == (lan == .isolated))
            _ = world.sendFrom(own[1], hosts[1], to: own[0])
            let flight = world.sendFrom(own[0], hosts[0], to: own[1])
            #expect((world.receiver(flight) == hosts[1]) == (lan == .carrier))
        }
    }

    @Test func `addresses that nobody has and blocked hosts are not reached`() {
        let world = World()
        let host = world.attach(.public, entity: 1, ipv6: IPv6Access())
        let blocked = world.attach(.udpBlocked, entity: 2, ipv6: IPv6Access())
        let own = world.network.localAddresses(of: host)[1]
        let closed = world.network.localAddresses(of: blocked)[1]
        for text in ["2001:db8::7", "2001:db8::1:8000", "fe80::1", "2606:4700::1"] {
            #expect(world.lossFrom(own, host, to: IPAddress(text)!) == .noRoute)
        }
        #expect(world.lossFrom(own, host, to: closed) == .udpBlocked)
        #expect(world.lossFrom(closed, blocked, to: own) == .udpBlocked)
    }

    @Test func `TCP over IPv6 reaches servers untranslated`() throws {
        let world = World()
        let server = world.network.attachServer(address: IPAddress("2001:db8::1")!, region: 0)
        let blocked = world.attach(.udpBlocked, ipv6: IPv6Access())
        let own = world.network.localAddresses(of: blocked)[1]
        let remote = world.network.localAddress(of: server)
        let flight = try #require(world.sendFrom(own, blocked, to: remote, transport: .tcp))
        #expect(flight.source == TransportAddress(own, port: 5000))
        #expect(world.receiver(flight) == server)
        let answer = world.sendFrom(remote, server, to: own, at: .s(1), transport: .tcp)
        #expect(world.receiver(answer) == blocked)
    }

    @Test func `a host that leaves takes its firewall along`() {
        let world = World()
        let host = world.attach(.public, entity: 1, ipv6: IPv6Access())
        let own = world.network.localAddresses(of: host)[1]
        world.network.detach(host)
        let next = world.attach(.public, entity: 2, ipv6: IPv6Access())
        #expect(world.network.localAddresses(of: next)[1] != own, "none twice in a run")
        #expect(
            world.lossFrom(world.network.localAddresses(of: next)[1], next, to: own) == .noRoute)
    }
}
