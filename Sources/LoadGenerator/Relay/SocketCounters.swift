/// What happened at a relay's sockets that its server did not see.
public struct SocketCounters: Hashable, Sendable {
    /// TCP and TLS connections taken.
    public internal(set) var connections: Int64 = 0
    /// TCP connections refused because there were too many.
    public internal(set) var refusedConnections: Int64 = 0
    /// Connections closed because what came was not a stream of STUN and ChannelData.
    public internal(set) var brokenStreams: Int64 = 0
    /// Connections closed because TLS could not be agreed on, or was broken.
    public internal(set) var failedSecurity: Int64 = 0
    /// Relayed ports that the host did not let be opened.
    public internal(set) var refusedPorts: Int64 = 0
    /// Packets dropped because a socket or connection had too much waiting.
    public internal(set) var congested: Int64 = 0
    /// Packets for a connection or port that had just closed.
    public internal(set) var unsendable: Int64 = 0
    /// Messages longer than the room they were read into, dropped whole.
    public internal(set) var truncated: Int64 = 0

    /// Nothing yet.
    public init() {}

    /// Adds in place.
    public static func += (a: inout SocketCounters, b: SocketCounters) {
        a.connections += b.connections
        a.refusedConnections += b.refusedConnections
        a.brokenStreams += b.brokenStreams
        a.failedSecurity += b.failedSecurity
        a.refusedPorts += b.refusedPorts
        a.congested += b.congested
        a.unsendable += b.unsendable
        a.truncated += b.truncated
    }
}
