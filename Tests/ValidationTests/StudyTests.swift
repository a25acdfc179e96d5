import ClosedForms
import Foundation
import Quantities
import ScenarioFiles
import ScenarioModel
import Testing

@testable import Validation

/// The studies themselves, with fewer and shorter runs than a whole validation: half-widths are not
/// looked at, and seeds are fixed, so that what passes once passes always.
@Suite struct StudyTests {
    private func figures(_ study: any Study, seeds: Int) async throws -> [OracleResult] {
        try await StudyRun(study, seeds: seeds, threads: 2).run().oracles
    }

    private func expectMet(_ results: [OracleResult]) {
        for result in results {
            #expect(
                (result.deviation ?? .infinity).magnitude <= Criteria.greatestDeviation,
                "\(result.oracle.figure): \(result.grandMean ?? .nan), not \(result.oracle.expected)"
            )
        }
    }

    @Test func `the matchmaker meets the double-ended queue`() async throws {
        let study = try TwoSidedStudy(replications: 4, measured: .seconds(1500))
        let results = try await figures(study, seeds: 6)
        #expect(results.count == 7)
        expectMet(results)
        // The test can fail: arrivals that were a tenth faster would show.
        let queue = try TwoSidedQueue(
            arrivalRate: 1.1, patienceRate: 1, otherArrivalRate: 0.9, otherPatienceRate: 0.8)
        let wrong = results[1].expecting(queue.one.meanQueue)
        #expect(wrong.failures(Criteria(seeds: 6)).contains(.deviation))
    }

    @Test func `the matchmaker meets random compatibility`() async throws {
        let study = try RandomCompatibilityStudy(replications: 4, measured: .seconds(2000))
        let results = try await figures(study, seeds: 6)
        #expect(results.count == 2)
        expectMet(results)
        let queue = try RandomCompatibilityQueue(arrivalRate: 1, compatibility: 0.0625 / 1.1)
        let wrong = results[0].expecting(queue.meanQueue)
        #expect(wrong.failures(Criteria(seeds: 6)).contains(.deviation))
    }

    /// Two arrivals a second who wait for 4 s on average and talk for 2 s.
    private static func platform() -> Scenario {
        var scenario = Scenario(title: "One class")
        scenario.general = General(
            seed: 7, warmUp: .seconds(20), stopTime: .seconds(540), replications: 3,
            seriesStep: .seconds(100))
        scenario.arrivals = .rate(2)
        scenario.population[0].patience = .exponential(mean: 4)
        scenario.population[0].conversation = .constant(2)
        scenario.population[0].requeue = 0
        scenario.matchmaking.expansion = [
            ExpansionRule(after: .zero, requiresLanguage: false, requiresInterest: false)
        ]
        scenario.matchmaking.tiers = .ignore
        scenario.risk.enabled = false
        scenario.ice.setup = .modelled
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        return scenario
    }

    @Test func `the platform meets the self-pairing queue, whatever the threads`() async throws {
        let study = ScenarioStudy(name: "one-class", scenario: Self.platform())
        let both = try await StudyRun(study, seeds: 3, threads: 2).run()
        let alone = try await StudyRun(study, seeds: 2, threads: 1).run()
        for (some, all) in zip(alone.oracles, both.oracles) {
            #expect(some.intervals == Array(all.intervals.prefix(2)))
        }
        #expect(both.firstSeed == 7)
        expectMet(both.oracles)
        #expect(
            both.oracles.map(\.oracle.figure).filter { $0 != "relay.share" } == [
                "arrivals", "matches", "match.latency.mean", "abandoned", "queue.length.time_mean",
                "calls.active.time_mean",
            ])
        // The test can fail: patience of 5 s would show.
        let queue = SingleClassQueue(arrivalRate: 2, patienceRate: 0.2)
        let wrong = both.oracles[3].expecting(queue.abandonmentProbability)
        #expect(wrong.failures(Criteria(seeds: 3)).contains(.deviation))
    }

    /// Files of `scenarios/validation` and what their first lines promise.
    private static let promises: [(name: String, figures: [String: Double])] = [
        ("matching-queue", ["abandoned": 1.0 / 9, "match.latency.mean": 0.4]),
        ("erlang-relay", ["connect.failed": 0.09302, "relay.allocations.time_mean": 7.2558]),
        ("thinning", ["arrivals": 2675, "arrivals.dispersion": 1]),
        ("thinning-diurnal", ["arrivals": 3066.16, "arrivals.dispersion": 1]),
        ("thinning-flash-crowd", ["arrivals": 2847.47, "arrivals.dispersion": 1]),
        ("hawkes", ["arrivals": 4400, "arrivals.dispersion": 1.48071]),
    ]

    @Test(arguments: promises)
    func `each validation scenario has the closed forms that it names`(
        name: String, promised: [String: Double]
    ) throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let path = root.appendingPathComponent("scenarios/validation/\(name).yaml").path
        let study = ScenarioStudy(name: name, scenario: try ScenarioLoader.load(path: path).model)
        for (figure, value) in promised {
            let oracle = study.oracles.first { $0.figure == figure }
            let expected = oracle?.expected ?? .nan
            #expect(abs(expected - value) < 1e-4 * value, "\(figure) is \(expected), not \(value)")
        }
    }

    @Test func `studies have seeds of their own`() throws {
        let two = try TwoSidedStudy(replications: 2, measured: .seconds(1))
        let random = try RandomCompatibilityStudy(replications: 2, measured: .seconds(1))
        #expect(abs(Int(two.firstSeed) - Int(random.firstSeed)) >= 1000)
    }
}
