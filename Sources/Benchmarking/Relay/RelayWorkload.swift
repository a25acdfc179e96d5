/// What a relay is measured by, in process.
enum RelayWorkload: Hashable, Sendable {
    /// Which way the packets go.
    enum Direction: String, CaseIterable, Sendable {
        /// ChannelData from clients, to peers.
        case toPeers = "to-peers"
        /// Peers' data, to clients as ChannelData.
        case toClients = "to-clients"
        /// One of each in turns.
        case both
    }

    /// Data forwarded where it lies, by a server with as many allocations, each with a channel.
    case forward(Direction, allocations: Int)
    /// An ICE check built and verified, with MESSAGE-INTEGRITY and FINGERPRINT.
    case check

    /// As the report calls it.
    var name: String {
        switch self {
        case .forward(let direction, let allocations):
            "relay \(direction.rawValue) \(allocations)"
        case .check: "STUN check"
        }
    }

    /// What a rival is told.
    var arguments: [String] {
        switch self {
        case .forward(let direction, let allocations): [direction.rawValue, "\(allocations)"]
        case .check: ["check"]
        }
    }

    /// Operations in a round: some tenths of a second.
    var operations: Int {
        switch self {
        case .forward: 4_000_000
        case .check: 400_000
        }
    }

    /// In the order of the table.
    static let all: [RelayWorkload] =
        [100, 1000, 10_000].flatMap { allocations in
            Direction.allCases.map { .forward($0, allocations: allocations) }
        } + [.check]
}
