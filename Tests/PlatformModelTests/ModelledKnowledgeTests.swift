import Addressing
import EventEngine
import KnowledgeLedger
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

/// Who comes to know what where connections are set up by formula: real records, and packets that are declared only.
@Suite struct ModelledKnowledgeTests {
    private static func scenario(
        _ setup: ScenarioModel.ICE.Setup = .modelled, fillsStores: Bool = true
    ) -> Scenario {
        var scenario = StoreTests.scenario(fillsStores: fillsStores)
        scenario.ice.setup = setup
        scenario.general.stopTime = .seconds(30)
        return scenario
    }

    private static func run(
        _ scenario: Scenario, audited: Bool = true, leak: PlantedLeak? = nil
    ) -> ReplicationRun {
        var run = ReplicationRun(
            scenario, seed: 6, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals, audited: audited)
        if let leak { run.plant(leak) }
        run.advance(to: run.end)
        return run
    }

    private static func knowledge(
        _ scenario: Scenario, leak: PlantedLeak? = nil
    ) throws -> PlatformKnowledge {
        var run = run(scenario, leak: leak)
        #expect(run.violation == nil)
        run.stealStores()
        let knowledge = run.knowledge()
        return try #require(knowledge)
    }

    /// What stands in the stores at the end.
    private static func contents(_ scenario: Scenario) throws -> StoreContents {
        var platform = Platform(
            scenario: scenario, seed: 6, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals)
        var engine = Engine<PlatformEvent>()
        platform.start(&engine)
        engine.run(until: platform.stopTime, in: &platform)
        let contents = platform.stores?.dump(at: engine.now)
        return try #require(contents)
    }

    /// Ways of a run, which make dialogues differ.
    enum Way: CaseIterable {
        case usual, relays, strangers, dualStack, dualRelays, neighbours, shown, broken, crash,
            rfc8445
    }

    private static func scenario(
        _ way: Way, _ setup: ScenarioModel.ICE.Setup = .modelled, fillsStores: Bool = true
    ) -> Scenario {
        var scenario = scenario(setup, fillsStores: fillsStores)
        switch way {
        case .usual: break
        case .relays: scenario.ice.policy = .relay
        case .strangers: scenario.ice.policy = .relayForStrangers
        case .dualStack:
            for index in scenario.access.indices { scenario.access[index].ipv6 = 0.6 }
        case .dualRelays:
            for index in scenario.access.indices { scenario.access[index].ipv6 = 0.6 }
            scenario.ice.relayFamilies = .both
        case .neighbours:
            for index in scenario.access.indices { scenario.access[index].household = 32 }
        case .shown: for index in scenario.access.indices { scenario.access[index].mdns = 0 }
        case .broken: scenario.signaling.disconnect = 0.05
        case .crash:
            scenario.ice.policy = .relay
            scenario.relay.regions[0].servers = 2
            scenario.faults = [
                Fault(
                    .crash, of: RelayServer(region: 0, number: 0), at: .seconds(12),
                    for: .seconds(5))
            ]
        case .rfc8445: scenario.ice.timing = .rfc
        }
        return scenario
    }

    @Test(arguments: Way.allCases)
    func `an audit changes nothing of the run, and its oracles agree`(way: Way) throws {
        var audited = Self.run(Self.scenario(way))
        let plain = Self.run(Self.scenario(way, fillsStores: false), audited: false)
        #expect(audited.fingerprint.hexadecimal == plain.fingerprint.hexadecimal)
        audited.stealStores()
        let known = audited.knowledge()
        let knowledge = try #require(known)
        #expect(knowledge.disagreements == [])
        #expect(knowledge.calls > 20)
        #expect(knowledge.evidence.modelledCalls.count == knowledge.calls)
    }

    @Test(arguments: [Way.usual, .relays, .strangers, .dualStack, .dualRelays, .neighbours, .shown])
    func `who knows what is what packets would make it`(way: Way) throws {
        let modelled = try Self.knowledge(Self.scenario(way))
        let packets = try Self.knowledge(Self.scenario(way, .packets))
        #expect(packets.evidence.modelledCalls.count == 0)
        #expect(packets.disagreements == [])
        for observer in Observer.allCases {
            for item in Item.allCases {
                let (a, b) = (modelled.labels[observer, item], packets.labels[observer, item])
                let shares = (
                    Double(a.calls.count) / Double(modelled.calls),
                    Double(b.calls.count) / Double(packets.calls)
                )
                #expect(a.isEmpty == b.isEmpty, "\(observer.name) \(item.name)")
                #expect(abs(shares.0 - shares.1) < 0.12, "\(observer.name) \(item.name)")
            }
        }
    }

    @Test(arguments: [Way.broken, .crash, .rfc8445])
    func `where packets go both oracles agree on all ways`(way: Way) throws {
        let knowledge = try Self.knowledge(Self.scenario(way, .packets))
        #expect(knowledge.disagreements == [])
        #expect(knowledge.calls > 20 && knowledge.evidence.heardDatagrams > 1_000)
    }

    @Test func `what packets would show is declared, and not looked for`() throws {
        let knowledge = try Self.knowledge(Self.scenario())
        let (labels, calls) = (knowledge.labels, knowledge.calls)
        #expect(labels[.networkObserver, .publicAddress].calls.count > calls * 8 / 10)
        #expect(knowledge.seen[.networkObserver, .publicAddress].isEmpty)
        #expect(knowledge.canaries[.networkObserver, .publicAddress].isEmpty)
        // Candidates are real bytes.
        let told = knowledge.canaries[.partner, .publicAddress]
        #expect(told.calls.count > calls * 8 / 10)
        #expect(told.calls == knowledge.seen[.partner, .publicAddress].calls)
        #expect(knowledge.evidence.signalSearches > 8 * calls)
    }

