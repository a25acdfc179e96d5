import Addressing
import NIOCore
import Quantities
import TURN

/// One thread's share of a relay: a TURN server with its sockets.
///
/// A class, because its thread and who starts it share it for a moment: after ``start()`` its thread
/// alone touches it, and everybody else writes to its mailbox. That is why it may cross threads.
final class RelayShard: @unchecked Sendable {
    let mailbox: RelayMailbox
    private let clock: WallClock
    private var server: Server
    private var sockets: DatagramLoop
    private var counters = SocketCounters()
    private let log: RelayLog?
    private var connections: [RelayMailbox.Connection: any Channel] = [:]
    private var stopping: CheckedContinuation<RelayService.Summary, Never>?

    /// Connections one shard keeps open: as many as there are relayed ports.
    static let maximumConnections = 16_384
    /// Ports tried for one request when the host refuses them, one after another.
    static let maximumPortAttempts = 64
    /// Kernel memory asked for to hold datagrams that wait at a relayed port, in bytes: a hundred of
    /// 9,000 bytes that come at once. The usual 208 KiB hold a dozen, as a buffer is counted with
    /// what the allocator rounds it up to.
    static let waitingBytes = 1 << 20
    /// The tag of the listening socket; those of relayed ports follow, by distance from the first.
    private static let listeningTag: UInt32 = 1
    private static let firstRelayedTag: UInt32 = 2

    /// A shard whose server listens on `listener`.
    init(
        server: Server, listener: BoundSocket, clock: WallClock, log: RelayLog?
    ) throws(BoundSocket.Refusal) {
        self.server = server
        self.clock = clock
        self.log = log
        let highest = Int(Self.firstRelayedTag) + server.configuration.relayedPortCount - 1
        sockets = try DatagramLoop(highestTag: highest)
        mailbox = RelayMailbox(bell: sockets.bell)
        try sockets.add(listener, tag: Self.listeningTag)
    }

    private func tag(ofRelayed port: UInt16) -> UInt32 {
        Self.firstRelayedTag + UInt32(port - server.configuration.firstRelayedPort)
    }

    // MARK: The thread

    /// Serves until it is told to stop.
    func run() {
        var tags = [UInt32](repeating: 0, count: 64)
        while stopping == nil {
            let count = sockets.wait(&tags, for: patience)
            for tag in tags[..<count] {
                switch tag {
                case DatagramLoop.bellTag: readLetters()
                case Self.listeningTag: read(tag, port: server.configuration.port)
                default:
                    let place = UInt16(tag - Self.firstRelayedTag)
                    read(tag, port: server.configuration.firstRelayedPort + place)
                }
            }
            expire()
            _ = openAndClosePorts()
            // What came together while sockets were read leaves together.
            sockets.flush()
        }
        stopping?.resume(returning: summary)
    }

    /// How long nothing need be done; nil for ever.
    private var patience: SimDuration? {
        server.nextTimeout.map { max($0 - clock.now, .zero) }
    }

    private func expire() {
        let now = clock.now
        if let due = server.nextTimeout, due <= now { server.handleTimeout(at: now) }
    }

    // MARK: What arrives

    private func read(_ tag: UInt32, port: UInt16) {
        let now = clock.now
        for index in 0..<sockets.read(tag: tag) {
            guard let source = sockets.source(index), let piece = sockets.piece(index) else {
                continue
            }
            piece.forEach { handle(Array($0), from: source, transport: .udp, at: port, now) }
        }
    }

    private func handle(
        _ bytes: consuming [UInt8], from source: TransportAddress, transport: TransportProtocol,
        at port: UInt16, _ now: SimTime
    ) {
        let local = TransportAddress(server.configuration.address, port: port)
        // Only a STUN message can open a port, and have to be handled again. Anything else is
        // moved on: what is forwarded keeps one owner.
        let request = bytes.first.map { $0 < 4 } == true ? bytes : []
        server.handle(bytes, from: source, transport: transport, to: local, at: now)
        if !request.isEmpty {
            for _ in 0..<Self.maximumPortAttempts where !openAndClosePorts() {
                server.handle(request, from: source, transport: transport, to: local, at: now)
            }
        }
        while let transmit = server.pollTransmit() { send(transmit) }
    }

