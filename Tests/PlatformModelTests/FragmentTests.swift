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

/// Who reads user fragments, in descriptions and in checks.
@Suite struct FragmentTests {
    // MARK: Bytes

    private static func fragment(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static let id = TransactionID(high: 7, low: 9)

    /// A check that `username` stands in.
    private static func check(_ username: String) -> [UInt8] {
        var builder = MessageBuilder(.request, .binding, id: id, capacity: 112)
        builder.add(.username, fragment(username))
        builder.add(.priority, UInt32(1))
        return builder.finish(
            integrity: IntegrityKey(shortTermPassword: fragment("secret")), fingerprint: true)
    }

    private static func indication(_ method: STUN.Method, of data: [UInt8]) -> [UInt8] {
        var builder = MessageBuilder(.indication, method, id: id, capacity: data.count + 48)
        builder.add(.xorPeerAddress, TransportAddress(IPAddress("203.0.113.9")!, port: 9))
        builder.add(.data, data)
        return builder.finish()
    }

    /// `data` on a channel, padded as over TCP.
    private static func channel(_ data: [UInt8]) -> [UInt8] {
        let padding = [UInt8](repeating: 0, count: (4 - data.count % 4) % 4)
        return [0x40, 0x01, UInt8(data.count >> 8), UInt8(data.count & 255)] + data + padding
    }

    private static func isCheck(_ datagram: [UInt8]) -> Bool {
        if case .check = CheckView(datagram) { true } else { false }
    }

    @Test func `a check is one by itself and in what clients and relays send each other`() {
        let check = Self.check("abcd:efgh")
        #expect(Self.isCheck(check))
        #expect(Self.isCheck(Self.indication(.send, of: check)))
        #expect(Self.isCheck(Self.indication(.data, of: check)))
        #expect(Self.isCheck(Self.channel(check)))
        // Nobody wraps twice, and neither pieces nor other things are checks.
        #expect(!Self.isCheck(Self.channel(Self.channel(check))))
        for length in 0..<check.count { #expect(!Self.isCheck(Array(check.prefix(length)))) }
        let discovery = MessageBuilder(.request, .binding, id: Self.id, capacity: 32)
        #expect(!Self.isCheck(discovery.finish()))
        var allocation = MessageBuilder(.request, .allocate, id: Self.id, capacity: 64)
        allocation.add(.username, Self.fragment("99:abcd"))
        guard case .relayRequest("99:abcd") = CheckView(allocation.finish()) else {
            Issue.record("a request under a user name is something else")
            return
        }
    }

    @Test func `a book finds names of both orders, in any place and of any call, and no halves`() {
        var book = FragmentBook()
        book.note(Self.fragment("ab:d"), of: .offerer, in: 3, isChecked: true)
        book.note(Self.fragment("e+/h"), of: .answerer, in: 3, isChecked: true)
        book.note(Self.fragment("ijkl"), of: .offerer, in: 70, isChecked: true)
        book.note(Self.fragment("mnop"), of: .answerer, in: 70, isChecked: true)
        func call(_ text: String) -> UInt32? {
            Self.fragment(text).withUnsafeBytes { book.callNamed(in: $0) }
        }
        #expect(call("ab:d:e+/h") == 3 && call("..e+/h:ab:d") == 3)
        #expect(call("::mnop:ijkl:") == 70)
        for other in ["", ":", "ab:d", "ab:d:e+/", "b:d:e+/h", "ab:d.e+/h", "ab:d:mnop"] {
            #expect(call(other) == nil, "\(other)")
        }
        #expect(book.count == 4)
    }

    @Test func `a text tells the fragment behind its name, whole and the sender's alone`() {
        var book = FragmentBook()
        book.note(Self.fragment("abcd"), of: .offerer, in: 0, isChecked: false)
        book.note(Self.fragment("efgh"), of: .answerer, in: 0, isChecked: false)
        func isTold(_ text: String, of side: PlatformModel.Side = .offerer) -> Bool {
            book.isTold(of: side, in: 0, by: Self.fragment(text))
        }
        #expect(isTold("x: y\r\na=ice-ufrag:abcd\r\n") && isTold("ice-ufrag:abcd"))
        #expect(isTold("ice-ufrag:zzzz ice-ufrag:abcd"))
        for other in ["abcd", "ice-ufrag:abcde", "ice-ufrag:abc", "ice-ufrag abcd", "ice-pwd:abcd"]
        {
            #expect(!isTold(other), "\(other)")
        }
        #expect(!isTold("ice-ufrag:abcd", of: .answerer) && isTold("ice-ufrag:efgh", of: .answerer))
        #expect(!book.isTold(of: .offerer, in: 1, by: Self.fragment("ice-ufrag:abcd")))
        // There are no checks to look for.
        #expect(Self.fragment("abcd:efgh").withUnsafeBytes { book.callNamed(in: $0) } == nil)
    }

    @Test func `after a restart old and new fragments count, in texts and in checks`() {
        var book = FragmentBook()
        book.note(Self.fragment("abcd"), of: .offerer, in: 0, isChecked: true)
        book.note(Self.fragment("efgh"), of: .answerer, in: 0, isChecked: true)
        book.note(Self.fragment("ABCD"), of: .offerer, in: 0, isChecked: true)
        book.note(Self.fragment("EFGH"), of: .answerer, in: 0, isChecked: true)
        for name in ["abcd:efgh", "EFGH:ABCD", "ABCD:efgh", "EFGH:abcd"] {
            #expect(Self.fragment(name).withUnsafeBytes { book.callNamed(in: $0) } == 0, "\(name)")
        }
        for own in ["abcd", "ABCD"] {
            #expect(book.isTold(of: .offerer, in: 0, by: Self.fragment("ice-ufrag:\(own)")))
        }
        #expect(book.count == 4)
        // The same again is no restart.
        book.note(Self.fragment("EFGH"), of: .answerer, in: 0, isChecked: true)
        #expect(book.count == 4)
    }

    // MARK: The desk

    /// Two in a call whose agents have the fragments abcd and efgh.
    private static func desk() -> KnowledgeDesk {
        var desk = KnowledgeDesk(
            StoreTests.scenario(), relays: [], root: StreamRoot(seed: 1, replication: 0))
        for subject: UInt32 in 0...1 { desk.noteArrival(subject, hides: true, local: []) }
        desk.noteCall(0, of: BothSides(0, 1))
        desk.noteFragment(fragment("abcd"), of: .offerer, in: 0)
        desk.noteFragment(fragment("efgh"), of: .answerer, in: 0)
        return desk
    }

    private static func disagreements(
        _ desk: KnowledgeDesk
    ) -> [PlatformKnowledge.Disagreement] {
        desk.knowledge(subjects: 2, published: nil, refused: 0).disagreements
    }

    @Test func `a check is read on the way, at the relay and at its end, by both oracles`() {
        var desk = Self.desk()
        let check = Self.check("efgh:abcd")
        desk.noteSent(check, at: 5, by: (0, .offerer), isOpen: false, .zero)
        #expect(desk.labels[.networkObserver, .userFragment].isEmpty)
        #expect(desk.canaries[.networkObserver, .userFragment].isEmpty)
        desk.checks.arrive(5)
        check.withUnsafeBytes { desk.noteRelayed($0, at: .zero) }
        // The relay sends it on, in clear.
        desk.noteSent(check, at: 6, by: nil, isOpen: true, .zero)
        desk.checks.arrive(6)
        desk.noteReceived(check, by: .answerer, in: 0, at: .zero)
        #expect(Self.disagreements(desk) == [])
        for observer in [Observer.networkObserver, .relayProcessor, .infrastructureOnCall] {
            #expect(desk.labels[observer, .userFragment].subjects.count == 2)
        }
        let partner = desk.canaries[.partner, .userFragment]
        #expect(partner.subjects.contains(0) && partner.subjects.count == 1)
        #expect(desk.labels[.relayProcessor, .userFragment].longestResidence == .zero)
    }

    @Test func `a name in what is no check is a disagreement, and so is a check of unknown name`() {
        var desk = Self.desk()
        let log = Self.fragment("debug: efgh:abcd")
        desk.noteSent(log, at: 5, by: (0, .offerer), isOpen: true, .zero)
        let found = Self.disagreements(desk)
        #expect(found.map(\.observer) == [.networkObserver] && found.allSatisfy { !$0.isDeclared })
        var stranger = Self.desk()
        stranger.noteSent(Self.check("efgh:zzzz"), at: 5, by: (0, .offerer), isOpen: true, .zero)
        let declared = Self.disagreements(stranger)
        #expect(declared.map(\.observer) == [.networkObserver])
        #expect(declared.allSatisfy { $0.isDeclared && $0.item == .userFragment })
        // It is that of a restart.
        stranger.noteFragment(Self.fragment("zzzz"), of: .offerer, in: 0)
        stranger.noteSent(Self.check("efgh:zzzz"), at: 6, by: (0, .offerer), isOpen: true, .zero)
        #expect(Self.disagreements(stranger) == [])
    }

    @Test func `what strays in from another call tells no partner anything`() {
        var desk = Self.desk()
        for subject: UInt32 in 2...3 { desk.noteArrival(subject, hides: true, local: []) }
        desk.noteCall(1, of: BothSides(2, 3))
        let check = Self.check("efgh:abcd")
        desk.noteSent(check, at: 5, by: (0, .offerer), isOpen: false, .zero)
        desk.checks.arrive(5)
        desk.noteReceived(check, by: .answerer, in: 1, at: .zero)
        #expect(desk.labels[.partner, .userFragment].isEmpty)
        #expect(desk.canaries[.partner, .userFragment].isEmpty)
    }

    // MARK: Runs

    private static func knowledge(
        _ scenario: Scenario, seed: UInt64 = 6
    ) throws -> PlatformKnowledge {
        var run = ReplicationRun(
            scenario, seed: seed, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals, audited: true)
        run.advance(to: run.end)
        run.stealStores()
        let knowledge = run.knowledge()
        return try #require(knowledge)
    }

    private static func scenario() -> Scenario {
        var scenario = StoreTests.scenario()
        scenario.general.stopTime = .seconds(15)
        return scenario
    }

    @Test func `over relays alone a listener reads the fragments of both, and relays do`() throws {
        var scenario = Self.scenario()
        scenario.ice.policy = .relay
        let knowledge = try Self.knowledge(scenario)
        #expect(knowledge.disagreements == [])
        let talked = knowledge.labels[.partner, .speech].calls
        #expect(talked.count > 10)
        for observer in [Observer.networkObserver, .relayProcessor, .infrastructureOnCall] {
            let found = knowledge.canaries[observer, .userFragment]
            var missed = talked
            missed.subtract(found.calls)
            #expect(missed.count == 0, "\(observer.name)")
            #expect(found.calls == knowledge.labels[observer, .userFragment].calls)
        }
        let listener = knowledge.labels[.networkObserver, .userFragment]
        #expect(listener.longestResidence == .max)
        #expect(knowledge.labels[.relayProcessor, .userFragment].longestResidence == .zero)
        for observer in [Observer.matchmaker, .riskScorer, .edgeProvider, .productTeam] {
            #expect(knowledge.known[observer, .userFragment].isEmpty)
        }
    }

    @Test func `checks between two on one link are heard by nobody else`() throws {
        var scenario = Self.scenario()
        for index in scenario.access.indices {
            scenario.access[index].household = 10_000
            scenario.access[index].nat = [
                NATShare(.translated(.endpointIndependent, .addressAndPortDependent), 1)
            ]
        }
        let knowledge = try Self.knowledge(scenario)
        #expect(knowledge.disagreements == [])
        #expect(knowledge.labels[.partner, .userFragment].calls.count > 10)
        let heard = knowledge.canaries[.networkObserver, .userFragment].calls.count
        #expect(heard < knowledge.calls / 10)
    }

    @Test func `a restart's fragments are found where those before it have lapsed`() throws {
        var scenario = FaultTests.scenario(.packets, [FaultTests.crash])
        scenario.general.stopTime = .seconds(34)
        scenario.privacy = Privacy(fillsStores: true, sweepInterval: .seconds(1))
        scenario.signaling.retention = .seconds(6)
        let knowledge = try Self.knowledge(scenario, seed: 5)
        #expect(knowledge.disagreements == [])
        // At 34 s the oldest messages are of 27 s; the crash is at 25 s, and noticed 2.5 s later.
        let stolen = knowledge.canaries[.thief, .userFragment]
        let written = knowledge.canaries[.signalingProcessor, .userFragment]
        #expect(stolen.calls.count > 10 && stolen.calls.count < written.calls.count)
        let early = UInt32(knowledge.calls / 3)
        #expect((0..<early).contains { stolen.calls.contains($0) })
        #expect(knowledge.evidence.fragments > written.calls.count * 2 + 10)
    }
}
