/// A datagram that a protocol machine wants sent, or a framed piece of a TCP or TLS stream.
///
/// Moved from the machine that made it to the network that carries it; it has one owner at a time.
public struct Transmit: Hashable, Sendable {
    /// Where it leaves: a local transport address of the sender.
    public var source: TransportAddress
    /// Where it goes, as the sender knows the address.
    public var destination: TransportAddress
    /// What carries it.
    public var transport: TransportProtocol
    /// The bytes above the transport header.
    public var payload: [UInt8]

    /// `payload` from `source` to `destination` over `transport`.
    @inlinable
    public init(
        source: TransportAddress, destination: TransportAddress, transport: TransportProtocol,
        payload: consuming [UInt8]
    ) {
        self.source = source
        self.destination = destination
        self.transport = transport
        self.payload = payload
    }
}
