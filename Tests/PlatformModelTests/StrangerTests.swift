import EventEngine
import Measurement
import MediaPipeline
import NetworkModel
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// Calls under policies that keep strangers' addresses from each other.
@Suite struct StrangerTests {
    /// How long a call has gone on when a move that it makes is over, and its ports are given back.
    private static let settled = SimDuration.milliseconds(9_500)

    /// Some 40 s in two regions; a third of all pairs could go direct.
    static func scenario(
        _ setup: ScenarioModel.ICE.Setup, _ policy: ScenarioModel.ICE.Policy
    ) -> Scenario {
        var scenario = Scenario(title: "Strangers")
        scenario.general = General(
            seed: 6, warmUp: .zero, stopTime: .seconds(40), replications: 1,
            seriesStep: .seconds(1))
        scenario.arrivals = .rate(6)
        scenario.population[0].conversation = .exponential(mean: 24)
        scenario.population[0].requeue = 0
        scenario.ice.setup = setup
        scenario.ice.policy = policy
        scenario.ice.strangerTime = .seconds(4)
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        scenario.regions = Regions(
            names: ["eu", "us"],
            delay: [[.zero, .milliseconds(45)], [.milliseconds(45), .zero]])
        scenario.relay = Relay(regions: [
            RelayRegion(region: 0, servers: 1), RelayRegion(region: 1, servers: 1),
        ])
        for index in scenario.access.indices {
            scenario.access[index].nat = [
                NATShare(.translated(.endpointIndependent, .addressAndPortDependent), 0.6),
                NATShare(.translated(.addressAndPortDependent, .addressAndPortDependent), 0.3),
                NATShare(.udpBlocked, 0.1),
            ]
            scenario.access[index].loss = .none
            scenario.access[index].region = [
                NamedShare(index: 0, share: 0.5), NamedShare(index: 1, share: 0.5),
            ]
        }
        return scenario
    }

    /// What was measured in a run of `scenario`, looked into a second before its end.
    static func record(
        _ scenario: Scenario,
        _ look: (inout Platform, SimTime) -> Void = { _, _ in }
    ) -> ReplicationRecord {
        let speech = TalkingTests.speech
        var platform = Platform(
            scenario: scenario, seed: scenario.general.seed, replication: 0, speech: speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals)
        var engine = Engine<PlatformEvent>()
        platform.start(&engine)
        let end = SimTime.zero + scenario.general.stopTime
        engine.run(until: end - .seconds(1), in: &platform)
        look(&platform, engine.now)
        engine.run(until: end, in: &platform)
        #expect(platform.invariants.first == nil)
        return platform.finish()
    }

    @Test(
        arguments: zip(
            ScenarioModel.ICE.Setup.allCases, ScenarioModel.ICE.RelayGathering.allCases))
    func `over relays alone every call goes through two`(
        _ setup: ScenarioModel.ICE.Setup, _ gathering: ScenarioModel.ICE.RelayGathering
    ) {
        var scenario = Self.scenario(setup, .relay)
        scenario.ice.relayGathering = gathering
        let record = Self.record(scenario) { platform, _ in
            var talking = 0
            for call in platform.calls.handles(where: { $0.phase == .talking }) {
                talking += 1
                guard case .relayedTwice? = platform.calls[call].path else {
                    Issue.record("a call takes \(String(describing: platform.calls[call].path))")
                    continue
                }
            }
            #expect(talking > 15)
            let held = platform.relays.stations.reduce(0) { $0 + $1.server.takenPortCount }
            #expect(held >= 2 * talking)
        }
        #expect(record.value(.relayShare) == 1)
        #expect(record.value(.relayTimeShare) == 1)
        #expect(record.value(.connectFailed) == 0)
        #expect(record.total(.relayMoved) == 0)
    }

