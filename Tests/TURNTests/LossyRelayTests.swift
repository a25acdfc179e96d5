import Addressing
import Quantities
import RandomStreams
import TURN
import Testing

/// Whole lives of clients on a network that loses a fifth of everything.
@Suite struct LossyRelayTests {
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `every call comes about and ends, whatever is lost`(seed: UInt64) {
        var exchange = Exchange(ports: 8, seed: seed)
        exchange.loss = 0.2
        let peers = (0..<8).map { Exchange.peer(UInt32($0)) }
        for number in 0..<8 {
            let client = exchange.addClient(over: number % 4 == 3 ? .tcp : .udp)
            exchange.clients[client].allocate(at: exchange.now)
            exchange.clients[client].permit([peers[number].ip], at: exchange.now)
            exchange.run(for: .milliseconds(100))
        }
        exchange.run(for: .seconds(60))
        let relayed = exchange.clients.compactMap(\.relayedAddress)
        #expect(Set(relayed).count == 8, "seed \(seed)")
        for number in exchange.clients.indices {
            exchange.clients[number].bindChannel(to: peers[number], at: exchange.now)
        }
        exchange.run(for: .seconds(60))
        for packet in 0..<50 as Range<UInt8> {
            for number in exchange.clients.indices {
                let data = [UInt8(number), packet, 0x5A]
                _ = exchange.clients[number].send(data, to: peers[number], at: exchange.now)
                exchange.sendFromPeer(peers[number], to: relayed[number], data)
            }
            exchange.run(for: .milliseconds(20))
        }
        exchange.run(for: .minutes(30))
        verifyDeliveries(exchange, peers, relayed)
        for number in exchange.clients.indices {
            exchange.clients[number].release(at: exchange.now)
        }
        exchange.run(for: .minutes(11))
        #expect(exchange.server.allocationCount == 0, "seed \(seed)")
        for events in exchange.events { #expect(events.last == .released, "seed \(seed)") }
    }

    /// Nobody got another's data; 64 % come through two lossy legs.
    private func verifyDeliveries(
        _ exchange: Exchange, _ peers: [TransportAddress], _ relayed: [TransportAddress]
    ) {
        for number in exchange.clients.indices {
            for delivery in exchange.deliveries[number] {
                #expect(delivery.from == peers[number])
                #expect(delivery.data.first == UInt8(number) && delivery.data.last == 0x5A)
            }
            let arrived = exchange.peers[peers[number]] ?? []
            for delivery in arrived {
                #expect(delivery.from == relayed[number])
                #expect(delivery.data.first == UInt8(number))
            }
            #expect(arrived.count > 5 && exchange.deliveries[number].count > 5)
        }
        #expect(exchange.rejections.joined().isEmpty)
    }

    @Test func `two clients of one relay reach each other through both their ports`() throws {
        var exchange = Exchange()
        let first = exchange.addAllocated()
        let second = exchange.addAllocated()
        let firstAddress = try #require(exchange.clients[first].relayedAddress)
        let secondAddress = try #require(exchange.clients[second].relayedAddress)
        exchange.clients[first].permit([Exchange.serverIP], at: exchange.now)
        exchange.clients[second].permit([Exchange.serverIP], at: exchange.now)
        exchange.run(for: .seconds(1))
        _ = exchange.clients[first].send([1, 2, 3], to: secondAddress, at: exchange.now)
        exchange.run(for: .seconds(1))
        #expect(exchange.deliveries[second] == [.init(from: firstAddress, data: [1, 2, 3])])
    }

    @Test func `equal seeds give equal ports, nonces and identifiers`() {
        func trace(seed: UInt64) -> [TransportAddress?] {
            var exchange = Exchange(ports: 1000, seed: seed)
            for _ in 0..<20 { _ = exchange.addAllocated(permitting: Exchange.peer(1)) }
            return exchange.clients.map(\.relayedAddress)
        }
        #expect(trace(seed: 5) == trace(seed: 5))
        #expect(trace(seed: 5) != trace(seed: 6))
    }
}
