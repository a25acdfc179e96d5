import Quantities

/// Something that breaks, or is taken out of service, during a run.
public struct Fault: Hashable, Sendable, BitwiseCopyable {
    /// What happens to the server.
    public enum Kind: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// It is gone with all it knew; what is sent to it goes nowhere. Afterwards it is back,
        /// and knows nothing.
        case crash
        /// It keeps what it has and is given nothing new.
        case drain
    }

    /// What happens.
    public var kind: Kind
    /// To which relay server.
    public var relay: RelayServer
    /// When it begins, from the start of the run.
    public var at: SimDuration
    /// How long it lasts; above zero.
    public var duration: SimDuration

    /// `kind` befalls `relay` from `at` on for `duration`.
    public init(_ kind: Kind, of relay: RelayServer, at: SimDuration, for duration: SimDuration) {
        self.kind = kind
        self.relay = relay
        self.at = at
        self.duration = duration
    }

    /// When it is over, from the start of the run.
    public var end: SimDuration { at + duration }
}

/// Names a relay server: `eu/0` is the first one in region `eu`.
public struct RelayServer: Hashable, Sendable, BitwiseCopyable {
    /// Index into the scenario's regions.
    public var region: Int
    /// Its number among those of the region, from 0.
    public var number: Int

    /// Server number `number` in region number `region`.
    public init(region: Int, number: Int) {
        self.region = region
        self.number = number
    }
}

extension Relay {
    /// The place of `server` among all servers, in the order of ``regions``; nil if there is none.
    public func index(of server: RelayServer) -> Int? {
        var before = 0
        for entry in regions {
            if entry.region == server.region, (0..<entry.servers).contains(server.number) {
                return before + server.number
            }
            before += entry.servers
        }
        return nil
    }

    /// Every server, in the order of ``regions``.
    public var servers: [RelayServer] {
        regions.flatMap { entry in
            (0..<entry.servers).map { RelayServer(region: entry.region, number: $0) }
        }
    }
}
