import Addressing
import Glibc
import NIOCore

/// A socket of the host that has its address, for an event loop to take over.
///
/// Binding here, not in the event loop, is one step: whether the host agrees is known before a
/// protocol machine is told or a client answered.
struct BoundSocket: Sendable {
    /// What the host said.
    struct Refusal: Error, Hashable, Sendable {
        let code: CInt
        var text: String { String(cString: strerror(code)) }
    }

    enum Kind { case datagram, listening }

    /// Connections the kernel completes before they are taken.
    private static let backlog: CInt = 1024

    let descriptor: CInt
    /// Where it is bound, with the port that the host chose.
    let local: TransportAddress

    /// Binds to `address`; with `sharesPort`, others may bind there too and the kernel spreads what
    /// arrives among them.
    init(_ kind: Kind, at address: TransportAddress, sharesPort: Bool = false) throws(Refusal) {
        let type = kind == .datagram ? SOCK_DGRAM : SOCK_STREAM
        let flags = Int32(type.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.ip.family == .v4 ? AF_INET : AF_INET6, flags, 0)
        guard descriptor >= 0 else { throw Refusal(code: errno) }
        do throws(Refusal) {
            if kind == .listening { try Self.set(SO_REUSEADDR, on: descriptor) }
            if sharesPort { try Self.set(SO_REUSEPORT, on: descriptor) }
            let bound = SocketAddress(address).withSockAddr { pointer, length in
                bind(descriptor, pointer, socklen_t(length))
            }
            guard bound == 0 else { throw Refusal(code: errno) }
            if kind == .listening, listen(descriptor, Self.backlog) != 0 {
                throw Refusal(code: errno)
            }
            local = TransportAddress(address.ip, port: try Self.port(of: descriptor))
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    /// Gives it back to the host, for want of an event loop.
    func close() { Glibc.close(descriptor) }

    /// Asks for room for `bytes` of waiting datagrams: beyond the host's limit where that is allowed,
    /// else up to it.
    func makeRoom(for bytes: Int) {
        var size = CInt(clamping: bytes)
        let length = socklen_t(MemoryLayout<CInt>.size)
        if setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, length) != 0 {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, length)
        }
    }

    /// Datagrams that the kernel dropped because they were not read in time.
    var drops: Int64 {
        // SK_MEMINFO_DROPS is the last of nine numbers that SO_MEMINFO gives (linux/sock_diag.h).
        var figures = [UInt32](repeating: 0, count: 9)
        var length = socklen_t(figures.count * MemoryLayout<UInt32>.size)
        let result = getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, &figures, &length)
        return result == 0 ? Int64(figures[8]) : 0
    }

    private static func set(_ option: CInt, on descriptor: CInt) throws(Refusal) {
        var on: CInt = 1
        let size = socklen_t(MemoryLayout<CInt>.size)
        guard setsockopt(descriptor, SOL_SOCKET, option, &on, size) == 0 else {
            throw Refusal(code: errno)
        }
    }

    private static func port(of descriptor: CInt) throws(Refusal) -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &length)
            }
        }
        guard result == 0 else { throw Refusal(code: errno) }
        // The port stands in the same place in both families.
        return withUnsafeBytes(of: &storage) {
            UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))
        }
    }
}
