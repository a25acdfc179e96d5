import Addressing
import NIOCore
import TURN

/// One allocation of a load, with what datagrams in both directions need.
///
/// A class, because the drive and the client's observer share it; it lives on the event loop.
final class LoadFlow {
    let index: Int
    /// The peer's place among the sockets of peers.
    let peer: Int
    var client: RelayClient?
    var relayed: SocketAddress?
    var channelNumber: UInt16 = 0
    var isReady = false
    /// Datagrams sent in the measured time, and the highest number that came, by direction.
    var sent: (fromClient: UInt64, fromPeer: UInt64) = (0, 0)
    var highest: (fromClient: UInt64, fromPeer: UInt64) = (0, 0)

    init(_ index: Int, peer: Int) {
        self.index = index
        self.peer = peer
    }
}

/// Cuts what the kernel handed over in one piece into datagrams.
struct Pieces {
    /// Calls `body` with each datagram of `buffer`.
    @inline(__always)
    static func forEach(
        in buffer: ByteBuffer, _ metadata: AddressedEnvelope<ByteBuffer>.Metadata?,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        buffer.withUnsafeReadableBytes { bytes in
            guard let size = metadata?.segmentSize, size > 0, size < bytes.count else {
                return body(bytes)
            }
            var start = 0
            while start < bytes.count {
                let end = min(start + size, bytes.count)
                body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                start = end
            }
        }
    }
}