    @Test(arguments: [Way.usual, .strangers, .broken, .dualRelays])
    func `stores hold real messages and entries, in order`(way: Way) throws {
        let contents = try Self.contents(Self.scenario(way))
        var kinds: [SignalingMessage.Kind: Int] = [:]
        for message in contents.messages {
            let parsed = try SignalingMessage.parse(message.text)
            #expect(parsed.call == message.call)
            #expect(SignalingMessage.number(of: message.text) == message.number)
            kinds[parsed.message.kind, default: 0] += 1
        }
        let offers = kinds[.offer, default: 0]
        #expect(offers > 20 && kinds[.answer, default: 0] > offers * 9 / 10)
        // Strangers have a relayed candidate alone, until they have stayed.
        #expect(kinds[.candidate, default: 0] > (way == .strangers ? 2 : 4) * offers)
        #expect(kinds[.endOfCandidates, default: 0] > offers)
        #expect(
            zip(contents.messages, contents.messages.dropFirst()).allSatisfy { $0.time <= $1.time })
        #expect(AllowedContents.excess(of: contents) == [])
        #expect((way == .broken) == (contents.messages[0].number != nil))
        var open: [TransportAddress: RelayLogEntry] = [:]
        var opened: [IPAddress.Family: Int] = [:]
        for entry in contents.relayLog {
            switch entry.event {
            case .opened:
                #expect(open[entry.relayed] == nil)
                opened[entry.relayed.ip.family, default: 0] += 1
                open[entry.relayed] = entry
            case .permitted(let peer):
                #expect(open[entry.relayed]?.client == entry.client)
                #expect(entry.relayed.ip.family == peer.family)
                #expect(!peer.isPrivate)
            case .closed:
                let opened = open.removeValue(forKey: entry.relayed)
                #expect(opened.map { $0.time < entry.time } == true)
            }
        }
        #expect(
            contents.relayLog.contains { if case .permitted = $0.event { true } else { false } })
        #expect(contents.relayLog.allSatisfy { $0.relayed.port >= 49152 })
        #expect(opened[.v6, default: 0] == (way == .dualRelays ? opened[.v4]! : 0))
        #expect(open.count < 40)
    }

    @Test func `what has lapsed is gone, and a thief does not find it`() throws {
        var scenario = Self.scenario()
        scenario.signaling.retention = .seconds(5)
        scenario.relay.logRetention = .seconds(7)
        let contents = try Self.contents(scenario)
        let end = SimTime.zero + scenario.general.stopTime
        #expect(contents.messages.allSatisfy { $0.time > end - .seconds(7) })
        #expect(contents.relayLog.allSatisfy { $0.time > end - .seconds(9) })
        let knowledge = try Self.knowledge(scenario)
        #expect(knowledge.disagreements == [])
        let found = knowledge.labels[.thief, .partner]
        #expect(found.calls.count > 2 && found.calls.count < knowledge.calls / 2)
        #expect(found.longestResidence < .seconds(9))
    }

    // MARK: Leaks

    @Test func `a private address in a candidate of a browser that hides it is found`() throws {
        let knowledge = try Self.knowledge(Self.scenario(), leak: .hostCandidates)
        let shown = knowledge.unhidden[.partner, .privateAddress]
        #expect(shown.calls.count > 10)
        #expect(knowledge.canaries[.partner, .privateAddress].subjects == shown.subjects)
        #expect(knowledge.canaries[.thief, .privateAddress].subjects.count > 10)
    }

    @Test func `a reporter in a report is found`() throws {
        let knowledge = try Self.knowledge(Self.scenario(), leak: .reporterInReport)
        #expect(knowledge.evidence.telling.count > 3)
        let disagreement = try #require(knowledge.disagreements.first)
        #expect(disagreement.observer == .thief && disagreement.item == .deviceIdentifier)
        #expect(disagreement.isDeclared)
    }

    @Test func `a relay log that is kept for eight days stays longer than declared`() throws {
        var scenario = Self.scenario()
        scenario.relay.logRetention = .days(8)
        let stay = try Self.knowledge(scenario).labels[.relayProcessor, .when].longestResidence
        #expect(stay > .days(7) + scenario.privacy.sweepInterval)
    }

    @Test func `a text that says more than its message is a disagreement`() throws {
        var desk = KnowledgeDesk(
            Self.scenario(), relays: [], root: StreamRoot(seed: 1, replication: 0))
        let address = try #require(IPAddress("11.0.3.7"))
        for subject: UInt32 in 0...1 { desk.noteArrival(subject, hides: true, local: []) }
        desk.noteCall(0, of: BothSides(0, 1))
        desk.noteModelled(0, of: 0, from: address)
        func note(_ text: String) {
            desk.noteMessage(
                Array(text.utf8), meaning: .endOfCandidates(), of: .offerer, in: 0, at: .zero)
        }
        note("a=end-of-candidates 111.0.3.7")
        #expect(desk.knowledge(subjects: 2, published: nil, refused: 0).disagreements == [])
        note("a=end-of-candidates 11.0.3.7")
        let found = desk.knowledge(subjects: 2, published: nil, refused: 0).disagreements
        #expect(found.map(\.observer) == [.signalingProcessor, .infrastructureOnCall])
        #expect(found.allSatisfy { $0.item == .publicAddress && !$0.isDeclared })
    }
}
