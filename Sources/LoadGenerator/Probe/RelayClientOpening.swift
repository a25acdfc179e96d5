import Addressing
import NIOCore
import NIOPosix
import Quantities
import RandomStreams
import TURN

/// Opens clients of a relay, each with a socket of its own.
struct RelayClientOpening: Sendable {
    let target: RelayTarget
    let clock: WallClock
    let loop: any EventLoop

    private static let purpose = StreamPurpose(rawValue: 2)

    /// A client that tells what happens to it. `number` tells its random numbers from others'.
    func open(
        _ number: UInt64, _ credentials: Credentials,
        tell: @escaping @Sendable (RelayClient.Signal) -> Void
    ) -> EventLoopFuture<NIOLoopBound<RelayClient>> {
        let local = TransportAddress(target.local, port: 0)
        guard target.transport == .udp else {
            return ClientBootstrap(group: loop).bind(to: SocketAddress(local))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(to: SocketAddress(target.server))
                .flatMapThrowing { try attach(number, credentials, $0, nil, tell) }
        }
        do throws(BoundSocket.Refusal) {
            let socket = try BoundSocket(.datagram, at: local)
            socket.makeRoom(for: Datagrams.waitingBytes)
            let opening = Datagrams.narrow(DatagramBootstrap(group: loop))
                .withBoundSocket(socket.descriptor)
            opening.whenFailure { _ in socket.close() }
            return opening.flatMapThrowing { try attach(number, credentials, $0, socket, tell) }
        } catch {
            return loop.makeFailedFuture(error)
        }
    }

    private func attach(
        _ number: UInt64, _ credentials: Credentials, _ channel: any Channel,
        _ socket: BoundSocket?,
        _ tell: @escaping @Sendable (RelayClient.Signal) -> Void
    ) throws -> NIOLoopBound<RelayClient> {
        let local = socket?.local ?? channel.localAddress.flatMap { TransportAddress($0) }
        guard let local else { throw ChannelError.unknownLocalAddress }
        let configuration = ClientConfiguration(
            server: target.server, transport: target.transport, local: local,
            credentials: credentials)
        let name = StreamName(
            seed: .random(in: .min ... .max), replication: 0, purpose: Self.purpose, entity: number)
        let client = RelayClient(
            Client(configuration: configuration, randomness: RandomStream(name)), on: channel,
            clock: clock, tell: tell)
        let handler: any ChannelHandler =
            target.transport == .udp
            ? RelayClientDatagrams(client)
            : RelayClientConnection(client, server: target.server)
        try channel.pipeline.syncOperations.addHandler(handler)
        return NIOLoopBound(client, eventLoop: channel.eventLoop)
    }
}
