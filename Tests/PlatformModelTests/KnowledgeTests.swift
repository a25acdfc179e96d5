import Addressing
import EventEngine
import KnowledgeLedger
import Measurement
import MediaPipeline
import NetworkModel
import PrivacyStores
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// Who comes to know what, by both oracles.
@Suite struct KnowledgeTests {
    /// Twelve seconds of short calls between people of whom some harass and many report.
    private static func scenario(fillsStores: Bool = true) -> Scenario {
        var scenario = StoreTests.scenario(fillsStores: fillsStores)
        scenario.general.stopTime = .seconds(12)
        scenario.arrivals = .rate(4)
        return scenario
    }

    /// What came of a run of `scenario`, whose stores are copied at the end.
    private static func knowledge(
        _ scenario: Scenario, leak: PlantedLeak? = nil
    ) throws -> PlatformKnowledge {
        var platform = Platform(
            scenario: scenario, seed: 6, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals, audited: true)
        platform.plantedLeak = leak
        var engine = Engine<PlatformEvent>()
        platform.start(&engine)
        engine.run(until: platform.stopTime, in: &platform)
        platform.stealStores(at: engine.now)
        let knowledge = platform.currentKnowledge(at: engine.now)
        return try #require(knowledge)
    }

    @Test func `an audit changes nothing of the run`() {
        func trajectory(audited: Bool) -> String {
            var run = ReplicationRun(
                Self.scenario(fillsStores: audited), seed: 6, replication: 0,
                speech: TalkingTests.speech, traffic: TalkingTests.traffic,
                rehearsals: TalkingTests.rehearsals, audited: audited)
            run.advance(to: run.end)
            return run.fingerprint.hexadecimal
        }
        #expect(trajectory(audited: true) == trajectory(audited: false))
    }

    @Test func `calls that were counted are the calls that planning is held against`() throws {
        let published = try #require(try Self.knowledge(Self.scenario()).published)
        #expect(published.calls > 10 && published.cells > 1)
        let hours = published.withheld.actual.erlangs.filter { $0 > 0 }
        #expect(hours.count == 1)
        // Calls of 6 s on average, in the seconds of an hour.
        #expect(1...10 ~= hours[0] * 3600 / Double(published.calls))
    }

