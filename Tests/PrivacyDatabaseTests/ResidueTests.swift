import Addressing
import GRDB
import MemorySearch
import Quantities
import RandomStreams
import RiskScoring
import Signaling
import TURN
import Testing

@testable import PrivacyDatabase
@testable import PrivacyStores

/// The bytes of the files are searched for what was deleted.
@Suite struct ResidueTests {
    /// Records whose bytes can be found again, of many sweeps.
    struct Canaries {
        var random: RandomStream
        private var marks: [(lapse: SimTime, secret: MaskedSecret)] = []

        init(seed: UInt64) {
            random = RandomStream(
                StreamName(
                    seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 0x7072),
                    entity: 2))
        }

        /// A record of each kind, stamped `time`.
        mutating func records(at time: SimTime, _ policy: RetentionPolicy) -> [StoredRecord] {
            let device = DeviceIdentifier(
                high: random.nextUInt64(), low: random.nextUInt64(), epoch: 1)
            let client = IPAddress(v6High: random.nextUInt64(), low: random.nextUInt64())
            let peer = IPAddress(v6High: random.nextUInt64(), low: random.nextUInt64())
            let text = random.nextBytes(8 + Int(random.nextInteger(below: 1200)))
            mark(.reports, time, policy, [device.high, device.low])
            mark(.relayLog, time, policy, [client.high, client.low, peer.high, peer.low])
            let words = stride(from: 0, through: text.count - 8, by: 400).map { start in
                text[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            }
            mark(.signaling, time, policy, words)
            return [
                .report(Report(device: device, category: .hate, time: time)),
                .message(
                    StoredMessage(
                        call: CallID(rawValue: random.nextUInt64()), sender: .first, number: 1,
                        time: time, text: text)),
                .relayLog(
                    RelayLogEntry(
                        time: time, event: .permitted(peer),
                        relayed: TransportAddress(IPAddress(v4: 1), port: 1),
                        client: TransportAddress(client, port: 2), transport: .udp)),
            ]
        }

        private mutating func mark(
            _ kind: RecordKind, _ time: SimTime, _ policy: RetentionPolicy, _ words: [UInt64]
        ) {
            let lapse = policy.lapse(of: kind, stamped: time)
            for word in words {
                let secret = withUnsafeBytes(of: word.bigEndian) { MaskedSecret($0) }
                marks.append((lapse, secret))
            }
        }

        /// What must be nowhere at `now`, and what must be there.
        func split(at now: SimTime) -> (gone: MaskedSecret, there: MaskedSecret) {
            (
                MaskedSecret(marks.filter { $0.lapse <= now }.map(\.secret)),
                MaskedSecret(marks.filter { $0.lapse > now }.map(\.secret))
            )
        }
    }

    /// Fills stores of the given form day by day, a third of the records late and out of order, with a sweep each
    /// day: how many marks of deleted records the files hold after the last, and whether those that stand are all there.
    static func residue(_ form: StorageForm, seed: UInt64, days: Int64 = 12) throws -> (Int, Bool) {
        let scratch = Scratch()
        var form = form
        form.isDurable = false
        var policy = RetentionPolicy()
        (policy.reports, policy.relayLog, policy.signaling) = (.days(6), .days(3), .days(1))
        var canaries = Canaries(seed: seed)
        var stores = try DatabaseStores(
            policy: policy, on: .file(scratch.path()), as: form)
        var now = SimTime.zero
        for _ in 0..<days {
            var batch: [StoredRecord] = []
            for _ in 0..<24 {
                let age = Int64(canaries.random.nextInteger(below: 3)) * 7
                batch += canaries.records(at: now - .hours(age), policy)
            }
            try stores.hold(contentsOf: batch)
            now += .days(1)
            _ = try stores.sweep(at: now)
        }
        let (gone, there) = canaries.split(at: now)
        return (
            scratch.occurrences(of: gone), scratch.occurrences(of: there) > there.wordCount / 2
        )
    }

    @Test(arguments: 0..<2 as Range<UInt64>)
    func `nothing that was swept is in the files`(seed: UInt64) throws {
        let (found, isAlive) = try Self.residue(.chosen, seed: seed)
        #expect(found == 0 && isAlive, "seed \(seed)")
    }

    /// The search finds what other ways of keeping a database leave, so it would find it here.
    @Test func `without secure deletion, and in a journal that stays, much is left`() throws {
        func form(_ journal: StorageForm.Journal, secure: Bool = true) -> StorageForm {
            StorageForm(journal: journal, securesDeletion: secure, isScrubbed: false)
        }
        #expect(try Self.residue(form(.truncate, secure: false), seed: 0).0 > 100)
        #expect(try Self.residue(form(.persist), seed: 0).0 > 20)
        #expect(try Self.residue(form(.wal), seed: 0).0 > 1000)
    }

