import EventEngine
import Measurement
import MediaPipeline
import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel
import Testing

@testable import PlatformModel

/// Peers whose connection to the signalling service breaks.
@Suite struct ConnectionLossTests {
    /// Half a minute of calls that go direct where they can, with signalling in 50 ms.
    private static func scenario(
        _ setup: ScenarioModel.ICE.Setup, losses: Double, reconnect: Distribution
    ) -> Scenario {
        var scenario = Scenario(title: "Losses")
        scenario.general = General(
            seed: 12, warmUp: .zero, stopTime: .seconds(40), replications: 1,
            seriesStep: .seconds(5))
        scenario.arrivals = .rate(5)
        scenario.population[0].conversation = .exponential(mean: 10)
        scenario.population[0].requeue = 0
        scenario.population[0].access = [NamedShare(index: 0, share: 1)]
        scenario.access[0].loss = .none
        scenario.ice.setup = setup
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        scenario.signaling = Signaling(
            latency: .constant(0.05), disconnect: losses, reconnect: reconnect)
        return scenario
    }

    /// What was measured in a run, and how many had come and been paired a second before its end.
    private struct Outcome: Sendable {
        let record: ReplicationRecord
        let counts: [UInt32]

        init(_ setup: ScenarioModel.ICE.Setup, losses: Double) {
            var counts: [UInt32] = []
            record = StrangerTests.record(
                ConnectionLossTests.scenario(
                    setup, losses: losses, reconnect: .exponential(mean: 1))
            ) { platform, _ in counts = [platform.arrived, platform.paired] }
            self.counts = counts
        }
    }

    /// Set-ups by packets, without losses and with many.
    private static let packets = [0, 1.2].map { Outcome(.packets, losses: $0) }

    @Test func `messages wait for connections, and are sent again when they are lost with one`()
        throws
    {
        let signaling = Signaling(disconnect: 0.5, reconnect: .constant(2))
        let stream = StreamRoot(seed: 1, replication: 0).stream(.connection)
        let start = SimTime.zero + .seconds(10)
        let course = try #require(ConnectionCourse(signaling, from: start, using: stream))
        let loss = course.next
        #expect(loss > start && course.isUp)
        let way = SimDuration.milliseconds(50)
        let early = loss - .milliseconds(60)
        #expect(course.arrival(ofMessageSentAt: early, taking: way) == early + way)
        let again = loss + .seconds(2)
        for sent in [loss - .milliseconds(20), loss, loss + .seconds(1)] {
            let expected = again + way
            // Unless the next one is lost as well.
            var later = course
            later.advance(to: again)
            guard later.next > expected else { continue }
            #expect(course.arrival(ofMessageSentAt: sent, taking: way) == expected)
        }
        #expect(course.sending(at: loss + .seconds(1)) == again)
        #expect(course.sending(at: early) == early)
        var counted = course
        counted.advance(to: again)
        #expect(counted.losses == 1 && counted.returns == 1)
        #expect(ConnectionCourse(Signaling(), from: start, using: stream) == nil)
    }

    /// Everything that is lost comes again, in order, so calls are set up all the same, later.
    @Test func `set-ups by packets survive losses, and the model is as late as they are`() throws {
        func latency(_ record: ReplicationRecord, isLossy: Bool) throws -> Double {
            #expect(record.value(.connectFailed) == 0)
            #expect(record.total(.calls) > 60)
            #expect((record.total(.signalingReconnections) > 200) == isLossy)
            #expect(record.total(.signalingFailed) == 0)
            return try #require(record.value(.iceLatency))
        }
        let modelled = [0, 1.2].map { Outcome(.modelled, losses: $0) }
        let quiet = try (
            latency(Self.packets[0].record, isLossy: false),
            latency(modelled[0].record, isLossy: false)
        )
        let lossy = try (
            latency(Self.packets[1].record, isLossy: true),
            latency(modelled[1].record, isLossy: true)
        )
        let delays = (lossy.0 - quiet.0, lossy.1 - quiet.1)
        #expect(delays.0 > 0.1, "\(delays)")
        // What each call draws of losses is the same; later candidates may be lost in packets alone.
        #expect(abs(delays.0 - delays.1) < 0.25 * delays.0, "\(delays)")
    }

    /// Who has a peer's credentials gives up after 15 s without a path.
    @Test(arguments: ScenarioModel.ICE.Setup.allCases)
    func `whose connection does not stand again in time is not connected`(
        _ setup: ScenarioModel.ICE.Setup
    ) {
        let record = StrangerTests.record(
            Self.scenario(setup, losses: 1, reconnect: .constant(300)))
        #expect((record.value(.connectFailed) ?? 0) > 0.05)
        #expect(record.total(.signalingFailed) > 4)
        #expect(record.total(.signalingReconnections) == 0)
    }

    @Test func `losses change nobody's arrival, wish or network`() {
        #expect(Self.packets[0].counts == Self.packets[1].counts)
        #expect(Self.packets[0].counts[0] > 150)
    }
}
