import Addressing
import Quantities
import RandomStreams
import STUN
import Testing

@testable import TURN

/// Forwarding in place against `handle`, which the other suites hold to the RFC.
@Suite struct ForwardingTests {
    /// A datagram in a buffer with the room around it, whose other bytes stay as they are.
    struct Buffer {
        var bytes: [UInt8]
        let range: Range<Int>
        static let filler: UInt8 = 0xEE

        init(_ datagram: [UInt8]) {
            bytes =
                [UInt8](repeating: Self.filler, count: Server.headRoom) + datagram
                + [UInt8](repeating: Self.filler, count: Server.tailRoom)
            range = Server.headRoom..<Server.headRoom + datagram.count
        }

        mutating func forward(_ arrival: Arrival, _ server: inout Server) -> Forwarding {
            let range = range
            return bytes.withUnsafeMutableBytes {
                server.forward(
                    $0, range, from: arrival.source, transport: arrival.transport,
                    to: arrival.local, at: arrival.time)
            }
        }
    }

    struct Arrival {
        var datagram: [UInt8]
        var source: TransportAddress
        var transport: TransportProtocol
        var local: TransportAddress
        var time: SimTime
    }

    /// What `handle` and `forward` make of the same arrival, from the same state.
    static func compare(_ arrival: Arrival, _ server: inout Server) -> Bool {
        var other = server
        server.handle(
            arrival.datagram, from: arrival.source, transport: arrival.transport,
            to: arrival.local, at: arrival.time)
        var buffer = Buffer(arrival.datagram)
        switch buffer.forward(arrival, &other) {
        case .message:
            guard Array(buffer.bytes[buffer.range]) == arrival.datagram else { return false }
            while server.pollTransmit() != nil {}
            return true
        case .dropped:
            return server.pollTransmit() == nil && server.counters == other.counters
        case .packet(let packet):
            guard let sent = server.pollTransmit(), server.pollTransmit() == nil else {
                return false
            }
            return sent.source == packet.source && sent.destination == packet.destination
                && sent.transport == packet.transport
                && sent.payload == Array(buffer.bytes[packet.bytes])
                && server.counters == other.counters && other.pollTransmit() == nil
        }
    }

