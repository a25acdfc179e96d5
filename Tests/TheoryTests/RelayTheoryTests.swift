import ClosedForms
import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel
import Testing
import Theory

@Suite struct RelayTheoryTests {
    /// Pairs come 2 an hour and need a port for 4 h on average; there are 10.
    private func lossSystem() -> Scenario {
        var scenario = oneClass(rate: 4.0 / 3600, patience: .constant(1e7))
        scenario.general = General(
            warmUp: .days(4), stopTime: .days(54), seriesStep: .days(1))
        scenario.population[0].conversation = .exponential(mean: 8 * 3600)
        scenario.population[0].access = [NamedShare(index: 0, share: 1)]
        scenario.access = [
            AccessNetwork(
                name: "a",
                nat: [
                    NATShare(.translated(.addressAndPortDependent, .addressAndPortDependent), 1)
                ], delay: .constant(0.01), jitter: .constant(0),
                loss: GilbertLoss(loss: 0, meanBurst: 1)!)
        ]
        scenario.signaling.latency = .constant(0.03)
        scenario.ice.relayGathering = .single
        scenario.relay.ports = 10
        return scenario
    }

    @Test func `pairs of one queue are lost as arrivals of two stages are`() {
        let blocked = RenewalLoss.blocking(servers: 10, load: 8, stages: 2)
        #expect(isClose(predicted("connect.failed", for: lossSystem()), blocked))
        #expect(
            isClose(
                predicted("relay.allocations.time_mean", for: lossSystem()), 8 * (1 - blocked)))
        let tolerances = Theory.predictions(for: lossSystem()).map(\.tolerance)
        #expect(tolerances.allSatisfy { $0 < 1e-3 })
    }

    /// What makes the formula another one.
    @Test(
        arguments: [
            { $0.ice.relayGathering = .both },
            { $0.population[0].patience = .exponential(mean: 10) },
            { $0.population[0].conversation = .constant(8 * 3600) },
            { $0.population[0].conversation = .exponential(mean: 100) },
            { $0.access[0].delay = .exponential(mean: 0.01) },
            { $0.access[0].loss = GilbertLoss(loss: 0.01, meanBurst: 1)! },
            { $0.access[0].nat = [NATShare(.public, 1)] },
            { $0.access[0].nat = [NATShare(.udpBlocked, 1)] },
            { $0.signaling.latency = .constant(5) },
            { $0.relay.regions = [RelayRegion(region: 0, servers: 2)] },
            { $0.ice.setup = .packets }, { $0.general.warmUp = .hours(4) },
        ] as [@Sendable (inout Scenario) -> Void])
    func `nothing is said of other relays`(_ change: @Sendable (inout Scenario) -> Void) {
        var scenario = lossSystem()
        change(&scenario)
        #expect(predicted("connect.failed", for: scenario) == nil)
    }
}
