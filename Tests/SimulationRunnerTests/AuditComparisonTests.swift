import Results
import Testing

@testable import SimulationRunner

/// Two audits of the same people, held against each other.
@Suite struct AuditComparisonTests {
    /// An audit of ten people in which a partner saw `partner` and a thief what is `stolen`.
    private static func record(
        partner: [AuditRecord.Cell] = [], stolen: [AuditRecord.Cell] = [],
        verdict: PromiseVerdict = .kept, items: [String]? = ["public_address", "partner", "when"]
    ) -> AuditRecord {
        AuditRecord(
            title: "Ten", seed: 1, replication: 0, subjects: 10, breach: 12, items: items,
            observers: [
                AuditRecord.Observed(name: "partner", cells: partner),
                AuditRecord.Observed(name: "thief", cells: stolen),
            ],
            promises: [
                AuditRecord.Promised(
                    name: "lifetimes_kept", statement: "Records go.", verdict: verdict.name,
                    condition: verdict.condition)
            ])
    }

    private static func cell(
        _ item: String, _ subjects: Int64, _ share: Double? = nil, _ residence: Double = 0
    ) -> AuditRecord.Cell {
        AuditRecord.Cell(item: item, subjects: subjects, callShare: share, residence: residence)
    }

    @Test func `equal audits differ in nothing`() throws {
        let record = Self.record(partner: [Self.cell("public_address", 4, 0.5, .infinity)])
        let comparison = try AuditComparison(record, against: record)
        #expect(!comparison.isWorse)
        #expect(comparison.gains == [] && comparison.losses == [])
        #expect(comparison.text == "nobody learns more than in the earlier audit")
    }

    @Test func `each way of learning more is found alone, and the same way back is less`() throws {
        let before = Self.record(stolen: [Self.cell("when", 4, 0.5, 100)])
        let cases: [(AuditComparison.Aspect, AuditRecord.Cell)] = [
            (.subjects, Self.cell("when", 5, 0.5, 100)),
            (.calls, Self.cell("when", 4, 0.6, 100)),
            (.residence, Self.cell("when", 4, 0.5, 101)),
            (.residence, Self.cell("when", 4, 0.5, .infinity)),
        ]
        for (aspect, cell) in cases {
            let now = Self.record(stolen: [cell])
            let there = try AuditComparison(now, against: before)
            #expect(there.gains.map(\.more) == [[aspect]])
            #expect(there.isWorse && there.losses == [])
            let back = try AuditComparison(before, against: now)
            #expect(back.losses.map(\.less) == [[aspect]])
            #expect(!back.isWorse && back.gains == [])
        }
    }

