import Measurement
import PlatformModel
import Quantities
import ScenarioModel
import Statistics
import Testing

@testable import SimulationRunner

@Suite struct ComparisonTests {
    /// Two minutes of two languages and two interests; no packets.
    static func scenario(replications: Int = 8) -> Scenario {
        var scenario = smallScenario()
        scenario.general.stopTime = .seconds(100)
        scenario.general.replications = replications
        scenario.languages = ["en", "es"]
        scenario.interests = ["music", "games"]
        scenario.population[0].language = [
            NamedShare(index: 0, share: 0.7), NamedShare(index: 1, share: 0.3),
        ]
        scenario.population[0].interest = [
            NamedShare(index: 0, share: 0.5), NamedShare(index: 1, share: 0.5),
        ]
        scenario.ice.setup = .modelled
        return scenario
    }

    static func keep(_ scenario: Scenario) async -> [ReplicationOutcome] {
        let replications = Array(0..<UInt32(scenario.general.replications))
        var simulation = smallSimulation(scenario, seed: 7, replications: replications)
        simulation.keepsTickets = true
        return await simulation.run(RunProgress(replications: replications.count))
    }

    /// The same people, who are paired every 12 s instead of at once.
    static func slow(_ scenario: Scenario) -> Scenario {
        var scenario = scenario
        scenario.matchmaking.policy = .batch
        scenario.matchmaking.interval = .seconds(12)
        return scenario
    }

    /// Eight replications as they are, and with pairs every 12 s.
    static let greedy = Task { await keep(scenario()) }
    static let batched = Task { await keep(slow(scenario())) }

    /// The first four of each.
    private static func four() async -> (greedy: [ReplicationOutcome], slow: [ReplicationOutcome]) {
        (Array(await greedy.value.prefix(4)), Array(await batched.value.prefix(4)))
    }

    static func metric(_ comparison: Comparison, _ metric: Metric) -> Comparison.MetricChange? {
        comparison.metrics.first { $0.metric == metric }
    }

    @Test func `a scenario does not differ from itself by anything`() async {
        let scenario = Self.scenario(replications: 2)
        let comparison = Comparison(
            Array(await Self.greedy.value.prefix(2)), await Self.keep(scenario), of: scenario)
        for entry in comparison.metrics {
            #expect(entry.first == entry.second, "\(entry.metric)")
            #expect(entry.change.mean ?? 0 == 0)
            #expect(entry.change.interval.map { $0.low == 0 && $0.high == 0 } ?? true)
            #expect(entry.change.p ?? 1 == 1)
        }
        #expect(comparison.groups.first?.tickets ?? 0 > 100)
        for group in comparison.groups + [comparison.requeued.matched] {
            #expect(group.gained + group.paid + group.newlyPaired + group.newlyUnpaired == 0)
            #expect(group.wait.mean == 0)
            #expect(group.paired.mean == 0)
            #expect(group.adjustedWaitP ?? 1 == 1)
        }
        #expect(comparison.requeued.counts[0] == comparison.requeued.counts[1])
    }

    @Test func `whoever is paired every 12 s pays, and the interval says so`() async throws {
        let scenario = Self.scenario()
        let (greedy, batch) = await Self.four()
        let comparison = Comparison(greedy, batch, of: scenario)
        let latency = try #require(Self.metric(comparison, .matchLatency))
        #expect(try #require(latency.second) > #require(latency.first))
        #expect(try #require(latency.change.interval).low > 0)
        let everybody = try #require(comparison.groups.first)
        #expect(everybody.dimension == nil)
        #expect(try #require(everybody.wait.interval).low > 2, "half of 12 s, less greedy's wait")
        #expect(everybody.paid > 3 * everybody.gained)
        #expect(try #require(everybody.wait.p) < 0.01)
        // The same people come, so what does not hang on the policy does not differ.
        #expect(try #require(Self.metric(comparison, .arrivals)).change.mean == 0)
        // The other way round everything has the other sign.
        let back = Comparison(batch, greedy, of: scenario)
        for (one, other) in zip(comparison.groups, back.groups) {
            #expect(one.label == other.label && one.tickets == other.tickets)
            #expect(one.gained == other.paid && one.newlyPaired == other.newlyUnpaired)
            let (a, b) = (try #require(one.wait.mean), try #require(other.wait.mean))
            #expect(abs(a + b) < 1e-12)
        }
        let reversed = try #require(back.groups.first?.wait.interval)
        #expect(reversed.high < -2)
    }

    /// Pairing takes out what both runs share: who came, and how long each would have waited.
    @Test func `paired intervals are narrower than those of independent runs`() async throws {
        var other = Self.scenario(replications: 4)
        other.matchmaking.expansion[1].after = .seconds(8)
        let scenario = Self.scenario()
        let (first, second) = (await Self.four().greedy, await Self.keep(other))
        let paired = try #require(
            Comparison(first, second, of: scenario).groups.first?.wait.interval)
        func means(_ outcomes: [ReplicationOutcome]) -> [Double] {
            outcomes.map { outcome in
                let waits = outcome.tickets.filter { $0.visit == 0 && $0.isMeasured }
                    .compactMap { $0.wait?.seconds }
                return waits.reduce(0, +) / Double(waits.count)
            }
        }
        func variance(_ values: [Double]) -> Double {
            let mean = values.reduce(0, +) / Double(values.count)
            return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
        }
        let (a, b) = (means(first), means(second))
        let apart = ((variance(a) + variance(b)) / Double(a.count)).squareRoot()
        let together =
            (paired.high - paired.low) / 2 / StudentT.quantile(0.975, degreesOfFreedom: 3)
        #expect(together < 0.7 * apart, "\(together) against \(apart)")
    }