    /// Every call is where the rules say: on relays until the time has passed, then direct where the
    /// two can meet.
    private static func checkPaths(_ platform: inout Platform, at now: SimTime) {
        var (young, direct, relayed) = (0, 0, 0)
        for call in platform.calls.handles(where: { $0.phase == .talking }) {
            let record = platform.calls[call]
            let age = now - record.talkingSince!
            let nats = BothSides { platform.peers[record[$0]].attributes.nat }
            let meets = ConnectivityRules.outcome(nats.offerer, nats.answerer).isDirect
            if age < .seconds(4) {
                young += 1
                #expect(record.path!.isRelayed && record.relayTime.isRunning)
            } else if age > Self.settled {
                direct += meets ? 1 : 0
                relayed += meets ? 0 : 1
                #expect(record.path!.isRelayed != meets)
            }
        }
        #expect(young > 5 && direct > 2 && relayed > 5, "\(young), \(direct), \(relayed)")
    }

    /// The same people with the same wishes: only the times of set-ups and moves differ, by
    /// milliseconds, and which of the pairs over relays is valid first where an offerer's UDP is blocked.
    @Test func `packets and model agree on what strangers take of relays, and move by the rules`()
        throws
    {
        let packets = Self.record(Self.scenario(.packets, .relayForStrangers), Self.checkPaths)
        let modelled = Self.record(Self.scenario(.modelled, .relayForStrangers), Self.checkPaths)
        #expect(packets.value(.relayShare) == 1 && modelled.value(.relayShare) == 1)
        let moved = (packets.total(.relayMoved), modelled.total(.relayMoved))
        #expect(moved.0 > 15 && abs(moved.0 - moved.1) <= 1, "\(moved)")
        for (metric, tolerance) in [
            (Metric.relayTimeShare, 0.01), (.callsRelayed, 0.02), (.relayAllocations, 0.03),
            (.relayBitrate, 0.03),
        ] {
            let (a, b) = (try #require(packets.value(metric)), try #require(modelled.value(metric)))
            #expect(abs(a - b) < tolerance * a, "\(metric): \(a) and \(b)")
        }
    }

    /// Of talks of 12 s on average E[max(T − 4 s, 0)] = 12·e^(−1/3) = 8.6 s are beyond the time, and 36 %
    /// of all pairs, those of two port-restricted NATs, leave their relays then.
    @Test func `the time over relays is that of the closed form`() throws {
        var scenario = Self.scenario(.modelled, .relayForStrangers)
        scenario.general.stopTime = .seconds(400)
        let share = try #require(Self.record(scenario).value(.relayTimeShare))
        let expected = 1 - 0.36 * 0.7165
        // Of 1,200 calls: the share's standard error is about 0.013.
        #expect(abs(share - expected) < 0.05, "\(share) for \(expected)")
    }

    @Test(arguments: ScenarioModel.ICE.Setup.allCases)
    func `a relay that crashes under strangers leaves no call astray`(
        _ setup: ScenarioModel.ICE.Setup
    ) {
        var scenario = Self.scenario(setup, .relayForStrangers)
        scenario.relay = Relay(regions: [
            RelayRegion(region: 0, servers: 2), RelayRegion(region: 1, servers: 1),
        ])
        // Moves begin at all times, so some are under way at each crash.
        scenario.faults = (0..<4).map {
            Fault(
                .crash, of: RelayServer(region: 0, number: Int($0 % 2)),
                at: .seconds(12 + 5 * $0), for: .seconds(4))
        }
        let record = Self.record(scenario) { platform, _ in
            #expect(platform.tally.silenced > 15)
            #expect(platform.tally.recovered > platform.tally.silenced / 2)
            #expect(platform.tally.dropped == 0)
        }
        #expect(record.total(.relayMoved) > 5)
    }

    @Test func `media stay on while a call moves, and no packet goes astray`() {
        var scenario = Self.scenario(.packets, .relayForStrangers)
        scenario.general.stopTime = .seconds(15)
        scenario.arrivals = .rate(3)
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 1, flow: 0)
        var run = ReplicationRun(
            scenario, seed: 6, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals,
            corpus: TalkingTests.corpus)
        run.advance(to: run.end)
        #expect(run.violation == nil)
        let record = run.finish()
        #expect(record.total(.relayMoved) > 1)
        #expect(record.total(.mediaPackets) > 1_000)
        #expect(record.total(.relayChannelMismatches) == 0)
        #expect(record.total(.mediaAuthenticationFailures) == 0)
        #expect(record.value(.mediaLoss) ?? 1 < 0.01)
    }
}
