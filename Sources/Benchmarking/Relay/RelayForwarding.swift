import Addressing
import Quantities
import RandomStreams
import TURN

/// A server with allocations and channels that clients have asked for by messages, and packets for
/// them in buffers as a socket would leave them.
final class RelayForwarding {
    /// Bytes of a packet's data: Opus at 24 kbit/s and 20 ms in RTP under SRTP, REFERENCE.md §8.
    static let dataByteCount = 98
    /// Buffers that a batch of receives fills.
    static let bufferCount = 64
    /// Channels that clients bind, one each: as many numbers as a client may draw from by habit.
    private static let channelCount = 8

    /// Between a client and its peer, whose addresses follow from their number, as those of a packet
    /// are at hand with it: what is looked up is looked up in the server.
    private struct Way {
        let relayedPort: UInt16
        let channel: UInt16
    }

    private static let address = IPAddress(v4: 0xC633_6401)
    private static let listening = TransportAddress(address, port: 3478)

    /// Nothing else comes to it meanwhile, so no access need be checked.
    @exclusivity(unchecked)
    private var server: Server
    private var ways: [Way] = []
    private let direction: RelayWorkload.Direction
    private let memory: UnsafeMutableRawBufferPointer
    private let stride = 256
    /// The packets' order: xorshift, the same as the rivals'.
    private var order: UInt64 = 88_172_645_463_325_252
    /// What was forwarded, so that nothing of it can be left out.
    private(set) var checksum: UInt64 = 0

    init(_ direction: RelayWorkload.Direction, allocations: Int) {
        self.direction = direction
        func stream(_ entity: UInt64) -> RandomStream {
            RandomStream(
                StreamName(
                    seed: 1, replication: 0, purpose: StreamPurpose(rawValue: 901), entity: entity))
        }
        let secret = SharedSecret("a secret for benchmarks".utf8)
        server = Server(
            configuration: ServerConfiguration(
                address: Self.address, realm: "bench", secret: secret), randomness: stream(0))
        memory = .allocate(byteCount: Self.bufferCount * stride, alignment: 64)
        for index in memory.indices { memory[index] = UInt8(truncatingIfNeeded: index) }
        let credentials = secret.credentials(for: "bench", until: .zero + .hours(1))
        for number in 0..<allocations {
            var client = Client(
                configuration: ClientConfiguration(
                    server: Self.listening, transport: .udp, local: Self.client(number),
                    credentials: credentials),
                randomness: stream(1 + UInt64(number)))
            ways.append(
                open(&client, to: Self.peer(number), skipping: number % Self.channelCount))
        }
    }

    deinit { memory.deallocate() }

    private static func client(_ number: Int) -> TransportAddress {
        TransportAddress(
            IPAddress(v4: 0x0A00_0000 + UInt32(truncatingIfNeeded: number)),
            port: UInt16(truncatingIfNeeded: 1024 + number))
    }

    private static func peer(_ number: Int) -> TransportAddress {
        TransportAddress(
            IPAddress(v4: 0xCB00_0000 + UInt32(truncatingIfNeeded: number)),
            port: UInt16(truncatingIfNeeded: 2048 + number))
    }

    /// Allocates and binds; the channel is number `skipped` of those that the client draws.
    private func open(
        _ client: inout Client, to peer: TransportAddress, skipping skipped: Int
    ) -> Way {
        client.allocate(at: .zero)
        exchange(&client)
        for number in 0..<skipped {
            client.bindChannel(
                to: TransportAddress(peer.ip, port: UInt16(1 + number)), at: .zero)
        }
        client.bindChannel(to: peer, at: .zero)
        exchange(&client)
        guard let relayed = client.relayedAddress, let channel = client.channel(to: peer),
            server.channel(onPort: relayed.port, to: peer, at: .zero) == channel
        else { preconditionFailure("the server gives what is asked for") }
        return Way(relayedPort: relayed.port, channel: channel)
    }

    private func exchange(_ client: inout Client) {
        while let request = client.pollTransmit() {
            server.handle(
                request.payload, from: request.source, transport: .udp, to: request.destination,
                at: .zero)
            while let answer = server.pollTransmit() {
                _ = client.handle(answer.payload, from: answer.source, at: .zero)
            }
        }
        while client.pollEvent() != nil {}
    }

    /// Forwards `operations` packets; the CPU time of one, ns.
    func round(_ operations: Int) -> Double {
        let start = ThreadClock.nanoseconds
        for operation in 0..<operations {
            order ^= order << 13
            order ^= order >> 7
            order ^= order << 17
            let number = Int(truncatingIfNeeded: (order >> 32 &* UInt64(ways.count)) >> 32)
            let place = stride * (operation % Self.bufferCount)
            let buffer = UnsafeMutableRawBufferPointer(
                rebasing: memory[place..<place + stride])
            let isToPeer =
                direction == .toPeers || direction == .both && operation & 1 == 0
            let packet = isToPeer ? forwardToPeer(buffer, number) : forwardToClient(buffer, number)
            checksum = Self.mix(checksum, packet, buffer)
        }
        return (ThreadClock.nanoseconds - start) / Double(operations)
    }

    @inline(__always)
    private func forwardToPeer(
        _ buffer: UnsafeMutableRawBufferPointer, _ number: Int
    ) -> ForwardedPacket {
        let start = Server.headRoom
        buffer.storeBytes(of: ways[number].channel.bigEndian, toByteOffset: start, as: UInt16.self)
        buffer.storeBytes(
            of: UInt16(Self.dataByteCount).bigEndian, toByteOffset: start + 2, as: UInt16.self)
        let datagram = start..<start + ChannelData.headerByteCount + Self.dataByteCount
        guard
            case .packet(let packet) = server.forward(
                buffer, datagram, from: Self.client(number), transport: .udp,
                to: Self.listening,
                at: .zero)
        else { preconditionFailure("every packet has its way") }
        return packet
    }

    @inline(__always)
    private func forwardToClient(
        _ buffer: UnsafeMutableRawBufferPointer, _ number: Int
    ) -> ForwardedPacket {
        let start = Server.headRoom
        guard
            case .packet(let packet) = server.forward(
                buffer, start..<start + Self.dataByteCount, from: Self.peer(number),
                transport: .udp, to: TransportAddress(Self.address, port: ways[number].relayedPort),
                at: .zero)
        else { preconditionFailure("every packet has its way") }
        return packet
    }

    /// Destination, length and first bytes of what leaves.
    @inline(__always)
    private static func mix(
        _ checksum: UInt64, _ packet: ForwardedPacket, _ buffer: UnsafeMutableRawBufferPointer
    ) -> UInt64 {
        let first = buffer.loadUnaligned(fromByteOffset: packet.bytes.lowerBound, as: UInt32.self)
        let place = packet.destination.ip.low << 16 | UInt64(packet.destination.port)
        return (checksum ^ place ^ UInt64(first) ^ UInt64(packet.bytes.count) << 48)
            &* 0x9E37_79B9_7F4A_7C15
    }
}
