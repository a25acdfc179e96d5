import EventEngine
import Measurement
import MediaPipeline
import NetworkModel
import OpusCodec
import Quantities
import ScenarioModel
import Talks
import Testing

@testable import PlatformModel

/// Calls whose packets are simulated, as the platform sees them.
@Suite struct TalkingTests {
    static let speech = SyntheticSpeech.material()

    /// Few and short conversations: what is said is of no account here.
    static let corpus: SpeechCorpus = {
        do {
            return try SpeechCorpus(
                of: speech, as: OpusSettings(Codec()), conversations: 1, span: .seconds(5))
        } catch {
            preconditionFailure("the usual codec settings are refused: \(error)")
        }
    }()

    static let traffic = SpeechTraffic(of: speech, as: Media())

    /// What is heard in calls without packets, rehearsed once for all tests.
    static let rehearsals = Rehearsals()

    /// Half a minute of people behind all kinds of NATs, some of whom only TCP helps.
    private func scenario(_ shares: FidelityShares) -> Scenario {
        var scenario = Scenario(title: "Talking")
        scenario.general = General(
            seed: 11, warmUp: .seconds(5), stopTime: .seconds(30), replications: 1,
            seriesStep: .seconds(5))
        scenario.arrivals = .rate(2)
        scenario.population[0].conversation = .exponential(mean: 8)
        scenario.media.fidelity = shares
        for index in scenario.access.indices {
            scenario.access[index].nat = [
                NATShare(.translated(.endpointIndependent, .addressAndPortDependent), 0.5),
                NATShare(.translated(.addressAndPortDependent, .addressAndPortDependent), 0.3),
                NATShare(.udpBlocked, 0.2),
            ]
        }
        return scenario
    }

    private func run(
        _ scenario: Scenario, window: SimDuration = ReplicationRun.usualWindow,
        stretch: SimDuration = .seconds(1_000)
    ) -> (record: ReplicationRecord, fingerprint: TrajectoryFingerprint) {
        var run = ReplicationRun(
            scenario, seed: 11, replication: 0, speech: Self.speech, traffic: Self.traffic,
            rehearsals: Self.rehearsals, corpus: Self.corpus,
            capturing: 0..<UInt64.max, window: window)
        while run.now < run.end { run.advance(to: min(run.now + stretch, run.end)) }
        #expect(run.violation == nil)
        let fingerprint = run.fingerprint
        return (run.finish(), fingerprint)
    }

    private func summary(_ record: ReplicationRecord) -> RunSummary {
        var builder = RunSummaryBuilder()
        builder.add(record)
        return builder.summary()
    }

    private static let sealed = FidelityShares(full: 0, sealed: 1, flow: 0)

    @Test
    func `sealed calls are encrypted, forwarded and heard, and nothing fails to authenticate`() {
        let (record, _) = run(scenario(Self.sealed))
        #expect(record.total(.callsSealed) > 10)
        #expect(record.total(.callsSealedRelayed) > 3)
        #expect(record.total(.callsFull) == 0)
        #expect(record.total(.mediaPackets) > 2_000)
        #expect(record.total(.mediaAuthenticationFailures) == 0)
        #expect(record.total(.relayChannelMismatches) == 0)
        #expect((record.value(.mediaMouthToEar) ?? 0) > 0.08)
        #expect((record.value(.mediaLoss) ?? 1) < 0.05)
    }

    @Test func `neither windows nor stretches change what is measured`() {
        var scenario = scenario(FidelityShares(full: 0.1, sealed: 0.6, flow: 0.3))
        scenario.general.stopTime = .seconds(20)
        let usual = run(scenario)
        let figures = summary(usual.record)
        #expect(usual.record.total(.mediaPackets) > 1_000)
        for (window, stretch) in [(250, 1_000_000), (1_000, 770), (60_000, 500), (333, 111)] {
            let other = run(
                scenario, window: .milliseconds(Int64(window)),
                stretch: .milliseconds(Int64(stretch)))
            #expect(summary(other.record) == figures)
            #expect(other.record.series == usual.record.series)
            if window == 1_000 {
                #expect(other.fingerprint.hexadecimal == usual.fingerprint.hexadecimal)
            }
        }
    }

