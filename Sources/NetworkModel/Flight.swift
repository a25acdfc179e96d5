import Addressing
import Quantities

/// A packet on its way, as it is seen between the NATs of the two sides; its bytes stay with the caller.
public struct Flight: Sendable, BitwiseCopyable {
    @usableFromInline let sourceEndpoint: Endpoint
    @usableFromInline let destinationEndpoint: Endpoint
    /// When ``Network/arrive(_:at:)`` is due.
    public let arrival: SimTime
    /// The host that the packet would reach if it arrived at once; behind a shared gateway that has
    /// no mapping for it, one that is never attached.
    public let target: HostID
    /// The size of the datagram's payload in bytes.
    public let byteCount: UInt32
    /// What carries it.
    public let transport: TransportProtocol
    /// Where the packet's destination is an address: the target, or a gateway in front of it.
    let entry: Station
    let entryGeneration: UInt32
    /// True where the packet never left the host.
    public let isLoopback: Bool

    init(
        source: Endpoint, destination: Endpoint, arrival: SimTime, target: HostID,
        entry: Station, entryGeneration: UInt32, byteCount: Int, transport: TransportProtocol,
        isLoopback: Bool = false
    ) {
        sourceEndpoint = source
        destinationEndpoint = destination
        self.arrival = arrival
        self.target = target
        self.entry = entry
        self.entryGeneration = entryGeneration
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
    /// A NAT on the way out has no mapping left; see ``NATRefusals``.
    case natExhausted
    /// It would have to turn round in a NAT that does not hairpin.
    case noHairpinning
    /// A stream segment without a connection: not from a peer to a server or back on one, or
    /// the NAT has no port for one.
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
