import Addressing
import NIOCore

/// Speaks TLS on a connection: those further on see what it protects, and see the connection as active
/// once the handshake is over.
final class TLSHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long a handshake may take: two repetitions of a segment that was lost.
    static let patience = TimeAmount.seconds(10)

    private var stream: TLSStream
    private let isServer: Bool
    /// Hears how the handshake ended.
    private var established: EventLoopPromise<Void>?
    private var wasEstablished = false
    private var patience: Scheduled<Void>?

    /// An end as `context` says; a client names the server that it means to reach.
    init(
        _ context: TLSContext, server: IPAddress? = nil, established: EventLoopPromise<Void>? = nil
    ) {
        stream = TLSStream(context, server: server)
        isServer = context.isServer
        self.established = established
    }

    func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        patience = context.eventLoop.scheduleTask(in: Self.patience) {
            bound.value.handler.fail(TLSFailure.impatient, bound.value.context)
        }
        guard !isServer else { return }
        attempt(context) { stream throws(TLSFailure) in try stream.start() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        var plain: [UInt8] = []
        attempt(context) { stream throws(TLSFailure) in
            plain = try buffer.withUnsafeReadableBytes { bytes in
                Result { () throws(TLSFailure) in try stream.receive(bytes) }
            }.get()
        }
        if stream.isEstablished, !wasEstablished {
            wasEstablished = true
            patience?.cancel()
            established?.succeed()
            established = nil
            context.fireChannelActive()
        }
        if !plain.isEmpty { context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: plain))) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        do throws(TLSFailure) {
            let result = unwrapOutboundIn(data).withUnsafeReadableBytes { bytes in
                Result { () throws(TLSFailure) in try stream.send(bytes) }
            }
            try result.get()
            let protected = ByteBuffer(bytes: stream.takeOutgoing())
            context.write(wrapOutboundOut(protected), promise: promise)
        } catch {
            promise?.fail(error)
            fail(error, context)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if wasEstablished {
            stream.close()
            sendOutgoing(context)
        }
        context.close(mode: mode, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        patience?.cancel()
        established?.fail(ChannelError.eof)
        established = nil
        if wasEstablished { context.fireChannelInactive() }
    }

    private func attempt(
        _ context: ChannelHandlerContext,
        _ action: (inout TLSStream) throws(TLSFailure) -> Void
    ) {
        do throws(TLSFailure) {
            try action(&stream)
            sendOutgoing(context)
        } catch {
            sendOutgoing(context)  // the alert
            fail(error, context)
        }
    }

    private func sendOutgoing(_ context: ChannelHandlerContext) {
        let bytes = stream.takeOutgoing()
        guard !bytes.isEmpty else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    private func fail(_ failure: TLSFailure, _ context: ChannelHandlerContext) {
        guard !(failure == .impatient && wasEstablished) else { return }
        established?.fail(failure)
        established = nil
        context.fireErrorCaught(failure)
        context.close(promise: nil)
    }
}
