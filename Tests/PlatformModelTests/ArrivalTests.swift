import ArrivalProcesses
import EventEngine
import MediaPipeline
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// Who comes when, whatever is done with them.
@Suite struct ArrivalTests {
    private static let end = SimDuration.seconds(120)

    private func scenario(_ arrivals: Arrivals) -> Scenario {
        var scenario = Scenario(title: "Arrivals", arrivals: arrivals)
        scenario.general = General(
            seed: 3, warmUp: .zero, stopTime: Self.end, replications: 1, seriesStep: .seconds(60))
        scenario.ice.setup = .modelled
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        return scenario
    }

    /// Times of arrival and the personas that came.
    private func arrivals(
        _ scenario: Scenario, replication: UInt32 = 0
    ) -> [(time: SimTime, persona: UInt64)] {
        var platform = Platform(
            scenario: scenario, seed: 3, replication: replication, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals)
        var engine = Engine<PlatformEvent>()
        engine.fingerprint.captureRange = 0..<1_000_000
        platform.start(&engine)
        engine.run(until: platform.stopTime, in: &platform)
        return engine.fingerprint.captured.filter { $0.code == TrajectoryCode.arrival.rawValue }
            .map { ($0.time, $0.detail) }
    }

    /// People who do not wait meet nobody, and cost little.
    private func fleeting(_ scenario: Scenario) -> Scenario {
        var scenario = scenario
        scenario.population[0].patience = .constant(0)
        return scenario
    }

    @Test func `a trace is replayed to the nanosecond, in every replication`() {
        let times = [0, 1, 1, 5_000_000_007, 60_000_000_000, 119_999_999_999].map {
            SimTime(nanoseconds: $0)
        }
        let trace = scenario(.trace(times + [.zero + Self.end]))
        for replication in 0..<2 as Range<UInt32> {
            #expect(arrivals(trace, replication: replication).map(\.time) == times)
        }
    }

    static let kinds: [Arrivals] = [
        .rate(2),
        .profile(
            .linear,
            points: [
                RatePoint(at: .zero, rate: 0), RatePoint(at: .zero + .seconds(100), rate: 4),
            ]),
        .diurnal(mean: 2, amplitude: 0.5, peakAt: .hours(21), start: .hours(20)),
        .flashCrowd(
            base: 1, factor: 5, at: .seconds(20), rise: .seconds(10), decay: .seconds(20)),
        .hawkes(base: 1, branching: 0.5, decay: .seconds(5)),
    ]

    @Test(arguments: kinds) func `a policy does not change who comes and when`(kind: Arrivals) {
        var relaxed = scenario(kind)
        relaxed.general.stopTime = .seconds(60)
        var strict = relaxed
        strict.matchmaking.expansion = [
            ExpansionRule(after: .seconds(3), requiresLanguage: true, requiresInterest: true)
        ]
        strict.population[0].requeue = 0
        strict.relay.ports = 1
        let (a, b) = (arrivals(relaxed), arrivals(strict))
        #expect(a.count > 50)
        #expect(a.map(\.time) == b.map(\.time))
        #expect(a.map(\.persona) == b.map(\.persona))
        #expect(arrivals(fleeting(relaxed), replication: 1).map(\.time) != a.map(\.time))
    }

    @Test(arguments: kinds) func `as many come as the process says`(kind: Arrivals) {
        let end = SimTime.zero + Self.end
        let process = kind.process
        let runs = 4
        let fleeting = fleeting(scenario(kind))
        let count = (0..<UInt32(runs)).reduce(0) {
            $0 + arrivals(fleeting, replication: $1).count
        }
        let error = (process.countVariance(before: end) * Double(runs)).squareRoot()
        #expect((Double(count) - Double(runs) * process.meanCount(to: end)).magnitude < 6 * error)
    }
}
