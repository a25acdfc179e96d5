import Addressing
import NIOCore
import NIOPosix
import Quantities
import TURN

/// One event loop's share of a relay: a TURN server with its sockets.
///
/// A class, because all handlers of its sockets share it; it lives on its event loop alone.
final class RelayShard {
    private struct Connection: Hashable {
        let client: TransportAddress
        let transport: TransportProtocol
    }

    let loop: any EventLoop
    let clock: WallClock
    private(set) var server: Server
    private(set) var counters = SocketCounters()
    private let log: RelayLog?
    private var listener: (any Channel)?
    private var connectionListener: (any Channel)?
    private var connections: [Connection: any Channel] = [:]
    /// The sockets of relayed ports, by distance from the first.
    private var relayed: [(any Channel)?]
    private var unflushed: [any Channel] = []
    private var timer: Scheduled<Void>?
    private var timerDue: SimTime?

    /// Connections one event loop keeps open: as many as there are relayed ports.
    static let maximumConnections = 16_384
    /// Ports tried for one request when the host refuses them, one after another.
    static let maximumPortAttempts = 64

    init(loop: any EventLoop, clock: WallClock, server: Server, log: RelayLog?) {
        self.loop = loop
        self.clock = clock
        self.server = server
        self.log = log
        relayed = Array(repeating: nil, count: server.configuration.relayedPortCount)
    }

    // MARK: What arrives

    /// Takes a client's datagram from the listening port.
    func receive(_ datagram: ByteBuffer, fromClient source: TransportAddress) {
        receive(datagram, from: source, at: server.configuration.port)
    }

    /// Takes a peer's datagram from the relayed port `port`.
    func receive(_ datagram: ByteBuffer, fromPeer source: TransportAddress, at port: UInt16) {
        receive(datagram, from: source, at: port)
    }

    private func receive(_ datagram: ByteBuffer, from source: TransportAddress, at port: UInt16) {
        guard datagram.readableBytes <= Datagrams.longest else {
            counters.oversized += 1
            return
        }
        handle(Array(datagram.readableBytesView), from: source, transport: .udp, at: port)
    }

    /// Takes a whole frame of a client's connection.
    func receive(
        frame: consuming [UInt8], from client: TransportAddress, transport: TransportProtocol
    ) {
        let configuration = server.configuration
        let port = transport == .tls ? configuration.securePort : configuration.port
        handle(frame, from: client, transport: transport, at: port)
    }

    private func handle(
        _ bytes: consuming [UInt8], from source: TransportAddress, transport: TransportProtocol,
        at port: UInt16
    ) {
        let now = clock.now
        let local = TransportAddress(server.configuration.address, port: port)
        // Only a STUN message can open a port, and have to be handled again. Anything else is
        // moved on: what is forwarded keeps one owner.
        let request = bytes.first.map { $0 < 4 } == true ? bytes : []
        server.handle(bytes, from: source, transport: transport, to: local, at: now)
        for _ in 0..<Self.maximumPortAttempts where !openAndClosePorts() {
            server.handle(request, from: source, transport: transport, to: local, at: now)
        }
        send()
        schedule()
    }

    // MARK: What is sent

    private func send() {
        while let transmit = server.pollTransmit() {
            guard let channel = channel(for: transmit) else {
                counters.unsendable += 1
                continue
            }
            // What waits in a connection that is not read, or for a socket that is full, only
            // grows old: media wants the newest.
            guard channel.isWritable else {
                counters.congested += 1
                continue
            }
            if unflushed.isEmpty { loop.assumeIsolated().execute { [self] in flush() } }
            if unflushed.last !== channel { unflushed.append(channel) }
            let data = channel.allocator.buffer(bytes: transmit.payload)
            if transmit.transport == .udp {
                channel.write(
                    AddressedEnvelope(
                        remoteAddress: SocketAddress(transmit.destination), data: data),
                    promise: nil)
            } else {
                channel.write(data, promise: nil)
            }
        }
    }

    private func channel(for transmit: Transmit) -> (any Channel)? {
        guard transmit.transport == .udp else {
            return connections[
                Connection(client: transmit.destination, transport: transmit.transport)]
        }
        if transmit.source.port == server.configuration.port { return listener }
        return relayed[Int(transmit.source.port - server.configuration.firstRelayedPort)]
    }

    /// Hands over to the kernel all that came together while sockets were read.
    private func flush() {
        for channel in unflushed { channel.flush() }
        unflushed.removeAll(keepingCapacity: true)
    }

    // MARK: Relayed ports

    /// Opens and closes sockets as the server says; false when the host refused to open one.
    private func openAndClosePorts() -> Bool {
        for change in server.takePortChanges() {
            switch change.kind {
            case .opened:
                guard open(change.port) else {
                    counters.refusedPorts += 1
                    server.withdraw(port: change.port)
                    while server.pollTransmit() != nil {}
                    return false
                }
            case .closed:
                let place = Int(change.port - server.configuration.firstRelayedPort)
                relayed[place]?.close(promise: nil)
                relayed[place] = nil
            }
            log?.write(change)
        }
        return true
    }

    private func open(_ port: UInt16) -> Bool {
        let address = TransportAddress(server.configuration.address, port: port)
        guard let socket = try? BoundSocket(.datagram, at: address) else { return false }
        let shard = NIOLoopBound(self, eventLoop: loop)
        Datagrams.narrow(DatagramBootstrap(group: loop))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        PeerDatagrams(shard: shard.value, port: port))
                }
            }
            .withBoundSocket(socket.descriptor)
            .whenFailure { _ in socket.close() }
        return true
    }

    func opened(_ port: UInt16, _ channel: any Channel) {
        relayed[Int(port - server.configuration.firstRelayedPort)] = channel
    }

    // MARK: Listening sockets and connections

    func listens(on channel: any Channel) { listener = channel }

    func listens(forConnections channel: any Channel) { connectionListener = channel }

    /// Whether one more connection is taken.
    func connected(
        _ client: TransportAddress, _ transport: TransportProtocol, _ channel: any Channel
    ) -> Bool {
        guard connections.count < Self.maximumConnections else {
            counters.refusedConnections += 1
            return false
        }
        counters.connections += 1
        connections[Connection(client: client, transport: transport)] = channel
        return true
    }

    func disconnected(
        _ client: TransportAddress, _ transport: TransportProtocol, _ channel: any Channel
    ) {
        let connection = Connection(client: client, transport: transport)
        guard connections[connection] === channel else { return }
        connections[connection] = nil
        server.connectionClosed(from: client, transport: transport)
        _ = openAndClosePorts()
    }

    func countBrokenStream() { counters.brokenStreams += 1 }

    // MARK: Time

    /// Sets the timer for the server's first deadline. A deadline that moved later is found when
    /// the timer fires: refreshes are many, expiries few.
    private func schedule() {
        guard let due = server.nextTimeout else { return }
        if let timerDue, timerDue <= due { return }
        timer?.cancel()
        timerDue = due
        let shard = NIOLoopBound(self, eventLoop: loop)
        timer = loop.scheduleTask(deadline: clock.deadline(of: due)) { shard.value.expire() }
    }

    private func expire() {
        timerDue = nil
        server.handleTimeout(at: clock.now)
        _ = openAndClosePorts()
        schedule()
    }

    /// Closes every socket.
    func stop() {
        timer?.cancel()
        listener?.close(promise: nil)
        connectionListener?.close(promise: nil)
        for channel in relayed { channel?.close(promise: nil) }
        for channel in connections.values { channel.close(promise: nil) }
    }
}
