public import Measurement
public import ScenarioModel

/// How many relay servers the busiest moment of a run took.
///
/// The answer is arithmetic on the run's peaks: each is the greatest level of all servers together
/// in any replication, measured from the end of the warm-up on, and each divided by what one server
/// can do says how many servers it takes. That takes the load as evenly spread over the servers,
/// wherever they stand, adds up peaks that need not have come at the same moment, knows calls by
/// their average rates, and leaves no reserve for the failure of a server.
public struct RelayNeed: Hashable, Sendable {
    /// What a server can run out of.
    public enum Ceiling: CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// Ports for allocations.
        case ports
        /// What it can send.
        case bandwidth
        /// Packets that it can forward each second.
        case packetRate
    }

    /// What the busiest moment took of one ceiling.
    public struct Use: Hashable, Sendable, BitwiseCopyable {
        /// Of what.
        public var ceiling: Ceiling
        /// The greatest level of all servers together: ports, bit/s or packets per second, ≥ 0.
        public var peak: Double
        /// What one server can do, in the same unit.
        public var perServer: Double

        /// How many servers that takes, ≥ 0; without end where a server can do nothing.
        public var share: Double { peak > 0 ? peak / perServer : 0 }
    }

    /// How many servers stand, ≥ 1.
    public let servers: Int
    /// What the busiest moment took, one entry for each ceiling in their order.
    public let uses: [Use]
    /// Whether requests were refused for want of a port, so that more ports were wanted than the
    /// peak shows.
    public let isCutShort: Bool

    /// What the peaks in `summary` took of the servers of `relay`; nil without a server.
    ///
    /// - Complexity: O(number of metrics).
    public init?(_ relay: Relay, _ summary: RunSummary) {
        servers = relay.regions.reduce(0) { $0 + $1.servers }
        guard servers > 0 else { return nil }
        func peak(_ metric: Metric) -> Double {
            max(summary.figures(metric)?.figures.figure(.peak) ?? 0, 0)
        }
        uses = [
            Use(ceiling: .ports, peak: peak(.relayAllocations), perServer: Double(relay.ports)),
            Use(
                ceiling: .bandwidth, peak: peak(.relayBitrate),
                perServer: Double(relay.bandwidth.bitsPerSecond)),
            Use(ceiling: .packetRate, peak: peak(.relayPacketRate), perServer: relay.packetRate),
        ]
        isCutShort = (summary.figures(.relayRefused)?.figures.figure(.value) ?? 0) > 0
    }

    /// The ceiling that a server reaches first as the load grows; of equals the first.
    public var binding: Ceiling {
        var first = uses[0]
        for use in uses.dropFirst() where use.share > first.share { first = use }
        return first.ceiling
    }

    /// The least number of servers whose ceilings carry every peak, ≥ 0.
    public var needed: Int {
        let share = uses.map(\.share).max() ?? 0
        return Int(exactly: share.rounded(.up)) ?? .max
    }
}

extension RelayNeed {
    /// The peaks and ceilings for a person, in two lines.
    var lines: [String] {
        let opening = "relays: \(count(servers)); the busiest moment took "
        let parts = uses.map { use in
            let (quantity, unit) = use.ceiling.quantity
            let ceiling = HumanFigure.limit(use.perServer * Double(servers), quantity)
            return "\(HumanFigure.text(use.peak, quantity)) of \(ceiling)\(unit)"
        }
        guard needed > 0 else { return [opening + "none of them"] }
        return [
            opening + parts[0] + ", " + parts[1] + " and",
            "  \(parts[2]): the work of \(isCutShort ? "at least " : "")\(count(needed)), "
                + "without a spare (bound by \(binding.name))",
        ]
    }

    /// The beginning of the answer to a question about relays, without a full stop.
    var answer: String {
        if needed == 0 { return "The busiest moment took no relay server" }
        let stand = servers == 1 ? "where 1 stands" : "where \(servers) stand"
        let wanted = count(needed, of: "relay server")
        if isCutShort {
            return "The busiest moment takes at least \(wanted) (without a spare), \(stand) "
                + "and requests were refused"
        }
        if needed > servers {
            return "The busiest moment takes \(wanted) (without a spare), \(stand)"
        }
        let whole = count(servers, of: "relay server")
        let part =
            if needed < servers { "\(needed) of the \(whole)" } else {
                servers == 1 ? "The \(whole)" : "All \(whole)"
            }
        return part + " would carry the busiest moment (without a spare)"
    }

    private func count(_ number: Int, of noun: String = "server") -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}

extension RelayNeed.Ceiling {
    /// What the ceiling is called.
    fileprivate var name: String {
        switch self {
        case .ports: "ports"
        case .bandwidth: "bandwidth"
        case .packetRate: "packets/s"
        }
    }

    /// In which unit a person reads it, and what stands behind the number.
    fileprivate var quantity: (HumanFigure.Quantity, unit: String) {
        switch self {
        case .ports: (.plain, " ports")
        case .bandwidth: (.bitrate, "")
        case .packetRate: (.plain, " packets/s")
        }
    }
}
