import Measurement
import Quantities
import ScenarioModel
import Testing

@testable import Results

@Suite struct RelayNeedTests {
    /// Two regions with three servers and one, each for 100 ports, 1 Mbit/s and 500 packets/s.
    private static let relay = Relay(
        regions: [RelayRegion(region: 0, servers: 3), RelayRegion(region: 1, servers: 1)],
        ports: 100, bandwidth: Bitrate(bitsPerSecond: 1_000_000), packetRate: 500)

    private static func summary(
        ports: Int64, bitrate: Int64, packetRate: Int64, refused: Int64 = 0
    ) -> RunSummary {
        var run = RunRecorder(replication: 0, labels: LabelSpaces(), seriesStep: .seconds(10))
        // Each peak at its own moment, and nothing left at the end.
        for (second, (metric, level)) in zip(
            Int64(1)...,
            [
                (Metric.relayAllocations, ports), (.relayBitrate, bitrate),
                (.relayPacketRate, packetRate),
            ])
        {
            run.level(metric, set: level, at: .zero + .seconds(second))
            run.level(metric, set: 0, at: .zero + .seconds(second + 1))
        }
        run.count(.relayRefused, refused)
        return RunSummary([run.finish(at: .zero + .seconds(15))])
    }

    private static func need(
        _ ports: Int64, _ bitrate: Int64, _ packetRate: Int64, refused: Int64 = 0
    ) -> RelayNeed? {
        RelayNeed(
            relay,
            summary(ports: ports, bitrate: bitrate, packetRate: packetRate, refused: refused))
    }

    @Test(
        arguments: [
            (0, 0, 0, 0, .ports), (1, 1, 1, 1, .ports), (100, 0, 0, 1, .ports),
            (101, 0, 0, 2, .ports), (100, 1_000_000, 500, 1, .ports),
            (99, 1_000_000, 499, 1, .bandwidth), (1, 3_000_001, 2, 4, .bandwidth),
            (150, 1_600_000, 850, 2, .packetRate), (10, 10, 5001, 11, .packetRate),
        ] as [(Int64, Int64, Int64, Int, RelayNeed.Ceiling)])
    func `as many servers are needed as the ceiling that is reached first asks for`(
        ports: Int64, bitrate: Int64, packetRate: Int64, needed: Int, binding: RelayNeed.Ceiling
    ) throws {
        let need = try #require(Self.need(ports, bitrate, packetRate))
        #expect(need.servers == 4)
        #expect(need.needed == needed)
        #expect(need.binding == binding)
        #expect(need.uses.map(\.ceiling) == RelayNeed.Ceiling.allCases)
        #expect(need.uses.map(\.peak) == [ports, bitrate, packetRate].map(Double.init))
        #expect(!need.isCutShort)
    }

    @Test func `without servers there is nothing to say`() {
        var relay = Self.relay
        relay.regions = []
        #expect(RelayNeed(relay, Self.summary(ports: 1, bitrate: 1, packetRate: 1)) == nil)
        relay.regions = [RelayRegion(region: 0, servers: 0)]
        #expect(RelayNeed(relay, Self.summary(ports: 1, bitrate: 1, packetRate: 1)) == nil)
    }

    @Test func `a ceiling next to nothing takes more servers than can be counted`() throws {
        var relay = Self.relay
        relay.packetRate = .leastNonzeroMagnitude
        let need = try #require(
            RelayNeed(relay, Self.summary(ports: 1, bitrate: 1, packetRate: 1)))
        #expect(need.needed == .max)
        relay.packetRate = 1
        relay.bandwidth = .zero
        let mute = try #require(
            RelayNeed(relay, Self.summary(ports: 1, bitrate: 0, packetRate: 1)))
        #expect(mute.needed == 1)
    }

    @Test(
        arguments: [
            (
                (96, 1_560_000, 850, 0),
                """
                relays: 4 servers; the busiest moment took 96 of 400 ports, 1.56 Mbit/s of 4 Mbit/s and
                  850 of 2,000 packets/s: the work of 2 servers, without a spare (bound by packets/s)
                """
            ),
            (
                (100, 40_000, 20, 0),
                """
                relays: 4 servers; the busiest moment took 100 of 400 ports, 40 kbit/s of 4 Mbit/s and
                  20 of 2,000 packets/s: the work of 1 server, without a spare (bound by ports)
                """
            ),
            (
                (400, 40_000, 20, 7),
                """
                relays: 4 servers; the busiest moment took 400 of 400 ports, 40 kbit/s of 4 Mbit/s and
                  20 of 2,000 packets/s: the work of at least 4 servers, without a spare (bound by ports)
                """
            ),
            ((0, 0, 0, 0), "relays: 4 servers; the busiest moment took none of them"),
        ] as [((Int64, Int64, Int64, Int64), String)])
    func `the note sets peaks against the ceilings of all servers`(
        load: (Int64, Int64, Int64, Int64), text: String
    ) {
        let need = Self.need(load.0, load.1, load.2, refused: load.3)
        #expect(need?.lines.joined(separator: "\n") == text)
        #expect(need?.lines.allSatisfy { $0.count <= 100 } == true)
    }

    @Test(
        arguments: [
            (1, 4, 0, "1 of the 4 relay servers would carry the busiest moment (without a spare)"),
            (350, 4, 0, "All 4 relay servers would carry the busiest moment (without a spare)"),
            (50, 1, 0, "The 1 relay server would carry the busiest moment (without a spare)"),
            (
                450, 4, 0,
                "The busiest moment takes 5 relay servers (without a spare), where 4 stand"
            ),
            (
                450, 1, 0,
                "The busiest moment takes 5 relay servers (without a spare), where 1 stands"
            ),
            (
                100, 1, 1,
                "The busiest moment takes at least 1 relay server (without a spare), where 1 stands and requests were refused"
            ),
            (0, 4, 0, "The busiest moment took no relay server"),
        ] as [(Int64, Int, Int64, String)])
    func `the answer says how many of the servers would do`(
        ports: Int64, servers: Int, refused: Int64, text: String
    ) {
        var relay = Self.relay
        relay.regions = [RelayRegion(region: 0, servers: servers)]
        let summary = Self.summary(ports: ports, bitrate: 0, packetRate: 0, refused: refused)
        #expect(RelayNeed(relay, summary)?.answer == text)
    }
}
