import Addressing
import EventEngine
import KnowledgeLedger
import NetworkModel
import Quantities
import RandomStreams
import STUN
import ScenarioModel
import Testing

@testable import PlatformModel

/// What whoever listens on the Internet reads of addresses in what clients and relays send each other.
@Suite struct OverhearingTests {
    // MARK: Bytes

    private static let id = TransactionID(high: 7, low: 9)
    private static let hidden = IPAddress("192.168.7.9")!
    private static let shown = IPAddress("11.0.3.7")!
    private static let shown6 = IPAddress("2001:db8::7:9")!
    private static let relay = IPAddress("203.0.113.9")!

    /// A client's request to let `peers` through.
    private static func permission(_ peers: IPAddress...) -> [UInt8] {
        var builder = MessageBuilder(.request, .createPermission, id: id, capacity: 256)
        for peer in peers { builder.add(.xorPeerAddress, TransportAddress(peer, port: 0)) }
        builder.add(.username, Array("99:abcd".utf8))
        return builder.finish()
    }

    /// The answer to somebody who is seen at `address`.
    private static func answer(to address: IPAddress) -> [UInt8] {
        var builder = MessageBuilder(.success, .binding, id: id, capacity: 64)
        builder.add(.xorMappedAddress, TransportAddress(address, port: 4_242))
        return builder.finish()
    }

    private static func indication(
        _ method: STUN.Method, of data: [UInt8], peer: IPAddress
    ) -> [UInt8] {
        let other = TransactionID(high: 8, low: 8)
        var builder = MessageBuilder(.indication, method, id: other, capacity: data.count + 64)
        builder.add(.xorPeerAddress, TransportAddress(peer, port: 9))
        builder.add(.data, data)
        return builder.finish()
    }

    private static func channel(_ data: [UInt8]) -> [UInt8] {
        [0x40, 0x01, UInt8(data.count >> 8), UInt8(data.count & 255)] + data
    }

    private static func places(_ datagram: [UInt8]) -> Set<IPAddress> {
        var found: Set<IPAddress> = []
        datagram.withUnsafeBytes { bytes in
            AddressPlaces.forEach(in: bytes) { found.insert($0) }
        }
        return found
    }