    private func send(_ transmit: Transmit) {
        guard transmit.transport == .udp else { return sendOnConnection(transmit) }
        let port = transmit.source.port
        let tag =
            port == server.configuration.port ? Self.listeningTag : self.tag(ofRelayed: port)
        if !sockets.send(transmit.payload, to: transmit.destination, tag: tag) {
            counters.unsendable += 1
        }
    }

    private func sendOnConnection(_ transmit: Transmit) {
        let connection = RelayMailbox.Connection(
            client: transmit.destination, transport: transmit.transport)
        guard let channel = connections[connection] else {
            counters.unsendable += 1
            return
        }
        // What waits in a connection that is not read only grows old: media wants the newest.
        guard channel.isWritable else {
            counters.congested += 1
            return
        }
        channel.writeAndFlush(channel.allocator.buffer(bytes: transmit.payload), promise: nil)
    }

    // MARK: Relayed ports

    /// Opens and closes sockets as the server says; false when the host refused to open one.
    private func openAndClosePorts() -> Bool {
        for change in server.takePortChanges() {
            switch change.kind {
            case .opened:
                do throws(BoundSocket.Refusal) {
                    try open(change.port)
                } catch {
                    counters.refusedPorts += 1
                    server.withdraw(port: change.port)
                    while server.pollTransmit() != nil {}
                    return false
                }
            case .closed: sockets.remove(tag: tag(ofRelayed: change.port))
            }
            log?.write(change)
        }
        return true
    }

    private func open(_ port: UInt16) throws(BoundSocket.Refusal) {
        let address = TransportAddress(server.configuration.address, port: port)
        let socket = try BoundSocket(.datagram, at: address)
        socket.makeRoom(for: Self.waitingBytes)
        do throws(BoundSocket.Refusal) {
            try sockets.add(socket, tag: tag(ofRelayed: port))
        } catch {
            socket.close()
            throw error
        }
    }

    // MARK: Letters

    private func readLetters() {
        sockets.hearBell()
        for letter in mailbox.take() {
            switch letter {
            case .connected(let connection, let channel): connected(connection, channel)
            case .frame(let bytes, let connection): receive(bytes, connection)
            case .brokenStream: counters.brokenStreams += 1
            case .failedSecurity: counters.failedSecurity += 1
            case .disconnected(let connection, let channel): disconnected(connection, channel)
            case .summary(let continuation): continuation.resume(returning: summary)
            case .stop(let continuation): stopping = continuation
            }
        }
    }

    private var summary: RelayService.Summary {
        var counters = counters
        counters.congested += sockets.refused
        counters.truncated += sockets.truncated
        return RelayService.Summary(
            server: server.counters, sockets: counters, allocations: server.allocationCount)
    }

    private func connected(_ connection: RelayMailbox.Connection, _ channel: any Channel) {
        guard connections.count < Self.maximumConnections else {
            counters.refusedConnections += 1
            channel.close(promise: nil)
            return
        }
        counters.connections += 1
        connections[connection] = channel
    }

    private func receive(_ frame: [UInt8], _ connection: RelayMailbox.Connection) {
        guard connections[connection] != nil else { return }
        let configuration = server.configuration
        let port =
            connection.transport == .tls ? configuration.securePort : configuration.port
        handle(frame, from: connection.client, transport: connection.transport, at: port, clock.now)
    }

    private func disconnected(
        _ connection: RelayMailbox.Connection, _ channel: ObjectIdentifier
    ) {
        guard let known = connections[connection], ObjectIdentifier(known) == channel else {
            return
        }
        connections[connection] = nil
        server.connectionClosed(from: connection.client, transport: connection.transport)
        _ = openAndClosePorts()
    }
}