    @Test func `first tickets are those of the same people, and later ones stand apart`()
        async throws
    {
        let scenario = Self.scenario()
        let (greedy, batch) = await Self.four()
        var first = 0
        for (one, other) in zip(greedy, batch) {
            let pairs = TicketPairs(one.tickets, other.tickets)
            first += pairs.first.count
            for pair in pairs.first {
                #expect(pair.first.visit == 0 && pair.second.visit == 0)
                #expect(pair.first.peer == pair.second.peer)
                #expect(pair.first.created == pair.second.created)
                #expect(pair.first.patience == pair.second.patience)
                #expect(pair.first.language == pair.second.language)
            }
            for pair in pairs.later {
                #expect(pair.first.visit > 0 && pair.first.visit == pair.second.visit)
            }
            let ended = one.tickets.filter { $0.isMeasured && $0.end != .waiting }
            #expect(pairs.laterCounts[0] == ended.count { $0.visit > 0 })
        }
        let comparison = Comparison(greedy, batch, of: scenario)
        #expect(comparison.groups.first?.tickets == first)
        // Whoever is paired sooner is back sooner: the policy makes its own later tickets.
        #expect(comparison.requeued.counts[0] > comparison.requeued.counts[1])
        #expect(comparison.requeued.matched.tickets < comparison.requeued.counts[1])
        #expect(comparison.text.contains("later tickets"))
    }

    @Test func `groups are corrected together`() async throws {
        var scenario = Self.scenario(replications: 3)
        scenario.matchmaking.crossedGroups = true
        let comparison = Comparison(
            await Self.keep(scenario), await Self.keep(Self.slow(scenario)), of: scenario)
        let groups = comparison.groups.dropFirst()
        #expect(
            Set(groups.compactMap(\.dimension)).isSuperset(of: [.language, .interest, .access]))
        for dimension in [LabelDimension.language, .interest, .access, .cell] {
            let tickets = groups.filter { $0.dimension == dimension }.reduce(0) { $0 + $1.tickets }
            #expect(tickets == comparison.groups.first?.tickets)
        }
        let tested = groups.filter { $0.wait.p != nil }
        let smallest = try #require(tested.min { $0.wait.p! < $1.wait.p! })
        let adjusted = try #require(smallest.adjustedWaitP)
        #expect(abs(adjusted - min(1, Double(tested.count) * smallest.wait.p!)) < 1e-12)
        for group in tested { #expect(try #require(group.adjustedWaitP) >= group.wait.p!) }
    }

    /// Differences 1, 2, 3: mean 2, s = 1, t = 2·√3 with 2 degrees of freedom; for those Student's
    /// law is known: p = 1 − t/√(t² + 2) = 1 − √(12/14). The 97.5 % quantile is 4.302653.
    @Test func `a change is Student's t of the replications' differences`() throws {
        let change = Comparison.Change([1, 2, 3])
        #expect(change.mean == 2)
        #expect(abs(try #require(change.p) - (1 - (12.0 / 14).squareRoot())) < 1e-9)
        let interval = try #require(change.interval)
        #expect(abs(interval.low - (2 - 4.302653 / 3.0.squareRoot())) < 1e-5)
        #expect(abs(interval.high - (2 + 4.302653 / 3.0.squareRoot())) < 1e-5)
        #expect(Comparison.Change([]).mean == nil)
        #expect(Comparison.Change([4]).interval == nil)
        #expect(Comparison.Change([0, 0]).p == 1)
        #expect(Comparison.Change([4, 4]).p == 0)
    }
}