    @Test func `fidelity changes neither who comes nor who meets whom`() {
        func decisions(_ shares: FidelityShares) -> [[UInt64]] {
            var scenario = scenario(shares)
            // Whoever queues again does so when a call ends, and set-ups differ by milliseconds.
            scenario.population[0].requeue = 0
            return run(scenario).fingerprint.captured
                .filter { (1...4).contains($0.code) }
                .map { [UInt64($0.time.nanoseconds), UInt64($0.code), $0.subject, $0.detail] }
        }
        let flow = decisions(FidelityShares(full: 0, sealed: 0, flow: 1))
        #expect(flow.count > 100)
        #expect(decisions(Self.sealed) == flow)
        #expect(decisions(FidelityShares(full: 1, sealed: 0, flow: 0)) == flow)
    }

    @Test func `an overloaded relay is felt packet by packet as by flows`() throws {
        func losses(_ shares: FidelityShares, bandwidth: Int64) throws -> Double {
            var scenario = scenario(shares)
            scenario.relay.bandwidth = Bitrate(bitsPerSecond: bandwidth)
            for index in scenario.access.indices {
                scenario.access[index].nat = [
                    NATShare(.translated(.addressAndPortDependent, .addressAndPortDependent), 1)
                ]
                scenario.access[index].loss = .none
            }
            return try #require(run(scenario).record.value(.mediaLoss))
        }
        let flow = FidelityShares(full: 0, sealed: 0, flow: 1)
        #expect(try losses(Self.sealed, bandwidth: 1_000_000_000) == 0)
        #expect(try losses(flow, bandwidth: 1_000_000_000) == 0)
        // About six calls of 75 kbit/s each way and both ways.
        let packets = try losses(Self.sealed, bandwidth: 200_000)
        let flows = try losses(flow, bandwidth: 200_000)
        #expect(packets > 0.1 && packets < 0.9)
        #expect(abs(packets - flows) < 0.15, "\(packets) and \(flows)")
    }

    @Test func `no association outlives the first packets`() throws {
        let scenario = scenario(Self.sealed)
        var platform = Platform(
            scenario: scenario, seed: 11, replication: 0, speech: Self.speech,
            traffic: Self.traffic, rehearsals: Self.rehearsals, corpus: Self.corpus)
        var engine = Engine<PlatformEvent>()
        let crew = LoneCrew()
        platform.start(&engine)
        var talking = 0
        while engine.now < platform.stopTime {
            engine.run(until: engine.now + .seconds(1), in: &platform)
            platform.turnWindow(with: crew, &engine)
            for leg in platform.legs where leg.securedAt != nil && leg.agent != nil {
                guard platform.calls.contains(leg.id.call),
                    platform.calls[leg.id.call].phase == .talking
                else { continue }
                let since = try #require(platform.calls[leg.id.call].talkingSince)
                // A window to say something, another until that is performed, a third to be heard of.
                guard engine.now - since > .seconds(4) else { continue }
                talking += 1
                #expect(leg.handshake == nil)
            }
        }
        #expect(talking > 20)
        #expect(platform.talks.held.count < 6)
    }

    @Test func `a run that is given up lets its talks go`() {
        var run = ReplicationRun(
            scenario(Self.sealed), seed: 11, replication: 0, speech: Self.speech,
            traffic: Self.traffic, corpus: Self.corpus)
        let watch = Watch()
        run.advance(to: .zero + .seconds(20), with: watch)
        #expect(watch.talks.count > 3)
        #expect(watch.talks.contains { $0.talk != nil })
        _ = consume run
        watch.letGo()
        #expect(watch.talks.allSatisfy { $0.talk == nil })
    }

    /// Performs at once, and remembers who talked without keeping anybody.
    private final class Watch: TalkCrew {
        struct Seen { weak var talk: Talk? }
        private(set) var talks: [Seen] = []
        private let alone = LoneCrew()

        func begin(_ batch: TalkBatch) {
            talks += batch.talks.map { Seen(talk: $0) }
            alone.begin(batch)
            alone.finish()
        }

        func finish() {}
        func letGo() { alone.finish() }
    }
}
