import MediaPipeline
import NetworkModel
import Quantities

/// One side of a talk: its media, and the way of what it sends to the other side.
public struct TalkParty: ~Copyable, @unchecked Sendable {
    /// Routes that one side may have had; a further one takes the place of the last. A call changes
    /// its path once or twice.
    static var maximumRoutes: Int { Int(UInt8.max) }

    var side: MediaSide
    /// When the side has keys: from then on it sends and understands.
    let securedAt: SimTime
    var path: MediaPath
    var routes: [TalkRoute]
    var inFlight = PacketsInFlight()
    var traffic = TalkTraffic()

    /// A side whose media are `side` from `securedAt` on, and whose packets take `path` along
    /// `route`.
    public init(
        _ side: consuming MediaSide, securedAt: SimTime, path: MediaPath, route: TalkRoute
    ) {
        self.side = side
        self.securedAt = securedAt
        self.path = path
        routes = [route]
    }

    mutating func take(_ route: TalkRoute) {
        if routes.count == Self.maximumRoutes { routes.removeLast() }
        routes.append(route)
    }

    /// Gives back what is under way.
    mutating func dropFlights(_ arena: inout PacketArena) {
        while inFlight.count > 0 { arena.give(back: inFlight.removeFirst().packet.slot) }
    }
}
