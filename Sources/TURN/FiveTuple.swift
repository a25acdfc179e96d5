import Addressing

/// What identifies a client to a server (RFC 8656 §2): the client's address and port as the server
/// sees them, the server's port and the transport. The server's address is its only one of that
/// family.
struct FiveTuple: Hashable, Sendable, BitwiseCopyable {
    /// The client's address, upper and lower half.
    let first: UInt64
    let second: UInt64
    /// Client port, server port, address family and transport.
    let rest: UInt64

    init(client: TransportAddress, serverPort: UInt16, transport: TransportProtocol) {
        first = client.ip.high
        second = client.ip.low
        rest =
            UInt64(client.port) << 32 | UInt64(serverPort) << 16
            | UInt64(client.ip.family.rawValue) << 8 | UInt64(transport.rawValue)
    }

    /// The client's address family, which is the server's.
    var family: IPAddress.Family {
        rest >> 8 & 0xFF == UInt64(IPAddress.Family.v4.rawValue) ? .v4 : .v6
    }

    /// The client's transport address.
    var client: TransportAddress {
        TransportAddress(
            family == .v4
                ? IPAddress(v4: UInt32(truncatingIfNeeded: second))
                : IPAddress(v6High: first, low: second),
            port: UInt16(truncatingIfNeeded: rest >> 32))
    }

    /// The server's port.
    var serverPort: UInt16 { UInt16(truncatingIfNeeded: rest >> 16) }

    /// What carries the client leg.
    var transport: TransportProtocol {
        TransportProtocol(rawValue: UInt8(truncatingIfNeeded: rest))!
    }

    static func == (a: FiveTuple, b: FiveTuple) -> Bool {
        a.second == b.second && a.rest == b.rest && a.first == b.first
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(first)
        hasher.combine(second)
        hasher.combine(rest)
    }
}
