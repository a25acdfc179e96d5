/// An IP address with a port (RFC 8445 §4: the transport protocol is named beside it).
public struct TransportAddress: Hashable, Sendable, BitwiseCopyable {
    /// The IP address.
    public var ip: IPAddress
    /// The port, 0…65535.
    public var port: UInt16

    /// The address `ip`:`port`.
    @inlinable
    public init(_ ip: IPAddress, port: UInt16) {
        self.ip = ip
        self.port = port
    }
}

extension TransportAddress: CustomStringConvertible {
    /// `192.0.2.1:3478` or `[2001:db8::1]:3478`.
    public var description: String {
        ip.family == .v4 ? "\(ip):\(port)" : "[\(ip)]:\(port)"
    }
}

/// What carries a datagram between two transport addresses.
public enum TransportProtocol: UInt8, Hashable, Sendable, BitwiseCopyable {
    /// User datagrams: unordered, lossy.
    case udp
    /// A TCP stream.
    case tcp
    /// TLS over TCP.
    case tls
}
