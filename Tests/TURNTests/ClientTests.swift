import Addressing
import Quantities
import STUN
import TURN
import Testing

@Suite struct ClientTests {
    let alice = Exchange.peer(1)
    let bob = Exchange.peer(2)

    @Test(arguments: [TransportProtocol.udp, .tcp, .tls])
    func `an allocation takes two round trips`(transport: TransportProtocol) throws {
        var exchange = Exchange()
        let client = exchange.addClient(over: transport)
        exchange.clients[client].allocate(at: .zero)
        exchange.run(until: .zero + .milliseconds(79))
        #expect(exchange.events[client].isEmpty)
        exchange.run(until: .zero + .milliseconds(80))
        let relayed = try #require(exchange.clients[client].relayedAddress)
        #expect(relayed.ip == Exchange.serverIP && relayed.port >= 49_152)
        let local = exchange.clients[client].configuration.local
        #expect(exchange.events[client] == [.allocated(relayed: relayed, mapped: local)])
        #expect(exchange.server.allocationCount == 1)
        #expect(exchange.server.counters.challenges == 1)
        #expect(exchange.server.counters.authenticated == 1)
    }

    @Test(arguments: [TransportProtocol.udp, .tcp, .tls])
    func `data arrives as it was sent, by indication and by channel`(
        transport: TransportProtocol
    ) throws {
        var exchange = Exchange()
        let client = exchange.addAllocated(over: transport, permitting: alice)
        let relayed = try #require(exchange.clients[client].relayedAddress)
        for isBound in [false, true] {
            if isBound {
                let isAsked = exchange.clients[client].bindChannel(to: alice, at: exchange.now)
                #expect(isAsked)
                exchange.run(for: .seconds(1))
                #expect(exchange.events[client].last == .channelBound(to: alice))
            }
            for length in [0, 1, 2, 3, 4, 5, 160, 1200, 65_400] {
                let data = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 + length) }
                let outcome = exchange.clients[client].send(data, to: alice, at: exchange.now)
                #expect(outcome == .sent)
                exchange.sendFromPeer(alice, to: relayed, data)
                exchange.run(for: .seconds(1))
                #expect(exchange.peers[alice]?.last == .init(from: relayed, data: data))
                #expect(exchange.deliveries[client].last == .init(from: alice, data: data))
            }
        }
        #expect(exchange.server.counters.toPeers.packets == 18)
        #expect(exchange.server.counters.toClients.packets == 18)
        #expect(
            exchange.server.counters.toPeers.bytes == 2
                * (0 + 1 + 2 + 3 + 4 + 5 + 160 + 1200 + 65_400))
        #expect(exchange.server.counters.dropped == 0)
        #expect(exchange.rejections[client].isEmpty)
    }

    @Test func `peers permitted together share one request`() {
        var exchange = Exchange()
        let client = exchange.addClient()
        exchange.clients[client].permit([alice.ip, bob.ip], at: .zero)
        exchange.clients[client].allocate(at: .zero)
        exchange.clients[client].permit([bob.ip, Exchange.peer(3).ip], at: .zero)
        exchange.run(for: .seconds(1))
        #expect(
            exchange.events[client].last
                == .permissionsInstalled([alice.ip, bob.ip, Exchange.peer(3).ip]))
        #expect(exchange.server.counters.authenticated == 2)
    }

    @Test func `data sent before its permission waits for it, up to the limit`() throws {
        var exchange = Exchange()
        let client = exchange.addAllocated()
        for index in 0...Client.maximumHeldDatagrams {
            let outcome = exchange.clients[client].send([UInt8(index)], to: alice, at: exchange.now)
            #expect(outcome == (index < Client.maximumHeldDatagrams ? .held : .tooManyHeld))
        }
        #expect(exchange.peers.isEmpty)
        exchange.run(for: .seconds(1))
        let got = try #require(exchange.peers[alice]).map(\.data)
        #expect(got == (0..<Client.maximumHeldDatagrams).map { [UInt8($0)] })
    }

    @Test func `without an allocation nothing is sent`() {
        var exchange = Exchange()
        let client = exchange.addClient()
        #expect(exchange.clients[client].send([1], to: alice, at: .zero) == .notAllocated)
        let isAsked = exchange.clients[client].bindChannel(to: alice, at: .zero)
        #expect(!isAsked)
        exchange.run(for: .seconds(1))
        #expect(exchange.server.counters.received.packets == 0)
    }

    @Test func `oversized data is refused before it is sent`() {
        var exchange = Exchange()
        let client = exchange.addAllocated(permitting: alice)
        let data = [UInt8](repeating: 0, count: Server.maximumDataByteCount + 1)
        #expect(exchange.clients[client].send(data, to: alice, at: exchange.now) == .oversized)
    }

    @Test func `an allocation lives for hours by its own refreshes`() {
        var exchange = Exchange()
        let client = exchange.addAllocated(permitting: alice)
        exchange.clients[client].bindChannel(to: alice, at: exchange.now)
        let relayed = exchange.clients[client].relayedAddress
        for hour in 1...3 {
            exchange.run(until: .zero + .hours(Int64(hour)))
            #expect(exchange.clients[client].relayedAddress == relayed)
            let sent = exchange.clients[client].send([UInt8(hour)], to: alice, at: exchange.now)
            #expect(sent == .sent)
            exchange.sendFromPeer(alice, to: relayed!, [UInt8(hour)])
            exchange.run(for: .seconds(1))
            #expect(exchange.peers[alice]?.count == hour)
            #expect(exchange.deliveries[client].count == hour)
        }
        // After the first and the second hour the nonce was stale, and the client took the next.
        #expect(exchange.server.counters.staleNonces >= 2)
        #expect(exchange.server.counters.expired == 0)
        let installed = exchange.events[client].filter {
            if case .permissionsInstalled = $0 { true } else { false }
        }
        #expect(installed.count == 1, "a refresh is no news")
    }

    @Test func `what the server bound without being heard is still taken`() throws {
        var exchange = Exchange()
        let client = exchange.addAllocated(permitting: alice)
        let relayed = try #require(exchange.clients[client].relayedAddress)
        exchange.isServerMute = true
        exchange.clients[client].bindChannel(to: alice, at: exchange.now)
        exchange.run(for: .seconds(40))
        #expect(exchange.events[client].last == .channelRefused(to: alice, .timedOut))
        exchange.isServerMute = false
        exchange.sendFromPeer(alice, to: relayed, [1])
        exchange.run(for: .seconds(1))
        #expect(exchange.deliveries[client] == [.init(from: alice, data: [1])])
        exchange.clients[client].bindChannel(to: alice, at: exchange.now)
        exchange.run(for: .seconds(1))
        #expect(exchange.events[client].last == .channelBound(to: alice))
    }

    @Test func `refreshes without answer are tried until the allocation has expired`() {
        var exchange = Exchange()
        let client = exchange.addAllocated(permitting: alice)
        exchange.run(until: .zero + .seconds(230))
        exchange.isServerMute = true
        exchange.run(until: .zero + .seconds(290))
        exchange.isServerMute = false
        exchange.run(until: .zero + .seconds(310))
        let permitted = exchange.clients[client].send([1], to: alice, at: exchange.now)
        #expect(permitted == .sent)
        exchange.run(for: .seconds(1))
        #expect(exchange.peers[alice]?.count == 1)
        exchange.run(until: .zero + .seconds(535))
        exchange.isServerMute = true
        exchange.run(until: .zero + .seconds(590))
        #expect(exchange.clients[client].relayedAddress != nil)
        exchange.isServerMute = false
        exchange.run(until: .zero + .seconds(700))
        #expect(exchange.clients[client].relayedAddress != nil)
        exchange.isServerMute = true
        exchange.run(for: .minutes(20))
        #expect(exchange.events[client].last == .failed(.timedOut))
        #expect(exchange.server.allocationCount == 0)
    }

    @Test func `releasing gives the port back at once`() {
        var exchange = Exchange(ports: 1)
        let first = exchange.addAllocated(permitting: alice)
        exchange.clients[first].release(at: exchange.now)
        exchange.run(for: .seconds(1))
        #expect(exchange.events[first].last == .released)
        #expect(exchange.clients[first].state == .ended)
        #expect(exchange.clients[first].nextTimeout == nil)
        #expect(exchange.server.allocationCount == 0)
        #expect(exchange.server.nextTimeout == nil)
        #expect(exchange.server.counters.released == 1)
        let second = exchange.addAllocated()
        #expect(exchange.clients[second].relayedAddress != nil)
    }

    @Test(arguments: Array(stride(from: 0, through: 120, by: 5)))
    func `releasing at any moment leaves no allocation behind`(milliseconds: Int) {
        var exchange = Exchange()
        let client = exchange.addClient()
        exchange.clients[client].allocate(at: .zero)
        exchange.run(until: .zero + .milliseconds(Int64(milliseconds)))
        exchange.clients[client].release(at: exchange.now)
        exchange.run(for: .seconds(2))
        #expect(exchange.events[client].last == .released)
        #expect(exchange.server.allocationCount == 0)
        #expect(exchange.clients[client].nextTimeout == nil)
    }

    @Test func `a silent server makes the client give up after 39·5 seconds`() {
        var exchange = Exchange()
        exchange.loss = 1
        let client = exchange.addClient()
        exchange.clients[client].allocate(at: .zero)
        exchange.run(until: .zero + .milliseconds(39_499))
        #expect(exchange.events[client].isEmpty)
        exchange.run(until: .zero + .milliseconds(39_500))
        #expect(exchange.events[client] == [.failed(.timedOut)])
        #expect(exchange.clients[client].nextTimeout == nil)
    }

    @Test func `a full server refuses with 508 and counts it`() {
        var exchange = Exchange(ports: 2)
        _ = exchange.addAllocated()
        _ = exchange.addAllocated()
        let third = exchange.addAllocated()
        #expect(exchange.events[third] == [.failed(.refused(.insufficientCapacity))])
        #expect(exchange.server.counters.refused == 1)
        #expect(exchange.server.counters.otherErrors == 0)
        #expect(exchange.server.takenPortCount == 2)
    }

    @Test(arguments: ["0:expired", "no time", ":x", "12", "99999999999999999999:x"])
    func `bad usernames are refused with 401 and not tried again`(username: String) {
        var exchange = Exchange()
        exchange.run(until: .zero + .seconds(5))
        let client = exchange.addClient(
            credentials: Credentials(username: username, password: "irrelevant"))
        exchange.clients[client].allocate(at: exchange.now)
        exchange.run(for: .seconds(60))
        #expect(exchange.events[client] == [.failed(.refused(.unauthenticated))])
        #expect(exchange.server.counters.challenges == 2)
        #expect(exchange.server.allocationCount == 0)
    }

    @Test func `a wrong password is refused`() {
        var exchange = Exchange()
        var credentials = Exchange.secret.credentials(for: "x", until: .zero + .hours(1))
        credentials.password += "x"
        let client = exchange.addClient(credentials: credentials)
        exchange.clients[client].allocate(at: .zero)
        exchange.run(for: .seconds(60))
        #expect(exchange.events[client] == [.failed(.refused(.unauthenticated))])
    }

    @Test func `a forbidden peer is reported and what was held for it is gone`() {
        var exchange = Exchange()
        let client = exchange.addAllocated()
        let loopback = TransportAddress(IPAddress("127.0.0.1")!, port: 80)
        #expect(exchange.clients[client].send([1], to: loopback, at: exchange.now) == .held)
        exchange.run(for: .seconds(1))
        #expect(
            exchange.events[client].last
                == .permissionsRefused([loopback.ip], .refused(.forbidden)))
        exchange.clients[client].bindChannel(to: loopback, at: exchange.now)
        exchange.run(for: .seconds(1))
        #expect(
            exchange.events[client].last == .channelRefused(to: loopback, .refused(.forbidden)))
        #expect(exchange.peers.isEmpty)
    }

    @Test func `an allocation that the server has lost ends the client`() {
        var exchange = Exchange()
        let client = exchange.addAllocated()
        exchange.server = Server(
            configuration: Exchange.configuration(), randomness: Exchange.stream(77))
        exchange.clients[client].permit([alice.ip], at: exchange.now)
        exchange.run(for: .seconds(1))
        #expect(exchange.events[client].last == .failed(.refused(.allocationMismatch)))
    }

    @Test func `forged and strange datagrams are rejected by name`() {
        var exchange = Exchange()
        let client = exchange.addAllocated(permitting: alice)
        let server = exchange.clients[client].configuration.server
        func reject(
            _ bytes: [UInt8], from source: TransportAddress, _ reason: ClientRejection,
            line: SourceLocation = #_sourceLocation
        ) {
            var copy = exchange.clients[client]
            if case .rejected(let found) = copy.handle(bytes, from: source, at: exchange.now) {
                #expect(found == reason, sourceLocation: line)
            } else {
                Issue.record("not rejected", sourceLocation: line)
            }
        }
        reject([0, 1], from: alice, .notFromServer)
        reject([], from: server, .notSTUN)
        reject([0x80, 0], from: server, .notSTUN)
        reject([0, 1, 2], from: server, .malformed)
        reject([0x40, 0, 0, 9], from: server, .malformed)
        reject([0x40, 0, 0, 0], from: server, .unknownChannel)
        func indication(from peer: TransportAddress?) -> [UInt8] {
            var builder = MessageBuilder(
                .indication, .data, id: TransactionID(high: 0, low: 0))
            if let peer { builder.add(.xorPeerAddress, peer) }
            builder.add(.data, [1, 2])
            return builder.finish()
        }
        reject(indication(from: bob), from: server, .noPermission)
        reject(indication(from: nil), from: server, .unexpectedMessage)
    }

    @Test func `a success response without the right code is not believed`() throws {
        var exchange = Exchange()
        let client = exchange.addAllocated()
        exchange.clients[client].permit([alice.ip], at: exchange.now)
        let sent = exchange.clients[client].pollTransmit()
        let request = try MessageView(#require(sent).payload)
        let forged = MessageBuilder(.success, answering: request)
            .finish(integrity: IntegrityKey(shortTermPassword: "guess"), fingerprint: true)
        let input = exchange.clients[client].handle(
            forged, from: exchange.clients[client].configuration.server, at: exchange.now)
        guard case .rejected(.notAuthentic) = input else {
            Issue.record("a forged answer was taken")
            return
        }
        #expect(exchange.clients[client].pollEvent() == nil)
    }

    @Test func `the owner's own Binding answer comes back unclaimed`() {
        var exchange = Exchange()
        let client = exchange.addAllocated()
        let configuration = exchange.clients[client].configuration
        let request = MessageBuilder(.request, .binding, id: TransactionID(high: 9, low: 9))
            .finish()
        exchange.server.handle(
            request, from: configuration.local, transport: .udp, to: configuration.server,
            at: exchange.now)
        exchange.run(for: .seconds(1))
        #expect(exchange.unclaimed == 1)
        #expect(exchange.server.counters.bindings == 1)
    }
}
