import ClosedForms
import Quantities
import RandomStreams
import ScenarioModel
import Testing
import Theory

/// A scenario to which every formula of queues applies: one class of people who come once.
func oneClass(
    rate: Double = 2, patience: Distribution = .exponential(mean: 10)
) -> Scenario {
    var scenario = Scenario(title: "One class")
    scenario.general = General(
        warmUp: .minutes(10), stopTime: .minutes(70), seriesStep: .seconds(100))
    scenario.arrivals = .rate(rate)
    scenario.population[0].patience = patience
    scenario.population[0].conversation = .exponential(mean: 60)
    scenario.population[0].requeue = 0
    scenario.matchmaking.expansion = [
        ExpansionRule(after: .zero, requiresLanguage: false, requiresInterest: false)
    ]
    scenario.matchmaking.tiers = .ignore
    scenario.ice.setup = .modelled
    scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
    return scenario
}

/// The figure called `key`; nil where nothing is predicted of it.
func predicted(_ key: String, for scenario: Scenario) -> Double? {
    Theory.predictions(for: scenario).first { $0.key == key }?.value
}

func isClose(_ a: Double?, _ b: Double, _ tolerance: Double = 1e-12) -> Bool {
    a.map { abs($0 - b) <= tolerance * b.magnitude } ?? false
}

private let queueKeys: Set = [
    "matches", "match.latency.mean", "queue.length.time_mean", "abandoned",
]

