import Addressing
import Foundation
import GRDB
import Quantities
import RandomStreams
import RiskScoring
import Signaling
import TURN
import Testing

@testable import PrivacyDatabase
@testable import PrivacyStores

/// Records that consist of words which are nowhere else, kept, deleted, stamped anew, replaced and taken over at random; then
/// every byte of the files is looked at.
@Suite struct RandomResidueTests {
    fileprivate static let policy: RetentionPolicy = {
        var policy = RetentionPolicy()
        (policy.reports, policy.signaling, policy.relayLog) = (.hours(30), .hours(20), .hours(25))
        return policy
    }()

    /// Stores, and every word of what was ever in them.
    fileprivate struct Trial: ~Copyable {
        let scratch = Scratch()
        let form: StorageForm
        var random: RandomStream
        var stores: DatabaseStores
        var words: Set<UInt64> = []
        var now = SimTime.zero + .days(2)
        /// Words of what had gone, found at any time.
        var found = 0

        init(_ form: StorageForm, seed: UInt64) throws {
            self.form = form
            random = RandomStream(
                StreamName(
                    seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 0x7072), entity: 5)
            )
            stores = try DatabaseStores(
                policy: RandomResidueTests.policy, on: .file(scratch.path()), as: form)
        }
    }

    /// All words of a record: of a message, each eighth byte of its text.
    fileprivate static func words(of record: StoredRecord) -> [UInt64] {
        switch record {
        case .report(let report): return [report.device.high, report.device.low]
        case .relayLog(let entry): return [entry.client.ip.high, entry.client.ip.low]
        case .message(let message):
            return stride(from: 0, to: message.text.count, by: 8).map { start in
                message.text[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
            }
        }
    }

    fileprivate static func words(of contents: StoreContents) -> Set<UInt64> {
        var words: Set<UInt64> = []
        contents.forEachRecord { words.formUnion(Self.words(of: $0)) }
        return words
    }

    /// How many of `words` the files hold whose names begin with `name`.
    fileprivate static func count(
        _ words: Set<UInt64>, in scratch: Scratch, _ name: String = "stores.db"
    ) throws -> Int {
        var found: Set<UInt64> = []
        for file in scratch.names where file.hasPrefix(name) {
            let bytes = try Data(contentsOf: scratch.folder.appending(path: file))
            bytes.withUnsafeBytes { bytes in
                var word: UInt64 = 0
                for byte in bytes {
                    word = word << 8 | UInt64(byte)
                    if words.contains(word) { found.insert(word) }
                }
            }
        }
        return found.count
    }

    @Test(arguments: 0..<3 as Range<UInt64>)
    func `of what has gone no word is in the files`(seed: UInt64) throws {
        var trial = try Trial(.unhurried, seed: seed)
        try trial.run(steps: 120)
        #expect(trial.words.count > 20_000)
        #expect(trial.found == 0, "seed \(seed)")
    }

    @Test func `where pages are not scrubbed, words are found`() throws {
        var trial = try Trial(Self.plain, seed: 0)
        try trial.run(steps: 120)
        #expect(trial.found > 10)
    }

    private static let plain: StorageForm = {
        var form = StorageForm.unhurried
        form.isScrubbed = false
        return form
    }()

    /// A process ends within a transaction that changes every row, with what it changes in the journal, or in the database
    /// already: a thief finds what was there before, and nothing that had gone by then; the next one finds it again.
    @Test(arguments: [false, true])
    func `a crash leaves nothing in the journal of what had gone before`(spills: Bool) throws {
        var form = StorageForm.chosen
        form.isDurable = spills
        var trial = try Trial(form, seed: 7)
        #expect(try trial.crash(spilling: spills) == (0, 0))
        var plain = try Trial(Self.plain, seed: 7)
        let (found, inJournal) = try plain.crash(spilling: spills)
        #expect(found > 0 && inJournal > 0, "\(found) \(inJournal)")
    }
}

extension RandomResidueTests.Trial {
    mutating func run(steps: Int) throws {
        for step in 0..<steps {
            try perform()
            if step % 8 == 7 { try look() }
        }
        let problems = try stores.queue.inDatabase {
            try String.fetchAll($0, sql: "PRAGMA integrity_check")
        }
        #expect(problems == ["ok"])
    }

    private mutating func perform() throws {
        now += .minutes(Int64(random.nextInteger(below: 120)))
        switch random.nextInteger(below: 100) {
        case 0..<60: try hold(Int(random.nextInteger(below: 40)))
        case 60..<75: _ = try stores.sweep(at: now)
        case 75..<85: _ = try stores.sweep(at: now, atMost: Int(random.nextInteger(below: 30)))
        case 85..<90:
            _ = try stores.restamp(after: now - .hours(Int64(random.nextInteger(below: 5))))
        case 90..<94:
            var contents = try stores.contents(DumpPermit())
            contents.messages.removeAll { _ in random.nextBool(probability: 0.3) }
            try stores.replace(with: contents)
        default: try reopen()
        }
    }

