/// Packets and their bytes.
public struct Traffic: Hashable, Sendable, BitwiseCopyable {
    /// Number of packets.
    public var packets: Int64 = 0
    /// Sum of their bytes; which bytes says the owner.
    public var bytes: Int64 = 0

    /// Nothing yet.
    public init() {}

    /// Counts one packet of `byteCount` bytes.
    mutating func count(_ byteCount: Int) {
        packets += 1
        bytes += Int64(byteCount)
    }

    /// Adds in place.
    public static func += (a: inout Traffic, b: Traffic) {
        a.packets += b.packets
        a.bytes += b.bytes
    }
}

/// Why a server dropped what it received.
public enum DropReason: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// Neither STUN nor ChannelData by its first byte (RFC 7983 §7).
    case notSTUN
    /// STUN that does not parse.
    case malformedMessage
    /// ChannelData too short for its length, or with a reserved number (RFC 8656 §12.6).
    case malformedChannelData
    /// A response, or an indication other than Send.
    case unexpectedMessage
    /// A Send indication without peer or data, or with an unknown required attribute.
    case incompleteIndication
    /// Data from a 5-tuple without an allocation.
    case noAllocation
    /// A peer's packet for a relayed port that nobody has.
    case freePort
    /// To or from a peer without permission (RFC 8656 §9).
    case noPermission
    /// ChannelData on a channel that is not bound.
    case unboundChannel
    /// More data than one datagram can carry on.
    case oversized
    /// For an address, port or transport that the server does not serve.
    case notListening
}

/// What a server has done since it was made or since its counters were last taken.
public struct ServerCounters: Hashable, Sendable {
    /// Allocations made.
    public internal(set) var created: Int64 = 0
    /// Allocate requests and holds refused because there was no port or bandwidth: 508.
    public internal(set) var refused: Int64 = 0
    /// Allocate requests of users who have all the allocations they may have: 486.
    public internal(set) var overQuota: Int64 = 0
    /// Allocate requests sent to another server: 300.
    public internal(set) var redirected: Int64 = 0
    /// Allocations ended by their client.
    public internal(set) var released: Int64 = 0
    /// Allocations ended by the clock.
    public internal(set) var expired: Int64 = 0
    /// Allocations ended by the server's own end of draining.
    public internal(set) var drained: Int64 = 0
    /// Log entries dropped because nobody took those before.
    public internal(set) var unlogged: Int64 = 0
    /// Binding requests answered.
    public internal(set) var bindings: Int64 = 0
    /// Requests that passed authentication.
    public internal(set) var authenticated: Int64 = 0
    /// 401 answers.
    public internal(set) var challenges: Int64 = 0
    /// 438 answers.
    public internal(set) var staleNonces: Int64 = 0
    /// Other error answers.
    public internal(set) var otherErrors: Int64 = 0
    /// Forwarded from clients to peers; bytes of the data itself.
    public internal(set) var toPeers = Traffic()
    /// Forwarded from peers to clients; bytes of the data itself.
    public internal(set) var toClients = Traffic()
    /// Everything received; bytes above the UDP or TCP header.
    public internal(set) var received = Traffic()
    /// Everything sent; bytes above the UDP or TCP header.
    public internal(set) var sent = Traffic()
    private var drops = SIMD16<Int64>()

    /// Nothing yet.
    public init() {}

    /// How much was dropped for `reason`.
    public func dropped(_ reason: DropReason) -> Int64 { drops[Int(reason.rawValue)] }

    /// How much was dropped in all.
    public var dropped: Int64 { drops.wrappedSum() }

    mutating func drop(_ reason: DropReason) { drops[Int(reason.rawValue)] += 1 }

    /// Adds in place: the counters of several servers, or of several runs.
    public static func += (a: inout ServerCounters, b: ServerCounters) {
        a.created += b.created
        a.refused += b.refused
        a.overQuota += b.overQuota
        a.redirected += b.redirected
        a.drained += b.drained
        a.unlogged += b.unlogged
        a.released += b.released
        a.expired += b.expired
        a.bindings += b.bindings
        a.authenticated += b.authenticated
        a.challenges += b.challenges
        a.staleNonces += b.staleNonces
        a.otherErrors += b.otherErrors
        a.toPeers += b.toPeers
        a.toClients += b.toClients
        a.received += b.received
        a.sent += b.sent
        a.drops &+= b.drops
    }
}
