import Quantities
import Testing

@testable import KnowledgeLedger

@Suite struct InferenceTests {
    private static let day = SimDuration.hours(24)

    /// `item` of people in a call, for a day from the beginning.
    private static func declare(
        _ item: Item, of people: [UInt32], to observer: Observer, in call: UInt32?,
        for span: SimDuration = day, in ledger: inout Ledger
    ) {
        for person in people {
            ledger.declare(
                item, of: person, to: observer, in: call, since: .zero, until: .zero + span)
        }
    }

    private static func calls(_ inference: Inference?) -> [UInt32] {
        (0..<100).filter { inference?.calls.contains($0) == true }
    }

    private static func inference(
        _ ledger: Ledger, _ observer: Observer, _ rule: InferenceRule
    ) -> Inference? {
        ledger.inferences(of: observer).first { $0.rule == rule }
    }

    @Test func `two addresses in one call are an edge, and one of each of two calls is none`() {
        var ledger = Ledger()
        Self.declare(.publicAddress, of: [4, 9], to: .relayProcessor, in: 1, in: &ledger)
        Self.declare(.publicAddress, of: [4], to: .relayProcessor, in: 2, in: &ledger)
        Self.declare(.publicAddress, of: [9, 9], to: .relayProcessor, in: 3, in: &ledger)
        Self.declare(.publicAddress, of: [5], to: .relayProcessor, in: nil, in: &ledger)
        #expect(Self.calls(Self.inference(ledger, .relayProcessor, .whoWithWhom)) == [1])
        // In the other order it is the same.
        Self.declare(.publicAddress, of: [1], to: .relayProcessor, in: 2, in: &ledger)
        let edges = Self.inference(ledger, .relayProcessor, .whoWithWhom)
        #expect(Self.calls(edges) == [1, 2])
        #expect(edges?.untold.count == 2 && edges?.residence == Self.day)
        Self.declare(.partner, of: [4, 9], to: .relayProcessor, in: 1, in: &ledger)
        let rest = Self.inference(ledger, .relayProcessor, .whoWithWhom)
        #expect(rest?.calls.count == 2 && rest?.untold.contains(2) == true)
        #expect(rest?.untold.count == 1)
    }

