import Addressing
import NIOCore
import NIOPosix
import TURN

/// Opens sockets on an event loop: for datagrams, and for frames to and from a relay.
struct SocketOpening: Sendable {
    let loop: any EventLoop

    /// Takes `socket` over; closes it when the event loop cannot.
    func datagrams(_ socket: BoundSocket) -> EventLoopFuture<any Channel> {
        let opening = Datagrams.options(DatagramBootstrap(group: loop))
            .withBoundSocket(socket.descriptor)
        opening.whenFailure { _ in socket.close() }
        return opening
    }

    /// A connection to `server`, from an address of this host where one is given; over TLS with
    /// `security`, then once the handshake is over.
    func connection(
        to server: TransportAddress, from local: IPAddress? = nil, _ security: TLSContext? = nil
    ) -> EventLoopFuture<any Channel> {
        var bootstrap = ClientBootstrap(group: loop).channelOption(
            .tcpOption(.tcp_nodelay), value: 1)
        if let local {
            bootstrap = bootstrap.bind(to: SocketAddress(TransportAddress(local, port: 0)))
        }
        guard let security else { return bootstrap.connect(to: SocketAddress(server)) }
        let established = loop.makePromise(of: Void.self)
        let connecting =
            bootstrap
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        TLSHandler(security, server: server.ip, established: established))
                }
            }
            .connect(to: SocketAddress(server))
        connecting.whenFailure { established.fail($0) }
        return connecting.and(established.futureResult).map { $0.0 }
    }
}

extension Channel {
    /// Who hears of what arrives: bytes, and from where.
    typealias Receiver = ([UInt8], TransportAddress) -> Void

    /// Hands over datagrams as they come; on the event loop.
    func takeDatagrams(_ receive: @escaping Receiver) throws {
        try pipeline.syncOperations.addHandler(DatagramHandler(receive))
    }

    /// Hands over the frames of a connection to `server`, and tells its end; on the event loop.
    func takeFrames(
        from server: TransportAddress, _ receive: @escaping Receiver, closed: @escaping () -> Void
    ) throws {
        try pipeline.syncOperations.addHandler(FrameHandler(server, receive, closed: closed))
    }

    /// Lets a message of a protocol machine wait for the next flush, as a datagram or on a connection.
    func write(_ transmit: Transmit) {
        let data = allocator.buffer(bytes: transmit.payload)
        if transmit.transport == .udp {
            let destination = SocketAddress(transmit.destination)
            write(AddressedEnvelope(remoteAddress: destination, data: data), promise: nil)
        } else {
            write(data, promise: nil)
        }
    }
}

/// Hands over what comes to a UDP socket.
private final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    private let receive: Channel.Receiver

    init(_ receive: @escaping Channel.Receiver) { self.receive = receive }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let source = TransportAddress(envelope.remoteAddress) else { return }
        receive(Array(envelope.data.readableBytesView), source)
    }

    /// What the network answers to a datagram (a port that is closed) ends nothing.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

/// Cuts a connection to a relay into frames, and hands them over.
private final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let server: TransportAddress
    private let receive: Channel.Receiver
    private let closed: () -> Void
    private var frames = StreamFrames()

    init(
        _ server: TransportAddress, _ receive: @escaping Channel.Receiver,
        closed: @escaping () -> Void
    ) {
        self.server = server
        self.receive = receive
        self.closed = closed
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do throws(StreamFrames.Broken) {
            try frames.append(unwrapInboundIn(data).readableBytesView)
            while let frame = try frames.next() { receive(frame, server) }
        } catch {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { closed() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
