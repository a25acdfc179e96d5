import EventEngine
import KnowledgeLedger
import Measurement
import MediaPipeline
import PrivacyStores
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// What befalls the service that keeps the stores, and whether records go in time all the same.
@Suite struct StoreFaultTests {
    /// Twenty seconds in which records are kept for 5 s to 7 s, with a sweep every 2 s and a backup every 3 s.
    private static func scenario(_ faults: [StoreFault]) -> Scenario {
        var scenario = StoreTests.scenario()
        scenario.signaling.retention = .seconds(5)
        scenario.relay.logRetention = .seconds(7)
        scenario.risk.retention = .seconds(6)
        scenario.privacy.backupInterval = .seconds(3)
        scenario.privacy.backupRetention = .seconds(4)
        scenario.storeFaults = faults
        return scenario
    }

    private struct Outcome {
        var record: ReplicationRecord
        var knowledge: PlatformKnowledge
        var contents: StoreContents
        var trajectory: String

        init(_ faults: [StoreFault], _ neglect: StoreNeglect? = nil) throws {
            let scenario = StoreFaultTests.scenario(faults)
            var platform = Platform(
                scenario: scenario, seed: 6, replication: 0, speech: TalkingTests.speech,
                traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals, audited: true)
            platform.stores?.neglect = neglect
            var engine = Engine<PlatformEvent>()
            platform.start(&engine)
            engine.run(until: platform.stopTime, in: &platform)
            let dump = platform.stores?.dump(at: engine.now)
            contents = try #require(dump)
            platform.stealStores(at: engine.now)
            let known = platform.currentKnowledge(at: engine.now)
            knowledge = try #require(known)
            trajectory = engine.fingerprint.hexadecimal
            record = platform.finish()
        }

        /// Of which kinds there was a record that was too old.
        var overstaying: [RecordKind] {
            RecordKind.allCases.filter {
                let policy = knowledge.policy
                return knowledge.ages[$0] > policy.span($0) + policy.sweepInterval
            }
        }
    }

    private static let usual = Result { try Outcome([]) }

    private static let crash = StoreFault(.sweepCrashes(after: 3), at: .seconds(7))
    private static let ahead = StoreFault(
        .clockIsWrong(by: .seconds(6), for: .seconds(10)), at: .seconds(4))
    private static let behind = StoreFault(
        .clockIsWrong(by: -.seconds(6), for: .seconds(10)), at: .seconds(10))
    private static let restart = StoreFault(.restart, at: .seconds(9))
    private static let restoration = StoreFault(.restoration, at: .seconds(11))
    private static let importation = StoreFault(
        .importation(count: 40, age: .milliseconds(5_900)), at: .milliseconds(8_500))
    private static let all = [crash, ahead, behind, restart, restoration, importation]

    @Test(arguments: all) func `no record is kept for too long`(fault: StoreFault) throws {
        let (usual, outcome) = (try Self.usual.get(), try Outcome([fault]))
        #expect(outcome.overstaying == [])
        #expect(outcome.record.total(.privacyViolations) == 0)
        // Nine sweeps and the end at least; each kind was there until it lapsed.
        #expect(outcome.knowledge.ages.looks >= 10)
        let policy = outcome.knowledge.policy
        for kind in RecordKind.allCases {
            #expect(outcome.knowledge.ages[kind] > policy.span(kind) - .seconds(1), "\(kind)")
        }
        #expect(outcome.trajectory == usual.trajectory)
        // Whoever copies the stores finds whom each record is really about.
        #expect(outcome.knowledge.disagreements == [])
        #expect(outcome.knowledge.labels[.thief, .report].subjects.count > 0)
    }

    /// What is neglected under which fault, and what is kept for too long at least.
    private static let neglected: [(StoreFault, StoreNeglect, [RecordKind])] = [
        (crash, .forgetsToSweep, [.reports, .signaling, .relayLog]),
        (restart, .forgetsToSweep, [.reports, .signaling, .relayLog]),
        // Relays have clocks of their own.
        (ahead, .trustsClock, [.signaling]), (behind, .trustsClock, [.signaling, .relayLog]),
        (
            StoreFault(.restoration, at: .seconds(15)), .restoresAnyBackup,
            [.signaling, .relayLog]
        ),
        (importation, .importsAsNew, [.reports]),
    ]

