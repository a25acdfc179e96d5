import Addressing
import Quantities
import STUN
import TURN
import Testing

/// What a server offers to an owner with real sockets.
@Suite struct SocketOwnerTests {
    private func announcing(ports: Int = 16) -> Requester {
        let requester = Requester()
        var configuration = Exchange.configuration(ports: ports)
        configuration.announcesPorts = true
        requester.server = Server(configuration: configuration, randomness: Exchange.stream(3))
        return requester
    }

    private func port(_ answer: MessageView?) throws -> UInt16 {
        try #require(answer?.address(of: .xorRelayedAddress)).port
    }

    @Test func `ports are announced when they open, are released and expire`() throws {
        let requester = announcing()
        let first = try port(requester.allocate())
        let opened = requester.server.takePortChanges()
        #expect(opened.map(\.kind) == [.opened] && opened[0].port == first)
        #expect(opened[0].client == requester.source && opened[0].transport == .udp)
        #expect(requester.server.takePortChanges().isEmpty, "each is told once")
        _ = requester.refresh(lifetime: 0)
        #expect(requester.server.takePortChanges().map(\.kind) == [.closed])
        let second = try port(requester.allocate())
        requester.server.handleTimeout(at: requester.now + .minutes(10))
        let changes = requester.server.takePortChanges()
        #expect(changes.map(\.kind) == [.opened, .closed])
        #expect(changes.allSatisfy { $0.port == second })
    }

    @Test func `nothing is kept for an owner that does not ask`() {
        let requester = Requester()
        _ = requester.allocate()
        #expect(requester.server.takePortChanges().isEmpty)
    }

    @Test
    func `a port that cannot be opened is drawn no more, and the request is served by another`()
        throws
    {
        let requester = announcing(ports: 2)
        let id = requester.freshID()
        let withdrawn = try port(requester.allocate(id: id))
        _ = requester.server.takePortChanges()
        requester.server.withdraw(port: withdrawn)
        #expect(requester.server.takePortChanges().isEmpty)
        #expect(requester.server.allocationCount == 0 && requester.server.counters.created == 0)
        let kept = try port(requester.allocate(id: id))
        #expect(kept != withdrawn)
        #expect(requester.server.counters.created == 1)
        requester.server.withdraw(port: kept)
        #expect(requester.allocate(id: id)?.errorCode == .insufficientCapacity)
    }

    @Test(arguments: [TransportProtocol.tcp, .tls])
    func `a closed connection ends its allocation and no other`(transport: TransportProtocol) {
        let requester = announcing()
        requester.transport = transport
        _ = requester.allocate()
        requester.source.port += 1
        requester.nonce = []
        _ = requester.allocate()
        _ = requester.server.takePortChanges()
        requester.server.connectionClosed(from: requester.source, transport: transport)
        #expect(requester.server.takePortChanges().map(\.client) == [requester.source])
        #expect(requester.server.allocationCount == 1)
        requester.server.connectionClosed(from: requester.source, transport: transport)
        #expect(requester.server.allocationCount == 1)
        #expect(requester.refresh(lifetime: nil)?.errorCode == .allocationMismatch)
    }

    @Test func `a named user is let in by password, and by no other`() {
        let requester = Requester()
        var configuration = Exchange.configuration()
        configuration.users = [Credentials(username: "alice", password: "wonderland")]
        requester.server = Server(configuration: configuration, randomness: Exchange.stream(3))
        requester.credentials = Credentials(username: "alice", password: "looking glass")
        #expect(requester.allocate()?.errorCode == .unauthenticated)
        requester.credentials.password = "wonderland"
        #expect(requester.allocate()?.kind == .success)
        requester.source.port += 1
        requester.nonce = []
        requester.credentials = Exchange.secret.credentials(for: "x", until: .zero + .hours(1))
        #expect(requester.allocate()?.kind == .success, "the secret serves beside it")
    }

    @Test(arguments: [false, true])
    func `peers on the own host are served only where that is allowed`(isAllowed: Bool) {
        let requester = Requester()
        var configuration = Exchange.configuration()
        configuration.allowsLoopbackPeers = isAllowed
        requester.server = Server(configuration: configuration, randomness: Exchange.stream(3))
        _ = requester.allocate()
        let loopback = requester.permit(TransportAddress(IPAddress(v4: 0x7F00_0001), port: 9))
        #expect(loopback?.errorCode == (isAllowed ? nil : .forbidden))
        let multicast = requester.permit(TransportAddress(IPAddress(v4: 0xE000_0001), port: 9))
        #expect(multicast?.errorCode == .forbidden)
    }

    @Test(arguments: [TransportProtocol.udp, .tcp])
    func `channels that only RFC 5766 knew carry data where they are accepted, and only there`(
        transport: TransportProtocol
    ) throws {
        let peer = Exchange.peer(1)
        let requester = Requester()
        requester.transport = transport
        var configuration = Exchange.configuration()
        configuration.acceptsFormerChannels = true
        requester.server = Server(configuration: configuration, randomness: Exchange.stream(3))
        let relayed = try #require(requester.allocate()?.address(of: .xorRelayedAddress))
        #expect(requester.bind(0x8000, to: peer)?.errorCode == .badRequest)
        #expect(requester.bind(0x7FFF, to: peer)?.kind == .success)
        let message = Requester.channelData(0x7FFF, [1, 2, 3, 4])
        var frames = StreamFrames(acceptsFormerChannels: true)
        try frames.append(message)
        let frame = try #require(try frames.next())
        #expect(requester.exchange(frame)?.payload == [1, 2, 3, 4])
        #expect(requester.fromPeer(peer, to: relayed, [5, 6, 7, 8])?.payload.first == 0x7F)
        let strict = Requester()
        _ = strict.allocate()
        #expect(strict.bind(0x5000, to: peer)?.errorCode == .badRequest)
        #expect(strict.exchange(message) == nil)
        #expect(strict.server.counters.dropped(.notSTUN) == 1)
        var strictFrames = StreamFrames()
        try strictFrames.append(message)
        #expect(throws: StreamFrames.Broken.unknownFrame(firstByte: 0x7F)) {
            try strictFrames.next()
        }
    }
}
