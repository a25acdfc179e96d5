import Addressing

/// A transport address in 64 bits, as the tables of the network keep it: an IPv4 address and port
/// in 48 bits, or bit 63, 32 bits of subnet, 15 bits of interface and the port of an IPv6 address
/// inside ``block``.
@usableFromInline
struct Endpoint: Hashable, Sendable, BitwiseCopyable {
    /// The upper 32 bits of all IPv6 addresses here: 2001:db8::/32, which is for examples and never
    /// routed (RFC 3849). A /64 of it has 32 bits of subnet.
    @usableFromInline static var block: UInt64 { 0x2001_0db8 }
    /// Interface identifiers are below this.
    @usableFromInline static var interfaceLimit: UInt64 { 1 << 15 }

    @usableFromInline var bits: UInt64

    @inlinable
    init(bits: UInt64) { self.bits = bits }

    @inlinable
    init(ip: UInt32, port: UInt16) { bits = UInt64(ip) << 16 | UInt64(port) }

    /// The address as the tables have it; nil for an IPv6 address that nobody here can have.
    @inlinable
    init?(_ address: TransportAddress) {
        let ip = address.ip
        if ip.family == .v4 {
            bits = ip.low << 16 | UInt64(address.port)
        } else {
            guard ip.high >> 32 == Self.block, ip.low < Self.interfaceLimit else { return nil }
            bits = 1 << 63 | (ip.high & 0xffff_ffff) << 31 | ip.low << 16 | UInt64(address.port)
        }
    }

    @inlinable var isV6: Bool { bits >> 63 == 1 }
    /// The address without the port, in either family.
    @inlinable var host: UInt64 { bits & ~0xffff }
    @inlinable var ip: UInt32 { UInt32(truncatingIfNeeded: bits >> 16) }
    @inlinable var port: UInt16 { UInt16(truncatingIfNeeded: bits) }

    /// The same address with another port.
    @inlinable
    func with(port: UInt16) -> Endpoint { Endpoint(bits: host | UInt64(port)) }

    @inlinable var address: TransportAddress {
        guard isV6 else { return TransportAddress(IPAddress(v4: ip), port: port) }
        let subnet = bits >> 31 & 0xffff_ffff
        let interface = bits >> 16 & (Self.interfaceLimit - 1)
        return TransportAddress(
            IPAddress(v6High: Self.block << 32 | subnet, low: interface), port: port)
    }

    /// Port 0 of the IPv6 address of `interface` in `subnet`.
    static func v6(subnet: UInt32, interface: UInt32) -> Endpoint {
        Endpoint(bits: 1 << 63 | UInt64(subnet) << 31 | UInt64(interface) << 16)
    }
}
