import EventEngine
import Measurement
import NetworkModel
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// A list of processors that changes during a run reaches people when they next connect.
@Suite struct NoticeTests {
    /// Forty seconds in which most people come back after each call; the list changes in the middle.
    private static func scenario(_ change: SimDuration?, losses: Double = 0) -> Scenario {
        var scenario = StoreTests.scenario(fillsStores: false)
        scenario.title = "Notices"
        scenario.general.stopTime = .seconds(40)
        scenario.arrivals = .rate(3)
        for index in scenario.population.indices {
            scenario.population[index].requeue = 0.8
            scenario.population[index].thinkTime = .constant(0.5)
        }
        scenario.signaling = Signaling(
            latency: .constant(0.05), disconnect: losses, reconnect: .constant(0.5))
        scenario.privacy.listChange = change
        return scenario
    }

    private struct Outcome {
        let record: ReplicationRecord
        let trajectory: String
        /// Who was there at the end, by whether their devices have shown the change.
        let present: (told: Int, untold: Int)
        /// Those who were there at the end and had been paired since the change.
        let untoldInCalls: Int
        let counters: UInt64

        init(_ scenario: Scenario) {
            var platform = Platform(
                scenario: scenario, seed: 6, replication: 0, speech: TalkingTests.speech,
                traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals)
            var engine = Engine<PlatformEvent>()
            platform.start(&engine)
            engine.run(until: platform.stopTime, in: &platform)
            let change = SimTime.zero + (scenario.privacy.listChange ?? .zero)
            let told = platform.peers.handles(where: { $0.hasSeenChange }).count
            let untold = platform.peers.handles(where: { !$0.hasSeenChange }).count
            present = (told, untold)
            untoldInCalls =
                platform.calls.handles(where: {
                    $0.pairedAt > change && $0.phase < .windingUp
                        && engine.now - $0.pairedAt > .milliseconds(50)
                }).flatMap { call in Side.both.map { platform.calls[call][$0] } }
                .filter { !platform.peers[$0].hasSeenChange }.count
            counters = platform.signaling.counters.notices
            trajectory = engine.fingerprint.hexadecimal
            record = platform.finish()
        }
    }

    private static let changing = Outcome(scenario(.seconds(20)))

    @Test func `who connects after the change is told once, and soon`() throws {
        let (record, outcome) = (Self.changing.record, Self.changing)
        let told = record.total(.privacyNotices)
        #expect(told > 20)
        #expect(record.total(.privacyNoticeDelay) == told)
        // Nobody who was paired after the change has not been told.
        #expect(outcome.untoldInCalls == 0)
        #expect(outcome.present.told > outcome.present.untold)
        // One notice each but for those whose call was over first.
        #expect((told...(told + 5)).contains(Int64(outcome.counters)))
        let delay = try #require(record.value(.privacyNoticeDelay))
        #expect(delay > 0.05 && delay < 20)
    }

    @Test func `a notice changes nobody's fate`() {
        let quiet = Outcome(Self.scenario(nil))
        #expect(quiet.record.total(.privacyNotices) == 0 && quiet.counters == 0)
        #expect(quiet.trajectory != Self.changing.trajectory)
        for metric in Metric.allCases
        where ![.privacyNotices, .privacyNoticeDelay].contains(metric) {
            #expect(
                quiet.record.value(metric) == Self.changing.record.value(metric), "\(metric)")
        }
    }

    @Test func `who stays in a call is told when a lost connection stands again`() {
        var scenario = Self.scenario(.seconds(20), losses: 0.5)
        for index in scenario.population.indices {
            scenario.population[index].conversation = .constant(60)
        }
        let lossy = Outcome(scenario)
        scenario.signaling.disconnect = 0
        let standing = Outcome(scenario)
        // Calls go on past the end: without losses only those are told who are paired after the change.
        let late = standing.record.total(.privacyNotices)
        #expect(lossy.record.total(.privacyNotices) > late + 40)
        #expect(lossy.present.told > standing.present.told + 40)
    }

    @Test func `who comes after the change has seen the new list already`() {
        let early = Outcome(Self.scenario(.zero))
        #expect(early.record.total(.privacyNotices) == 0)
        #expect(early.counters == 0)
    }
}
