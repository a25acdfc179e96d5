import Matchmaking
import PlatformModel
import Quantities
import ScenarioFiles
import ScenarioModel
import Testing

@testable import SimulationRunner

/// Queues so small that one can tell by hand what happens in them.
@Suite struct TicketExplanationTests {
    /// People come at `times`, wait `patience` and talk of one of two things; other languages there
    /// are none. The interest is given up after 8 s.
    static func scenario(_ times: [SimDuration], patience: Double) -> Scenario {
        var scenario = Scenario(title: "By hand")
        scenario.general = General(
            seed: 1, warmUp: .zero, stopTime: .seconds(60), replications: 1,
            seriesStep: .seconds(5))
        scenario.arrivals = .trace(times.map { SimTime.zero + $0 })
        scenario.interests = ["music", "games"]
        scenario.population[0].interest = [
            NamedShare(index: 0, share: 0.5), NamedShare(index: 1, share: 0.5),
        ]
        scenario.population[0].patience = .constant(patience)
        scenario.population[0].requeue = 0
        scenario.matchmaking.expansion = [
            ExpansionRule(after: .zero, requiresLanguage: true, requiresInterest: true),
            ExpansionRule(after: .seconds(8), requiresLanguage: true, requiresInterest: false),
        ]
        scenario.ice.setup = .modelled
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        return scenario
    }

    static func simulation(_ scenario: Scenario, seed: UInt64) -> Simulation {
        var simulation = smallSimulation(scenario, seed: seed, replications: [0])
        simulation.keepsTickets = true
        return simulation
    }

    static func tickets(_ scenario: Scenario, seed: UInt64) async throws -> [TicketLife] {
        try #require(await simulation(scenario, seed: seed).run(RunProgress(replications: 1)).first)
            .tickets
    }

    /// The first seed in which those who come have the `interests`.
    static func seed(_ scenario: Scenario, _ interests: [UInt16]) async throws -> UInt64 {
        for seed in UInt64(1)...200 {
            let tickets = try await tickets(scenario, seed: seed)
            if tickets.map(\.interest) == interests { return seed }
        }
        throw NoSeed()
    }

    struct NoSeed: Error {}

    static func explain(
        _ scenario: Scenario, seed: UInt64, _ number: Int
    ) async throws -> TicketExplanation {
        try await TicketExplanation(
            number, replication: 0, of: simulation(scenario, seed: seed),
            RunProgress(replications: 1))
    }

    @Test(arguments: [
        RuleChange.step(1, after: .milliseconds(5900)), .ignoreTiers, .allowRematches, .greedy,
    ])
    func `a scenario file takes a change as it is told`(change: RuleChange) throws {
        let file = """
            arrivals: {rate: 1 /s}
            matchmaking:
              policy: batch
              interval: 2 s
              avoid_rematch: true
              expansion:
                - {after: 0 s, require: [language, interest]}
                - {after: 8 s, require: [language]}
            """
        let before = try ScenarioLoader.load(bytes: Array(file.utf8), file: "batch.yaml")
        let after = try ScenarioLoader.load(
            bytes: Array(file.utf8), file: "batch.yaml",
            overrides: change.settings.map { ScenarioOverride(key: $0.key, value: $0.value) })
        #expect(after.model.matchmaking == change.applied(to: before.model).matchmaking)
        #expect(after.model.matchmaking != before.model.matchmaking)
    }