    @Test(arguments: neglected)
    func `a service that does not recover keeps records for too long, and that is seen`(
        fault: StoreFault, neglect: StoreNeglect, expected: [RecordKind]
    ) throws {
        let outcome = try Outcome([fault], neglect)
        #expect(expected.allSatisfy(outcome.overstaying.contains), "\(outcome.overstaying)")
        #expect(outcome.record.total(.privacyViolations) > 0)
        if neglect == .importsAsNew { #expect(outcome.overstaying == expected) }
    }

    @Test func `every neglect is looked for`() {
        #expect(Set(Self.neglected.map(\.1)) == Set(StoreNeglect.allCases))
    }

    @Test(arguments: [crash, restart, ahead, behind])
    func `what is stored and when it goes are as without a fault`(fault: StoreFault) throws {
        let (usual, outcome) = (try Self.usual.get(), try Outcome([fault]))
        #expect(outcome.contents.reports == usual.contents.reports)
        #expect(outcome.contents.messages == usual.contents.messages)
        #expect(outcome.contents.relayLog == usual.contents.relayLog)
        guard fault != Self.restart else { return }
        // Each record that was deleted is counted once, with the same lag.
        #expect(usual.record.total(.privacyDeletionLag) > 250)
        for metric in [Metric.privacyDeletionLag, .privacyViolations] {
            #expect(outcome.record.total(metric) == usual.record.total(metric), "\(metric)")
        }
        #expect(
            outcome.record.value(.privacyDeletionLag) == usual.record.value(.privacyDeletionLag))
    }

    @Test func `a restoration brings back what there was, and takes away what came since`() throws {
        let outcome = try Outcome([Self.restoration])
        // The backup of 9 s; what was stored from then to 11 s is lost.
        let lost = (SimTime.zero + .seconds(9))..<(SimTime.zero + .seconds(11))
        let usual = try Self.usual.get()
        #expect(usual.contents.relayLog.isEmpty == false)
        var scenario = Self.scenario([Self.restoration])
        scenario.general.stopTime = .seconds(12)
        var run = ReplicationRun(
            scenario, seed: 6, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals, audited: true)
        run.advance(to: run.end)
        let dump = run.dumpStores()
        let contents = try #require(dump)
        #expect(!contents.messages.contains { lost.contains($0.time) })
        #expect(contents.messages.contains { $0.time < lost.lowerBound })
        #expect(contents.messages.contains { $0.time >= lost.upperBound })
        #expect(outcome.overstaying == [])
    }

    @Test func `without a backup nothing is restored`() throws {
        let early = try Outcome([StoreFault(.restoration, at: .seconds(2))])
        #expect(early.contents.messages == (try Self.usual.get()).contents.messages)
    }

    @Test func `what is imported stands for the rest of its time, and names nobody who came`()
        throws
    {
        let scenario = Self.scenario([Self.importation])
        var run = ReplicationRun(
            scenario, seed: 6, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals, audited: true)
        let filed = SimTime.zero + .milliseconds(2_600)
        for (time, count) in [(8_400, 0), (9_900, 40), (10_100, 0)] as [(Int64, Int)] {
            run.advance(to: .zero + .milliseconds(time))
            let dump = run.dumpStores()
            #expect((dump?.reports ?? []).count { $0.time == filed } == count)
            if count > 0 { run.stealStores() }
        }
        run.advance(to: run.end)
        let known = run.knowledge()
        #expect(known?.disagreements == [])
    }

    @Test func `reports that have lapsed are not taken over`() throws {
        let old = StoreFault(.importation(count: 10, age: .seconds(6)), at: .seconds(8))
        let outcome = try Outcome([old])
        #expect(outcome.contents.reports == (try Self.usual.get()).contents.reports)
        #expect(outcome.overstaying == [])
    }

    @Test func `a start while the clock is ahead lets records go early, never late`() throws {
        let late = StoreFault(.restart, at: .seconds(6))
        let outcome = try Outcome([Self.ahead, late])
        #expect(outcome.overstaying == [])
        // Stamped 6 s ahead, as the sweep of 18 s is: what was made until 13 s is gone.
        let messages = outcome.contents.messages
        #expect(messages.count > 20)
        #expect(messages.allSatisfy { $0.time > .zero + .seconds(19) })
        #expect(outcome.knowledge.disagreements == [])
    }

    @Test func `where records come from is remembered as long as they are there`() {
        var provenance = Provenance()
        for number in 0..<5000 as Range<Int64> {
            #expect(provenance.nextSerial(.reports) == Int32(number))
            provenance.add(
                .init(made: SimTime(nanoseconds: number), serial: Int32(number)), .reports)
            if number % 500 == 499 { provenance.forget(.reports, before: UInt64(number - 100)) }
        }
        #expect(provenance[.reports, 4950].serial == 4950)
        #expect(provenance[.reports, 4999].made == SimTime(nanoseconds: 4999))
        #expect(provenance.nextSerial(.relayLog) == 0)
    }
}
