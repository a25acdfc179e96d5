import NIOCore
import NIOPosix

/// How an event loop reads datagrams from a socket.
enum Datagrams {
    /// The longest datagram taken whole, in bytes. WebRTC stays below 1,500; more than a page is
    /// dropped, because a buffer for UDP's 65,507 in each of many sockets is memory for nothing.
    static let longest = 4_095
    /// Bytes reserved for one; one that fills them was perhaps cut off.
    static let room = longest + 1
    /// Datagrams read by one system call from a socket that many send to.
    static let vector = 32
    /// System calls before other sockets get their turn. A second one would mostly find nothing: what
    /// has come since, the event loop tells of again.
    static let reads: UInt = 1
    /// Kernel memory asked for to hold datagrams that wait, in bytes: 20 ms of a saturated core.
    static let waitingBytes = 4 << 20

    /// Options of a socket that one peer sends to.
    static func narrow(_ bootstrap: DatagramBootstrap) -> DatagramBootstrap {
        bootstrap
            .channelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: room)
            )
            .channelOption(.maxMessagesPerRead, value: reads)
    }

    /// Options of a socket that many send to.
    static func wide(_ bootstrap: DatagramBootstrap) -> DatagramBootstrap {
        bootstrap
            .channelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: room * vector)
            )
            .channelOption(.datagramVectorReadMessageCount, value: vector)
            .channelOption(.maxMessagesPerRead, value: reads)
            .channelOption(
                .writeBufferWaterMark,
                value: .init(low: waitingBytes / 2, high: waitingBytes))
    }

    /// Datagrams that the kernel may hand over in one piece (`UDP_GRO`), as many as were sent in
    /// one; the bytes of that piece.
    static let longestPiece = 65_536
    /// Pieces read by one system call.
    static let pieces = 8

    /// Options of a socket that takes pieces, for a few sockets that much is sent to.
    static func offloaded(_ bootstrap: DatagramBootstrap) -> DatagramBootstrap {
        wide(bootstrap)
            .channelOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: longestPiece * pieces)
            )
            .channelOption(.datagramVectorReadMessageCount, value: pieces)
            .channelOption(.datagramReceiveOffload, value: true)
            .channelOption(.datagramReceiveSegmentSize, value: true)
    }
}
