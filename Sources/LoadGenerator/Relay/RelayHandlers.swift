import Addressing
import NIOCore
import TURN

/// Hands what clients send to the listening port to the shard.
final class ClientDatagrams: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    private let shard: RelayShard

    init(shard: RelayShard) { self.shard = shard }

    func channelActive(context: ChannelHandlerContext) { shard.listens(on: context.channel) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let source = TransportAddress(envelope.remoteAddress) else { return }
        shard.receive(envelope.data, fromClient: source)
    }

    /// An ICMP error about some client closes nothing: the port serves them all.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

/// Hands what peers send to a relayed port to the shard.
final class PeerDatagrams: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    private let shard: RelayShard
    private let port: UInt16

    init(shard: RelayShard, port: UInt16) {
        self.shard = shard
        self.port = port
    }

    func channelActive(context: ChannelHandlerContext) { shard.opened(port, context.channel) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let source = TransportAddress(envelope.remoteAddress) else { return }
        shard.receive(envelope.data, fromPeer: source, at: port)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

/// Cuts a client's connection into frames for the shard.
final class ClientConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let shard: RelayShard
    private let transport: TransportProtocol
    private var client: TransportAddress?
    private var frames = StreamFrames(acceptsFormerChannels: true)

    init(shard: RelayShard, transport: TransportProtocol) {
        self.shard = shard
        self.transport = transport
    }

    func channelActive(context: ChannelHandlerContext) {
        client = context.channel.remoteAddress.flatMap { TransportAddress($0) }
        if let client, shard.connected(client, transport, context.channel) { return }
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let client else { return }
        do throws(StreamFrames.Broken) {
            try frames.append(unwrapInboundIn(data).readableBytesView)
            while let frame = try frames.next() {
                shard.receive(frame: frame, from: client, transport: transport)
            }
        } catch {
            shard.countBrokenStream()
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let client { shard.disconnected(client, transport, context.channel) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