    @Test func `who was in a call concludes nothing from addresses, and yet knows`() {
        var ledger = Ledger()
        Self.declare(.publicAddress, of: [0, 1], to: .partner, in: 0, in: &ledger)
        Self.declare(.publicAddress, of: [0], to: .signalingProcessor, in: 0, in: &ledger)
        Self.declare(.publicAddress, of: [1], to: .relayProcessor, in: 0, in: &ledger)
        #expect(ledger.inferences(of: .partner).isEmpty)
        let findings = ledger.findings()
        #expect(!findings.contains { $0.coalition.members.contains(.partner) })
        #expect(
            findings.map(\.coalition.name) == [
                "signalling and relays", "all servers", "all servers and a thief",
            ])
        #expect(findings.allSatisfy { Self.calls($0.inferences.first) == [0] })
    }

    @Test func `messages and relay logs of one call are put together, for as long as both stand`() {
        var ledger = Ledger()
        Self.declare(.message, of: [0, 1], to: .signalingProcessor, in: 5, in: &ledger)
        Self.declare(.message, of: [2, 3], to: .signalingProcessor, in: 6, in: &ledger)
        for call in [UInt32(6), 7] {
            Self.declare(
                .allocation, of: [2], to: .relayProcessor, in: call, for: .days(7), in: &ledger)
        }
        #expect(ledger.inferences(of: .signalingProcessor).isEmpty)
        let pair = Coalition.all.first { $0.name == "signalling and relays" }!
        let finding = ledger.findings(of: [pair]).first
        #expect(finding?.inferences.map(\.rule) == [.sameCall])
        #expect(Self.calls(finding?.inferences.first) == [6])
        #expect(finding?.inferences.first?.residence == Self.day)
        // A thief who has both alone makes no news of the coalition with one.
        Self.declare(.message, of: [2], to: .thief, in: 6, in: &ledger)
        Self.declare(.allocation, of: [2], to: .thief, in: 6, in: &ledger)
        #expect(
            ledger.findings().map(\.coalition.name) == ["signalling and relays", "all servers"])
    }

    @Test func `a key that somebody has opens what somebody else has recorded`() {
        var ledger = Ledger()
        Self.declare(.ciphertext, of: [0, 1], to: .networkObserver, in: 0, in: &ledger)
        Self.declare(.keys, of: [0, 1], to: .partner, in: 0, in: &ledger)
        Self.declare(.speech, of: [0, 1], to: .partner, in: 0, in: &ledger)
        // The partner has heard it anyway.
        #expect(ledger.findings().isEmpty)
        Self.declare(.keys, of: [0], to: .relayProcessor, in: 0, for: .seconds(9), in: &ledger)
        let findings = ledger.findings().filter { $0.coalition.members.count == 2 }
        #expect(findings.map(\.coalition.members) == [[.relayProcessor, .networkObserver]])
        #expect(findings.first?.inferences.first?.residence == .seconds(9))
        Self.declare(.ciphertext, of: [0], to: .relayProcessor, in: 0, in: &ledger)
        #expect(Self.calls(Self.inference(ledger, .relayProcessor, .speech)) == [0])
    }

    @Test func `recorded media are those of a message whose user fragment checks name`() {
        var ledger = Ledger()
        for call: UInt32 in [0, 1, 2] {
            Self.declare(.ciphertext, of: [0, 1], to: .networkObserver, in: call, in: &ledger)
        }
        for call: UInt32 in [1, 2, 3] {
            Self.declare(
                .message, of: [0, 1], to: .thief, in: call, for: .seconds(7), in: &ledger)
        }
        // Without a fragment nothing joins them.
        let pair = Coalition(name: nil, members: [.networkObserver, .thief])
        #expect(ledger.findings(of: [pair]).isEmpty)
        for call: UInt32 in [0, 2, 3] {
            Self.declare(.userFragment, of: [0, 1], to: .networkObserver, in: call, in: &ledger)
        }
        #expect(ledger.inferences(of: .networkObserver).isEmpty)
        #expect(ledger.inferences(of: .thief).isEmpty)
        let findings = ledger.findings(of: [pair])
        #expect(findings.first?.inferences.map(\.rule) == [.sameMedia])
        #expect(Self.calls(findings.first?.inferences.first) == [2])
        #expect(findings.first?.inferences.first?.residence == .seconds(7))
        // Whoever holds all three knows it alone.
        for item in [Item.message, .userFragment, .ciphertext] {
            Self.declare(item, of: [0], to: .infrastructureOnCall, in: 5, in: &ledger)
        }
        let alone = Self.inference(ledger, .infrastructureOnCall, .sameMedia)
        #expect(Self.calls(alone) == [5] && alone?.untold.count == 1)
    }

    @Test
    func `the moment of a report gives the device an address that was in a call that ended then`() {
        var ledger = Ledger()
        for call: UInt32 in [1, 2] {
            Self.declare(
                .report, of: [call], to: .riskScorer, in: call, for: .days(30), in: &ledger)
        }
        // What a thief has of reports is of no call.
        Self.declare(.report, of: [1, 2], to: .thief, in: nil, in: &ledger)
        for observer in [Observer.relayProcessor, .thief] {
            for call: UInt32 in [2, 3] {
                Self.declare(.publicAddress, of: [call], to: observer, in: call, in: &ledger)
            }
        }
        let findings = ledger.findings()
        #expect(
            findings.map(\.coalition.members).filter { $0.count == 2 }
                == [[.riskScorer, .relayProcessor], [.riskScorer, .thief]])
        for finding in findings {
            #expect(finding.inferences.map(\.rule) == [.deviceAddress])
            #expect(Self.calls(finding.inferences.first) == [2])
            #expect(finding.inferences.first?.residence == Self.day)
        }
        #expect(ledger.inferences(of: .thief).isEmpty)
    }

    @Test func `a reflexive candidate is an address, told or not`() {
        var ledger = Ledger()
        Self.declare(.reflexiveCandidate, of: [0, 1], to: .partner, in: 0, in: &ledger)
        Self.declare(.reflexiveCandidate, of: [0], to: .partner, in: 1, in: &ledger)
        Self.declare(.publicAddress, of: [0], to: .partner, in: 1, in: &ledger)
        let addresses = Self.inference(ledger, .partner, .publicAddress)
        #expect(Self.calls(addresses) == [0, 1] && addresses?.subjects.count == 2)
        #expect(addresses?.untold.count == 1)
    }

    /// When a record of a name begins and ends to stand, in seconds, and which name it is.
    struct Record: Codable, Sendable {
        var since: Int64
        var until: Int64
        var value: UInt64 = 7
    }

    private static let records: [([Record], Bool)] = [
        // The same name again while the first record stands.
        ([Record(since: 0, until: 10), Record(since: 5, until: 5)], true),
        (
            [
                Record(since: 0, until: 10), Record(since: 2, until: 2),
                Record(since: 9, until: 9),
            ], true
        ),
        // After it is gone.
        ([Record(since: 0, until: 10), Record(since: 10, until: 12)], false),
        ([Record(since: 0, until: 0), Record(since: 0, until: 0)], false),
        // Another name, and nothing but one.
        ([Record(since: 0, until: 10), Record(since: 5, until: 5, value: 8)], false),
        ([Record(since: 0, until: 10)], false),
    ]

    @Test(arguments: records)
    func `an identifier in two records that stand at once is one device`(
        records: [Record], isOne: Bool
    ) {
        var ledger = Ledger()
        for record in records {
            ledger.declare(
                .deviceIdentifier, of: 3, to: .riskScorer, since: .zero + .seconds(record.since),
                until: .zero + .seconds(record.until), value: record.value)
        }
        let inference = Self.inference(ledger, .riskScorer, .sameDevice)
        #expect((inference?.subjects.contains(3) == true) == isOne)
        // A copy of a record is not another one.
        ledger.declare(
            .deviceIdentifier, of: 3, to: .thief, since: .zero, until: .zero + .seconds(10),
            value: 7)
        #expect(ledger.findings().isEmpty)
    }

    @Test func `every pair is looked at once, and the services together`() {
        let pairs = Coalition.all.filter { $0.members.count == 2 }
        let count = Observer.allCases.count
        #expect(pairs.count == count * (count - 1) / 2)
        #expect(Set(pairs.map { Set($0.members) }).count == pairs.count)
        #expect(Coalition.all.compactMap(\.name).count == 3)
        #expect(Coalition.servers.members.count == 6)
    }

    @Test func `sets lose what others have, and keep what they share`() {
        var (a, b) = (NumberSet(), NumberSet())
        for number: UInt32 in [1, 64, 700] { a.insert(number) }
        for number: UInt32 in [64, 65] { b.insert(number) }
        var (shared, rest) = (a, a)
        shared.formIntersection(b)
        rest.subtract(b)
        #expect(shared.count == 1 && shared.contains(64))
        #expect(rest.count == 2 && rest.contains(1) && rest.contains(700))
        b.formIntersection(a)
        #expect(b == shared)
        shared.subtract(a)
        #expect(shared.count == 0 && shared == NumberSet())
    }
}
