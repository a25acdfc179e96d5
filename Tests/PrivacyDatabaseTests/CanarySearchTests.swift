import Addressing
import PrivacyStores
import Quantities
import RandomStreams
import RiskScoring
import Signaling
import TURN
import Testing

@testable import PrivacyDatabase

/// The search for identifiers and addresses of what has gone.
@Suite struct CanarySearchTests {
    /// Records of as many people as there are numbers, each stamped with its number in seconds.
    private static func records(_ people: Range<Int>) -> [StoredRecord] {
        var random = RandomStream(
            StreamName(
                seed: 4, replication: 0, purpose: StreamPurpose(rawValue: 0x7072), entity: 3))
        return (0..<people.upperBound).flatMap { person -> [StoredRecord] in
            let time = SimTime.zero + .seconds(Int64(person))
            // As integers, many would be stored in fewer bytes.
            let device = DeviceIdentifier(
                high: random.nextUInt64() >> UInt64(person % 24), low: random.nextUInt64(),
                epoch: 2)
            let address = IPAddress(v4: 0xC600_0000 + UInt32(person) * 7919)
            let other = IPAddress(v6High: 0x2001_0DB8 << 32, low: random.nextUInt64())
            let text = "a=candidate:1 1 udp 2122260223 \(address) 5\(person % 10)000 typ srflx"
            let relayed = TransportAddress(IPAddress("192.0.2.1")!, port: UInt16(49152 + person))
            guard people.contains(person) else { return [] }
            return [
                .report(Report(device: device, category: .spam, time: time)),
                .message(
                    StoredMessage(
                        call: CallID(rawValue: UInt64(person)), sender: .first, number: 1,
                        time: time, text: Array(text.utf8))),
                .relayLog(
                    RelayLogEntry(
                        time: time, event: .opened, relayed: relayed,
                        client: TransportAddress(address, port: 4000), transport: .udp)),
                .relayLog(
                    RelayLogEntry(
                        time: time, event: .permitted(person % 2 == 0 ? address : other),
                        relayed: relayed, client: TransportAddress(other, port: 4001),
                        transport: .udp)),
            ]
        }
    }

    /// What is found when the first half of all records has lapsed and was swept.
    private static func findings(_ form: StorageForm) throws -> CanaryFindings {
        let scratch = Scratch()
        var policy = RetentionPolicy()
        (policy.reports, policy.signaling, policy.relayLog) = (.hours(1), .hours(1), .hours(1))
        var stores = try DatabaseStores(policy: policy, on: .file(scratch.path()), as: form)
        var search = CanarySearch()
        for people in [0..<200, 200..<400] {
            let records = Self.records(people)
            for record in records { search.note(record) }
            try stores.hold(contentsOf: records)
        }
        let outcome = try stores.sweep(at: .zero + .seconds(3600 + 199))
        #expect(outcome.deleted == 800)
        var standing = StoreContents()
        for record in Self.records(200..<400) {
            switch record {
            case .report(let report): standing.reports.append(report)
            case .message(let message): standing.messages.append(message)
            case .relayLog(let entry): standing.relayLog.append(entry)
            }
        }
        return try search.findings(inFilesAt: scratch.path(), standing: standing)
    }

    @Test func `what was swept is not found, and all that stands is`() throws {
        let findings = try Self.findings(.unhurried)
        #expect(findings.bytes > 100_000)
        for kind in RecordKind.allCases {
            let count = findings[kind]
            #expect(count.expired >= 200 && count.standing >= 200, "\(kind)")
            #expect(count.expiredFound == 0, "\(kind)")
            #expect(count.standingFound == count.standing, "\(kind)")
        }
        let expired = RecordKind.allCases.reduce(0) { $0 + findings[$1].expired }
        #expect(findings.total.expired == expired)
    }

