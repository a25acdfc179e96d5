import Measurement
import MediaPipeline
import PlatformModel
import Quantities
import Results
import ScenarioModel
import SimulationRunner
import Statistics
import Testing

/// A minute of a small platform, no media packets.
func smallScenario() -> Scenario {
    var scenario = Scenario(title: "Small")
    scenario.general = General(
        seed: 7, warmUp: .seconds(10), stopTime: .seconds(60), replications: 3,
        seriesStep: .seconds(5))
    scenario.arrivals = .rate(2)
    scenario.population[0].conversation = .exponential(mean: 6)
    scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
    return scenario
}

/// What is said in it, and what that comes to on the way, measured once.
let smallSpeech = SyntheticSpeech.material()
let smallTraffic = SpeechTraffic(of: smallSpeech, as: smallScenario().media)
/// What is heard in calls without packets, rehearsed once for all tests.
let smallRehearsals = Rehearsals()

/// The run of those replications, saying that.
func smallSimulation(
    _ scenario: Scenario, seed: UInt64? = nil, replications: [UInt32], threads: Int = 1
) -> Simulation {
    var simulation = Simulation(
        scenario: scenario, seed: seed ?? scenario.general.seed, replications: replications,
        threads: threads, speech: smallSpeech)
    simulation.traffic = smallTraffic
    simulation.rehearsals = smallRehearsals
    return simulation
}

func outcomes(
    _ scenario: Scenario, replications: [UInt32] = [0, 1, 2], threads: Int = 1
) async -> [ReplicationOutcome] {
    await smallSimulation(scenario, replications: replications, threads: threads)
        .run(RunProgress(replications: replications.count))
}

func summary(_ outcomes: [ReplicationOutcome]) -> RunSummary {
    var builder = RunSummaryBuilder()
    for outcome in outcomes { builder.add(outcome.record) }
    return builder.summary()
}

@Suite struct SimulationTests {
    /// Three replications as they are, on one thread.
    private static let usual = Task { await outcomes(smallScenario()) }

    @Test func `the number of threads changes no trajectory and no figure`() async {
        let scenario = smallScenario()
        let one = await Self.usual.value
        let three = await outcomes(scenario, threads: 3)
        #expect(one.map(\.fingerprint.hexadecimal) == three.map(\.fingerprint.hexadecimal))
        #expect(summary(one) == summary(three))
        #expect(SeriesFile.text(one.map(\.record)) == SeriesFile.text(three.map(\.record)))
    }

    @Test func `a replication is the same alone and among others`() async {
        let scenario = smallScenario()
        let all = await Self.usual.value
        let alone = await outcomes(scenario, replications: [1])
        #expect(alone[0].fingerprint.hexadecimal == all[1].fingerprint.hexadecimal)
        #expect(all[0].fingerprint.hexadecimal != all[1].fingerprint.hexadecimal)
    }

    @Test func `another seed takes another trajectory`() async {
        var scenario = smallScenario()
        let first = await Self.usual.value
        scenario.general.seed = 8
        let second = await outcomes(scenario, replications: [0])
        #expect(first[0].fingerprint.hexadecimal != second[0].fingerprint.hexadecimal)
    }

    @Test func `a change of policy does not change who arrives`() async {
        var scenario = smallScenario()
        let open = Array(await Self.usual.value.prefix(1))
        scenario.matchmaking.expansion = [
            ExpansionRule(after: .zero, requiresLanguage: true, requiresInterest: true)
        ]
        scenario.matchmaking.tiers = .separate
        scenario.ice.setup = .modelled
        let closed = await outcomes(scenario, replications: [0])
        let (a, b) = (summary(open), summary(closed))
        #expect(a.figures(.arrivals) == b.figures(.arrivals))
        #expect(
            a.groups.filter { $0.name == "arrivals" } == b.groups.filter { $0.name == "arrivals" })
        #expect(a.figures(.connectLatency) != b.figures(.connectLatency))
    }

    @Test func `a run told to stop gives no unfinished replication`() async {
        let progress = RunProgress(replications: 3)
        progress.stop()
        let simulation = smallSimulation(smallScenario(), replications: [0, 1, 2], threads: 2)
        #expect(await simulation.run(progress).isEmpty)
    }

    @Test func `whoever has come and not left is present`() async {
        var scenario = smallScenario()
        scenario.general.warmUp = .zero
        scenario.population[0].requeue = 0
        let series = await outcomes(scenario, replications: [0])[0].record.series
        let column = series.columns.firstIndex(of: "peers.present") ?? -1
        // What the same run has counted when it ends at the time of one of those rows.
        let row = 10
        scenario.general.stopTime = series.time(ofRow: row) - .zero
        let record = await outcomes(scenario, replications: [0])[0].record
        let present = series.value(row: row, column: column)
        let left =
            record.total(.abandoned)
            + 2 * (record.total(.callDuration) + record.total(.connectFailed))
        #expect(record.total(.arrivals) == left + present)
        #expect(left > 0 && present > 0)
        // Everybody in the queue or in a call is present, at every step.
        let others = ["queue.length", "calls.active"].map {
            series.columns.firstIndex(of: $0) ?? -1
        }
        for row in 0..<series.rowCount {
            let waiting = series.value(row: row, column: others[0])
            let talking = 2 * series.value(row: row, column: others[1])
            #expect(series.value(row: row, column: column) >= waiting + talking)
        }
    }

    @Test func `every ticket and every pair is accounted for`() async {
        var scenario = smallScenario()
        scenario.general.warmUp = .zero
        let record = await outcomes(scenario, replications: [0])[0].record
        let tickets = record.total(.tickets)
        let paired = 2 * record.total(.matches)
        let abandoned = record.total(.abandoned)
        let unfinished = record.total(.ticketsUnfinished)
        #expect(tickets == paired + abandoned + unfinished)
        #expect(record.total(.matches) >= record.total(.calls) + record.total(.connectFailed))
    }
}