    private mutating func hold(_ count: Int) throws {
        var records: [StoredRecord] = []
        for _ in 0..<count {
            let record = record(at: now - .minutes(Int64(random.nextInteger(below: 1800))))
            words.formUnion(RandomResidueTests.words(of: record))
            records.append(record)
        }
        try stores.hold(contentsOf: records)
    }

    private mutating func record(at time: SimTime) -> StoredRecord {
        let (high, low) = (random.nextUInt64(), random.nextUInt64())
        switch random.nextInteger(below: 4) {
        case 0:
            return .report(
                Report(
                    device: DeviceIdentifier(high: high, low: low, epoch: 3), category: .hate,
                    time: time))
        case 1:
            return .relayLog(
                RelayLogEntry(
                    time: time, event: .opened,
                    relayed: TransportAddress(IPAddress(v4: 1), port: 1),
                    client: TransportAddress(IPAddress(v6High: high, low: low), port: 2),
                    transport: .udp))
        default:
            // From within a page to over two more.
            let limit: UInt64 = [8, 60, 400, 1100][Int(random.nextInteger(below: 4))]
            let text = random.nextBytes(8 * Int(1 + random.nextInteger(below: limit)))
            return .message(
                StoredMessage(
                    call: CallID(rawValue: random.nextInteger(below: 50)), sender: .first,
                    number: nil, time: time, text: text))
        }
    }

    private mutating func reopen() throws {
        // What was open is closed when nobody has it any more.
        stores = try DatabaseStores(
            policy: RandomResidueTests.policy, on: .file(scratch.path()), as: form)
    }

    /// Messages come and go, in no order of time, so that pages are often filled and merged.
    private mutating func churn() throws {
        for round in 0..<8 {
            var records: [StoredRecord] = []
            for _ in 0..<150 {
                let length = [8, 8, 8, 100, 250][Int(random.nextInteger(below: 5))]
                let message = StoredMessage(
                    call: CallID(rawValue: 1), sender: .first, number: nil,
                    time: now - .minutes(Int64(random.nextInteger(below: 600))),
                    text: random.nextBytes(8 * length))
                words.formUnion(RandomResidueTests.words(of: .message(message)))
                records.append(.message(message))
            }
            try stores.hold(contentsOf: records)
            try stores.queue.write {
                try $0.execute(sql: "DELETE FROM message WHERE id % 3 = \(round % 3)")
            }
        }
    }

    /// How many words of what had gone are in the files that a crash leaves, and in the journal alone; opened again, they hold all
    /// that there was.
    mutating func crash(spilling spills: Bool) throws -> (all: Int, journal: Int) {
        try churn()
        let contents = try stores.contents(DumpPermit())
        try stores.queue.inDatabase { db in
            // With too small a cache pages go to the database before the transaction is complete.
            if spills { try db.execute(sql: "PRAGMA cache_size = 5") }
            try db.execute(sql: "BEGIN IMMEDIATE")
            try db.execute(
                sql: """
                    UPDATE message SET sender = 1 - sender;
                    UPDATE report SET category = 5 - category, time = time + 1;
                    UPDATE relay_log SET transport = 2 - transport, time = time + 1;
                    """)
            scratch.copyImage(to: "crashed.db")
            try db.execute(sql: "ROLLBACK")
        }
        let standing = RandomResidueTests.words(of: contents)
        let journal = try Data(contentsOf: scratch.folder.appending(path: "crashed.db-journal"))
        #expect(journal.count > 10_000)
        let gone = words.subtracting(standing)
        let found = try (
            all: RandomResidueTests.count(gone, in: scratch, "crashed.db"),
            journal: RandomResidueTests.count(gone, in: scratch, "crashed.db-journal")
        )
        let crashed = try DatabaseStores(
            policy: RandomResidueTests.policy, on: .file(scratch.path("crashed.db")), as: form)
        #expect(try crashed.contents(DumpPermit()) == contents)
        #expect(try stores.contents(DumpPermit()) == contents)
        let problems = try crashed.queue.inDatabase {
            try String.fetchAll($0, sql: "PRAGMA integrity_check")
        }
        #expect(problems == ["ok"])
        return found
    }

    /// Looks for what has gone; what stands has to be there, but for words that two pages share.
    private mutating func look() throws {
        let standing = RandomResidueTests.words(of: try stores.contents(DumpPermit()))
        found += try RandomResidueTests.count(words.subtracting(standing), in: scratch)
        let there = try RandomResidueTests.count(standing, in: scratch)
        #expect(there * 100 >= standing.count * 98)
    }
}
