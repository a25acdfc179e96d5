import Addressing
import CDatagrams
import Glibc
import NIOConcurrencyHelpers
import NIOCore
import TURN

/// What others tell the thread of a shard: the event loop of connections, and who runs the service.
///
/// A class, because both sides share it.
final class RelayMailbox: Sendable {
    /// One client over TCP or TLS.
    struct Connection: Hashable, Sendable {
        let client: TransportAddress
        let transport: TransportProtocol
    }

    enum Letter: Sendable {
        case connected(Connection, any Channel)
        case frame([UInt8], Connection)
        case brokenStream
        case failedSecurity
        case disconnected(Connection, ObjectIdentifier)
        case summary(CheckedContinuation<RelayService.Summary, Never>)
        case stop(CheckedContinuation<RelayService.Summary, Never>)
    }

    private let letters = NIOLockedValueBox<[Letter]>([])
    private let bell: CInt

    /// Rings `bell` when a letter comes into an empty box.
    init(bell: CInt) { self.bell = bell }

    func put(_ letter: Letter) {
        let wasEmpty = letters.withLockedValue { letters in
            letters.append(letter)
            return letters.count == 1
        }
        if wasEmpty { datagrams_bell_ring(bell) }
    }

    /// All letters, in the order in which they came.
    func take() -> [Letter] {
        letters.withLockedValue { letters in
            var taken: [Letter] = []
            swap(&taken, &letters)
            return taken
        }
    }
}
