import Addressing
import Quantities
import STUN
import TURN
import Testing

/// Quotas, bandwidth and reserved ports (RFC 8656 §5, §7.2).
@Suite struct CapacityTests {
    private func next(_ requester: Requester, as name: String? = nil, until hour: Int64 = 24) {
        requester.source.port += 1
        requester.nonce = []
        if let name {
            requester.credentials = Exchange.secret.credentials(
                for: name, until: .zero + .hours(hour))
        }
    }

    @Test func `a user has its quota, whatever the expiry in its name`() throws {
        let requester = Requester { $0.maximumAllocationsPerUser = 2 }
        next(requester, as: "a", until: 1)
        #expect(requester.allocate()?.kind == .success)
        next(requester, as: "a", until: 2)
        #expect(requester.allocate()?.kind == .success)
        next(requester, as: "a", until: 3)
        let answer = try #require(requester.allocate())
        #expect(answer.errorCode == .allocationQuotaReached)
        #expect(answer.isAuthentic(under: requester.key))
        #expect(requester.server.counters.overQuota == 1)
        next(requester, as: "b")
        #expect(requester.allocate()?.kind == .success)
        next(requester, as: "b:a")
        #expect(requester.allocate()?.kind == .success)
    }

    @Test(arguments: [true, false])
    func `what ends counts no more`(_ isReleased: Bool) {
        let requester = Requester { $0.maximumAllocationsPerUser = 1 }
        #expect(requester.allocate()?.kind == .success)
        if isReleased {
            #expect(requester.refresh(lifetime: 0)?.kind == .success)
        } else {
            requester.now = .zero + .seconds(600)
        }
        next(requester)
        #expect(requester.allocate()?.kind == .success)
        next(requester)
        #expect(requester.allocate()?.errorCode == .allocationQuotaReached)
    }

    @Test func `allocations and holds are admitted up to the bandwidth`() {
        let requester = Requester {
            $0.bandwidth = .kilobitsPerSecond(300)
            $0.bandwidthPerAllocation = .kilobitsPerSecond(100)
        }
        #expect(requester.allocate()?.kind == .success)
        let held = requester.server.holdPorts()
        #expect(held != nil)
        next(requester)
        #expect(requester.allocate()?.kind == .success)
        next(requester)
        #expect(requester.allocate()?.errorCode == .insufficientCapacity)
        let none = requester.server.holdPorts()
        #expect(none == nil)
        requester.server.releasePorts(held!)
        #expect(requester.allocate()?.kind == .success)
        #expect(requester.server.counters.refused == 2)
    }

    @Test
    func `a hold in both families takes a port in each, or in one`()
        throws
    {
        let requester = Requester(ports: 2) { $0.additionalAddress = IPAddress("2001:db8::1") }
        let first = requester.server.holdPorts(in: .both)
        let dual = try #require(first)
        #expect(dual.v4 != nil && dual.v6 != nil)
        #expect(requester.server.takenPortCount == 1)
        _ = requester.server.holdPorts(in: .v4)
        let second = requester.server.holdPorts(in: .both)
        let single = try #require(second)
        #expect(single.v4 == nil && single.v6 != nil)
        let none = requester.server.holdPorts(in: .both)
        #expect(none == nil)
        #expect(requester.server.counters.refused == 1)
        requester.server.releasePorts(dual)
        let again = requester.server.holdPorts(in: .both)
        #expect(again?.v4 == dual.v4 && again?.v6 == dual.v6)
        let lacking = Requester(ports: 2).server.holdPorts(in: .v6)
        #expect(lacking == nil)
    }

    @Test func `a reserved port is for who brings the token, for thirty seconds`() throws {
        let requester = Requester(ports: 2)
        let id = requester.freshID()
        let first = try #require(requester.allocate(.even(0x80), id: id))
        let relayed = try #require(first.address(of: .xorRelayedAddress))
        let token = try #require(first.number64(of: .reservationToken))
        #expect(relayed.port % 2 == 0)
        let again = requester.allocate(.even(0x80), id: id)
        #expect(again?.number64(of: .reservationToken) == token)
        next(requester)
        #expect(requester.allocate()?.errorCode == .insufficientCapacity)
        let wrong = requester.allocate(.token(token &+ 1))
        #expect(wrong?.errorCode == .insufficientCapacity)
        requester.now = .zero + .seconds(30) - .nanoseconds(1)
        #expect(requester.server.nextTimeout == .zero + .seconds(30))
        let second = try #require(requester.allocate(.token(token)))
        let address = second.address(of: .xorRelayedAddress)
        #expect(address == TransportAddress(relayed.ip, port: relayed.port + 1))
        next(requester)
        let twice = requester.allocate(.token(token))
        #expect(twice?.errorCode == .insufficientCapacity)
    }

    @Test func `a token that nobody brings in time is void and its port free`() throws {
        let requester = Requester(ports: 2)
        let first = try #require(requester.allocate(.even(0x80)))
        let token = try #require(first.number64(of: .reservationToken))
        requester.now = .zero + .seconds(30)
        next(requester)
        let late = requester.allocate(.token(token))
        #expect(late?.errorCode == .insufficientCapacity)
        #expect(requester.allocate()?.kind == .success)
    }

    @Test func `no pair is left when every even port's neighbour is taken`() {
        let requester = Requester(ports: 3)
        #expect(requester.allocate(.even(0x80))?.kind == .success)
        next(requester)
        let answer = requester.allocate(.even(0x80))
        #expect(answer?.errorCode == .insufficientCapacity)
        #expect(requester.allocate(.even(0))?.kind == .success)
    }

    @Test func `clients ask for an even port, hold the next and use it`() throws {
        var exchange = Exchange()
        let first = exchange.addClient { $0.port = .evenHoldingNext }
        exchange.clients[first].allocate(at: exchange.now)
        exchange.run(for: .seconds(1))
        let token = try #require(exchange.clients[first].reservationToken)
        let second = exchange.addClient { $0.port = .reserved(token: token) }
        exchange.clients[second].allocate(at: exchange.now)
        exchange.run(for: .seconds(1))
        let ports = exchange.clients.map { $0.relayedAddress?.port }
        let even = try #require(ports[0])
        #expect(even % 2 == 0 && ports[1] == even + 1)
    }
}
