import EventEngine
import Measurement
import MediaPipeline
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// Relay servers that crash or are drained under calls.
@Suite struct FaultTests {
    /// A minute and a half with two servers in one region, most calls over a relay.
    static func scenario(_ setup: ScenarioModel.ICE.Setup, _ faults: [Fault]) -> Scenario {
        var scenario = Scenario(title: "Faults")
        scenario.general = General(
            seed: 5, warmUp: .zero, stopTime: .seconds(90), replications: 1,
            seriesStep: .seconds(1))
        scenario.arrivals = .rate(4)
        scenario.access = scenario.access.map {
            var network = $0
            network.nat = [
                NATShare(.translated(.addressAndPortDependent, .addressAndPortDependent), 1)
            ]
            return network
        }
        scenario.ice.setup = setup
        scenario.relay = Relay(regions: [RelayRegion(region: 0, servers: 2)])
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        scenario.faults = faults
        return scenario
    }

    static let crash = Fault(
        .crash, of: RelayServer(region: 0, number: 0), at: .seconds(40), for: .seconds(20))

    /// Runs `scenario` and hands the platform over at each of `times`, in seconds.
    static func run<Result>(
        _ scenario: Scenario, at times: [Int64], _ look: (inout Platform) -> Result
    ) -> [Result] {
        var platform = Platform(
            scenario: scenario, seed: scenario.general.seed, replication: 0,
            speech: TalkingTests.speech, traffic: TalkingTests.traffic)
        var engine = Engine<PlatformEvent>()
        platform.start(&engine)
        return times.map { time in
            engine.run(until: SimTime.zero + .seconds(time), in: &platform)
            return look(&platform)
        }
    }

    /// Runs `scenario` to its end.
    static func run<Result>(_ scenario: Scenario, _ look: (inout Platform) -> Result) -> Result {
        run(scenario, at: [90], look)[0]
    }

    @Test(arguments: ScenarioModel.ICE.Setup.allCases)
    func `calls on a crashed relay are silent, restart over the other and go on`(
        _ setup: ScenarioModel.ICE.Setup
    ) {
        Self.run(Self.scenario(setup, [Self.crash])) { platform in
            let tally = platform.tally
            #expect(tally.silenced > 5)
            #expect(tally.recovered > tally.silenced / 2)
            #expect(tally.dropped == 0)
            #expect(platform.invariants.first == nil)
        }
    }

    /// Nobody knows before 2.5 s; then a round of signalling, two of gathering and the patience of
    /// 500 ms with direct paths follow.
    @Test(arguments: ScenarioModel.ICE.Setup.allCases)
    func `the silence is told, call by call`(_ setup: ScenarioModel.ICE.Setup) throws {
        let scenario = Self.scenario(setup, [Self.crash])
        var run = ReplicationRun(
            scenario, seed: 5, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic)
        run.advance(to: run.end)
        let record = run.finish()
        let mean = try #require(record.value(.recoverySilence))
        #expect(mean > 2.5 && mean < 4.5)
        #expect(record.value(.recoveryFailed) == 0)
        let recovered = record.total(.recoverySilence)
        #expect(recovered > 0)
        #expect(record.total(.recoveryCalls) == recovered + record.total(.recoveryHungUp))
        #expect(try #require(record.value(.recoveryLostTime)) >= mean * Double(recovered) * 0.999)
    }

    @Test(arguments: ScenarioModel.ICE.Setup.allCases)
    func `a crash takes the allocations, and the restarts make their own elsewhere`(
        _ setup: ScenarioModel.ICE.Setup
    ) {
        let scenario = Self.scenario(setup, [Self.crash])
        let taken = Self.run(scenario, at: [40, 47]) { platform in
            platform.relays.stations.map(\.server.takenPortCount)
        }
        let (before, after) = (taken[0], taken[1])
        #expect(before[0] > 5 && before[1] > 5)
        #expect(after[0] == 0)
        #expect(after[1] > before[1])
    }

    @Test(arguments: ScenarioModel.ICE.Setup.allCases)
    func `without another relay the calls on it are given up`(
        _ setup: ScenarioModel.ICE.Setup
    ) {
        var scenario = Self.scenario(setup, [Self.crash])
        scenario.relay = Relay(regions: [RelayRegion(region: 0, servers: 1)])
        Self.run(scenario) { platform in
            let tally = platform.tally
            #expect(tally.silenced > 5)
            #expect(tally.recovered == 0)
            #expect(tally.dropped > 0)
            #expect(tally.silenced == tally.dropped + tally.endedSilent)
            #expect(platform.invariants.first == nil)
        }
    }

    @Test(arguments: ScenarioModel.ICE.Setup.allCases)
    func `a drained relay keeps its calls and gets none`(_ setup: ScenarioModel.ICE.Setup) {
        let drain = Fault(
            .drain, of: RelayServer(region: 0, number: 1), at: .seconds(40), for: .seconds(20))
        let scenario = Self.scenario(setup, [drain])
        let held = Self.run(scenario, at: [41, 50, 60, 75, 90]) { platform in
            let counts = (platform.tally.silenced, platform.invariants.first == nil)
            #expect(counts == (0, true))
            return platform.relays.stations[1].server.takenPortCount
        }
        #expect(held[0] > 5)
        #expect(held[1] < held[0] && held[2] <= held[1])
        #expect(held[3] > held[2])
    }

    @Test func `the people who come, and what they want, do not depend on faults`() {
        let calm = Self.run(Self.scenario(.modelled, [])) { platform in platform.arrived }
        let struck = Self.run(Self.scenario(.modelled, [Self.crash])) { platform in
            platform.arrived
        }
        #expect(calm == struck)
    }
}
