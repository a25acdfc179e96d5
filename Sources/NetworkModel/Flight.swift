import Addressing
import Quantities

/// A packet on its way, as the public Internet sees it; its bytes stay with the caller.
public struct Flight: Sendable, BitwiseCopyable {
    @usableFromInline let sourceEndpoint: Endpoint
    @usableFromInline let destinationEndpoint: Endpoint
    /// When ``Network/arrive(_:at:)`` is due.
    public let arrival: SimTime
    /// The host that the destination belonged to at sending.
    public let target: HostID
    /// The size of the datagram's payload in bytes.
    public let byteCount: UInt32
    /// What carries it.
    public let transport: TransportProtocol
    /// True where the packet never left the host.
    let isLoopback: Bool

    init(
        source: Endpoint, destination: Endpoint, arrival: SimTime, target: HostID,
        byteCount: Int, transport: TransportProtocol, isLoopback: Bool = false
    ) {
        sourceEndpoint = source
        destinationEndpoint = destination
        self.arrival = arrival
        self.target = target
        self.byteCount = UInt32(byteCount)
        self.transport = transport
        self.isLoopback = isLoopback
    }

    /// The source after the sender's NAT.
    @inlinable public var source: TransportAddress { sourceEndpoint.address }

    /// The destination before the receiver's NAT.
    @inlinable public var destination: TransportAddress { destinationEndpoint.address }
}

/// Why a packet was lost on sending.
public enum LossReason: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// The access link of one side lost it.
    case link
    /// One side's network lets no UDP through.
    case udpBlocked
    /// Nobody has the destination address, or it cannot be reached from here.
    case noRoute
    /// The sender's NAT has no mapping left (``NATBox/maximumMappings``).
    case natExhausted
    /// A stream segment without a connection: not from a peer to a server or back on one.
    case noConnection
    /// The sender is not attached any more.
    case hostGone
}

/// What became of a packet on sending.
public enum SendOutcome: Sendable, BitwiseCopyable {
    /// It will not arrive.
    case lost(LossReason)
    /// It arrives when the flight says; hand it to ``Network/arrive(_:at:)`` then.
    case inFlight(Flight)
}

/// Why a packet was dropped on arrival.
public enum DropReason: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// The receiver's NAT or firewall has a mapping but lets this sender not in.
    case filtered
    /// The receiver's NAT has no live mapping for the port, or no such connection.
    case noMapping
    /// The receiver is not attached any more.
    case hostGone
}

/// What became of a packet on arrival.
public enum ArrivalOutcome: Sendable, BitwiseCopyable {
    /// Host `to` has it on its socket `local`; it appears to come from `from`.
    case delivered(to: HostID, local: TransportAddress, from: TransportAddress)
    /// The receiver's NAT or firewall, or nobody, took it.
    case dropped(DropReason)
}
