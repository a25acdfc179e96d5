import MediaPipeline
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// What records take in memory is bounded, at 1 KiB for each of the people where no packets are
/// simulated.
@Suite struct FootprintTests {
    @Test func `people whose calls are modelled take less than a kibibyte each`() {
        var scenario = Scenario(title: "Crowd")
        scenario.general = General(
            seed: 5, warmUp: .zero, stopTime: .seconds(10), replications: 1,
            seriesStep: .seconds(1))
        scenario.arrivals = .rate(500)
        scenario.population[0].conversation = .constant(60)
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        scenario.ice.setup = .modelled
        var run = ReplicationRun(
            scenario, seed: 5, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals)
        run.advance(to: run.end)
        let footprint = run.footprint
        // 5,000 are expected to come; all stay.
        #expect(footprint.peers.peak > 4_500 && footprint.peers.peak < 5_500)
        #expect(footprint.tickets >= footprint.peers.peak)
        #expect(footprint.calls.peak > 2_000)
        #expect(footprint.bytes > 200 * footprint.peers.peak)
        #expect(footprint.bytes < 1024 * footprint.peers.peak)
        #expect(footprint.histogramBytes > 0)
    }

    /// Each side has its own state, a jitter buffer and packets in their turn.
    @Test func `calls whose packets are simulated take some tens of kilobytes each`() {
        var scenario = Scenario(title: "Talkers")
        scenario.general = General(
            seed: 5, warmUp: .zero, stopTime: .seconds(20), replications: 1,
            seriesStep: .seconds(1))
        scenario.arrivals = .rate(4)
        scenario.population[0].conversation = .constant(60)
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 1, flow: 0)
        var run = ReplicationRun(
            scenario, seed: 5, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals,
            corpus: TalkingTests.corpus)
        run.advance(to: run.end)
        let talks = run.footprint.talks
        #expect(talks.peak > 20)
        #expect(talks.bytes > 12_000 * talks.peak && talks.bytes < 48_000 * talks.peak)
        #expect(run.footprint.bytes > talks.bytes)
    }

    @Test func `records are as small as they need be`() {
        #expect(MemoryLayout<Peer>.stride <= 144)
        #expect(MemoryLayout<Platform.TicketRecord>.stride <= 40)
        #expect(MemoryLayout<Call>.stride <= 512)
        #expect(MemoryLayout<PlatformEvent>.size <= 16)
    }
}
