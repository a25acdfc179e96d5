import Addressing
import NIOCore
import TURN

/// Cuts a client's connection into frames for the shard that serves it.
final class ClientConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let mailbox: RelayMailbox
    private let transport: TransportProtocol
    private var connection: RelayMailbox.Connection?
    private var frames = StreamFrames(acceptsFormerChannels: true)

    init(_ mailbox: RelayMailbox, transport: TransportProtocol) {
        self.mailbox = mailbox
        self.transport = transport
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let client = context.channel.remoteAddress.flatMap({ TransportAddress($0) }) else {
            return context.close(promise: nil)
        }
        let connection = RelayMailbox.Connection(client: client, transport: transport)
        self.connection = connection
        mailbox.put(.connected(connection, context.channel))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let connection else { return }
        do throws(StreamFrames.Broken) {
            try frames.append(unwrapInboundIn(data).readableBytesView)
            while let frame = try frames.next() { mailbox.put(.frame(frame, connection)) }
        } catch {
            mailbox.put(.brokenStream)
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        guard let connection else { return }
        mailbox.put(.disconnected(connection, ObjectIdentifier(context.channel)))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is TLSFailure { mailbox.put(.failedSecurity) }
        context.close(promise: nil)
    }
}
