import Addressing
import NIOCore
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
        let opening = SocketOpening(loop: loop)
        guard target.transport == .udp else {
            return connect(opening)
                .flatMapThrowing { try attach(number, credentials, $0, nil, tell) }
        }
        do throws(BoundSocket.Refusal) {
            let socket = try BoundSocket(
                .datagram, at: TransportAddress(target.local, port: 0))
            socket.makeRoom(for: Datagrams.waitingBytes)
            return opening.datagrams(socket)
                .flatMapThrowing { try attach(number, credentials, $0, socket.local, tell) }
        } catch {
            return loop.makeFailedFuture(error)
        }
    }

    private func connect(_ opening: SocketOpening) -> EventLoopFuture<any Channel> {
        do throws(TLSFailure) {
            let security =
                target.transport == .tls
                ? try TLSContext.client(authorities: target.authorities) : nil
            return opening.connection(to: target.server, from: target.local, security)
        } catch {
            return loop.makeFailedFuture(error)
        }
    }

    private func attach(
        _ number: UInt64, _ credentials: Credentials, _ channel: any Channel,
        _ bound: TransportAddress?, _ tell: @escaping @Sendable (RelayClient.Signal) -> Void
    ) throws -> NIOLoopBound<RelayClient> {
        let local = bound ?? channel.localAddress.flatMap { TransportAddress($0) }
        guard let local else { throw ChannelError.unknownLocalAddress }
        let configuration = ClientConfiguration(
            server: target.server, transport: target.transport, local: local,
            credentials: credentials)
        let name = StreamName(
            seed: .random(in: .min ... .max), replication: 0, purpose: Self.purpose, entity: number)
        let client = RelayClient(
            Client(configuration: configuration, randomness: RandomStream(name)), on: channel,
            clock: clock, tell: tell)
        if target.transport == .udp {
            try channel.takeDatagrams { client.receive($0, from: $1) }
        } else {
            try channel.takeFrames(from: target.server) {
                client.receive($0, from: $1)
            } closed: {
                client.connectionClosed()
            }
        }
        return NIOLoopBound(client, eventLoop: channel.eventLoop)
    }
}