    /// A sweep is cut off in the middle of a transaction, with pages written already; what a thief finds then is more than
    /// what is stored, and the next start takes it away.
    @Test func `a crash in a sweep leaves nothing once the stores are opened and swept again`()
        throws
    {
        let scratch = Scratch()
        var canaries = Canaries(seed: 9)
        let policy = RetentionPolicy()
        var stores = try DatabaseStores(policy: policy, on: .file(scratch.path()))
        var batch: [StoredRecord] = []
        for _ in 0..<60 { batch += canaries.records(at: .zero, policy) }
        try stores.hold(contentsOf: batch)
        let now = SimTime.zero + .days(31)
        try stores.queue.inDatabase { db in
            // Too small a cache, so that pages go to the file before the transaction is complete.
            try db.execute(sql: "PRAGMA cache_size = 1; BEGIN IMMEDIATE")
            try db.execute(sql: "DELETE FROM message WHERE id % 2 = 0; DELETE FROM report")
            scratch.copyImage(to: "crashed.db")
            try db.execute(sql: "ROLLBACK")
        }
        let (gone, _) = canaries.split(at: now)
        #expect(scratch.names.contains("crashed.db-journal"))
        var crashed = try DatabaseStores(
            policy: policy, on: .file(scratch.path("crashed.db")))
        #expect(crashed.count(.reports) == 60 && crashed.count(.signaling) == 60)
        let outcome = try crashed.sweep(at: now)
        #expect(outcome.deleted == 180 && outcome[.reports].greatestLag == .days(1))
        try stores.close()
        scratch.remove("stores.db")
        #expect(scratch.occurrences(of: gone) == 0)
    }

    @Test func `what is replaced by a backup is not in the files`() throws {
        let scratch = Scratch()
        var canaries = Canaries(seed: 10)
        let policy = RetentionPolicy()
        var stores = try DatabaseStores(policy: policy, on: .file(scratch.path()))
        var batch: [StoredRecord] = []
        for _ in 0..<60 { batch += canaries.records(at: .zero, policy) }
        try stores.hold(contentsOf: batch)
        let (_, there) = canaries.split(at: .zero)
        #expect(scratch.occurrences(of: there) > 300)
        try stores.replace(with: StoreContents())
        _ = try stores.sweep(at: .zero)
        #expect(scratch.occurrences(of: there) == 0)
    }

    @Test func `a row that no store wrote is an error, not a trap`() throws {
        let scratch = Scratch()
        let stores = try DatabaseStores(policy: RetentionPolicy(), on: .file(scratch.path()))
        try stores.queue.write { db in
            try db.execute(
                sql: """
                    INSERT INTO report (time, id, device, epoch, category)
                        VALUES (4, 1, x'0102', 3, 9);
                    INSERT INTO message (time, id, call, sender, text) VALUES (4, 1, 1, 7, x'00');
                    INSERT INTO relay_log (time, id, event, relayed, client, transport)
                        VALUES (4, 1, 0, x'0401', x'04', 0);
                    INSERT INTO aggregate (cell, calls) VALUES (999, 1);
                    INSERT INTO access (number, time, scope, verdict, digest)
                        VALUES (0, 0, 0, 0, x'00');
                    """)
        }
        let device = DeviceIdentifier(high: 1, low: 2, epoch: 3)
        #expect(throws: DatabaseFailure.corrupt(.message)) {
            _ = try stores.messages(of: CallID(rawValue: 1))
        }
        #expect(throws: DatabaseFailure.corrupt(.report)) {
            _ = try stores.contents(DumpPermit())
        }
        #expect(throws: DatabaseFailure.corrupt(.relayLog)) {
            _ = try stores.relayLog(
                RelayLogQuery(.zero..<SimTime.distantFuture), RelayLogPermit())
        }
        #expect(throws: DatabaseFailure.corrupt(.aggregate)) {
            _ = try stores.aggregates(AggregatesPermit())
        }
        #expect(throws: DatabaseFailure.corrupt(.access)) { _ = try stores.auditLog() }
        #expect(try stores.reports(of: device).isEmpty)
    }

    @Test func `what is no database is refused with SQLite's code`() throws {
        let scratch = Scratch()
        scratch.write(Array("no database at all, but quite long enough to have a header".utf8))
        #expect(throws: DatabaseFailure.self) {
            _ = try DatabaseStores(policy: RetentionPolicy(), on: .file(scratch.path()))
        }
    }
}
