import Quantities
import Results
import ScenarioModel
import SimulationRunner
import Testing

@Suite struct PrecisionTests {
    /// Half a minute of a small platform, held to its mean wait and its median.
    private func scenario() -> Scenario {
        var scenario = smallScenario()
        scenario.general.replications = 2
        scenario.general.stopTime = .seconds(30)
        scenario.population[0].requeue = 0
        scenario.ice.setup = .modelled
        scenario.thresholds = [
            Threshold(metric: "match.latency", statistic: .mean, comparison: .atMost, limit: 5),
            Threshold(metric: "match.latency", statistic: .p50, comparison: .atMost, limit: 5),
            Threshold(metric: "queue.length", statistic: .peak, comparison: .atMost, limit: 50),
            Threshold(metric: "match.latency", statistic: .mean, comparison: .above, limit: 0),
        ]
        return scenario
    }

    private func results(
        _ scenario: Scenario, _ goal: Double?, limit: Int, threads: Int
    ) async -> (results: RunResults, progress: RunProgress) {
        var simulation = smallSimulation(
            scenario, replications: Array(0..<UInt32(limit)), threads: threads)
        simulation.precision = goal.map { PrecisionGoal($0, for: scenario, limit: limit) }
        let progress = RunProgress(replications: limit)
        let account = await simulation.account(progress)
        let identity = RunIdentity(
            name: "small", scenarioHash: "", effectiveScenario: .null, toolVersion: "1",
            libraries: [], speech: .init(source: "", hash: ""))
        return (RunResults(simulation, identity, account, wallSeconds: 1), progress)
    }

    @Test func `a goal holds the targets that replications have figures of, each once`() {
        let goal = PrecisionGoal(0.1, for: scenario())
        #expect(goal.figures.map(\.statistic) == [.mean, .p50])
        #expect(goal.leftOut == ["queue.length.peak"])
        #expect(goal.wave == PrecisionGoal.leastWave)
        #expect(goal.limit == PrecisionGoal.usualLimit)
        var free = scenario()
        free.thresholds = []
        free.general.replications = 9
        #expect(PrecisionGoal(0.1, for: free).figures == PrecisionGoal.usual)
        #expect(PrecisionGoal(0.1, for: free).wave == 9)
        #expect(PrecisionGoal(0.1, for: free, limit: 3).wave == 3)
    }

    @Test func `waves are added until the goal is reached, with any number of threads`()
        async throws
    {
        // Three fifths of what the first wave comes to takes another one.
        let (first, _) = await results(scenario(), 1e-6, limit: 4, threads: 2)
        let widths = try #require(first.summary.precision).figures.compactMap(\.relative)
        let goal = 0.6 * (widths.max() ?? 0)
        let (one, progress) = await results(scenario(), goal, limit: 40, threads: 1)
        let (three, _) = await results(scenario(), goal, limit: 40, threads: 3)
        let count = one.run.replications
        #expect(count > 4 && count < 40 && count.isMultiple(of: 4))
        #expect(one.summary.precision?.isReached == true)
        #expect(one.summary.precision?.needed == nil)
        #expect(one.run.json == three.run.json)
        #expect(one.summary.json.text() == three.summary.json.text())
        #expect(one.series == three.series)
        #expect(one.run.json["precision"]?["goal"]?.number == goal)
        #expect(one.run.json["finished_replications"] == nil)
        #expect(progress.finishedReplications == count)
        #expect(one.run.replicationFingerprints.count == count)
        // They are the files of a run that asks for as many replications.
        let plain = await results(scenario(), nil, limit: count, threads: 2).results
        #expect(plain.summary.summary == one.summary.summary)
        #expect(plain.run.fingerprint == one.run.fingerprint)
        #expect(plain.summary.precision == nil)
        #expect(plain.run.json["precision"] == nil)
    }

    @Test func `at the limit it is said how many more it would take`() async throws {
        let (found, _) = await results(scenario(), 0.001, limit: 6, threads: 2)
        #expect(found.run.replications == 6)
        let report = try #require(found.summary.precision)
        #expect(!report.isReached)
        let figure = try #require(report.figures.first)
        let relative = try #require(figure.relative)
        let wanted = (6 * (relative / 0.001) * (relative / 0.001)).rounded(.up)
        #expect(figure.needed.map(Double.init) == wanted)
        #expect(try #require(report.needed) >= Int(wanted))
    }

    @Test func `what is the same in every replication is precise, even 0`() async throws {
        var scenario = scenario()
        scenario.thresholds = [
            Threshold(metric: "relay.refused", statistic: .value, comparison: .atMost, limit: 0)
        ]
        let (found, _) = await results(scenario, 0.01, limit: 60, threads: 2)
        #expect(found.run.replications == 4)
        #expect(found.summary.precision?.isReached == true)
    }

    @Test func `what is never observed is never precise, and no number would do`() async throws {
        var scenario = scenario()
        scenario.thresholds = [
            Threshold(
                metric: "risk.containment_calls", statistic: .mean, comparison: .atMost, limit: 5)
        ]
        let (found, _) = await results(scenario, 0.5, limit: 5, threads: 2)
        #expect(found.run.replications == 5)
        let report = try #require(found.summary.precision)
        #expect(!report.isReached)
        #expect(report.needed == nil)
    }
}
