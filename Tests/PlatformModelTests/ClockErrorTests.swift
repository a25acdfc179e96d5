import EventEngine
import MediaPipeline
import OpusCodec
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// Peers whose clocks are off.
@Suite struct ClockErrorTests {
    private func run(_ drift: ClockDrift) -> TrajectoryFingerprint {
        var scenario = Scenario(title: "Clocks")
        scenario.general = General(
            seed: 12, warmUp: .seconds(1), stopTime: .seconds(20), replications: 1,
            seriesStep: .seconds(5))
        scenario.arrivals = .rate(2)
        scenario.population[0].conversation = .constant(8)
        scenario.population[0].requeue = 0
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 1, flow: 0)
        scenario.media.clockDrift = drift
        var run = ReplicationRun(
            scenario, seed: 12, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, corpus: TalkingTests.corpus, capturing: 0..<UInt64.max)
        run.advance(to: run.end)
        let fingerprint = run.fingerprint
        _ = run.finish()
        return fingerprint
    }

    @Test func `they change what is sent and heard, and not who meets whom`() {
        let exact = run(.constant(0))
        let fast = run(.constant(900))
        let mixed = run(.uniform(min: -900, max: 900))
        #expect(Set([exact, fast, mixed].map(\.hexadecimal)).count == 3)
        func meetings(_ fingerprint: TrajectoryFingerprint) -> [[UInt64]] {
            fingerprint.captured.filter { (1...4).contains($0.code) }
                .map { [UInt64($0.time.nanoseconds), UInt64($0.code), $0.subject, $0.detail] }
        }
        #expect(meetings(exact).count > 20)
        #expect(meetings(fast) == meetings(exact) && meetings(mixed) == meetings(exact))
        #expect(run(.uniform(min: -900, max: 900)).hexadecimal == mixed.hexadecimal)
    }
}
