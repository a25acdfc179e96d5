import Addressing
import NIOCore
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
        let socket = try BoundSocket(.datagram, at: TransportAddress(ip, port: 0))
        socket.makeRoom(for: Datagrams.waitingBytes)
        let channel = try await SocketOpening(loop: loop).datagrams(socket)
            .flatMapThrowing { channel in
                try channel.takeDatagrams { signals.yield(.peer(number, from: $1, $0)) }
                return channel
            }.get()
        return (channel, socket.local)
    }
}
