import Addressing
import Quantities
import RandomStreams
import STUN
import TURN
import Testing

@Suite struct ServerRelayTests {
    let peer = Exchange.peer(1)
    let other = Exchange.peer(2)

    private func allocated() throws -> (Requester, TransportAddress) {
        let requester = Requester()
        let answer = try #require(requester.allocate())
        return (requester, try #require(answer.address(of: .xorRelayedAddress)))
    }

    private func sendIndication(
        _ requester: Requester, to peer: TransportAddress, _ data: [UInt8]
    ) -> Transmit? {
        var builder = MessageBuilder(.indication, .send, id: requester.freshID())
        builder.add(.xorPeerAddress, peer)
        builder.add(.data, data)
        return requester.exchange(builder.finish())
    }

    @Test func `without a permission nothing passes either way`() throws {
        let (requester, relayed) = try allocated()
        #expect(sendIndication(requester, to: peer, [1]) == nil)
        #expect(requester.fromPeer(peer, to: relayed, [1]) == nil)
        #expect(requester.server.counters.dropped(.noPermission) == 2)
        _ = requester.permit(peer)
        #expect(sendIndication(requester, to: other, [1]) == nil)
        #expect(requester.fromPeer(other, to: relayed, [1]) == nil)
        #expect(requester.server.counters.dropped(.noPermission) == 4)
        #expect(requester.server.counters.toPeers.packets == 0)
        #expect(requester.server.counters.toClients.packets == 0)
    }

    @Test func `a permission is for an address, whatever the port, for five minutes`() throws {
        let (requester, relayed) = try allocated()
        #expect(requester.permit(peer)?.kind == .success)
        let otherPort = TransportAddress(peer.ip, port: 1)
        let out = try #require(sendIndication(requester, to: otherPort, [7, 8]))
        #expect(out.source == relayed && out.destination == otherPort && out.payload == [7, 8])
        requester.now = .zero + .seconds(300) - .nanoseconds(1)
        let back = try #require(requester.view(requester.fromPeer(otherPort, to: relayed, [9])))
        #expect(back.kind == .indication && back.method == .data)
        #expect(back.address(of: .xorPeerAddress) == otherPort)
        #expect(back.value(of: .data).map(Array.init) == [9])
        requester.now = .zero + .seconds(300)
        #expect(requester.fromPeer(otherPort, to: relayed, [9]) == nil)
        #expect(sendIndication(requester, to: otherPort, [7]) == nil)
        #expect(requester.permit(peer)?.kind == .success)
        #expect(requester.fromPeer(otherPort, to: relayed, [9]) != nil)
    }

    @Test func `data on a channel neither refreshes the channel nor its permission`() throws {
        let (requester, relayed) = try allocated()
        #expect(requester.bind(0x4000, to: peer)?.kind == .success)
        for second in stride(from: 10, to: 300, by: 10) {
            requester.now = .zero + .seconds(Int64(second))
            #expect(requester.exchange(Requester.channelData(0x4000, [1])) != nil)
            #expect(requester.fromPeer(peer, to: relayed, [1]) != nil)
        }
        requester.now = .zero + .seconds(300)
        #expect(requester.exchange(Requester.channelData(0x4000, [1])) == nil)
        #expect(requester.server.counters.dropped(.noPermission) == 1)
        _ = requester.permit(peer)
        #expect(requester.exchange(Requester.channelData(0x4000, [1])) != nil)
        requester.now = .zero + .seconds(550)
        _ = requester.refresh(lifetime: nil)
        _ = requester.permit(peer)
        requester.now = .zero + .seconds(600)
        #expect(requester.exchange(Requester.channelData(0x4000, [1])) == nil)
        #expect(requester.server.counters.dropped(.unboundChannel) == 1)
        let back = requester.fromPeer(peer, to: relayed, [1])
        #expect(back?.payload.first == 0, "unbound again, it comes as an indication")
    }

    @Test func `channels are bound by the RFC's rules`() throws {
        let (requester, _) = try allocated()
        for number: UInt16 in [0, 0x3FFF, 0x5000, 0xFFFF] {
            #expect(requester.bind(number, to: peer)?.errorCode == .badRequest)
        }
        let noPeer = requester.request(.channelBind) { $0.add(channelNumber: 0x4000) }
        #expect(noPeer?.errorCode == .badRequest)
        let noNumber = requester.request(.channelBind) { $0.add(.xorPeerAddress, peer) }
        #expect(noNumber?.errorCode == .badRequest)
        #expect(requester.bind(0x4FFF, to: peer)?.kind == .success)
        #expect(requester.bind(0x4FFF, to: peer)?.kind == .success, "a refresh")
        #expect(requester.bind(0x4FFF, to: other)?.errorCode == .badRequest)
        #expect(requester.bind(0x4FFE, to: peer)?.errorCode == .badRequest)
        #expect(requester.bind(0x4FFE, to: TransportAddress(peer.ip, port: 1))?.kind == .success)
        requester.now = .zero + .seconds(599)
        _ = requester.refresh(lifetime: nil)
        #expect(requester.bind(0x4FFF, to: other)?.errorCode == .badRequest)
        requester.now = .zero + .seconds(600)
        #expect(requester.bind(0x4FFF, to: other)?.kind == .success)
    }

    @Test func `permissions and channels have their limits`() throws {
        let (requester, _) = try allocated()
        for number in 0..<16 as Range<UInt16> {
            let peer = TransportAddress(self.peer.ip, port: 100 + number)
            #expect(requester.bind(0x4000 + number, to: peer)?.kind == .success)
        }
        #expect(requester.bind(0x4100, to: other)?.errorCode == .insufficientCapacity)
        #expect(requester.bind(0x4000, to: TransportAddress(peer.ip, port: 100))?.kind == .success)
        func many(_ range: Range<UInt32>) -> MessageView? {
            requester.request(.createPermission) { builder in
                for number in range { builder.add(.xorPeerAddress, Exchange.peer(100 + number)) }
            }
        }
        #expect(many(0..<64)?.errorCode == .insufficientCapacity)
        #expect(many(0..<63)?.kind == .success)
        #expect(many(63..<64)?.errorCode == .insufficientCapacity)
        #expect(many(0..<63)?.kind == .success, "a refresh")
        #expect(many(0..<0)?.errorCode == .badRequest)
        #expect(requester.server.counters.otherErrors == 4)
        requester.now = .zero + .seconds(300)
        #expect(many(63..<64)?.kind == .success)
    }

    @Test func `forbidden peers get 403, and one of them spoils the request`() throws {
        let (requester, relayed) = try allocated()
        for text in ["0.0.0.0", "127.0.0.1", "224.0.0.1", "239.255.255.255", "255.255.255.255"] {
            let bad = TransportAddress(IPAddress(text)!, port: 53)
            #expect(requester.permit(peer, bad)?.errorCode == .forbidden)
            #expect(requester.bind(0x4000, to: bad)?.errorCode == .forbidden)
        }
        #expect(requester.fromPeer(peer, to: relayed, [1]) == nil)
        #expect(
            requester.permit(TransportAddress(IPAddress("2001:db8::1")!, port: 1))?.errorCode
                == .peerAddressFamilyMismatch)
        #expect(
            requester.permit(TransportAddress(IPAddress("192.168.1.1")!, port: 1))?.kind == .success
        )
    }

    @Test(arguments: [TransportProtocol.udp, .tcp, .tls])
    func `ChannelData is relayed byte for byte, padded on streams`(
        transport: TransportProtocol
    ) throws {
        let requester = Requester()
        requester.transport = transport
        let relayed = try #require(requester.allocate()?.address(of: .xorRelayedAddress))
        _ = requester.bind(0x4001, to: peer)
        for length in 0..<40 {
            let data = (0..<length).map { UInt8($0 * 5 + 1) }
            var frame = Requester.channelData(0x4001, data)
            if transport != .udp { while frame.count % 4 != 0 { frame.append(0) } }
            let out = try #require(requester.exchange(frame))
            #expect(out.payload == data)
            #expect(out.source == relayed && out.destination == peer && out.transport == .udp)
            let back = try #require(requester.fromPeer(peer, to: relayed, data))
            #expect(back.payload == frame)
            #expect(back.destination == requester.source && back.source == requester.local)
            #expect(back.transport == transport)
        }
        #expect(requester.server.counters.toPeers.bytes == 780)
        #expect(requester.server.counters.toClients.bytes == 780)
    }

    @Test func `ChannelData over UDP may carry padding and is checked for length`() throws {
        let (requester, _) = try allocated()
        _ = requester.bind(0x4000, to: peer)
        let out = requester.exchange(Requester.channelData(0x4000, [1, 2, 3]) + [0])
        #expect(out?.payload == [1, 2, 3])
        #expect(requester.exchange([0x40, 0, 0, 5, 1, 2, 3, 4]) == nil)
        #expect(requester.exchange([0x40]) == nil)
        #expect(requester.server.counters.dropped(.malformedChannelData) == 2)
        #expect(requester.exchange(Requester.channelData(0x4002, [1])) == nil)
        #expect(requester.server.counters.dropped(.unboundChannel) == 1)
        requester.transport = .tcp
        requester.nonce = []
        _ = requester.allocate()
        _ = requester.bind(0x4000, to: peer)
        #expect(requester.exchange(Requester.channelData(0x4000, [1, 2, 3])) == nil, "unpadded")
        #expect(requester.server.counters.dropped(.malformedChannelData) == 3)
    }

    @Test func `what is for nobody is dropped by name`() throws {
        let (requester, relayed) = try allocated()
        var counters: ServerCounters { requester.server.counters }
        let free = TransportAddress(relayed.ip, port: relayed.port == 49_152 ? 49_153 : 49_152)
        #expect(requester.fromPeer(peer, to: free, [1]) == nil)
        #expect(counters.dropped(.freePort) == 1)
        #expect(requester.fromPeer(peer, to: TransportAddress(relayed.ip, port: 80), [1]) == nil)
        #expect(requester.fromPeer(peer, to: TransportAddress(peer.ip, port: 3478), [1]) == nil)
        #expect(counters.dropped(.notListening) == 2)
        requester.server.handle(
            [1], from: peer, transport: .tcp, to: relayed, at: requester.now)
        #expect(counters.dropped(.notListening) == 3)
        requester.source.port += 1
        #expect(requester.exchange(Requester.channelData(0x4000, [1])) == nil)
        #expect(sendIndication(requester, to: peer, [1]) == nil)
        #expect(counters.dropped(.noAllocation) == 2)
        #expect(requester.exchange([0x80, 1, 2, 3]) == nil)
        #expect(requester.exchange([]) == nil)
        #expect(counters.dropped(.notSTUN) == 2)
        let response = MessageBuilder(.success, .binding, id: requester.freshID()).finish()
        #expect(requester.exchange(response) == nil)
        let data = MessageBuilder(.indication, .data, id: requester.freshID()).finish()
        #expect(requester.exchange(data) == nil)
        #expect(counters.dropped(.unexpectedMessage) == 2)
        let keepAlive = MessageBuilder(.indication, .binding, id: requester.freshID()).finish()
        #expect(requester.exchange(keepAlive) == nil)
        let send = MessageBuilder(.indication, .send, id: requester.freshID()).finish()
        #expect(requester.exchange(send) == nil)
        #expect(counters.dropped(.incompleteIndication) == 1)
        #expect(counters.dropped == 11)
    }

    @Test func `more than one datagram can carry is dropped`() throws {
        let (requester, relayed) = try allocated()
        _ = requester.permit(peer)
        let data = [UInt8](repeating: 1, count: Server.maximumDataByteCount)
        #expect(requester.fromPeer(peer, to: relayed, data) != nil)
        #expect(requester.fromPeer(peer, to: relayed, data + [1]) == nil)
        #expect(requester.server.counters.dropped(.oversized) == 1)
    }

    @Test func `hostile bytes are dropped or refused, never trapped on`() throws {
        let (requester, relayed) = try allocated()
        _ = requester.bind(0x4000, to: peer)
        var stream = Exchange.stream(5)
        var captured = [Requester.channelData(0x4000, [1, 2, 3, 4])]
        for fingerprint in [false, true] {
            var builder = MessageBuilder(.request, .createPermission, id: requester.freshID())
            builder.add(.xorPeerAddress, peer)
            builder.add(.username, requester.credentials.username)
            builder.add(.realm, "voice.example")
            builder.add(.nonce, requester.nonce)
            captured.append(builder.finish(integrity: requester.key, fingerprint: fingerprint))
            var send = MessageBuilder(.indication, .send, id: requester.freshID())
            send.add(.xorPeerAddress, peer)
            send.add(.data, [1, 2, 3])
            captured.append(send.finish(fingerprint: fingerprint))
        }
        for round in 0..<20_000 {
            var bytes = captured[round % captured.count]
            switch round % 3 {
            case 0: bytes = stream.nextBytes(Int(stream.nextInteger(below: 80)))
            case 1: bytes.removeLast(Int(stream.nextInteger(below: UInt64(bytes.count))))
            default:
                for _ in 0...stream.nextInteger(below: 3) {
                    let index = Int(stream.nextInteger(below: UInt64(bytes.count)))
                    bytes[index] ^= UInt8(truncatingIfNeeded: stream.nextUInt32() | 1)
                }
            }
            requester.transport = round % 5 == 0 ? .tcp : .udp
            _ = requester.exchange(bytes)
            if round % 7 == 0 {
                _ = requester.fromPeer(peer, to: relayed, bytes)
                while requester.server.pollTransmit() != nil {}
            }
        }
        #expect(requester.server.allocationCount == 1)
        #expect(requester.server.counters.dropped > 1000)
        requester.transport = .udp
        #expect(requester.exchange(Requester.channelData(0x4000, [5]))?.payload == [5])
    }

    @Test func `all 16,384 ports can be given out, each once, and are free again`() {
        let requester = Requester(ports: 16_384)
        var seen = Set<UInt16>()
        // One in eight by a client's request, the others by those who hold ports for flows.
        for number in 0..<2048 as Range<UInt32> {
            requester.source = TransportAddress(IPAddress(v4: 0x0B00_0000 + number), port: 7)
            requester.nonce = []
            let port = requester.allocate()?.address(of: .xorRelayedAddress)?.port
            if let port { seen.insert(port) }
        }
        #expect(seen.count == 2048)
        var held: [HeldPorts] = []
        while held.count < 14_336, let hold = requester.server.holdPorts() { held.append(hold) }
        #expect(seen.union(held.compactMap(\.v4)).count == 16_384)
        requester.source.port += 1
        requester.nonce = []
        #expect(requester.allocate()?.errorCode == .insufficientCapacity)
        let beyond = requester.server.holdPorts()
        #expect(beyond == nil)
        #expect(requester.server.counters.refused == 2)
        for hold in held { requester.server.releasePorts(hold) }
        requester.server.handleTimeout(at: .zero + .seconds(600))
        #expect(requester.server.takenPortCount == 0)
        #expect(requester.server.counters.expired == 2048)
    }

    @Test func `ports held for flows count like others and take no packets`() throws {
        let requester = Requester(ports: 2)
        let hold = requester.server.holdPorts()
        let held = try #require(hold)
        #expect(requester.allocate()?.kind == .success)
        #expect(requester.server.takenPortCount == 2)
        let beyond = requester.server.holdPorts()
        #expect(beyond == nil)
        let address = TransportAddress(Exchange.serverIP, port: try #require(held.v4))
        #expect(requester.fromPeer(peer, to: address, [1]) == nil)
        requester.server.releasePorts(held)
        let again = requester.server.holdPorts()
        #expect(again == held)
        #expect(requester.server.counters.refused == 1)
    }

    @Test func `counters add up and can be taken`() throws {
        let (requester, relayed) = try allocated()
        _ = requester.permit(peer)
        _ = requester.fromPeer(peer, to: relayed, [1, 2])
        _ = requester.fromPeer(other, to: relayed, [1, 2])
        let taken = requester.server.takeCounters()
        #expect(requester.server.counters == ServerCounters())
        var sum = taken
        sum += taken
        #expect(sum.created == 2 && sum.toClients.packets == 2 && sum.toClients.bytes == 4)
        #expect(sum.dropped(.noPermission) == 2 && sum.dropped == 2)
        #expect(sum.received.packets == 2 * taken.received.packets)
    }
}