    /// Three clients, over UDP, TCP and TLS, each with a channel and with a permission alone.
    private func relay() throws -> (Server, [(Requester, TransportAddress)]) {
        let requester = Requester()
        var clients: [(Requester, TransportAddress)] = []
        for transport in [TransportProtocol.udp, .tcp, .tls] {
            let client = Requester()
            client.server = requester.server
            client.transport = transport
            client.source.port = 4000 + UInt16(transport.rawValue)
            let relayed = try #require(client.allocate()?.address(of: .xorRelayedAddress))
            #expect(client.bind(0x4001, to: Exchange.peer(1))?.kind == .success)
            #expect(client.permit(Exchange.peer(2))?.kind == .success)
            requester.server = client.server
            clients.append((client, relayed))
        }
        return (requester.server, clients)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `forwarding in place does what handling does, whatever arrives`(_ seed: UInt64) throws {
        var (server, clients) = try relay()
        server.counters = ServerCounters()
        var stream = Exchange.stream(77, seed: seed)
        var now = SimTime.zero
        for _ in 0..<500 {
            now = now + .milliseconds(Int64(stream.nextInteger(below: 1800)))
            let (client, relayed) = clients[Int(stream.nextInteger(below: 3))]
            var data = stream.nextBytes(Int(stream.nextInteger(below: 40)))
            let isFromClient = stream.nextBool(probability: 0.5)
            var arrival = Arrival(
                datagram: data, source: Exchange.peer(UInt32(stream.nextInteger(below: 4))),
                transport: .udp, local: relayed, time: now)
            if isFromClient {
                arrival.source = client.source
                arrival.local = client.local
                arrival.transport = client.transport
                let number = 0x4000 + UInt16(stream.nextInteger(below: 3))
                data = Requester.channelData(number, data)
                if stream.nextBool(probability: 0.8) {
                    while data.count % 4 != 0 { data.append(0) }
                }
                if stream.nextBool(probability: 0.1) {
                    data[0] = UInt8(stream.nextInteger(below: 256))
                }
                if stream.nextBool(probability: 0.1) { data.removeLast() }
                arrival.datagram = data
            } else if stream.nextBool(probability: 0.1) {
                arrival.local.port = 49_152 + UInt16(stream.nextInteger(below: 20))
            }
            #expect(Self.compare(arrival, &server))
        }
        #expect(server.counters.toPeers.packets > 10)
        #expect(server.counters.toClients.packets > 10)
        #expect(server.counters.dropped > 10)
    }

    @Test(arguments: [0, 1, 2, 3, 4, 100, 1499, Server.maximumDataByteCount])
    func `payload in is payload out, both ways`(_ byteCount: Int) throws {
        var (server, clients) = try relay()
        var stream = Exchange.stream(78, seed: UInt64(byteCount))
        let payload = stream.nextBytes(byteCount)
        for (client, relayed) in clients {
            for peer in [Exchange.peer(1), Exchange.peer(2)] {
                let arrival = Arrival(
                    datagram: payload, source: peer, transport: .udp, local: relayed, time: .zero)
                var buffer = Buffer(payload)
                guard case .packet(let packet) = buffer.forward(arrival, &server) else {
                    Issue.record("dropped")
                    continue
                }
                #expect(packet.destination == client.source && packet.source == client.local)
                let message = Array(buffer.bytes[packet.bytes])
                if peer == Exchange.peer(1) {
                    #expect(Array(message[4..<4 + byteCount]) == payload)
                } else {
                    let view = try MessageView(message)
                    #expect(view.value(of: .data).map(Array.init) == payload)
                    #expect(view.address(of: .xorPeerAddress) == peer)
                }
                #expect(buffer.bytes[..<packet.bytes.lowerBound].allSatisfy { $0 == Buffer.filler })
                #expect(buffer.bytes[packet.bytes.upperBound...].allSatisfy { $0 == Buffer.filler })
            }
            var message = Requester.channelData(0x4001, payload)
            while message.count % 4 != 0 { message.append(0) }
            let arrival = Arrival(
                datagram: message, source: client.source, transport: client.transport,
                local: client.local, time: .zero)
            var buffer = Buffer(message)
            guard case .packet(let packet) = buffer.forward(arrival, &server) else {
                Issue.record("dropped")
                continue
            }
            #expect(packet.source == relayed && packet.destination == Exchange.peer(1))
            #expect(Array(buffer.bytes[packet.bytes]) == payload)
        }
        #expect(server.counters.toClients.packets == 6 && server.counters.toPeers.packets == 3)
    }

    @Test func `a remembered way ends with the permission, the channel and the allocation`() throws
    {
        var (server, clients) = try relay()
        let (client, relayed) = clients[0]
        var data = Arrival(
            datagram: Requester.channelData(0x4001, [1, 2, 3]), source: client.source,
            transport: .udp, local: client.local, time: .zero)
        var back = Arrival(
            datagram: [4], source: Exchange.peer(1), transport: .udp, local: relayed, time: .zero)
        func passes(_ arrival: Arrival, _ time: SimTime) -> Bool {
            var arrival = arrival
            arrival.time = time
            var buffer = Buffer(arrival.datagram)
            if case .packet = buffer.forward(arrival, &server) { return true } else { return false }
        }
        let end = SimTime.zero + .seconds(300)
        #expect(passes(data, .zero) && passes(back, .zero))
        #expect(passes(data, end - .nanoseconds(1)) && passes(back, end - .nanoseconds(1)))
        #expect(!passes(data, end) && !passes(back, end))
        client.server = server
        client.now = end
        _ = client.permit(Exchange.peer(1))
        server = client.server
        #expect(passes(data, end) && passes(back, end))
        client.server = server
        #expect(client.refresh(lifetime: 0)?.kind == .success)
        server = client.server
        #expect(!passes(data, end) && !passes(back, end))
        data.transport = .tcp
        back.source.port += 1
        #expect(!passes(data, end) && !passes(back, end))
    }
}

@Suite struct ClientTableTests {
    private func tuple(_ number: UInt64) -> FiveTuple {
        FiveTuple(
            client: TransportAddress(
                IPAddress(v4: 0x0A00_0000 + UInt32(number % 7)), port: UInt16(number)),
            serverPort: 3478, transport: .udp)
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `a table of clients does what a dictionary does`(_ seed: UInt64) {
        var stream = Exchange.stream(79, seed: seed)
        var table = ClientTable(
            key: (stream.nextUInt64(), stream.nextUInt64(), stream.nextUInt64()))
        var model: [FiveTuple: Int] = [:]
        var free: [Int] = []
        for _ in 0..<4000 {
            let client = tuple(stream.nextInteger(below: 500))
            if let slot = model[client] {
                if stream.nextBool(probability: 0.5) {
                    table.remove(client)
                    model[client] = nil
                    free.append(slot)
                }
            } else {
                let slot = free.popLast() ?? model.count
                table.insert(client, slot: slot)
                model[client] = slot
            }
            #expect(table.count == model.count)
        }
        for number in 0..<500 as Range<UInt64> {
            #expect(table[tuple(number)] == model[tuple(number)])
        }
    }
}