    @Test func `what is known of nobody yet, or of nobody any more, is told`() throws {
        let cell = Self.cell("public_address", 10, 1, .infinity)
        let comparison = try AuditComparison(Self.record(partner: [cell]), against: Self.record())
        let gain = try #require(comparison.gains.first)
        #expect(gain.observer == "partner" && gain.before == nil && gain.now == cell)
        #expect(gain.more == AuditComparison.Aspect.allCases)
        #expect(
            comparison.text.contains(
                "public address      none → 10 people; none → 100.0 % of calls; "
                    + "not at all → for good"))
        let back = try AuditComparison(Self.record(), against: Self.record(partner: [cell]))
        #expect(back.losses.map(\.now) == [nil])
    }

    @Test func `a tolerance is for shares as such and for residence in proportion`() throws {
        let before = Self.record(stolen: [Self.cell("when", 4, 0.5, 100)])
        let now = Self.record(stolen: [Self.cell("when", 5, 0.58, 108)])
        #expect(try !AuditComparison(now, against: before, tolerance: 0.11).isWorse)
        let strict = try AuditComparison(now, against: before, tolerance: 0.09)
        #expect(strict.gains.map(\.more) == [[.subjects]])
    }

    @Test func `twice the people with twice the knowledge is not more`() throws {
        let before = Self.record(partner: [Self.cell("partner", 3, 0.25)])
        var now = Self.record(partner: [Self.cell("partner", 6, 0.25)])
        now.subjects = 20
        #expect(try !AuditComparison(now, against: before).isWorse)
    }

    @Test func `a promise that is kept less is worse, though nobody learns more`() throws {
        let condition = PromiseVerdict.keptOnlyIf([.init("ice.policy", "relay")])
        let order: [PromiseVerdict] = [.kept, condition, .broken]
        for (a, before) in order.enumerated() {
            for (b, now) in order.enumerated() {
                let comparison = try AuditComparison(
                    Self.record(verdict: now), against: Self.record(verdict: before))
                #expect(comparison.isWorse == (b > a))
                #expect(comparison.better.count == (b < a ? 1 : 0))
            }
        }
        let comparison = try AuditComparison(
            Self.record(verdict: condition), against: Self.record())
        #expect(comparison.text.contains("kept → kept only if ice.policy=relay"))
        #expect(comparison.json["is_worse"] == .bool(true))
    }

    @Test func `a promise that needs another setting than before is worse`() throws {
        func record(_ settings: [String]) -> AuditRecord {
            Self.record(verdict: .keptOnlyIf(settings.map { .init($0, "1") }))
        }
        let (one, two, other) = (record(["a"]), record(["a", "b"]), record(["c"]))
        #expect(try AuditComparison(two, against: one).worse.count == 1)
        #expect(try AuditComparison(one, against: two).better.count == 1)
        #expect(try !AuditComparison(one, against: two).isWorse)
        #expect(try AuditComparison(other, against: one).isWorse)
        #expect(try AuditComparison(one, against: other).isWorse)
        #expect(try !AuditComparison(record(["b", "a"]), against: two).isWorse)
    }

    @Test func `a promise that is not tried any more is told, and is not worse`() throws {
        for before in [PromiseVerdict.kept, .broken] {
            let comparison = try AuditComparison(
                Self.record(verdict: .untried), against: Self.record(verdict: before))
            #expect(!comparison.isWorse && comparison.lapsed.count == 1)
            #expect(comparison.text.contains("promises not tried this time"))
            #expect(comparison.json["promises_untried"]?.array?.count == 1)
        }
        let both = Self.record(verdict: .untried)
        #expect(try AuditComparison(both, against: both).lapsed == [])
    }

    @Test func `what is measured is compared where both tell of it`() throws {
        func record(_ item: String, _ share: Double?, _ seconds: Double = 0) -> AuditRecord {
            var record = Self.record()
            record.measured = [
                AuditRecord.Observed(
                    name: "copy_of_the_stores", cells: [Self.cell(item, 4, share, seconds)])
            ]
            return record
        }
        let before = record("linked_by_session", 0)
        #expect(try AuditComparison(record("linked_by_session", 1), against: before).isWorse)
        #expect(try !AuditComparison(record("keys_found", 1), against: before).isWorse)
        #expect(try !AuditComparison(record("keys_found", 1), against: Self.record()).isWorse)
        let old = record("time_in_there", nil, 60)
        #expect(try AuditComparison(record("time_in_there", nil, 61), against: old).isWorse)
        #expect(try !AuditComparison(record("time_in_there", nil, 59), against: old).isWorse)
    }

    @Test func `stores from which partners are recoverable are compared`() throws {
        var (before, now) = (Self.record(), Self.record())
        let relays = AuditRecord.Observed(
            name: "relay_processor", cells: [Self.cell("recoverable_partner", 0, 1, 604_800)])
        now.recoverable = [relays]
        #expect(try !AuditComparison(now, against: before).isWorse)
        before.recoverable = []
        let gain = try #require(try AuditComparison(now, against: before).gains.first)
        #expect(gain.observer == "relay_processor" && gain.more == [.calls, .residence])
        #expect(try AuditComparison(before, against: now).losses.count == 1)
    }

    @Test func `what only one of the two looked at counts for nothing`() throws {
        var before = Self.record(items: ["public_address"])
        before.observers.removeLast()
        before.promises = []
        let now = Self.record(
            partner: [Self.cell("partner", 3)], stolen: [Self.cell("public_address", 9)],
            verdict: .broken)
        let comparison = try AuditComparison(now, against: before)
        #expect(!comparison.isWorse)
        #expect(comparison.uncompared == ["thief", "partner", "when", "lifetimes_kept"])
        before.items = nil
        #expect(try AuditComparison(now, against: before).gains.map(\.item) == ["partner"])
    }

    @Test func `what follows, for one or several, and what a copy comes to are compared, too`()
        throws
    {
        var (before, now) = (Self.record(), Self.record())
        let copy = AuditRecord.Observed(
            name: "copy_of_the_stores", cells: [Self.cell("visits_linked", 4, 0.1)])
        before.conclusions = [copy]
        now.conclusions = [
            AuditRecord.Observed(
                name: "thief", cells: [Self.cell("concludes_same_device", 3, nil, 60)]),
            AuditRecord.Observed(
                name: "signaling + relays", cells: [Self.cell("concludes_same_call", 0, 0.4)]),
            copy,
        ]
        now.conclusions![2].cells[0].callShare = 0.2
        let there = try AuditComparison(now, against: before)
        #expect(
            there.gains.map(\.item)
                == ["concludes_same_device", "concludes_same_call", "visits_linked"])
        #expect(there.gains.map(\.more) == [[.subjects, .residence], [.calls], [.calls]])
        let back = try AuditComparison(before, against: now)
        #expect(!back.isWorse && back.losses.count == 3)
        before.conclusions = nil
        #expect(try !AuditComparison(now, against: before).isWorse)
    }

    @Test func `other scenarios, people and thieves are refused`() throws {
        let before = Self.record()
        func mismatch(_ change: (inout AuditRecord) -> Void) -> AuditMismatch? {
            var now = before
            change(&now)
            do throws(AuditMismatch) {
                _ = try AuditComparison(now, against: before)
                return nil
            } catch {
                return error
            }
        }
        #expect(mismatch { _ in } == nil)
        #expect(mismatch { $0.title = "Five" } == .title(earlier: "Ten", now: "Five"))
        #expect(mismatch { $0.seed = 2 } == .people(seed: 1, replication: 0))
        #expect(mismatch { $0.replication = 3 } == .people(seed: 1, replication: 0))
        #expect(mismatch { $0.breach = 6 } == .breach(earlier: 12, mode: nil))
        #expect(mismatch { $0.breachMode = "worst" } == .breach(earlier: 12, mode: nil))
    }

    @Test func `thieves that come at the worst moment of each are compared`() throws {
        var (before, now) = (Self.record(), Self.record())
        (before.breachMode, now.breachMode) = ("worst", "worst")
        now.breach = 6
        #expect(try !AuditComparison(now, against: before).isWorse)
        now.breachMode = "random:20"
        #expect(throws: AuditMismatch.breach(earlier: 12, mode: "worst")) {
            try AuditComparison(now, against: before)
        }
    }

    @Test(arguments: [
        (
            "[",
            UnreadableDocument.malformed(MalformedJSON(line: 1, column: 2, reason: .unexpectedEnd))
        ),
        ("{\"schema\": \"voicesim.summary/1\"}", .otherSchema(found: "voicesim.summary/1")),
        ("{}", .otherSchema(found: nil)),
        (
            "{\"schema\": \"voicesim.audit/1\", \"title\": 3}",
            .unexpected(path: "title", expected: "a text")
        ),
        (
            "{\"schema\": \"voicesim.audit/1\", \"title\": \"t\", \"seed\": 1, \"replication\": 0, "
                + "\"subjects\": 1, \"observers\": [{\"observer\": \"thief\", \"items\": [{}]}]}",
            .unexpected(path: "observers[0]", expected: "observers with what they know")
        ),
    ])
    func `what is no audit is told apart`(text: String, error: UnreadableDocument) {
        #expect(throws: error) { try AuditRecord(reading: Array(text.utf8)) }
    }
}
