import NIOCore
import NIOPosix

/// How an event loop reads datagrams from a socket.
enum Datagrams {
    /// Bytes reserved for one: for the longest there is, so that none is cut off.
    static let room = 65_536
    /// System calls before other sockets get their turn. A second one would mostly find nothing: what
    /// has come since, the event loop tells of again.
    static let reads: UInt = 1
    /// Kernel memory asked for to hold datagrams that wait, in bytes: 20 ms of a saturated core.
    static let waitingBytes = 4 << 20

    /// Options of a socket.
    static func options(_ bootstrap: DatagramBootstrap) -> DatagramBootstrap {
        bootstrap
            .channelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: room)
            )
            .channelOption(.maxMessagesPerRead, value: reads)
    }
}
