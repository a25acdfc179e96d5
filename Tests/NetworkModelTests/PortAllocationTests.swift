import Addressing
import NetworkModel
import Quantities
import Testing

/// Which external addresses and ports a shared NAT gives (RFC 4787 §4.1 and §4.2, RFC 6888).
@Suite struct PortAllocationTests {
    static let independent = MappingBehaviour.endpointIndependent
    static let perPort = MappingBehaviour.addressAndPortDependent
    static let apdf = FilteringBehaviour.addressAndPortDependent

    /// `count` hosts on the LAN of one gateway, and a server.
    private func neighbours(
        _ behaviour: NATBehaviour, _ count: Int, addresses: Int = 1, lan: LANKind = .carrier
    ) -> (World, [HostID], TransportAddress, GatewayID) {
        let world = World()
        let server = world.serverSocket()
        let gateway = world.attachGateway(behaviour, lan: lan, addressCount: addresses)
        let hosts = (0..<count).map {
            world.attach(.public, entity: UInt64($0), gateway: gateway)
        }
        return (world, hosts, server, gateway)
    }

    @Test func `ports are preserved where free and scattered where not`() throws {
        let (world, hosts, server, _) = neighbours(
            NATBehaviour(Self.independent, Self.apdf, allocation: .preserving), 50)
        for port in [UInt16(5000), 65535, 1024, 123] {
            let given = try hosts.map {
                try #require(world.send($0, port, to: server)).source.port
            }
            #expect(given[0] == port && Set(given).count == hosts.count)
            #expect(given.dropFirst().allSatisfy { $0 >= 1024 })
            let steps = zip(given.dropFirst(), given.dropFirst(2)).map { Int($1) - Int($0) }
            #expect(!steps.contains(1), "not one above the other")
        }
    }

    @Test func `parity is kept in every allocation (REQ-4)`() throws {
        let allocations: [PortAllocation] = [
            .preserving, .random, .sequential(step: 1), .sequential(step: 3), .chunked(size: 512),
        ]
        for allocation in allocations {
            var behaviour = NATBehaviour(Self.perPort, Self.apdf, allocation: allocation)
            behaviour.preservesParity = true
            let (world, hosts, _, _) = neighbours(behaviour, 4)
            for (h, host) in hosts.enumerated() {
                for n in 0..<40 {
                    let port = UInt16(5000 + n / 8)
                    let target = world.socket(world.lastServer, UInt16(1000 + n % 8 + 8 * h))
                    let external = try #require(world.send(host, port, to: target)).source.port
                    #expect(external & 1 == port & 1, "\(allocation)")
                }
            }
        }
    }

