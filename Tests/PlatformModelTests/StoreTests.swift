import EventEngine
import Measurement
import MediaPipeline
import NetworkModel
import PrivacyStores
import Quantities
import ScenarioModel
import Signaling
import TURN
import Testing

@testable import PlatformModel

/// What a run writes into the platform's stores, and when it goes.
@Suite struct StoreTests {
    /// Twenty seconds of short calls, many of them over relays, between people of whom some harass and many report.
    static func scenario(fillsStores: Bool = true) -> Scenario {
        var scenario = StrangerTests.scenario(.packets, .all)
        scenario.title = "Stores"
        scenario.general.stopTime = .seconds(20)
        scenario.arrivals = .rate(5)
        scenario.population[0].access = [NamedShare(index: 0, share: 1)]
        scenario.access[0].region = [NamedShare(index: 0, share: 1)]
        scenario.population[0].conversation = .exponential(mean: 6)
        scenario.population[0].requeue = 0.5
        scenario.population[0].reportPropensity = 0.9
        var harasser = scenario.population[0]
        harasser.name = "harasser"
        harasser.behaviour = .harasser
        (scenario.population[0].share, harasser.share) = (0.7, 0.3)
        scenario.population.append(harasser)
        scenario.privacy = Privacy(fillsStores: fillsStores, sweepInterval: .seconds(2))
        return scenario
    }

    /// What a run of `scenario` came to.
    private struct Outcome {
        var record: ReplicationRecord
        var contents: StoreContents?
        var trajectory: String

        init(_ scenario: Scenario) {
            var platform = Platform(
                scenario: scenario, seed: 6, replication: 0, speech: TalkingTests.speech,
                traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals)
            var engine = Engine<PlatformEvent>()
            platform.start(&engine)
            engine.run(until: platform.stopTime, in: &platform)
            contents = platform.stores?.dump(at: engine.now)
            trajectory = engine.fingerprint.hexadecimal
            record = platform.finish()
        }
    }

    private static let usual = Outcome(scenario())

    @Test func `a run is the same whether stores are filled or not`() {
        let (filled, empty) = (Self.usual, Outcome(Self.scenario(fillsStores: false)))
        #expect(filled.trajectory == empty.trajectory)
        #expect(empty.contents == nil)
        #expect(empty.record.value(.privacyMessagesHeld) == nil)
        for metric in Metric.allCases
        where ![.privacyReportsHeld, .privacyMessagesHeld, .privacyRelayLogHeld].contains(metric) {
            #expect(filled.record.value(metric) == empty.record.value(metric), "\(metric)")
        }
    }

