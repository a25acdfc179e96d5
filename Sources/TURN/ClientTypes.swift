import Addressing
import Quantities
import STUN

/// What a relay's client is set up with.
public struct ClientConfiguration: Sendable {
    /// Where the server listens that is asked first.
    public var server: TransportAddress
    /// What carries the client leg.
    public var transport: TransportProtocol
    /// The local transport address that the client sends from.
    public var local: TransportAddress
    /// The user and its password.
    public var credentials: Credentials
    /// The first retransmission interval, RTO (RFC 8489 §6.2.1).
    public var initialInterval: SimDuration = RetransmissionTimer.defaultInitialInterval
    /// Requests sent before giving up, Rc (RFC 8489 §6.2.1).
    public var maximumRequests: UInt8 = RetransmissionTimer.defaultMaximumRequests
    /// In which address families relayed addresses are asked for.
    public var families = RelayedFamilies.v4
    /// What is asked of the relayed port.
    public var port = RelayedPortRequest.any
    /// The lifetime asked for, or nil for the server's default (RFC 8656 §7.1).
    public var lifetime: SimDuration?

    /// A client at `local` of the server at `server`.
    public init(
        server: TransportAddress, transport: TransportProtocol, local: TransportAddress,
        credentials: Credentials
    ) {
        self.server = server
        self.transport = transport
        self.local = local
        self.credentials = credentials
    }
}

/// The address families of an allocation (RFC 8656 §7.1).
public enum RelayedFamilies: UInt8, Hashable, Sendable, BitwiseCopyable {
    /// IPv4, which needs no attribute.
    case v4
    /// IPv6, by REQUESTED-ADDRESS-FAMILY.
    case v6
    /// Both, by ADDITIONAL-ADDRESS-FAMILY; one of them may be refused.
    case both
}

/// The family of a dual allocation that could not be had, and why (RFC 8656 §18.12).
public struct MissingFamily: Hashable, Sendable, BitwiseCopyable {
    /// The family without relayed address.
    public let family: IPAddress.Family
    /// 440 where the server does not have it, 508 where it has no port left.
    public let error: ErrorCode

    /// That `family` could not be had because of `error`.
    public init(family: IPAddress.Family, error: ErrorCode) {
        self.family = family
        self.error = error
    }
}

/// What a client asks of its relayed port (RFC 8656 §7.1).
public enum RelayedPortRequest: Hashable, Sendable, BitwiseCopyable {
    /// Nothing.
    case any
    /// EVEN-PORT.
    case even
    /// EVEN-PORT with the R bit: the next port is held for who brings
    /// ``Client/reservationToken``.
    case evenHoldingNext
    /// RESERVATION-TOKEN, which tells the address family too.
    case reserved(token: UInt64)
}

/// Why something a client asked for did not come about.
public enum ClientFailure: Hashable, Sendable, BitwiseCopyable {
    /// The server refused it.
    case refused(ErrorCode)
    /// No answer came (RFC 8489 §6.2.1).
    case timedOut
    /// A success response lacked what it must carry.
    case incompleteAnswer
    /// Servers sent the client round in a circle, or to one of another address family
    /// (RFC 8489 §10).
    case futileRedirection
}

/// What has happened to a client's allocation.
public enum ClientEvent: Hashable, Sendable {
    /// The server sent the client to this one (RFC 8489 §10), which it now asks.
    case redirected(to: TransportAddress)
    /// The server gave the relayed transport address; it saw the client as `mapped`.
    case allocated(relayed: TransportAddress, mapped: TransportAddress)
    /// No allocation came about, or the one there was is lost. The client has ended.
    case failed(ClientFailure)
    /// These addresses may now send and be sent to.
    case permissionsInstalled([IPAddress])
    /// These may not; data held for them is gone.
    case permissionsRefused([IPAddress], ClientFailure)
    /// Data for and from this peer now travels as ChannelData.
    case channelBound(to: TransportAddress)
    /// The peer stays reachable by indications.
    case channelRefused(to: TransportAddress, ClientFailure)
    /// The allocation is given back. The client has ended.
    case released
}

/// What a datagram from the server was.
public enum ClientInput: Sendable {
    /// The client's own business; see the events.
    case consumed
    /// Data from `peer`, as that sent it.
    case data(from: TransportAddress, [UInt8])
    /// A whole STUN message that answers nothing of the client's: perhaps the owner's own Binding.
    case unclaimed(MessageView)
    /// Nothing; drop and count it.
    case rejected(ClientRejection)
}

/// Why a client rejected a datagram.
public enum ClientRejection: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// It does not come from the server.
    case notFromServer
    /// Neither STUN nor ChannelData.
    case notSTUN
    /// STUN or ChannelData that does not parse.
    case malformed
    /// An answer whose MESSAGE-INTEGRITY is missing or wrong (RFC 8489 §9.2.5).
    case notAuthentic
    /// ChannelData on a channel that was never asked for.
    case unknownChannel
    /// Data of a peer that the client did not permit (RFC 8656 §11.4).
    case noPermission
    /// An indication other than Data, or one without data or peer.
    case unexpectedMessage
}

/// What became of data handed to a client.
public enum SendOutcome: UInt8, Hashable, Sendable, BitwiseCopyable {
    /// It is on its way to the server.
    case sent
    /// It waits for the peer's permission.
    case held
    /// There is no allocation.
    case notAllocated
    /// It would have to wait, but ``Client/maximumHeldDatagrams`` do already.
    case tooManyHeld
    /// It has more than ``Server/maximumDataByteCount`` bytes.
    case oversized
}