    @Test func `sequential ports follow each other over all subscribers and wrap`() throws {
        let (world, hosts, _, _) = neighbours(
            NATBehaviour(Self.perPort, Self.apdf, allocation: .sequential(step: 2)), 2)
        var ports: [Int] = []
        for n in 0..<200 {
            let target = world.socket(world.lastServer, UInt16(1000 + n))
            ports.append(
                Int(try #require(world.send(hosts[n % 2], 5000, to: target)).source.port))
        }
        #expect(ports == (0..<200).map { 1024 + 2 * $0 })
    }

    /// Mean and spread of 20,000 drawn ports; bounds of 4.5 standard errors each: a false alarm
    /// has probability under 2e-5.
    @Test func `drawn ports are uniform over 1024 to 65535`() throws {
        var behaviour = NATBehaviour(Self.perPort, Self.apdf, allocation: .random)
        behaviour.mappingsPerSubscriber = 20_000
        let (world, hosts, _, _) = neighbours(behaviour, 1, addresses: 16)
        let n = 20_000
        var (sum, squares) = (0.0, 0.0)
        for i in 0..<n {
            let target = world.socket(world.lastServer, UInt16(1 + i))
            let port = Double(try #require(world.send(hosts[0], 5000, to: target)).source.port)
            sum += port
            squares += port * port
        }
        let (width, mean) = (64_512.0, sum / Double(n))
        let variance = squares / Double(n) - mean * mean
        #expect(abs(mean - 33_279.5) < 4.5 * (width * width / 12 / Double(n)).squareRoot())
        // The variance of a squared uniform deviation is width^4/180.
        #expect(
            abs(variance - width * width / 12)
                < 4.5 * width * width * (1 / 180 / Double(n)).squareRoot())
    }

    @Test(arguments: [UInt16(512), 1024, 4096])
    func `a subscriber's ports lie in a block that it holds alone`(_ size: UInt16) throws {
        var behaviour = NATBehaviour(
            Self.perPort, Self.apdf, allocation: .chunked(size: size))
        behaviour.mappingsPerSubscriber = 100_000
        let blocks = 64_512 / Int(size)
        let (world, hosts, server, gateway) = neighbours(behaviour, blocks + 1)
        var owners: [Int: HostID] = [:]
        for host in hosts.prefix(blocks) {
            for n in 0..<20 {
                let target = world.socket(world.lastServer, UInt16(1000 + n))
                let port = try #require(world.send(host, 5000, to: target)).source.port
                let block = (Int(port) - 1024) / Int(size)
                #expect(owners[block] == nil || owners[block] == host)
                owners[block] = host
            }
        }
        #expect(owners.count == blocks)
        #expect(world.lossReason(hosts[blocks], 5000, to: server) == .natExhausted)
        #expect(world.network.refusals(of: gateway).exhausted == 1)
        #expect(world.network.refusals(of: gateway).subscriberLimit == 0)
        // Two minutes later every block is free again.
        #expect(world.send(hosts[blocks], 5000, to: server, at: .s(120)) != nil)
    }

    @Test func `a full block refuses its subscriber and nobody else`() {
        var behaviour = NATBehaviour(Self.perPort, Self.apdf, allocation: .chunked(size: 64))
        behaviour.mappingsPerSubscriber = 1000
        let (world, hosts, _, gateway) = neighbours(behaviour, 2)
        for n in 0..<64 {
            #expect(
                world.send(hosts[0], 5000, to: world.socket(world.lastServer, UInt16(1 + n))) != nil
            )
        }
        let further = world.socket(world.lastServer, 99)
        #expect(world.lossReason(hosts[0], 5000, to: further) == .natExhausted)
        #expect(world.network.refusals(of: gateway) == NATRefusals(subscriberLimit: 1))
        #expect(world.send(hosts[1], 5000, to: further) != nil)
    }

    @Test func `a subscriber at its limit is refused, its neighbour is not (RFC 6888 REQ-4)`() {
        var behaviour = NATBehaviour(Self.independent, Self.apdf)
        behaviour.mappingsPerSubscriber = 3
        let (world, hosts, server, gateway) = neighbours(behaviour, 2)
        for port in UInt16(1)...3 { #expect(world.send(hosts[0], port, to: server) != nil) }
        #expect(world.lossReason(hosts[0], 4, to: server) == .natExhausted)
        #expect(world.send(hosts[0], 3, to: server) != nil, "what it has it keeps")
        #expect(world.send(hosts[1], 4, to: server) != nil)
        #expect(world.network.refusals(of: gateway) == NATRefusals(subscriberLimit: 1))
        #expect(world.send(hosts[0], 4, to: server, at: .s(120)) != nil)
    }

    @Test(arguments: [PortAllocation.preserving, .sequential(step: 7)])
    func `a NAT gives every port once and then none`(_ allocation: PortAllocation) {
        var behaviour = NATBehaviour(Self.independent, Self.apdf, allocation: allocation)
        behaviour.mappingsPerSubscriber = 100_000
        let (world, hosts, server, gateway) = neighbours(behaviour, 2)
        var given = Set<UInt16>()
        for port in UInt16(1024)...65535 {
            let host = hosts[Int(port & 1)]
            if let flight = world.send(host, port, to: server) { given.insert(flight.source.port) }
        }
        #expect(given.count == 64_512)
        #expect(world.lossReason(hosts[0], 1025, to: server) == .natExhausted)
        #expect(world.network.refusals(of: gateway) == NATRefusals(exhausted: 1))
        #expect(world.send(hosts[0], 1024, to: server, at: .s(60)) != nil, "kept alive")
        #expect(world.send(hosts[0], 1025, to: server, at: .s(121)) != nil, "freed in time")
    }

    @Test func `paired pooling gives an internal address one external one, arbitrary many`() throws
    {
        for pooling in AddressPooling.allCases {
            var behaviour = NATBehaviour(Self.perPort, Self.apdf)
            behaviour.pooling = pooling
            let (world, hosts, _, gateway) = neighbours(behaviour, 64, addresses: 8)
            let first = world.network.externalAddress(of: gateway).v4Bits!
            var all = Set<IPAddress>()
            for host in hosts {
                var own = Set<IPAddress>()
                for n in UInt16(1)...40 {
                    let target = world.socket(world.lastServer, n)
                    own.insert(try #require(world.send(host, 5000, to: target)).source.ip)
                }
                // 40 draws out of 8 all equal: probability 8^-39.
                #expect((own.count == 1) == (pooling == .paired))
                if pooling == .paired {
                    #expect(own.first == world.network.publicAddress(of: host))
                }
                all.formUnion(own)
            }
            #expect(all == Set((0..<8).map { IPAddress(v4: first + $0) }), "all are used")
        }
    }

    @Test func `arbitrary pooling goes on to another address where paired pooling gives up`() {
        for pooling in AddressPooling.allCases {
            var behaviour = NATBehaviour(
                Self.perPort, Self.apdf, allocation: .sequential(step: 1))
            behaviour.pooling = pooling
            behaviour.mappingsPerSubscriber = 200_000
            let (world, hosts, _, gateway) = neighbours(behaviour, 1, addresses: 2)
            for port in UInt16(1024)..<33_380 {
                for remote in [UInt16(1), 2] {
                    _ = world.send(hosts[0], port, to: world.socket(world.lastServer, remote))
                }
            }
            // 64,712 mappings; an address has 64,512 ports from 1024 on.
            let refused = world.network.refusals(of: gateway).exhausted
            #expect(refused == (pooling == .paired ? 200 : 0))
        }
    }

    @Test func `Linux preserves one port for many until two reach for the same remote end`() throws
    {
        let (world, hosts, server, _) = neighbours(.linux(), 2, lan: .home)
        let second = TransportAddress(server.ip, port: 3479)
        let (a, b) = (hosts[0], hosts[1])
        #expect(try #require(world.send(a, 5000, to: server)).source.port == 5000)
        let overloaded = try #require(world.send(b, 5000, to: second)).source
        #expect(overloaded.port == 5000, "another session: one port for two sockets")
        #expect(world.receiver(world.send(world.lastServer, 3478, to: overloaded)) == a)
        #expect(world.receiver(world.send(world.lastServer, 3479, to: overloaded)) == b)
        let moved = try #require(world.send(b, 5000, to: server)).source
        #expect(moved.port != 5000, "the same session twice: endpoint-dependent from now on")
        #expect(world.receiver(world.send(world.lastServer, 3478, to: moved)) == b)
        #expect(world.receiver(world.send(world.lastServer, 3478, to: overloaded)) == a)
        #expect(try #require(world.send(b, 5000, to: second)).source == overloaded)
    }

    @Test func `settings that contradict each other are refused`() async {
        await #expect(processExitsWith: .failure) {
            var behaviour = NATBehaviour(.endpointIndependent, .addressAndPortDependent)
            behaviour.overloadsPorts = true
            var network = Network(backbone: [[.zero]])
            _ = network.attachGateway(GatewayConfiguration(behaviour))
        }
    }
}