    @Test func `what services did is in the stores, and nothing else`() throws {
        let outcome = Self.usual
        let (record, contents) = (outcome.record, try #require(outcome.contents))
        #expect(record.total(.calls) > 25)
        #expect(contents.aggregates.total == UInt64(record.total(.callDuration)))
        let ignored = record.total(.riskReportsIgnored)
        #expect(Int64(contents.reports.count) == record.total(.riskReports) - ignored)
        #expect(contents.reports.contains { $0.category == .harassment })
        #expect(contents.messages.count > 8 * Int(record.total(.matches)))
        for message in contents.messages.prefix(200) {
            #expect(try SignalingMessage.parse(message.text).call == message.call)
        }
        let opened = contents.relayLog.count { $0.event == .opened }
        #expect(opened > 50)
        #expect(contents.relayLog.allSatisfy { $0.relayed.port >= 49152 })
        #expect(contents.audit.count == 1)
        // Nine sweeps, and the end.
        #expect(record.total(.privacyMessagesHeld) == 10)
        let most = try #require(record.percentile(.privacyMessagesHeld, 100))
        #expect(abs(most / Double(contents.messages.count) - 1) < 0.002)
        #expect(record.value(.privacyDeletionLag) == nil)
        #expect(record.total(.privacyViolations) == 0)
    }

    @Test func `planning by the counts misses what is withheld`() throws {
        let root = StreamRoot(seed: 1, replication: 0)
        guard var desk = StoreDesk(Self.scenario(), root: root) else {
            Issue.record("no stores")
            return
        }
        // Nine calls of a kind are too few to be published.
        var trace: [TracedCall] = []
        for (count, length) in [(30, SimDuration.seconds(7)), (9, .seconds(100))] {
            for number in 1...count {
                let start = SimTime.zero + .seconds(Int64(number))
                trace.append(TracedCall(start: start, duration: length))
                desk.countCall(lasting: length, endingAt: start + length)
            }
        }
        let published = desk.publishedCounts(
            trace, over: .seconds(300), noise: root.stream(.publication))
        #expect(published.calls == 39 && published.cells == 2)
        #expect(published.withheldCells == 1 && published.withheldCalls == 9)
        // A call of 5 to 10 s counts for 5 s ÷ ln 2.
        let missed = try #require(published.withheld.busiestHour)
        #expect((missed - (30 * 7.213475 / 1110 - 1)).magnitude < 1e-6)
        #expect(published.withheld.peak == 16)
        // Noise of ε = 1 in the cells of half an hour and longer outweighs all.
        #expect(published.noisy != published.withheld)
        let again = desk.publishedCounts(
            trace, over: .seconds(300), noise: root.stream(.publication))
        #expect(again == published)
    }

    @Test func `what has lapsed goes with the next sweep`() throws {
        var scenario = Self.scenario()
        scenario.signaling.retention = .seconds(5)
        scenario.relay.logRetention = .seconds(7)
        scenario.risk.retention = .seconds(9)
        let outcome = Outcome(scenario)
        let contents = try #require(outcome.contents)
        let end = SimTime.zero + scenario.general.stopTime
        // The last sweep is at 18 s; what was stamped at 13 s or before is gone.
        #expect(contents.messages.first.map { $0.time > end - .seconds(7) } == true)
        #expect(contents.messages.first.map { $0.time < end - .seconds(6) } == true)
        #expect(contents.relayLog.first.map { $0.time > end - .seconds(9) } == true)
        #expect(contents.reports.allSatisfy { $0.time > end - .seconds(11) })
        let record = outcome.record
        #expect(record.total(.privacyDeletionLag) > 250)
        let lag = try #require(record.value(.privacyDeletionLag))
        #expect(lag > 0.7 && lag < 1.3)
        #expect(record.total(.privacyViolations) == 0)
    }

    @Test func `a relay log that is kept for eight days is a violation`() throws {
        var scenario = Self.scenario()
        scenario.arrivals = .trace([.zero, .zero + .seconds(1)])
        scenario.population[0].requeue = 0
        scenario.population.removeLast()
        scenario.population[0].share = 1
        scenario.ice.policy = .relay
        scenario.general.stopTime = .days(9)
        scenario.general.seriesStep = .days(1)
        scenario.privacy.sweepInterval = .hours(2)
        let kept = Outcome(scenario)
        #expect(try #require(kept.contents).relayLog.isEmpty)
        #expect(kept.record.total(.privacyViolations) == 0)
        scenario.relay.logRetention = .days(8)
        let leaking = Outcome(scenario)
        // A sweep every two hours of the eighth day finds it, the one at its end deletes it.
        #expect(leaking.record.total(.privacyViolations) == 12)
    }

    @Test func `a backup holds only what may be kept as long as itself`() throws {
        var scenario = Self.scenario()
        scenario.privacy.backupInterval = .seconds(8)
        scenario.privacy.backupRetention = .seconds(8)
        scenario.signaling.retention = .seconds(20)
        scenario.relay.logRetention = .seconds(12)
        var backups: [StoreBackup] = []
        _ = StrangerTests.record(scenario) { platform, now in
            backups = platform.stores?.backups ?? []
            #expect(backups.allSatisfy { $0.until > now - .seconds(2) })
        }
        // Taken at 16 s, kept until 24 s; the one of 8 s was destroyed at 16 s.
        #expect(backups.map(\.until) == [.zero + .seconds(24)])
        #expect(backups.first.map { $0.recordCount > 50 } == true)
    }
}

extension StoreTests {
    /// Who comes to know what in an audited run of `scenario`, with `leak` planted.
    static func knowledge(
        of scenario: Scenario, _ leak: PlantedLeak? = nil
    ) throws -> PlatformKnowledge {
        var run = ReplicationRun(
            scenario, seed: 6, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals, audited: true)
        if let leak { run.plant(leak) }
        run.advance(to: run.end)
        let knowledge = run.knowledge()
        return try #require(knowledge)
    }
}
