import Addressing
import KnowledgeLedger
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// What whoever stands before the signalling service is handed, and what of it an audit finds.
@Suite struct EdgeTests {
    // MARK: Bytes

    /// The words of RFC 1071 §3, whose sum is ddf2.
    @Test func `a checksum is the complement of the sum of words`() {
        let words: [UInt8] = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]
        #expect(EdgeLink.checksum(words) == ~0xddf2)
    }

    @Test func `a connection begins with a packet of IPv4 and TCP`() throws {
        var edge = EdgeLink()
        let packet = edge.opening(from: try #require(IPAddress("203.0.113.77")))
        #expect(packet.count == 40 && packet[0] == 0x45 && packet[2...3] == [0, 40])
        #expect(packet[9] == 6 && packet[12...15] == [203, 0, 113, 77])
        #expect(packet[16...19] == [198, 51, 100, 1] && packet[22...23] == [0x01, 0xbb])
        // Nothing but SYN, and sums that come to nothing.
        #expect(packet[33] == 2)
        #expect(EdgeLink.checksum(Array(packet[..<20])) == 0)
        let pseudo = Array(packet[12..<20]) + [0, 6, 0, 20]
        #expect(EdgeLink.checksum(pseudo + packet[20...]) == 0)
        let next = edge.opening(from: try #require(IPAddress("203.0.113.77")))
        #expect(next[20...21] != packet[20...21] && next[12...15] == packet[12...15])
    }

    @Test func `a connection begins with a packet of IPv6 and TCP`() throws {
        var edge = EdgeLink()
        let packet = edge.opening(from: try #require(IPAddress("2001:db8:7::4d")))
        #expect(packet.count == 60 && packet[0] == 0x60)
        #expect(packet[4...7] == [0, 20, 6, 64])
        #expect(
            packet[8..<24] == [0x20, 0x01, 0x0d, 0xb8, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x4d])
        let pseudo = Array(packet[8..<40]) + [0, 0, 0, 20, 0, 0, 0, 6]
        #expect(EdgeLink.checksum(pseudo + packet[40...]) == 0)
    }

    private static let text = Array("a=candidate:1 1 udp 5 192.168.7.9 7 typ host".utf8)

    @Test func `a record shows the length of a message and nothing of what it says`() {
        var edge = EdgeLink()
        let records = (0..<50).map { _ in edge.record(of: Self.text) }
        for record in records {
            #expect(record[..<5] == [23, 3, 3, 0, UInt8(Self.text.count + 17)])
            #expect(record.count == 5 + Self.text.count + 17)
            #expect(!TextPieces(Self.text).areFound(in: record))
        }
        #expect(Set(records).count == records.count)
        edge.isOpen = true
        #expect(TextPieces(Self.text).areFound(in: edge.record(of: Self.text)))
    }

    @Test func `fifteen bytes of a text are found wherever they stand, and seven never`() {
        let pieces = TextPieces(Self.text)
        for start in 0...(Self.text.count - 15) {
            let part = Array(Self.text[start..<start + 15])
            #expect(pieces.areFound(in: [1, 2, 3] + part + [4]) && pieces.areFound(in: part))
            #expect(!pieces.areFound(in: Array(part.prefix(7))))
            #expect(!pieces.areFound(in: Array(part.prefix(7)) + [0] + Array(part.suffix(7))))
        }
        #expect(!TextPieces([]).areFound(in: Self.text))
        #expect(!TextPieces(Array(Self.text.prefix(7))).areFound(in: Self.text))
    }

    // MARK: Oracles

    private static func desk() throws -> KnowledgeDesk {
        var desk = KnowledgeDesk(
            StoreTests.scenario(), relays: [], root: StreamRoot(seed: 1, replication: 0))
        let local = try #require(IPAddress("192.168.7.9"))
        for subject: UInt32 in 0...1 {
            desk.noteArrival(subject, hides: false, local: [local])
            desk.noteLine(try address(subject), of: subject)
        }
        desk.noteCall(0, of: BothSides(0, 1))
        return desk
    }

    private static func address(_ subject: UInt32) throws -> IPAddress {
        try #require(IPAddress("203.0.113.\(70 + subject)"))
    }

    private static func disagreements(
        _ desk: KnowledgeDesk
    ) -> [PlatformKnowledge.Disagreement] {
        desk.knowledge(subjects: 2, published: nil, refused: 0).disagreements
    }

    @Test func `an address is in the packet that it is declared of`() throws {
        var desk = try Self.desk()
        desk.noteConnection(from: try Self.address(0), of: 0, in: 0, at: .zero)
        #expect(desk.canaries[.edgeProvider, .publicAddress].calls.contains(0))
        #expect(Self.disagreements(desk) == [])
        // Somebody else's: what is declared is not in the bytes.
        desk.noteConnection(from: try Self.address(0), of: 1, in: 0, at: .zero)
        let wrong = try #require(Self.disagreements(desk).first)
        #expect(wrong.observer == .edgeProvider && wrong.item == .publicAddress)
        #expect(wrong.subject == 1 && wrong.isDeclared && !wrong.isOutlasting)
    }

    @Test func `a message in the open shows itself and the addresses in it`() throws {
        var desk = try Self.desk()
        desk.handEdge(Self.text, of: .answerer, in: 0, at: .zero)
        #expect(desk.evidence.edgeRecords == 1 && desk.canaries == Ledger())
        desk.edge.isOpen = true
        desk.handEdge(Self.text, of: .answerer, in: 0, at: .zero)
        let found = Self.disagreements(desk)
        #expect(found.map(\.item) == [.privateAddress, .message])
        #expect(
            found.allSatisfy {
                $0.observer == .edgeProvider && $0.subject == 1 && !$0.isDeclared
            })
    }

    // MARK: Runs

    private static func knowledge(
        _ setup: ScenarioModel.ICE.Setup, leak: PlantedLeak? = nil, hides: Double = 1,
        fillsStores: Bool = true
    ) throws -> PlatformKnowledge {
        var scenario = StoreTests.scenario(fillsStores: fillsStores)
        scenario.ice.setup = setup
        scenario.general.stopTime = .seconds(12)
        for index in scenario.access.indices {
            scenario.access[index].mdns = hides
            scenario.access[index].ipv6 = 0.4
        }
        return try StoreTests.knowledge(of: scenario, leak)
    }

    @Test(arguments: [ScenarioModel.ICE.Setup.packets, .modelled])
    func `the edge has everybody's address and nobody's message`(
        setup: ScenarioModel.ICE.Setup
    ) throws {
        let knowledge = try Self.knowledge(setup)
        #expect(knowledge.disagreements == [])
        let (label, canary) = (
            knowledge.labels[.edgeProvider, .publicAddress],
            knowledge.canaries[.edgeProvider, .publicAddress]
        )
        #expect(canary.subjects.count == knowledge.subjects && canary.subjects == label.subjects)
        #expect(canary.calls.count == knowledge.calls && canary.longestResidence == .max)
        #expect(knowledge.canaries[.edgeProvider, .message].isEmpty)
        #expect(knowledge.evidence.edgeConnections > knowledge.subjects + 2 * knowledge.calls - 9)
        #expect(knowledge.evidence.edgeRecords > 8 * knowledge.calls)
        // Messages pass it where nothing is stored, too.
        let unstored = try Self.knowledge(setup, fillsStores: false)
        #expect(unstored.evidence.edgeRecords == knowledge.evidence.edgeRecords)
        #expect(unstored.disagreements == [])
    }

    @Test(arguments: [ScenarioModel.ICE.Setup.packets, .modelled])
    func `an edge that ends TLS is found with all that it reads`(
        setup: ScenarioModel.ICE.Setup
    ) throws {
        let knowledge = try Self.knowledge(setup, leak: .openEdge)
        let found = try #require(knowledge.disagreements.first)
        #expect(knowledge.disagreements.count == 1)
        #expect(found.observer == .edgeProvider && found.item == .message && !found.isDeclared)
        let read = knowledge.canaries[.edgeProvider, .message]
        #expect(read.calls == knowledge.labels[.signalingProcessor, .message].calls)
        let shown = try Self.knowledge(setup, leak: .openEdge, hides: 0)
        #expect(shown.disagreements.map(\.item) == [.privateAddress, .message])
    }
}