    @Test func `without secure deletion canaries of each kind are found`() throws {
        var plain = StorageForm.unhurried
        (plain.securesDeletion, plain.isScrubbed) = (false, false)
        let findings = try Self.findings(plain)
        for kind in RecordKind.allCases { #expect(findings[kind].expiredFound > 20, "\(kind)") }
    }

    /// What is found when allocations have come and gone, with all that relays write down of them, over 60 sweeps.
    private static func relayFindings(_ form: StorageForm) throws -> CanaryFindings {
        let scratch = Scratch()
        var policy = RetentionPolicy()
        policy.relayLog = .seconds(500)
        var stores = try DatabaseStores(policy: policy, on: .file(scratch.path()), as: form)
        var search = CanarySearch()
        var (standing, now) = (StoreContents(), SimTime.zero)
        for round in 0..<60 as Range<UInt32> {
            var batch: [StoredRecord] = []
            for second in 0..<100 as Range<UInt32> {
                now += .seconds(1)
                let number = round * 100 + second
                let client = IPAddress(v4: 0xC633_0000 + number * 31)
                let peers = (0..<number % 4).map { IPAddress(v4: 0xCB00_0000 + (number + $0) * 17) }
                var events: [RelayLogEntry.Event] = [.opened]
                for peer in peers { events.append(.permitted(peer)) }
                for event in events + [.closed(.released)] {
                    let entry = RelayLogEntry(
                        time: now, event: event,
                        relayed: TransportAddress(
                            IPAddress("192.0.2.1")!, port: UInt16(49152 + number)),
                        client: TransportAddress(client, port: 50_000), transport: .udp)
                    search.note(.relayLog(entry))
                    batch.append(.relayLog(entry))
                    standing.relayLog.append(entry)
                }
            }
            try stores.hold(contentsOf: batch)
            _ = try stores.sweep(at: now)
        }
        standing.relayLog.removeAll { $0.time <= now - policy.relayLog }
        #expect(stores.count(.relayLog) == standing.relayLog.count)
        return try search.findings(inFilesAt: scratch.path(), standing: standing)
    }

    /// Rows that were put in order anew within a page are in it twice, and only one of the two is overwritten.
    @Test func `unless pages are scrubbed, copies of rows stay between others`() throws {
        var plain = StorageForm.unhurried
        plain.isScrubbed = false
        #expect(try Self.relayFindings(plain)[.relayLog].expiredFound > 0)
        let findings = try Self.relayFindings(.unhurried)[.relayLog]
        #expect(findings.expired > 5000 && findings.expiredFound == 0)
        #expect(findings.standing > 500 && findings.standingFound == findings.standing)
    }

    @Test func `what a standing record has, too, has not expired`() throws {
        let scratch = Scratch()
        var search = CanarySearch()
        let record = Self.records(0..<1)[0]
        search.note(record)
        guard case .report(let report) = record else { return }
        let device = withUnsafeBytes(of: report.device.high.bigEndian) { Array($0) }
        scratch.write([1, 2, 3] + device)
        var standing = StoreContents()
        let gone = try search.findings(inFilesAt: scratch.path(), standing: standing)
        #expect(gone[.reports].expired == 2 && gone[.reports].expiredFound == 1)
        standing.reports = [report]
        let held = try search.findings(inFilesAt: scratch.path(), standing: standing)
        #expect(held[.reports].expired == 0 && held[.reports].standingFound == 1)
        #expect(throws: DatabaseFailure.unreadable) {
            _ = try search.findings(inFilesAt: scratch.path("nowhere"), standing: standing)
        }
    }

    @Test func `a filter lets each of its words through, and few others`() {
        var random = RandomStream(
            StreamName(
                seed: 4, replication: 0, purpose: StreamPurpose(rawValue: 0x7072), entity: 6))
        let words = (0..<100_000).map { _ in random.nextUInt64() }
        var filter = WordFilter(for: words.count)
        for word in words { filter.insert(word) }
        var passed = 0
        for word in words {
            withUnsafeBytes(of: word.bigEndian) { bytes in
                filter.forEachPossible(in: bytes) { if $0 == word { passed += 1 } }
            }
        }
        #expect(passed == words.count)
        var others = 0
        let bytes = random.nextBytes(100_007)
        bytes.withUnsafeBytes { filter.forEachPossible(in: $0) { _ in others += 1 } }
        #expect(others < 3000)
    }

    @Test(arguments: [
        ("x 203.0.113.7 y", ["203.0.113.7"]), ("203.0.113.7", ["203.0.113.7"]),
        ("\u{0}2001:db8::5\u{0}10.0.0.12 ", ["2001:db8::5", "10.0.0.12"]),
        ("candidate:1 1 udp 1.2.3 1.2.3.4.5 300.1.1.1 a:b", []),
    ])
    func `addresses in texts are read as a whole`(text: String, addresses: [String]) {
        var found: [String] = []
        Array(text.utf8).withUnsafeBytes {
            CanarySearch.forEachAddress(in: $0) { found.append($0.description) }
        }
        #expect(found == addresses)
    }
}
