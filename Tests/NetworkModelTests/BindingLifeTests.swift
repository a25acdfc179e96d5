import Addressing
import NetworkModel
import Quantities
import Testing

/// How long mappings and filter entries live, and whose packets count (RFC 4787 §4.3 and §5).
@Suite struct BindingLifeTests {
    private func behaviour(
        _ mapping: MappingBehaviour = .endpointIndependent,
        _ filtering: FilteringBehaviour = .addressAndPortDependent
    ) -> NATBehaviour {
        NATBehaviour(mapping, filtering, timeout: .seconds(30))
    }

    @Test(arguments: RefreshBehaviour.allCases)
    func `inbound packets refresh if the NAT lets them`(_ refresh: RefreshBehaviour) throws {
        for filtering in FilteringBehaviour.allCases {
            let world = World()
            let server = world.serverSocket()
            var settings = behaviour(.endpointIndependent, filtering)
            settings.refresh = refresh
            let home = world.attachGateway(settings)
            let host = world.attach(.public, gateway: home)
            let outside = try #require(world.send(host, 5000, to: server)).source
            func answered(at time: SimTime) -> Bool {
                world.isDelivered(
                    world.send(world.lastServer, 3478, to: outside, at: time), at: time)
            }
            #expect(answered(at: .s(20)))
            #expect(answered(at: .s(40)) == (refresh == .bidirectional), "\(filtering)")
            #expect(answered(at: .s(60)) == (refresh == .bidirectional), "\(filtering)")
            #expect(!answered(at: .s(91)))
        }
    }

    @Test func `what the filter keeps out refreshes nothing`() throws {
        let world = World()
        let server = world.serverSocket()
        var settings = behaviour()
        settings.refresh = .bidirectional
        let host = world.attach(.public, gateway: world.attachGateway(settings))
        let outside = try #require(world.send(host, 5000, to: server)).source
        let stranger = world.send(world.lastServer, 9, to: outside, at: .s(20))
        #expect(world.dropReason(stranger, at: .s(20)) == .filtered)
        let late = world.send(world.lastServer, 3478, to: outside, at: .s(40))
        #expect(world.dropReason(late, at: .s(40)) == .noMapping)
    }

    @Test(arguments: MappingBehaviour.allCases)
    func `a filter with a timer of its own closes before the mapping ends`(
        _ mapping: MappingBehaviour
    ) throws {
        let world = World()
        let server = world.serverSocket()
        var settings = behaviour(mapping)
        settings.filterTimeout = .seconds(10)
        let host = world.attach(.public, gateway: world.attachGateway(settings))
        let outside = try #require(world.send(host, 5000, to: server)).source
        func drop(at time: SimTime) -> DropReason? {
            let flight = world.send(world.lastServer, 3478, to: outside, at: time)
            return world.dropReason(flight, at: time)
        }
        #expect(drop(at: .s(9)) == nil)
        #expect(drop(at: .s(10)) == .filtered)
        #expect(drop(at: .s(29)) == .filtered)
        #expect(drop(at: .s(30)) == .noMapping)
        let again = try #require(world.send(host, 5000, to: server, at: .s(25))).source
        #expect(again == outside && drop(at: .s(34)) == nil)
    }

    @Test(arguments: FilterScope.allCases)
    func `a filter per internal endpoint knows what left through other mappings`(
        _ scope: FilterScope
    ) throws {
        let world = World()
        let servers = [world.attachServer(1), world.attachServer(2)].map { world.socket($0, 1) }
        var settings = behaviour(.addressAndPortDependent, .addressAndPortDependent)
        settings.filterScope = scope
        let host = world.attach(.public, gateway: world.attachGateway(settings))
        let first = try #require(world.send(host, 5000, to: servers[0])).source
        let second = try #require(world.send(host, 5000, to: servers[1])).source
        #expect(first != second)
        let crossed = world.send(world.lastServer, 1, to: first)
        #expect(world.isDelivered(crossed) == (scope == .internalEndpoint))
        #expect(world.isDelivered(world.send(world.lastServer, 1, to: second)))
        // Another socket of the same host is another endpoint.
        let other = try #require(world.send(host, 5001, to: servers[0])).source
        #expect(world.dropReason(world.send(world.lastServer, 1, to: other)) == .filtered)
    }

    /// A new mapping on an old port must not inherit whom the former one let in.
    @Test func `a filter entry does not outlive its mapping`() throws {
        let world = World()
        let servers = [world.attachServer(1), world.attachServer(2)].map { world.socket($0, 1) }
        var settings = behaviour()
        settings.filterTimeout = .minutes(10)
        let home = world.attachGateway(settings)
        let (a, b) = world.pair(.public, gateway: home)
        let former = try #require(world.send(a, 5000, to: servers[1])).source
        let latter = try #require(world.send(b, 5000, to: servers[0], at: .s(31))).source
        #expect(former == latter, "the port is given again")
        let stale = world.send(world.lastServer, 1, to: latter, at: .s(32))
        #expect(world.dropReason(stale, at: .s(32)) == .filtered)
    }

    @Test func `a host's own box takes all settings but mapping and filtering`() throws {
        let world = World()
        let server = world.serverSocket()
        var settings = NATBehaviour(.endpointIndependent, .endpointIndependent)
        settings.allocation = .sequential(step: 5)
        settings.mappingTimeout = .seconds(10)
        let nat = NATClass.translated(.addressAndPortDependent, .addressAndPortDependent)
        let host = world.attach(nat, behaviour: settings)
        let ports = try (0..<3).map { n in
            let target = world.socket(world.lastServer, UInt16(1 + n))
            return try #require(world.send(host, 5000, to: target)).source.port
        }
        #expect(ports == [1024, 1029, 1034])
        let outside = try #require(world.send(host, 5000, to: server)).source
        let late = world.send(world.lastServer, 3478, to: outside, at: .s(10))
        #expect(world.dropReason(late, at: .s(10)) == .noMapping)
    }
}
