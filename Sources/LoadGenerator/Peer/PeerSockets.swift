import Addressing
import NIOCore
import NIOPosix
import TURN

/// One party's sockets: a UDP socket, which is its host candidate, and a connection to each server
/// that it reaches over TCP.
///
/// A class, because handlers and party share it; it lives on its event loop.
final class PeerSockets {
    /// What arrives: bytes, from where, and by what.
    typealias Receiver = ([UInt8], TransportAddress, TransportProtocol) -> Void

    let loop: any EventLoop
    /// The host candidate.
    let base: TransportAddress
    private var datagrams: (any Channel)?
    private var connections: [TransportAddress: any Channel] = [:]
    /// Frames for servers whose connection is not there yet.
    private var waiting: [TransportAddress: [[UInt8]]] = [:]
    private let receiver: Receiver

    /// Frames that wait for a connection: an Allocate and its repetitions.
    private static let maximumWaiting = 16

    /// A party at `ip`; on its event loop.
    init(
        at ip: IPAddress, on loop: any EventLoop, receiver: @escaping Receiver
    ) throws(BoundSocket.Refusal) {
        let socket = try BoundSocket(.datagram, at: TransportAddress(ip, port: 0))
        self.loop = loop
        self.receiver = receiver
        base = socket.local
        let sockets = NIOLoopBound(self, eventLoop: loop)
        Datagrams.narrow(DatagramBootstrap(group: loop))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        PeerDatagramHandler(sockets.value))
                }
            }
            .withBoundSocket(socket.descriptor)
            .whenFailure { _ in socket.close() }
    }

    func opened(_ channel: any Channel) { datagrams = channel }

    func receive(_ bytes: [UInt8], _ source: TransportAddress, _ transport: TransportProtocol) {
        receiver(bytes, source, transport)
    }

    /// Sends a datagram from the host candidate, or a frame on the connection to a server.
    func send(_ transmit: Transmit) {
        if transmit.transport == .udp {
            guard let datagrams else { return }
            datagrams.writeAndFlush(
                AddressedEnvelope(
                    remoteAddress: SocketAddress(transmit.destination),
                    data: datagrams.allocator.buffer(bytes: transmit.payload)), promise: nil)
        } else if let connection = connections[transmit.destination] {
            connection.writeAndFlush(
                connection.allocator.buffer(bytes: transmit.payload), promise: nil)
        } else {
            connect(to: transmit.destination, then: transmit.payload)
        }
    }

    private func connect(to server: TransportAddress, then frame: [UInt8]) {
        if waiting[server] != nil {
            if waiting[server]!.count < Self.maximumWaiting { waiting[server]!.append(frame) }
            return
        }
        waiting[server] = [frame]
        let sockets = NIOLoopBound(self, eventLoop: loop)
        ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        PeerConnectionHandler(sockets.value, server: server))
                }
            }
            .connect(to: SocketAddress(server))
            .whenFailure { _ in sockets.value.waiting[server] = nil }
    }

    func connected(_ channel: any Channel, to server: TransportAddress) {
        connections[server] = channel
        for frame in waiting.removeValue(forKey: server) ?? [] {
            channel.write(channel.allocator.buffer(bytes: frame), promise: nil)
        }
        channel.flush()
    }

    func disconnected(from server: TransportAddress) { connections[server] = nil }

    func close() {
        datagrams?.close(promise: nil)
        for connection in connections.values { connection.close(promise: nil) }
    }
}

/// Hands a party what comes to its host candidate.
private final class PeerDatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    private let sockets: PeerSockets

    init(_ sockets: PeerSockets) { self.sockets = sockets }

    func channelActive(context: ChannelHandlerContext) { sockets.opened(context.channel) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let source = TransportAddress(envelope.remoteAddress) else { return }
        sockets.receive(Array(envelope.data.readableBytesView), source, .udp)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

/// Hands a party the frames of its connection to a relay.
private final class PeerConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let sockets: PeerSockets
    private let server: TransportAddress
    private var frames = StreamFrames()

    init(_ sockets: PeerSockets, server: TransportAddress) {
        self.sockets = sockets
        self.server = server
    }

    func channelActive(context: ChannelHandlerContext) {
        sockets.connected(context.channel, to: server)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do throws(StreamFrames.Broken) {
            try frames.append(unwrapInboundIn(data).readableBytesView)
            while let frame = try frames.next() { sockets.receive(frame, server, .tcp) }
        } catch {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { sockets.disconnected(from: server) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
