import Addressing
import Quantities

/// A TCP connection of a peer to a server, with or without TLS; kept at the peer.
///
/// A stream loses nothing: a lost segment comes a retransmission later, and what follows it
/// waits (RFC 9293 §3.8). Each datagram handed over is one segment.
struct StreamConnection: Sendable, BitwiseCopyable {
    /// Connections per host; the one longest unused is forgotten for a further one.
    static let maximumConnections = 16
    /// The wait before a lost SYN is sent again (RFC 6298 §2.1).
    static let synRetransmission = SimDuration.seconds(1)
    /// The least wait before a lost segment is sent again: what Linux uses where RFC 6298 §2.4
    /// asks for a second.
    static let minimumRetransmission = SimDuration.milliseconds(200)
    /// Retransmissions of a segment after which it is taken to have come through.
    static let maximumRetransmissions = 15

    let server: Endpoint
    let localPort: UInt16
    /// The peer's end as the server sees it.
    let external: Endpoint
    let transport: TransportProtocol
    /// When set-up is over and the first segment can leave.
    let openAt: SimTime
    /// When the latest segment arrives at the server, and at the peer.
    var lastArrivalAtServer: SimTime
    var lastArrivalAtPeer: SimTime
    var lastUse: SimTime

    /// The wait before a lost segment is sent again: twice the round trip, at least
    /// ``minimumRetransmission``.
    static func retransmission(roundTrip: SimDuration) -> SimDuration {
        max(minimumRetransmission, roundTrip * 2)
    }
}