    /// One of music comes at 10 s and one of games at 13 s; they would suit each other at 21 s, when
    /// the younger gives its interest up. The elder leaves at 19 s.
    @Test func `whoever leaves too early is told what would have held them`() async throws {
        let scenario = Self.scenario([.seconds(10), .seconds(13)], patience: 9)
        let seed = try await Self.seed(scenario, [0, 1])
        let told = try await Self.explain(scenario, seed: seed, 0)
        #expect(told.life.end == .abandoned)
        #expect(told.life.created == .zero + .seconds(10))
        #expect(told.life.ended == .zero + .seconds(19))
        #expect(told.partner == nil)
        let other = try #require(told.neighbours.first)
        #expect(told.neighbours.count == 1)
        #expect(other.life.number == 1 && other.life.interest == 1)
        #expect(other.together == .zero + .seconds(13) ..< .zero + .seconds(19))
        #expect(!other.suited && other.suits == .zero + .seconds(21))
        #expect(other.obstacles == .sameInterest)
        // The two are together until 19 s, when the younger is just below 6 s old.
        let remedy = try #require(told.remedies.first)
        #expect(told.remedies.count == 1)
        #expect(remedy.change == .step(1, after: .milliseconds(5900)))
        #expect(remedy.wait == .milliseconds(8900))
        let again = try await Self.tickets(remedy.change.applied(to: scenario), seed: seed)
        #expect(again[0].end == .paired && again[0].partner == 1)
        #expect(again[0].wait == remedy.wait)
        // A tenth of a second later would not have done.
        let tooLittle = RuleChange.step(1, after: .seconds(6)).applied(to: scenario)
        #expect(try await Self.tickets(tooLittle, seed: seed)[0].end == .abandoned)
        let text = told.text
        #expect(text.contains("created; step 0: demands the same language and interest"))
        #expect(text.contains("its owner leaves unpaired after 9.000 s"))
        #expect(text.contains("would have suited from 21.000 s on"))
        #expect(text.contains("  \(remedy.change.options)  (now 8.0 s)"))
    }

    /// Both stay and meet at 21 s; a third of music's interest who comes at 25 s changes nothing.
    @Test func `whoever is paired is told with whom, when and why`() async throws {
        let scenario = Self.scenario([.seconds(10), .seconds(13), .seconds(25)], patience: 20)
        let seed = try await Self.seed(scenario, [0, 1, 0])
        let told = try await Self.explain(scenario, seed: seed, 0)
        #expect(told.life.end == .paired && told.life.ended == .zero + .seconds(21))
        #expect(told.partner?.number == 1)
        #expect(told.life.step == 1 && told.life.cause == .expansionOfSecond)
        #expect(told.neighbours.isEmpty, "the partner is no rival")
        #expect(told.text.contains("paired after 11.000 s on step 1 with ticket 1"))
        #expect(told.text.contains("as the younger one reached a step"))
        #expect(told.remedies.map(\.change) == [.step(1, after: .milliseconds(7900))])
        #expect(told.remedies.first?.wait == .milliseconds(10_900))
        // Who waits alone is told so.
        let last = try await Self.explain(scenario, seed: seed, 2)
        #expect(last.text.contains("nobody else waited meanwhile"))
        #expect(last.remedies.isEmpty)
    }

    /// Two of the same interest wait for the next batch at 30 s; greed pairs them at once.
    @Test func `a policy that waits is told to be greedy`() async throws {
        var scenario = Self.scenario([.seconds(10), .seconds(13)], patience: 40)
        scenario.matchmaking.policy = .batch
        scenario.matchmaking.interval = .seconds(30)
        let seed = try await Self.seed(scenario, [0, 0])
        let told = try await Self.explain(scenario, seed: seed, 0)
        #expect(told.life.ended == .zero + .seconds(30) && told.life.cause == .interval)
        let remedy = try #require(told.remedies.first { $0.change == .greedy })
        #expect(remedy.wait == .seconds(3))
    }

    @Test func `a ticket that there is not is refused`() async {
        await #expect(throws: TicketExplanation.Failure.noSuchTicket(count: 2)) {
            let scenario = Self.scenario([.seconds(10), .seconds(13)], patience: 9)
            _ = try await Self.explain(scenario, seed: 1, 2)
        }
    }

    /// Over all tickets of a busier queue: whatever is told does pair the ticket, and sooner.
    @Test func `each change that is told does what it is told to do`() async throws {
        var scenario = Self.scenario([], patience: 10)
        scenario.arrivals = .rate(0.5)
        scenario.population[0].patience = .exponential(mean: 10)
        let before = try await Self.tickets(scenario, seed: 3)
        var told = 0
        for number in before.indices where before[number].end == .abandoned && told < 4 {
            let explanation = try await Self.explain(scenario, seed: 3, number)
            #expect(explanation.life == before[number])
            for remedy in explanation.remedies {
                told += 1
                let after = try await Self.tickets(
                    remedy.change.applied(to: scenario), seed: 3)
                let same = try #require(
                    after.first { $0.peer == before[number].peer && $0.visit == 0 })
                #expect(same.end == .paired && same.wait == remedy.wait)
                #expect(same.ended < before[number].ended)
            }
        }
        #expect(told > 0)
    }
}