    @Test func `addresses are told by requests, indications and answers, wrapped ones too`() {
        let request = ToldAddresses(Self.permission(Self.hidden, Self.relay, Self.shown6))
        #expect(request.peers == [Self.hidden, Self.relay, Self.shown6] && request.mapped == [])
        let answer = Self.answer(to: Self.shown)
        #expect(ToldAddresses(answer).mapped == [Self.shown])
        for data in [answer, Self.indication(.send, of: answer, peer: Self.hidden)] {
            #expect(
                ToldAddresses(Self.channel(data)).mapped == (data == answer ? [Self.shown] : []))
        }
        let wrapped = ToldAddresses(Self.indication(.data, of: answer, peer: Self.hidden))
        #expect(wrapped.peers == [Self.hidden] && wrapped.mapped == [Self.shown])
        for length in 0..<answer.count {
            #expect(ToldAddresses(Array(answer.prefix(length))).mapped == [], "\(length) bytes")
        }
    }

    @Test func `addresses are found in any attribute and any place, of both families`() {
        let answer6 = Self.answer(to: Self.shown6)
        for datagram in [
            Self.permission(Self.relay, Self.shown6), answer6, Self.channel(answer6),
            Self.indication(.data, of: answer6, peer: Self.hidden), [1, 2, 3] + answer6 + [4],
        ] {
            #expect(Self.places(datagram).contains(Self.shown6))
        }
        #expect(Self.places(Self.permission(Self.hidden)).contains(Self.hidden))
        // Plain, as MAPPED-ADDRESS has it.
        #expect(Self.places([9, 9, 0, 1, 16, 16, 192, 168, 7, 9]).contains(Self.hidden))
        for length in 0..<8 { #expect(Self.places(.init(repeating: 0, count: length)) == []) }
        #expect(!Self.places([0, 3, 16, 16, 192, 168, 7, 9]).contains(Self.hidden))
    }

    // MARK: The desk

    /// Two in a call, of whom the answerer hides a private address behind a name and has public ones.
    private static func desk() -> KnowledgeDesk {
        var desk = KnowledgeDesk(
            StoreTests.scenario(), relays: [relay], root: StreamRoot(seed: 1, replication: 0))
        desk.noteArrival(0, hides: true, local: [IPAddress("192.168.1.2")!])
        desk.noteArrival(1, hides: true, local: [hidden, shown6])
        desk.noteCall(0, of: BothSides(0, 1))
        desk.noteOutside(TransportAddress(shown, port: 4_242), of: 1)
        return desk
    }

    private static func disagreements(
        _ desk: KnowledgeDesk
    ) -> [PlatformKnowledge.Disagreement] {
        desk.knowledge(subjects: 2, published: nil, refused: 0).disagreements
    }

    @Test func `a permission for a private address tells it to a listener, by both oracles`() {
        var desk = Self.desk()
        let server = TransportAddress(Self.relay, port: 3_478)
        desk.noteHeard(
            Self.permission(Self.relay), from: (0, .offerer), to: server, at: .zero)
        #expect(desk.labels == Ledger() && desk.canaries == Ledger())
        desk.noteHeard(
            Self.permission(Self.hidden, Self.relay), from: (0, .offerer), to: server, at: .zero)
        #expect(Self.disagreements(desk) == [])
        for ledger in [desk.labels, desk.canaries, desk.unhidden] {
            let known = ledger[.networkObserver, .privateAddress]
            #expect(known.subjects.contains(1) && known.subjects.count == 1)
            #expect(known.calls.contains(0) && known.longestResidence == .max)
        }
        #expect(desk.labels[.networkObserver, .publicAddress].isEmpty)
    }

    @Test func `an answer tells whose it is, from a server, a relay or the other side`() {
        let client = TransportAddress(Self.shown, port: 4_242)
        let server = TransportAddress(Self.relay, port: 3_478)
        typealias Sender = (call: UInt32, side: PlatformModel.Side)
        let answer = Self.answer(to: Self.shown)
        let ways: [([UInt8], Sender?, TransportAddress)] = [
            (answer, nil, client), (answer, (0, .offerer), client),
            (Self.indication(.send, of: answer, peer: Self.relay), (0, .offerer), server),
            (Self.indication(.data, of: answer, peer: Self.relay), nil, client),
        ]
        for (datagram, sender, destination) in ways {
            var desk = Self.desk()
            desk.noteHeard(datagram, from: sender, to: destination, at: .zero)
            #expect(Self.disagreements(desk) == [])
            let known = desk.labels[.networkObserver, .publicAddress]
            #expect(known.subjects.contains(1) && known.subjects.count == 1)
        }
    }

    @Test func `an address in what names none is a disagreement, and so is one of nobody's`() {
        let server = TransportAddress(Self.relay, port: 3_478)
        var desk = Self.desk()
        desk.noteHeard(
            [200, 0, 1, 0, 0, 192, 168, 7, 9], from: (0, .offerer), to: server, at: .zero)
        let found = Self.disagreements(desk)
        #expect(found.map(\.observer) == [.networkObserver])
        #expect(found.allSatisfy { $0.item == .privateAddress && !$0.isDeclared })
        var stranger = Self.desk()
        stranger.noteHeard(
            Self.permission(IPAddress("192.168.9.9")!), from: (0, .offerer), to: server, at: .zero)
        let declared = Self.disagreements(stranger)
        #expect(declared.map(\.observer) == [.networkObserver])
        #expect(declared.allSatisfy { $0.item == .privateAddress && $0.isDeclared })
    }

    // MARK: Runs

    private static func knowledge(
        _ change: (inout Scenario) -> Void
    ) throws -> PlatformKnowledge {
        var scenario = StoreTests.scenario()
        scenario.general.stopTime = .seconds(15)
        change(&scenario)
        var run = ReplicationRun(
            scenario, seed: 6, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals, audited: true)
        run.advance(to: run.end)
        run.stealStores()
        let knowledge = run.knowledge()
        return try #require(knowledge)
    }

    @Test(arguments: [ScenarioModel.ICE.Policy.all, .relay])
    func `where browsers show private addresses a listener reads those that relays are asked for`(
        policy: ScenarioModel.ICE.Policy
    ) throws {
        let knowledge = try Self.knowledge { scenario in
            scenario.ice.policy = policy
            for index in scenario.access.indices { scenario.access[index].mdns = 0 }
        }
        #expect(knowledge.disagreements == [])
        let heard = knowledge.canaries[.networkObserver, .privateAddress]
        #expect(knowledge.labels[.networkObserver, .privateAddress].calls == heard.calls)
        // Over relays alone no host candidate is told, and none asked for.
        #expect((heard.calls.count > 10) == (policy == .all))
        var unheard = knowledge.labels[.relayProcessor, .privateAddress].calls
        unheard.subtract(heard.calls)
        #expect(unheard.count == 0)
        #expect(knowledge.unhidden == Ledger())
        #expect(knowledge.evidence.heardDatagrams > 1_000)
    }

    @Test func `neighbours' addresses behind names are read on the way to their relays`() throws {
        let knowledge = try Self.knowledge { scenario in
            for index in scenario.access.indices { scenario.access[index].household = 32 }
        }
        #expect(knowledge.disagreements == [])
        let heard = knowledge.unhidden[.networkObserver, .privateAddress]
        let told = knowledge.unhidden[.relayProcessor, .privateAddress]
        #expect(told.subjects.count > 0)
        #expect(heard.subjects == told.subjects)
    }
}
