import Measurement
import Quantities
import ScenarioModel
import SimulationRunner
import Statistics
import Testing
import Theory

/// One class of people who are all compatible, who come once and leave after their call.
///
/// At most one of them waits. A ticket that finds nobody waits until the next arrival (rate λ) or
/// the end of its patience (rate θ), Exp(λ+θ) in all; that is as likely as finding somebody among
/// those who are paired, so the mean wait of paired tickets is 1/(2(λ+θ)), and a share θ/(2λ+θ)
/// of all leaves unpaired (REFERENCE §5).
@Suite struct ClosedFormTests {
    /// Arrival rate λ and patience rate θ, both per second, and for how many seconds.
    struct Load: Hashable, Sendable {
        var arrivals: Double
        var patience: Double
        var measured: Int64
    }

    private static let loads = [
        Load(arrivals: 1, patience: 0.1, measured: 1000),
        Load(arrivals: 0.5, patience: 0.5, measured: 1000),
        Load(arrivals: 2, patience: 0.05, measured: 400),
    ]

    /// What came of each.
    private static let outcomes = loads.map { load in Task { await replications(load) } }

    /// Figures of 12 replications of a load, each as the replication's own value.
    private func figures(_ load: Int, _ metric: Metric) async -> [Double] {
        await Self.outcomes[load].value.map { $0.record.value(metric)! }
    }

    private static func replications(_ load: Load) async -> [ReplicationOutcome] {
        var scenario = Scenario(title: "One class")
        scenario.general = General(
            seed: 11, warmUp: .seconds(100), stopTime: .seconds(100 + load.measured),
            replications: 12, seriesStep: .seconds(100))
        scenario.arrivals = .rate(load.arrivals)
        scenario.population[0].patience = .exponential(mean: 1 / load.patience)
        scenario.population[0].conversation = .constant(1)
        scenario.population[0].requeue = 0
        scenario.matchmaking.expansion = [
            ExpansionRule(after: .zero, requiresLanguage: false, requiresInterest: false)
        ]
        scenario.matchmaking.tiers = .ignore
        scenario.ice.setup = .modelled
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        let simulation = smallSimulation(scenario, replications: Array(0..<12), threads: 2)
        return await simulation.run(RunProgress(replications: 12))
    }

    /// Whether `expected` lies in the interval of `values`' mean that a correct simulation misses
    /// once in 10,000 times (Student t, two-sided).
    ///
    /// The interval must be narrower than `precision` times the expected value either way, or the
    /// test could not fail.
    private func covers(_ values: [Double], _ expected: Double, precision: Double) -> Bool {
        let n = Double(values.count)
        let mean = values.reduce(0, +) / n
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
        let t = StudentT.quantile(0.99995, degreesOfFreedom: values.count - 1)
        let halfWidth = t * (variance / n).squareRoot()
        #expect(halfWidth < precision * expected)
        return abs(mean - expected) <= halfWidth
    }

    @Test(arguments: loads.indices)
    func `the mean wait of paired tickets is one over twice the sum of the rates`(
        index: Int
    ) async {
        let load = Self.loads[index]
        let waits = await figures(index, .matchLatency)
        #expect(covers(waits, 1 / (2 * (load.arrivals + load.patience)), precision: 0.12))
        if load.patience > 0.05 {
            let share = load.patience / (2 * load.arrivals + load.patience)
            let shares = await figures(index, .abandoned)
            #expect(covers(shares, share, precision: 0.25))
        }
    }

    /// Two languages that are kept apart, patience of two kinds, talks of two kinds, and NATs of
    /// which some pairs do not meet.
    private var mixedScenario: Scenario {
        var scenario = Scenario(title: "Mixed")
        scenario.general = General(
            seed: 12, warmUp: .seconds(150), stopTime: .seconds(1000), replications: 10,
            seriesStep: .seconds(50))
        scenario.arrivals = .rate(2)
        scenario.languages = ["en", "es"]
        scenario.population[0].language = [
            NamedShare(index: 0, share: 0.7), NamedShare(index: 1, share: 0.3),
        ]
        scenario.population[0].patience = .mixture([
            .init(weight: 0.5, distribution: .constant(1)),
            .init(weight: 0.5, distribution: .gamma(mean: 6, shape: 2)),
        ])
        scenario.population[0].conversation = .mixture([
            .init(weight: 0.5, distribution: .constant(5)),
            .init(weight: 0.5, distribution: .exponential(mean: 20)),
        ])
        scenario.population[0].requeue = 0
        scenario.matchmaking.expansion = [
            ExpansionRule(after: .zero, requiresLanguage: true, requiresInterest: true)
        ]
        scenario.risk.enabled = false
        scenario.ice.setup = .modelled
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        return scenario
    }

    @Test func `a mixed scenario meets all that theory says of it`() async {
        let scenario = mixedScenario
        let predictions = Theory.predictions(for: scenario)
        #expect(
            predictions.map(\.key) == [
                "arrivals", "matches", "match.latency.mean", "abandoned", "queue.length.time_mean",
                "relay.share", "calls.active.time_mean",
            ])
        let simulation = smallSimulation(scenario, replications: Array(0..<10), threads: 2)
        let outcomes = await simulation.run(RunProgress(replications: 10))
        for prediction in predictions {
            guard let metric = MetricCatalogue.metric(named: prediction.metric) else {
                Issue.record("\(prediction.metric) is no metric")
                continue
            }
            let values = outcomes.compactMap { $0.record.value(metric) }
            #expect(
                covers(values, prediction.value, precision: 0.2), "\(prediction.key): \(values)")
        }
    }

    @Test func `the printed interval of the mean wait contains the closed form`() async {
        let load = Self.loads[0]
        let means = await figures(0, .matchLatency)
        let interval = ReplicationSummary.interval95(of: means)!
        let expected = 1 / (2 * (load.arrivals + load.patience))
        #expect(interval.low <= expected && expected <= interval.high)
    }
}
