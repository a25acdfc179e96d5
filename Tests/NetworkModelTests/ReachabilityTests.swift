import Addressing
import NetworkModel
import Quantities
import Testing

/// Packet by packet through NATs, firewalls and closed networks.
@Suite struct ReachabilityTests {
    /// Two hosts that learnt each other's STUN mapping send once each way; who hears whom?
    private func punch(_ a: NATClass, _ b: NATClass) throws -> (aHears: Bool, bHears: Bool) {
        let world = World()
        let stun = world.serverSocket()
        let hosts = [world.attach(a, entity: 1), world.attach(b, entity: 2)]
        let mapped = try hosts.map { try #require(world.send($0, 5000, to: stun)).source }
        // Both send at the same time: each opens its own filter before the other's arrives.
        let toB = world.send(hosts[0], 5000, to: mapped[1], at: .s(1))
        let toA = world.send(hosts[1], 5000, to: mapped[0], at: .s(1))
        return (world.isDelivered(toA), world.isDelivered(toB))
    }

    static let translated = NATClass.allCases.filter { $0 != .udpBlocked }

    /// The first packets only, sent at once; what ICE makes of it afterwards is another matter.
    @Test(arguments: translated, translated)
    func `a packet passes when the receiver has sent to where it now comes from`(
        _ a: NATClass, _ b: NATClass
    ) throws {
        let (aHears, bHears) = try punch(a, b)
        #expect(aHears == Self.letsIn(from: b, to: a))
        #expect(bHears == Self.letsIn(from: a, to: b))
    }

    /// Whether `receiver`'s STUN mapping lets in a packet of `sender`, after it sent to the
    /// sender's STUN mapping, told from the definitions alone.
    private static func letsIn(from sender: NATClass, to receiver: NATClass) -> Bool {
        let receiverFilter: FilteringBehaviour
        var receiverMapping = MappingBehaviour.endpointIndependent
        switch receiver {
        case .public: receiverFilter = .endpointIndependent
        case .firewall: receiverFilter = .addressAndPortDependent
        case .translated(let mapping, let filtering):
            (receiverMapping, receiverFilter) = (mapping, filtering)
        case .udpBlocked: return false
        }
        if receiverFilter == .endpointIndependent { return true }
        // Its packet to the sender opened another mapping than the one the sender knows.
        if receiverMapping != .endpointIndependent { return false }
        if receiverFilter == .addressDependent { return true }
        switch sender {
        case .public, .firewall, .translated(.endpointIndependent, _): return true
        default: return false
        }
    }

    @Test func `a packet that comes before the receiver sent is filtered, the next is not`() throws
    {
        let world = World()
        let stun = world.serverSocket()
        let nat = NATClass.translated(.endpointIndependent, .addressAndPortDependent)
        let (a, b) = (world.attach(nat, entity: 1), world.attach(nat, entity: 2))
        let atA = try #require(world.send(a, 5000, to: stun)).source
        let atB = try #require(world.send(b, 5000, to: stun)).source
        let early = world.send(a, 5000, to: atB, at: .ms(100))
        #expect(world.dropReason(early) == .filtered)
        let underWay = world.send(a, 5000, to: atB, at: .ms(200))
        _ = world.send(b, 5000, to: atA, at: .ms(210))
        #expect(world.isDelivered(underWay), "the filter is judged on arrival")
    }

    @Test func `what arrives shows the mapped source and the receiver's own socket`() throws {
        let world = World()
        let server = world.attachServer()
        let host = world.attach(.translated(.addressDependent, .addressDependent))
        let stun = world.socket(server, 3478)
        let request = try #require(world.send(host, 5000, to: stun))
        guard
            case .delivered(let to, let local, let from) = world.network.arrive(
                request, at: request.arrival)
        else {
            Issue.record("the request is lost")
            return
        }
        #expect(to == server && local == stun && from == request.source)
        #expect(from.ip == world.network.publicAddress(of: host) && from.port != 5000)
        let answer = try #require(world.send(server, 3478, to: from, at: request.arrival))
        guard
            case .delivered(let back, let inner, let remote) = world.network.arrive(
                answer, at: answer.arrival)
        else {
            Issue.record("the answer is lost")
            return
        }
        #expect(back == host && inner == world.socket(host, 5000) && remote == stun)
    }

    @Test func `an idle binding ends with its timeout and outbound packets alone keep it`() throws {
        for nat in NATClass.allCases where nat != .udpBlocked && nat != .public {
            let world = World()
            let server = world.attachServer()
            let host = world.attach(nat, timeout: .seconds(30))
            let stun = world.socket(server, 3478)
            let external = try #require(world.send(host, 5000, to: stun)).source
            func answered(at time: SimTime) -> Bool {
                world.isDelivered(world.send(server, 3478, to: external, at: time), at: time)
            }
            #expect(answered(at: .zero + .nanoseconds(29_999_999_999)))
            #expect(!answered(at: .s(30)), "inbound does not refresh: \(nat)")
            let renewed = try #require(world.send(host, 5000, to: stun, at: .s(31))).source
            if case .translated(.endpointIndependent, _) = nat { #expect(renewed == external) }
            let kept = try #require(world.send(host, 5000, to: stun, at: .s(60))).source
            #expect(kept == renewed)
            let late = world.send(server, 3478, to: renewed, at: .s(89))
            #expect(world.isDelivered(late, at: .s(89)), "outbound refreshes: \(nat)")
        }
    }

    @Test func `a filter entry ends though its mapping lives on`() throws {
        let world = World()
        let (one, two) = (world.attachServer(1), world.attachServer(2))
        let host = world.attach(
            .translated(.endpointIndependent, .addressDependent), timeout: .seconds(30))
        let external = try #require(world.send(host, 5000, to: world.socket(one, 1))).source
        _ = world.send(host, 5000, to: world.socket(two, 1), at: .s(20))
        let stale = world.send(one, 1, to: external, at: .s(40))
        #expect(world.dropReason(stale, at: .s(40)) == .filtered)
        let fresh = world.send(two, 1, to: external, at: .s(40))
        #expect(world.isDelivered(fresh, at: .s(40)))
    }

    @Test func `a blocked network passes no UDP either way and TCP to servers`() {
        let world = World()
        let server = world.attachServer()
        let blocked = world.attach(.udpBlocked, entity: 1)
        let open = world.attach(.public, entity: 2)
        #expect(world.lossReason(blocked, 5000, to: world.socket(server, 1)) == .udpBlocked)
        let inside = TransportAddress(world.network.publicAddress(of: blocked), port: 5000)
        #expect(world.lossReason(open, 5000, to: inside) == .udpBlocked)
        #expect(world.isDelivered(world.send(blocked, 5000, to: world.socket(server, 443), .tls)))
        #expect(
            world.lossReason(blocked, 5000, to: world.socket(open, 1), .tcp) == .noConnection)
    }

    @Test func `a NAT hairpins with the external source and its filter (REQ-9)`() throws {
        let world = World()
        let server = world.attachServer()
        let host = world.attach(.translated(.endpointIndependent, .addressAndPortDependent))
        let one = try #require(world.send(host, 5000, to: world.socket(server, 1))).source
        let two = try #require(world.send(host, 5001, to: world.socket(server, 1))).source
        let first = try #require(world.send(host, 5000, to: two))
        #expect(first.arrival == SimTime.zero && world.dropReason(first) == .filtered)
        let back = try #require(world.send(host, 5001, to: one))
        guard case .delivered(let to, let local, let from) = world.network.arrive(back, at: .zero)
        else {
            Issue.record("the hairpin fails")
            return
        }
        #expect(to == host && local == world.socket(host, 5000) && from == two)
    }

    @Test func `addresses nobody has, private ones of others and IPv6 are unreachable`() {
        let world = World()
        let host = world.attach(.translated(.endpointIndependent, .endpointIndependent), entity: 1)
        let other = world.attach(.translated(.endpointIndependent, .endpointIndependent), entity: 2)
        #expect(world.lossReason(host, 1, to: world.socket(other, 1)) == .noRoute)
        let nobody = TransportAddress(IPAddress(v4: 0xc000_02fe), port: 1)
        #expect(world.lossReason(host, 1, to: nobody) == .noRoute)
        let v6 = TransportAddress(IPAddress(v6High: 0x2001_0db8 << 32, low: 1), port: 1)
        #expect(world.lossReason(host, 1, to: v6) == .noRoute)
        #expect(world.isDelivered(world.send(host, 1, to: world.socket(host, 2))))
    }

    @Test func `a detached host neither sends nor receives and its slot gets a new name`() throws {
        let world = World()
        let server = world.attachServer()
        let host = world.attach(.public)
        let address = world.socket(host, 5000)
        let flight = try #require(world.send(server, 1, to: address))
        world.network.detach(host)
        #expect(world.dropReason(flight) == .hostGone)
        let outcome = world.network.send(
            from: host, source: address, to: world.socket(server, 1), transport: .udp,
            byteCount: 1, at: .zero)
        guard case .lost(.hostGone) = outcome else {
            Issue.record("a ghost sends")
            return
        }
        let next = world.attach(.public, entity: 2)
        #expect(next.slot == host.slot && next != host)
        #expect(world.socket(next, 5000) != address, "public addresses are never reused")
        #expect(world.dropReason(flight) == .hostGone)
        #expect(world.lossReason(server, 1, to: address) == .noRoute)
    }

    @Test func `a NAT refuses a mapping beyond its limit until old ones end`() {
        let world = World()
        let server = world.serverSocket()
        let host = world.attach(.translated(.addressAndPortDependent, .addressAndPortDependent))
        for port in 0..<NATBox.maximumMappings {
            #expect(world.send(host, 10_000 + UInt16(port), to: server) != nil)
        }
        #expect(world.lossReason(host, 9_000, to: server) == .natExhausted)
        #expect(world.send(host, 9_000, to: server, at: .s(120)) != nil)
    }

    @Test func `the filter entry longest unused gives way`() throws {
        let world = World()
        let server = world.attachServer()
        let host = world.attach(.translated(.endpointIndependent, .addressAndPortDependent))
        func target(_ n: Int) -> TransportAddress { world.socket(server, UInt16(1000 + n)) }
        var external: TransportAddress?
        for n in 0...NATBox.maximumFilterEntries {
            external = world.send(host, 5000, to: target(n), at: .ms(Int64(n)))?.source
        }
        let address = try #require(external)
        #expect(world.dropReason(world.send(server, 1000, to: address)) == .filtered)
        #expect(world.isDelivered(world.send(server, 1001, to: address)))
    }
}