    @Test func `on direct calls partners see addresses, and both oracles say so`() throws {
        let knowledge = try Self.knowledge(Self.scenario())
        #expect(knowledge.disagreements == [])
        let (labels, calls) = (knowledge.labels, knowledge.calls)
        #expect(calls > 10 && knowledge.callsBeforeBreach == calls)
        let seen = labels[.partner, .publicAddress]
        #expect(seen.calls.count > calls * 8 / 10 && seen.longestResidence == .max)
        #expect(labels[.partner, .privateAddress].isEmpty && knowledge.unhidden == Ledger())
        #expect(labels[.partner, .speech].calls.count > calls / 2)
        let message = labels[.signalingProcessor, .message]
        // Who was paired in the last moments has not sent anything yet.
        #expect((calls - 4...calls).contains(message.calls.count))
        let day = SimDuration.hours(24)
        #expect((day...day + .seconds(2)).contains(message.longestResidence))
        #expect(labels[.aggregateStore, .partner].isEmpty)
        let week = SimDuration.days(7)
        #expect(
            (week...week + .seconds(2)).contains(
                labels[.relayProcessor, .when].longestResidence))
        let found = labels[.thief, .partner]
        // Who has not answered yet is a partner all the same.
        #expect(found.calls == message.calls)
        #expect((0...4).contains(found.subjects.count - message.subjects.count))
        #expect(labels[.thief, .report].subjects.count > 0)
        #expect(labels[.thief, .publicAddress].subjects.count > found.subjects.count * 9 / 10)
        #expect(labels[.matchmaker, .interest].longestResidence < .seconds(13))
    }

    private static func inference(
        _ knowledge: PlatformKnowledge, _ observer: Observer, _ rule: InferenceRule
    ) -> Inference? {
        knowledge.labels.inferences(of: observer).first { $0.rule == rule }
    }

    @Test func `what candidates, logs and records mean is concluded`() throws {
        let knowledge = try Self.knowledge(Self.scenario())
        let (labels, calls) = (knowledge.labels, knowledge.calls)
        let reflexive = try #require(Self.inference(knowledge, .partner, .publicAddress))
        #expect(reflexive.calls.count > calls * 8 / 10 && reflexive.residence == .max)
        // Packets and candidates tell it anyway.
        #expect(reflexive.untold.count == 0)
        let together = labels.findings(of: Coalition.all.filter { $0.name != nil })
        // A thief of all stores has messages and their fragments, and no media as relays have.
        #expect(
            together.map(\.coalition.name)
                == ["signalling and relays", "all servers", "all servers and a thief"])
        #expect(together[2].inferences.map(\.rule).contains(.sameMedia))
        #expect(!together[2].inferences.map(\.rule).contains(.sameCall))
        for finding in together.prefix(2) {
            let shared = try #require(finding.inferences.first { $0.rule == .sameCall })
            var both = labels[.signalingProcessor, .message].calls
            both.formIntersection(labels[.relayProcessor, .allocation].calls)
            #expect(shared.calls == both && both.count > 10)
            #expect(shared.residence < .hours(24) + .seconds(3))
        }
        // A thief of all stores needs nobody.
        let stolen = try #require(Self.inference(knowledge, .thief, .sameCall))
        #expect(stolen.calls.count == together[0].inferences[0].calls.count)
        let seen = try #require(Self.inference(knowledge, .riskScorer, .sameDevice))
        let reported = labels[.riskScorer, .report].subjects
        #expect(seen.subjects.count > 0 && seen.subjects.count <= reported.count)
        #expect(Self.inference(knowledge, .signalingProcessor, .sameDevice) == nil)
    }

    @Test func `who stands by, on call or on the way learns what passes`() throws {
        let knowledge = try Self.knowledge(Self.scenario())
        let (labels, calls) = (knowledge.labels, knowledge.calls)
        // Whoever waits is connected, paired or not.
        let edge = labels[.edgeProvider, .publicAddress]
        #expect(edge.subjects.count == knowledge.subjects && edge.calls.count == calls)
        #expect(labels[.edgeProvider, .partner].isEmpty)
        let edges = try #require(Self.inference(knowledge, .edgeProvider, .whoWithWhom))
        #expect(edges.calls.count == calls && edges.residence == .max)
        // Packets give away both ends, and no local address.
        let way = labels[.networkObserver, .publicAddress]
        #expect(way.calls.count > calls * 8 / 10)
        #expect(labels[.networkObserver, .privateAddress].isEmpty)
        #expect(labels[.networkObserver, .speech].isEmpty)
        let heard = labels[.partner, .speech].calls
        #expect(labels[.networkObserver, .ciphertext].calls == heard)
        #expect(labels[.networkObserver, .howLong].calls.count < heard.count)
        #expect(Self.inference(knowledge, .networkObserver, .speech) == nil)
        // Services hold messages while they forward them, and relays an address while it stands.
        #expect(labels[.infrastructureOnCall, .message].longestResidence == .zero)
        let address = labels[.infrastructureOnCall, .allocation]
        #expect(address.calls == labels[.relayProcessor, .allocation].calls)
        #expect((.seconds(1)..<(.seconds(13))).contains(address.longestResidence))
        for observer in [Observer.ownDevice, .productTeam] {
            #expect(Item.allCases.allSatisfy { labels[observer, $0].isEmpty })
        }
    }

    @Test func `the two of a call hold its keys as long as they talk`() throws {
        let knowledge = try Self.knowledge(Self.scenario())
        let keys = knowledge.labels[.partner, .keys]
        #expect(keys.calls == knowledge.labels[.partner, .speech].calls)
        #expect((.seconds(3)..<(.seconds(12))).contains(keys.longestResidence))
        for observer in Observer.allCases where observer != .partner {
            #expect(knowledge.labels[observer, .keys].isEmpty)
        }
    }

    @Test func `a service that holds messages for lost connections shows them as long`() throws {
        var scenario = Self.scenario()
        scenario.signaling.disconnect = 0.01
        scenario.signaling.retention = .seconds(5)
        let knowledge = try Self.knowledge(scenario)
        #expect(
            knowledge.labels[.infrastructureOnCall, .message].longestResidence == .seconds(5))
    }

    @Test func `over relays no partner sees an address`() throws {
        var scenario = Self.scenario()
        scenario.ice.policy = .relay
        let knowledge = try Self.knowledge(scenario)
        #expect(knowledge.disagreements == [])
        #expect(knowledge.labels[.partner, .publicAddress].isEmpty)
        #expect(Self.inference(knowledge, .partner, .publicAddress) == nil)
        #expect(Self.inference(knowledge, .signalingProcessor, .whoWithWhom) == nil)
        // Who runs the relays sees both addresses, though two relays in a row name each other only.
        let edges = try #require(Self.inference(knowledge, .relayProcessor, .whoWithWhom))
        #expect(edges.calls.count > knowledge.calls * 8 / 10)
        #expect(edges.untold.count == edges.calls.count)
        #expect(knowledge.labels[.partner, .speech].calls.count > 10)
        // Whoever runs the relays sees all of them.
        let seen = knowledge.labels[.relayProcessor, .publicAddress]
        let people = knowledge.labels[.signalingProcessor, .when].subjects.count
        #expect(seen.subjects.count > people * 9 / 10)
    }

    @Test func `what has lapsed a thief does not find`() throws {
        var scenario = Self.scenario()
        scenario.signaling.retention = .seconds(3)
        scenario.relay.logRetention = .seconds(3)
        let knowledge = try Self.knowledge(scenario)
        #expect(knowledge.disagreements == [])
        let found = knowledge.labels[.thief, .partner]
        #expect(found.calls.count > 2 && found.calls.count < knowledge.calls * 3 / 4)
        #expect(found.longestResidence < .seconds(5))
    }

    @Test func `browsers that hide nothing show private addresses, to both oracles`() throws {
        var scenario = Self.scenario()
        for index in scenario.access.indices { scenario.access[index].mdns = 0 }
        let knowledge = try Self.knowledge(scenario)
        #expect(knowledge.disagreements == [])
        #expect(knowledge.labels[.partner, .privateAddress].calls.count > 10)
        // They do not say that they hide them.
        #expect(knowledge.unhidden == Ledger())
    }

    @Test func `a private address in a candidate of a browser that hides it is found`() throws {
        let knowledge = try Self.knowledge(Self.scenario(), leak: .hostCandidates)
        let shown = knowledge.unhidden[.partner, .privateAddress]
        #expect(shown.calls.count > 10)
        #expect(knowledge.canaries[.partner, .privateAddress].subjects == shown.subjects)
    }

    @Test func `neighbours who resolve each other's names tell the relays their addresses`() throws
    {
        var scenario = Self.scenario()
        for index in scenario.access.indices { scenario.access[index].household = 32 }
        let knowledge = try Self.knowledge(scenario)
        #expect(knowledge.disagreements == [])
        // On one link that is no secret; in a permission that an agent asks a relay for it is one.
        #expect(knowledge.labels[.partner, .privateAddress].calls.count > 2)
        #expect(knowledge.unhidden[.partner, .privateAddress].isEmpty)
        #expect(knowledge.unhidden[.relayProcessor, .privateAddress].subjects.count > 0)
    }

    @Test func `what is in the bytes and not declared is a disagreement`() throws {
        var desk = KnowledgeDesk(
            Self.scenario(), relays: [], root: StreamRoot(seed: 1, replication: 0))
        let address = try #require(IPAddress("192.168.7.9"))
        desk.noteArrival(0, hides: true, local: [address])
        desk.noteArrival(1, hides: true, local: [])
        desk.noteCall(0, of: BothSides(0, 1))
        func disclose(_ text: String) {
            desk.discloseText(
                Array(text.utf8), of: 0, to: .partner, in: 0, since: .zero, until: .zero)
        }
        disclose("nothing of interest, 192.168.7.90")
        #expect(desk.canaries == desk.labels)
        disclose("my address is 192.168.7.9")
        let knowledge = desk.knowledge(subjects: 2, published: nil, refused: 0)
        let disagreement = try #require(knowledge.disagreements.first)
        #expect(knowledge.disagreements.count == 1)
        #expect(disagreement.observer == .partner && disagreement.item == .privateAddress)
        #expect(disagreement.subject == 0 && !disagreement.isDeclared)
    }
}
