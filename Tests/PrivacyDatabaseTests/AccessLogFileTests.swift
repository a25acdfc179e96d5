import Foundation
import GRDB
import PrivacyStores
import Quantities
import Testing

@testable import PrivacyDatabase

/// The access log of a database that is left behind.
@Suite struct AccessLogFileTests {
    /// A database in which five attempts to read were made, closed; and where its log ends.
    private static func left(_ scratch: Scratch) throws -> AuditAnchor {
        let grant = AccessGrant(role: .auditor, purpose: .audit, scope: .dump)
        var guarded = try GuardedStores(
            DatabaseStores(
                policy: RetentionPolicy(), on: .file(scratch.path()), waitingForDisk: false),
            access: AccessControl(key: [1], granting: [grant]))
        let shown = guarded.access.authorise(grant, from: .zero, for: .hours(1))
        for second in 0..<5 as Range<Int64> {
            _ = try guarded.dump(
                by: second == 2 ? nil : shown, at: .zero + .seconds(second))
        }
        let anchor = guarded.anchor
        try guarded.dismissed().close()
        return anchor
    }

    private static func change(_ sql: String, _ scratch: Scratch) throws {
        try DatabaseQueue(path: scratch.path()).write { try $0.execute(sql: sql) }
    }

    @Test func `a log that was left is what was written, as far as its anchor reaches`() throws {
        let scratch = Scratch()
        let anchor = try Self.left(scratch)
        let before = try Data(contentsOf: URL(filePath: scratch.path()))
        let entries = try AccessLogFile.entries(inFileAt: scratch.path())
        #expect(entries.map(\.verdict).count { $0 == .unauthorised } == 1)
        #expect(entries.count == 5 && anchor.count == 5)
        #expect(AuditTrail.check(entries, against: anchor) == .intact(since: 0))
        // Nothing is changed by looking.
        #expect(try Data(contentsOf: URL(filePath: scratch.path())) == before)
    }

    @Test func `what was cut off, altered or taken out is found`() throws {
        let cases: [(String, AuditState)] = [
            ("DELETE FROM access WHERE number = 4", .truncated(found: 4, expected: 5)),
            ("DELETE FROM access WHERE number = 1", .altered(at: 1)),
            ("UPDATE access SET time = time + 1 WHERE number = 3", .altered(at: 3)),
            ("UPDATE access SET verdict = 0 WHERE number = 2", .altered(at: 2)),
        ]
        for (sql, state) in cases {
            let scratch = Scratch()
            let anchor = try Self.left(scratch)
            try Self.change(sql, scratch)
            let entries = try AccessLogFile.entries(inFileAt: scratch.path())
            #expect(AuditTrail.check(entries, against: anchor) == state, "\(sql)")
        }
    }

    @Test func `what is no database of stores is refused`() throws {
        let scratch = Scratch()
        #expect(throws: DatabaseFailure.self) {
            try AccessLogFile.entries(inFileAt: scratch.path())
        }
        #expect(scratch.names == [])
        scratch.write(Array("no database, but a text of some length, longer than a header".utf8))
        #expect(throws: DatabaseFailure.self) {
            try AccessLogFile.entries(inFileAt: scratch.path())
        }
    }

    @Test func `an anchor reads back, and nothing else is one`() throws {
        let anchor = try Self.left(Scratch())
        let text = anchor.description
        #expect(text.hasPrefix("5:") && text.count == 66)
        #expect(AuditAnchor(text) == anchor)
        #expect(AuditAnchor("0:" + String(repeating: "0", count: 64)) == .empty)
        for wrong in [
            "", "5", "5:", "x:" + text.dropFirst(2), text + "0", String(text.dropLast()),
            "-" + text, text.replacing("5:", with: "5:+").dropLast() + "", "5:" + text,
        ] {
            #expect(AuditAnchor(wrong) == nil, "\(wrong)")
        }
    }
}
