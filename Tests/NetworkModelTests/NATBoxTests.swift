import Addressing
import NetworkModel
import Quantities
import Testing

/// Every mapping and filtering behaviour, told from outside as RFC 5780 §4 tells them.
@Suite struct NATBoxTests {
    static let behaviours = MappingBehaviour.allCases.flatMap { mapping in
        FilteringBehaviour.allCases.map { (mapping, $0) }
    }

    /// Sends to every pair of two addresses and two ports and compares the external ports.
    @Test(arguments: behaviours)
    func `mappings depend on the destination as RFC 4787 section 4.1 defines`(
        _ behaviour: (MappingBehaviour, FilteringBehaviour)
    ) throws {
        let world = World()
        let host = world.attach(.translated(behaviour.0, behaviour.1))
        let servers = [world.attachServer(1), world.attachServer(2)]
        let targets = servers.flatMap { server in
            [UInt16(3478), 3479].map {
                TransportAddress(world.network.localAddress(of: server), port: $0)
            }
        }
        var external: [TransportAddress] = []
        for target in targets {
            external.append(try #require(world.send(host, 5000, to: target)).source)
        }
        for (i, a) in targets.enumerated() {
            for (j, b) in targets.enumerated() {
                let expected =
                    switch behaviour.0 {
                    case .endpointIndependent: true
                    case .addressDependent: a.ip == b.ip
                    case .addressAndPortDependent: a == b
                    }
                #expect((external[i] == external[j]) == expected, "\(a) and \(b)")
                let again = try #require(world.send(host, 5000, to: b)).source
                #expect(again == external[j], "the mapping is kept")
            }
        }
        let other = try #require(world.send(host, 5001, to: targets[0])).source
        #expect(!external.contains(other), "REQ-3: no port is shared by two sockets")
        #expect(external.allSatisfy { $0.ip == world.network.publicAddress(of: host) })
    }

    /// After one packet to address 1 port 1, tries to get in from all four senders.
    @Test(arguments: behaviours)
    func `filters let in whom RFC 4787 section 5 defines`(
        _ behaviour: (MappingBehaviour, FilteringBehaviour)
    ) throws {
        let world = World()
        let host = world.attach(.translated(behaviour.0, behaviour.1))
        let servers = [world.attachServer(1), world.attachServer(2)]
        let known = TransportAddress(world.network.localAddress(of: servers[0]), port: 3478)
        let external = try #require(world.send(host, 5000, to: known)).source
        for (s, server) in servers.enumerated() {
            for port in [UInt16(3478), 3479] {
                let expected =
                    switch behaviour.1 {
                    case .endpointIndependent: true
                    case .addressDependent: s == 0
                    case .addressAndPortDependent: s == 0 && port == 3478
                    }
                let flight = world.send(server, port, to: external)
                #expect(world.isDelivered(flight) == expected, "server \(s) port \(port)")
                if !expected { #expect(world.dropReason(flight) == .filtered) }
            }
        }
        let closed = TransportAddress(external.ip, port: external.port ^ 1)
        #expect(world.dropReason(world.send(servers[0], 3478, to: closed)) == .noMapping)
    }
}
