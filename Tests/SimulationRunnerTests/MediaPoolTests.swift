import Measurement
import MediaPipeline
import NetworkModel
import PlatformModel
import Quantities
import Results
import ScenarioModel
import SimulationRunner
import Testing

/// The media of calls on one thread and on many.
@Suite struct MediaPoolTests {
    /// Calls over relays and without, many of which end, all with packets.
    private func scenario(replications: Int) -> Scenario {
        var scenario = Scenario(title: "Media")
        scenario.general = General(
            seed: 9, warmUp: .seconds(5), stopTime: .seconds(16), replications: replications,
            seriesStep: .seconds(5))
        scenario.arrivals = .rate(3)
        scenario.population[0].conversation = .exponential(mean: 8)
        scenario.media.fidelity = FidelityShares(full: 0.1, sealed: 0.8, flow: 0.1)
        for index in scenario.access.indices {
            scenario.access[index].nat = [
                NATShare(.translated(.endpointIndependent, .addressAndPortDependent), 0.6),
                NATShare(.translated(.addressAndPortDependent, .addressAndPortDependent), 0.4),
            ]
        }
        return scenario
    }

    /// What is said in it, encoded once for all runs but one.
    private static let corpus = SpeechCorpus(of: smallSpeech, for: Media())

    private func simulation(
        _ scenario: Scenario, threads: Int, corpus: SpeechCorpus? = Self.corpus
    ) -> Simulation {
        let replications = Array(0..<UInt32(scenario.general.replications))
        var simulation = smallSimulation(scenario, replications: replications, threads: threads)
        simulation.corpus = corpus
        return simulation
    }

    @Test(arguments: [1, 2])
    func `the number of threads changes nothing`(_ replications: Int) async {
        let scenario = scenario(replications: replications)
        let progress = RunProgress(replications: replications)
        let one = await simulation(scenario, threads: 1).run(progress)
        #expect(one.allSatisfy { $0.record.total(.callsSealed) > 8 })
        #expect(one.allSatisfy { $0.record.total(.callsSealedRelayed) > 1 })
        #expect(one.allSatisfy { $0.record.total(.mediaAuthenticationFailures) == 0 })
        #expect(one.allSatisfy { $0.phases.measured.mediaPackets > 1_000 })
        #expect(one.allSatisfy { $0.phases.warmUp.mediaPackets > 0 })
        for threads in replications == 1 ? [2, 8] : [3] {
            // Once the speech is encoded by as many threads as well.
            let corpus = threads == 2 ? nil : Self.corpus
            let more = await simulation(scenario, threads: threads, corpus: corpus)
                .run(RunProgress(replications: replications))
            #expect(
                more.map(\.fingerprint.hexadecimal) == one.map(\.fingerprint.hexadecimal))
            #expect(summary(more) == summary(one))
            #expect(SeriesFile.text(more.map(\.record)) == SeriesFile.text(one.map(\.record)))
            #expect(
                more.map(\.phases.measured.mediaPackets)
                    == one.map(\.phases.measured.mediaPackets))
        }
    }

    @Test func `a run that is stopped ends, on however many threads`() async {
        for threads in [1, 2, 4] {
            let simulation = simulation(scenario(replications: 3), threads: threads)
            let progress = RunProgress(replications: 3)
            progress.stop()
            #expect(await simulation.run(progress).isEmpty)
        }
    }
}
