import Addressing
import Glibc
import NIOCore

extension TransportAddress {
    /// The same address in the project's terms; nil for a socket that is not of IP.
    init?(_ address: SocketAddress) {
        switch address {
        case .v4(let address):
            self.init(
                IPAddress(v4: UInt32(bigEndian: address.address.sin_addr.s_addr)),
                port: UInt16(bigEndian: address.address.sin_port))
        case .v6(let address):
            let bytes = withUnsafeBytes(of: address.address.sin6_addr) {
                ($0.load(as: UInt64.self), $0.load(fromByteOffset: 8, as: UInt64.self))
            }
            self.init(
                IPAddress(v6High: UInt64(bigEndian: bytes.0), low: UInt64(bigEndian: bytes.1)),
                port: UInt16(bigEndian: address.address.sin6_port))
        case .unixDomainSocket:
            return nil
        }
    }
}

extension SocketAddress {
    /// The same address in the sockets' terms, without its text: that is for nobody, and takes longer
    /// than all the rest.
    init(_ address: TransportAddress) {
        switch address.ip.family {
        case .v4:
            var raw = sockaddr_in()
            raw.sin_family = sa_family_t(AF_INET)
            raw.sin_port = address.port.bigEndian
            raw.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.ip.low).bigEndian
            self.init(raw, host: "")
        case .v6:
            var raw = sockaddr_in6()
            raw.sin6_family = sa_family_t(AF_INET6)
            raw.sin6_port = address.port.bigEndian
            withUnsafeMutableBytes(of: &raw.sin6_addr) {
                $0.storeBytes(of: address.ip.high.bigEndian, as: UInt64.self)
                $0.storeBytes(of: address.ip.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            self.init(raw, host: "")
        }
    }
}
