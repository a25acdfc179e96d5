import Addressing
import NIOCore
import NIOPosix
import TURN

/// Opens what a probe needs: clients of the relay, and peers behind it.
struct ProbeSockets: Sendable {
    let target: RelayTarget
    let loop: any EventLoop
    let clock: WallClock
    let signals: AsyncStream<RelayClient.Signal>.Continuation

    /// A client with a socket of its own. `number` tells its random numbers from others'.
    func openClient(
        _ number: UInt64, credentials: Credentials
    ) async throws -> NIOLoopBound<RelayClient> {
        let opening = RelayClientOpening(target: target, clock: clock, loop: loop)
        let signals = signals
        return try await opening.open(number, credentials) { signals.yield($0) }.get()
    }

    /// A peer at `ip` that tells what comes to it; its channel and its address.
    func openPeer(
        _ number: Int, at ip: IPAddress
    ) async throws -> (channel: any Channel, address: TransportAddress) {
        let signals = signals
        let channel = try await Datagrams.narrow(DatagramBootstrap(group: loop))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        ProbePeerDatagrams(number, signals: signals))
                }
            }
            .bind(to: SocketAddress(TransportAddress(ip, port: 0))).get()
        guard let address = channel.localAddress.flatMap({ TransportAddress($0) }) else {
            throw ChannelError.unknownLocalAddress
        }
        return (channel, address)
    }
}

/// Tells what comes to a peer.
private final class ProbePeerDatagrams: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    private let number: Int
    private let signals: AsyncStream<RelayClient.Signal>.Continuation

    init(_ number: Int, signals: AsyncStream<RelayClient.Signal>.Continuation) {
        self.number = number
        self.signals = signals
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let source = TransportAddress(envelope.remoteAddress) else { return }
        signals.yield(.peer(number, from: source, Array(envelope.data.readableBytesView)))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
