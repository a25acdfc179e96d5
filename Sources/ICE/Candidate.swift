import Addressing

/// How an agent came by a candidate (RFC 8445 §4).
public enum CandidateType: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// An address of the host itself.
    case host
    /// What a STUN server saw.
    case serverReflexive
    /// What the peer saw in a connectivity check.
    case peerReflexive
    /// An address at a TURN server.
    case relayed

    /// The type preference that RFC 8445 §5.1.2.2 recommends, 0…126.
    @inlinable public var preference: UInt32 {
        switch self {
        case .host: 126
        case .peerReflexive: 110
        case .serverReflexive: 100
        case .relayed: 0
        }
    }

    /// The `cand-type` token (RFC 8839 §5.1).
    public var token: StaticString {
        switch self {
        case .host: "host"
        case .serverReflexive: "srflx"
        case .peerReflexive: "prflx"
        case .relayed: "relay"
        }
    }
}

/// Where a candidate is reached.
public enum CandidateAddress: Hashable, Sendable, BitwiseCopyable {
    /// An address and port.
    case ip(TransportAddress)
    /// A host name that only the same multicast domain resolves, and a port.
    case mdns(MDNSName, port: UInt16)

    /// `address`, or its `name` if it has one.
    static func shown(_ address: TransportAddress, behind name: MDNSName?) -> CandidateAddress {
        name.map { .mdns($0, port: address.port) } ?? .ip(address)
    }

    /// The transport address, nil behind a name.
    @inlinable public var transportAddress: TransportAddress? {
        if case .ip(let address) = self { return address }
        return nil
    }
}

/// A transport address at which an agent may be reached, as it is signalled (RFC 8839 §5.1).
public struct Candidate: Hashable, Sendable, BitwiseCopyable {
    /// Groups it with its like.
    public var foundation: Foundation
    /// The component, 1…256; this library has the one component 1.
    public var component: UInt16
    /// What carries it; the checks themselves run over UDP only.
    public var transport: TransportProtocol
    /// The candidate's priority, 1…2^31 − 1 (RFC 8445 §5.1.2.1).
    public var priority: UInt32
    /// Where it is reached.
    public var address: CandidateAddress
    /// How it was found.
    public var type: CandidateType
    /// The base of a reflexive candidate or the mapped address of a relayed one; `0.0.0.0:9` or
    /// `[::]:9` when it must not be told (RFC 8839 §5.1); nil for a host candidate.
    public var related: TransportAddress?

    /// A candidate of these fields.
    public init(
        foundation: Foundation, component: UInt16 = 1, transport: TransportProtocol = .udp,
        priority: UInt32, address: CandidateAddress, type: CandidateType,
        related: TransportAddress? = nil
    ) {
        self.foundation = foundation
        self.component = component
        self.transport = transport
        self.priority = priority
        self.address = address
        self.type = type
        self.related = related
    }

    /// Stands for a related address that is not told (RFC 8839 §5.1).
    public static func concealed(_ family: IPAddress.Family) -> TransportAddress {
        TransportAddress(
            family == .v4 ? IPAddress(v4: 0) : IPAddress(v6High: 0, low: 0), port: 9)
    }
}
