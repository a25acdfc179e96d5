import Addressing
import NIOCore
import NIOPosix
import Quantities
import TURN

extension LoadDrive {
    /// Allocations asked for at the same time: a burst that a server's socket holds.
    private static let openingAtOnce = 32
    /// How long one may take: five repetitions of a lost request.
    static let patience = TimeAmount.seconds(20)
    /// Up to so many sockets have room for pieces of 64 kB.
    private static let maximumOffloaded = 64

    private var reads: @Sendable (DatagramBootstrap) -> DatagramBootstrap {
        flows.count <= Self.maximumOffloaded ? Datagrams.offloaded : Datagrams.wide
    }

    /// Opens the peers' sockets.
    func openPeers() -> EventLoopFuture<Void> {
        let drive = NIOLoopBound(self, eventLoop: loop)
        let openings = (0..<Self.peerCount(load)).map { _ -> EventLoopFuture<Void> in
            do throws(BoundSocket.Refusal) {
                let socket = try BoundSocket(
                    .datagram, at: TransportAddress(load.target.local, port: 0))
                socket.makeRoom(for: Datagrams.waitingBytes)
                return Datagrams.offloaded(DatagramBootstrap(group: loop))
                    .channelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(
                                LoadPeerDatagrams(drive.value))
                        }
                    }
                    .withBoundSocket(socket.descriptor)
                    .map { drive.value.peers.append((channel: $0, socket: socket)) }
            } catch {
                return loop.makeFailedFuture(error)
            }
        }
        return EventLoopFuture.andAllSucceed(openings, on: loop)
    }

    /// Opens all allocations with their channels, some at a time.
    func openFlows(from first: Int = 0) -> EventLoopFuture<Void> {
        guard first < flows.count else { return loop.makeSucceededVoidFuture() }
        let drive = NIOLoopBound(self, eventLoop: loop)
        let next = min(first + Self.openingAtOnce, flows.count)
        let openings = (first..<next).map { open(flows[$0]) }
        return EventLoopFuture.andAllSucceed(openings, on: loop)
            .flatMap { drive.value.openFlows(from: next) }
    }

    private func open(_ flow: LoadFlow) -> EventLoopFuture<Void> {
        let ready = loop.makePromise(of: Void.self)
        let drive = NIOLoopBound(self, eventLoop: loop)
        let bound = NIOLoopBound(flow, eventLoop: loop)
        let index = flow.index
        loop.scheduleTask(in: Self.patience) {
            ready.fail(RelayLoadFailure.noAnswer(allocation: index))
        }
        let opening = RelayClientOpening(
            target: load.target, clock: clock, loop: loop, reads: reads)
        opening.open(UInt64(index), load.target.credentials(for: "load")) { signal in
            drive.value.take(signal, of: bound.value, ready)
        }.whenComplete { result in
            switch result {
            case .failure(let error): ready.fail(error)
            case .success(let client):
                let flow = bound.value
                flow.client = client.value
                let drive = drive.value
                client.value.tap = { drive.receive($0, $1, at: flow) }
                client.value.act { $0.allocate(at: $1) }
            }
        }
        return ready.futureResult
    }

    private func take(
        _ signal: RelayClient.Signal, of flow: LoadFlow, _ ready: EventLoopPromise<Void>
    ) {
        guard case .event(let event) = signal else { return }
        switch event {
        case .allocated(let relayed, _):
            flow.relayed = SocketAddress(relayed)
            let peer = peers[flow.peer].socket.local
            flow.client?.act { _ = $0.bindChannel(to: peer, at: $1) }
        case .channelBound(let peer):
            flow.channelNumber = flow.client?.machine.channel(to: peer) ?? 0
            flow.isReady = true
            ready.succeed()
        case .failed(let failure), .channelRefused(_, let failure):
            ready.fail(RelayLoadFailure.refused(allocation: flow.index, "\(failure)"))
        case .redirected(let other):
            // The figures would be those of a server that nobody named.
            ready.fail(RelayLoadFailure.refused(allocation: flow.index, "sent to \(other)"))
        case .permissionsInstalled, .permissionsRefused, .released: break
        }
    }

    /// Gives all allocations back, and closes the sockets a moment later.
    func release() -> EventLoopFuture<Void> {
        abandon()
        for flow in flows { flow.client?.act { $0.release(at: $1) } }
        let drive = NIOLoopBound(self, eventLoop: loop)
        return loop.scheduleTask(in: .milliseconds(300)) {
            for flow in drive.value.flows {
                flow.client?.close()
                flow.client = nil
            }
            for peer in drive.value.peers { peer.channel.close(promise: nil) }
        }.futureResult
    }
}

/// Hands the drive what comes to a peer.
final class LoadPeerDatagrams: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    private let drive: LoadDrive

    init(_ drive: LoadDrive) { self.drive = drive }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        drive.receive(atPeer: envelope.data, envelope.metadata)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