@Suite struct QueueTheoryTests {
    @Test func `one class of impatient people is the single-class queue`() {
        let scenario = oneClass(rate: 2, patience: .exponential(mean: 10))
        let queue = SingleClassQueue(arrivalRate: 2, patienceRate: 0.1)
        #expect(isClose(predicted("abandoned", for: scenario), queue.abandonmentProbability))
        #expect(isClose(predicted("match.latency.mean", for: scenario), queue.meanWaitMatched))
        #expect(isClose(predicted("queue.length.time_mean", for: scenario), 2 * queue.meanWait))
        #expect(
            isClose(
                predicted("matches", for: scenario),
                3600 * (1 - queue.abandonmentProbability)))
        #expect(isClose(predicted("arrivals", for: scenario), 7200))
    }

    @Test func `those who never lose patience are all paired`() {
        let scenario = oneClass(rate: 2, patience: .constant(1e9))
        #expect(predicted("abandoned", for: scenario) == nil)
        #expect(isClose(predicted("match.latency.mean", for: scenario), 0.25))
        #expect(isClose(predicted("queue.length.time_mean", for: scenario), 0.5))
        #expect(isClose(predicted("matches", for: scenario), 3600))
    }

    /// Of N draws of A ~ Exp(λ) and D: those with D < A leave, the others wait A; by integration
    /// over a fine grid of both quantiles, which is another way than transforms.
    @Test(
        arguments: [
            .constant(0.7), .uniform(min: 0.2, max: 3), .gamma(mean: 1, shape: 2.5),
            .mixture([
                .init(weight: 0.3, distribution: .constant(0.1)),
                .init(weight: 0.7, distribution: .exponential(mean: 4)),
            ]), .empirical([0.1, 0.5, 0.9, 2, 5]),
        ] as [Distribution])
    func `any law of patience gives what integration gives`(patience: Distribution) {
        let (rate, grid) = (0.8, 2000)
        var (left, waited) = (0.0, 0.0)
        for k in 0..<grid {
            let d = patience.quantile((Double(k) + 0.5) / Double(grid))
            let leaves = Elementary.exp(-rate * d)
            left += leaves / Double(grid)
            // ∫₀ᵈ t·λ·exp(−λt) dt
            waited += ((1 - leaves) / rate - d * leaves) / Double(grid)
        }
        let scenario = oneClass(rate: rate, patience: patience)
        #expect(isClose(predicted("abandoned", for: scenario), left / (2 - left), 2e-3))
        #expect(
            isClose(
                predicted("match.latency.mean", for: scenario), waited / (2 * (1 - left)), 2e-3))
    }

    @Test func `languages that are kept apart are queues of their own`() {
        var scenario = oneClass(rate: 3, patience: .exponential(mean: 5))
        scenario.languages = ["en", "es"]
        scenario.population[0].language = [
            NamedShare(index: 0, share: 0.75), NamedShare(index: 1, share: 0.25),
        ]
        scenario.matchmaking.expansion = [
            ExpansionRule(after: .zero, requiresLanguage: true, requiresInterest: true)
        ]
        let queues = [2.25, 0.75].map { SingleClassQueue(arrivalRate: $0, patienceRate: 0.2) }
        let left = zip([0.75, 0.25], queues).reduce(0) { $0 + $1.0 * $1.1.abandonmentProbability }
        #expect(isClose(predicted("abandoned", for: scenario), left))
        let length = 2.25 * queues[0].meanWait + 0.75 * queues[1].meanWait
        #expect(isClose(predicted("queue.length.time_mean", for: scenario), length))
        let paired = [2.25, 0.75].indices.map {
            [2.25, 0.75][$0] * (1 - queues[$0].abandonmentProbability)
        }
        let mean =
            (paired[0] * queues[0].meanWaitMatched + paired[1] * queues[1].meanWaitMatched)
            / (paired[0] + paired[1])
        #expect(isClose(predicted("match.latency.mean", for: scenario), mean))
    }

    @Test func `a ladder that never asks for more than all have in common changes nothing`() {
        var scenario = oneClass()
        scenario.matchmaking.expansion = [
            ExpansionRule(after: .zero, requiresLanguage: true, requiresInterest: true),
            ExpansionRule(after: .seconds(5), requiresLanguage: false, requiresInterest: false),
        ]
        #expect(Theory.predictions(for: scenario) == Theory.predictions(for: oneClass()))
    }

    @Test func `without risk scores tiers keep nobody apart`() {
        var scenario = oneClass()
        scenario.matchmaking.tiers = .separate
        #expect(predicted("matches", for: scenario) == nil)
        scenario.risk.enabled = false
        #expect(predicted("matches", for: scenario) != nil)
    }

    static let breaches: [(String, @Sendable (inout Scenario) -> Void)] = [
        ("people come back", { $0.population[0].requeue = 0.1 }),
        (
            "arrivals come in waves",
            { $0.arrivals = .hawkes(base: 2, branching: 0.1, decay: .seconds(1)) }
        ),
        (
            "patience has no transform",
            { $0.population[0].patience = .lognormal(median: 9, sigma: 1) }
        ),
        ("pairs wait for an age", { $0.matchmaking.expansion[0].after = .seconds(1) }),
        ("batches are paired", { $0.matchmaking.policy = .batch }),
        ("tiers split", { $0.matchmaking.tiers = .likeWithLike }),
        ("too few arrive", { $0.arrivals = .rate(0.05) }),
        ("the warm-up is too short", { $0.general.warmUp = .seconds(4) }),
        (
            "demands soften with age",
            {
                $0.languages = ["en", "es"]
                $0.population[0].language = [
                    NamedShare(index: 0, share: 0.5), NamedShare(index: 1, share: 0.5),
                ]
                $0.matchmaking.expansion = [
                    ExpansionRule(after: .zero, requiresLanguage: true, requiresInterest: false),
                    ExpansionRule(
                        after: .seconds(9), requiresLanguage: false, requiresInterest: false),
                ]
            }
        ),
    ]

    @Test(arguments: breaches.indices)
    func `nothing is predicted of queues where an assumption does not hold`(index: Int) {
        var scenario = oneClass()
        #expect(queueKeys.isSubset(of: Theory.predictions(for: scenario).map(\.key)))
        Self.breaches[index].1(&scenario)
        let keys = Set(Theory.predictions(for: scenario).map(\.key))
        #expect(keys.isDisjoint(with: queueKeys), "\(Self.breaches[index].0)")
        #expect(!keys.contains("calls.active.time_mean"))
    }
}
