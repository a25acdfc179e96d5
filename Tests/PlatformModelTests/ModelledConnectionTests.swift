import EventEngine
import Measurement
import MediaPipeline
import NetworkModel
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// Modelled connections where relays have too few ports: nobody connects without one.
@Suite struct ModelledConnectionTests {
    private func run(
        _ setup: ScenarioModel.ICE.Setup, for span: SimDuration, rate: Double = 4
    ) -> ReplicationRecord {
        var scenario = Scenario(title: "Scarce")
        scenario.general = General(
            seed: 4, warmUp: .zero, stopTime: span, replications: 1, seriesStep: .seconds(1))
        scenario.arrivals = .rate(rate)
        scenario.population[0].conversation = .exponential(mean: 6)
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        scenario.ice.setup = setup
        scenario.regions = Regions(
            names: ["eu", "us"],
            delay: [[.zero, .milliseconds(45)], [.milliseconds(45), .zero]])
        scenario.relay.regions = [
            RelayRegion(region: 0, servers: 1), RelayRegion(region: 1, servers: 1),
        ]
        scenario.relay.ports = 2
        for index in scenario.access.indices {
            scenario.access[index].nat = [
                NATShare(.translated(.addressAndPortDependent, .addressAndPortDependent), 1)
            ]
            scenario.access[index].region = [
                NamedShare(index: 0, share: 0.5), NamedShare(index: 1, share: 0.5),
            ]
        }
        var run = ReplicationRun(
            scenario, seed: 4, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals)
        run.advance(to: run.end)
        return run.finish()
    }

    @Test(arguments: [ScenarioModel.ICE.Setup.packets, .modelled])
    func `without a port to be had a set-up fails when agents give up and not before`(
        _ setup: ScenarioModel.ICE.Setup
    ) {
        // Agents as in browsers give up after 15 s.
        let early = run(setup, for: .seconds(14))
        #expect(early.total(.relayRefused) > 0)
        #expect(early.value(.connectFailed) == 0)
        let late = run(setup, for: .seconds(40))
        #expect((late.value(.connectFailed) ?? 0) > 0.2)
    }

    @Test func `as many calls find a relay as set-ups by packets do`() throws {
        let packets = run(.packets, for: .seconds(120), rate: 1.5).total(.calls)
        let modelled = run(.modelled, for: .seconds(120), rate: 1.5).total(.calls)
        #expect(packets > 40)
        // Either count has a standard deviation below 10 %.
        #expect(abs(modelled - packets) < packets / 5, "\(modelled) and \(packets)")
    }
}
