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

    /// Runs `scenario` until `end` seconds and hands the platform over.
    static func run<Result>(
        _ scenario: Scenario, until end: Int64 = 90,
        _ look: (inout Platform, inout Engine<PlatformEvent>) -> Result
    ) -> Result {
        let speech = SyntheticSpeech.material()
        var platform = Platform(
            scenario: scenario, seed: scenario.general.seed, replication: 0, speech: speech,
            traffic: SpeechTraffic(of: speech, as: scenario.media))
        var engine = Engine<PlatformEvent>()
        platform.start(&engine)
        engine.run(until: SimTime.zero + .seconds(end), in: &platform)
        return look(&platform, &engine)
    }

    @Test(arguments: ScenarioModel.ICE.Setup.allCases)
    func `calls on a crashed relay are silent, restart over the other and go on`(
        _ setup: ScenarioModel.ICE.Setup
    ) {
        Self.run(Self.scenario(setup, [Self.crash])) { platform, _ in
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
        let speech = SyntheticSpeech.material()
        var run = ReplicationRun(
            scenario, seed: 5, replication: 0, speech: speech,
            traffic: SpeechTraffic(of: speech, as: scenario.media))
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
        let before = Self.run(scenario, until: 40) { platform, _ in
            platform.relays.stations.map(\.server.takenPortCount)
        }
        let after = Self.run(scenario, until: 47) { platform, _ in
            platform.relays.stations.map(\.server.takenPortCount)
        }
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
        Self.run(scenario) { platform, _ in
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
        func held(at time: Int64) -> Int {
            Self.run(scenario, until: time) { platform, _ in
                platform.relays.stations[1].server.takenPortCount
            }
        }
        let (begin, middle, end) = (held(at: 41), held(at: 50), held(at: 60))
        #expect(begin > 5)
        #expect(middle < begin && end <= middle)
        #expect(held(at: 75) > end)
        Self.run(scenario) { platform, _ in
            #expect(platform.tally.silenced == 0)
            #expect(platform.invariants.first == nil)
        }
    }

    @Test func `the people who come, and what they want, do not depend on faults`() {
        let calm = Self.run(Self.scenario(.modelled, [])) { platform, _ in platform.arrived }
        let struck = Self.run(Self.scenario(.modelled, [Self.crash])) { platform, _ in
            platform.arrived
        }
        #expect(calm == struck)
    }
}
