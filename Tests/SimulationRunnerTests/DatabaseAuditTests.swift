import Foundation
import PrivacyStores
import Quantities
import RiskScoring
import ScenarioModel
import Testing

@testable import PlatformModel
@testable import PrivacyDatabase
@testable import SimulationRunner

/// A run whose stores are a database, too.
@Suite struct DatabaseAuditTests {
    /// A folder for one test's database, gone with it.
    private final class Folder {
        let url = FileManager.default.temporaryDirectory
            .appending(path: "voicesim-audit-\(UUID().uuidString)")

        init() throws {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(at: url) }

        var file: String { url.appending(path: "stores.db").path }
    }

    /// Stores that forget within seconds, and are backed up.
    private static func scenario() -> Scenario {
        var scenario = AuditTests.scenario()
        scenario.population[0].falseReport = 0.5
        scenario.risk.retention = .seconds(4)
        scenario.signaling.retention = .seconds(2)
        scenario.relay.logRetention = .seconds(3)
        scenario.privacy.sweepInterval = .seconds(2)
        scenario.privacy.backupInterval = .seconds(3)
        return scenario
    }

    private static func audit(
        _ database: String?, _ breach: BreachTime = .at(.seconds(7))
    ) async throws -> Audit {
        try await Audit(
            of: smallSimulation(scenario(), seed: 1, replications: [0]), replication: 0,
            breach: breach, answering: [.window(.zero..<(.zero + .seconds(7)))],
            database: database, RunProgress(replications: 2))
    }

    @Test func `the database holds what memory holds, and nothing of what has gone`() async throws {
        let folder = try Folder()
        let audit = try await Self.audit(folder.file)
        let findings = try #require(audit.database)
        // When the thief came, and at the end.
        #expect(findings.comparisons == 2)
        #expect(findings.kept > findings.standing && findings.standing > 20)
        for kind in RecordKind.allCases {
            #expect(findings.canaries[kind].expired > 0, "\(kind)")
            #expect(findings.canaries[kind].expiredFound == 0, "\(kind)")
        }
        let total = findings.canaries.total
        #expect(total.standing > 10 && total.standingFound == total.standing)
        let finding = try #require(audit.findings.first { $0.promise == .deletedIsGone })
        #expect(finding.verdict == .kept)
        #expect(finding.evidence.first?.count == total.expired)
        let report = AuditReport(audit, replayedBy: "x")
        #expect(report.text().contains("expired canaries: 0 found"))
        #expect(report.html().contains("The database"))
        #expect(report.json()["database"]?["comparisons"]?.integer == 2)
        // Nothing else of the audit depends on it.
        let plain = try await Self.audit(nil)
        #expect(plain.knowledge.labels == audit.knowledge.labels)
        #expect(plain.breach == audit.breach && plain.answers == audit.answers)
        #expect(plain.database == nil)
        #expect(!plain.findings.contains { $0.promise == .deletedIsGone })
    }

    /// Looks by other means: for whole texts of messages.
    @Test func `texts of messages are in the file as long as they stand`() async throws {
        let folder = try Folder()
        _ = try await Self.audit(folder.file)
        var run = ReplicationRun(
            Self.scenario(), seed: 1, replication: 0, speech: smallSpeech, traffic: smallTraffic,
            audited: true, journalsStores: true)
        run.advance(to: run.end)
        let texts = run.takeStoreChanges().compactMap { change -> [UInt8]? in
            if case .kept(.message(let message)) = change { message.text } else { nil }
        }
        let contents = run.dumpStores()
        let standing = Set(try #require(contents).messages.map(\.text))
        let bytes = try Data(contentsOf: URL(filePath: folder.file))
        var (there, gone) = (0, 0)
        for text in texts where text.count > 60 && text.count < 1000 {
            let isFound = bytes.range(of: Data(text)) != nil
            #expect(isFound == standing.contains(text), "\(String(decoding: text, as: UTF8.self))")
            if standing.contains(text) { there += 1 } else { gone += 1 }
        }
        #expect(there > 5 && gone > 20)
    }

    @Test func `it goes through all that befalls the stores, and both stay the same`() async throws
    {
        let folder = try Folder()
        var scenario = Self.scenario()
        scenario.privacy.backupRetention = .seconds(1)
        scenario.storeFaults = [
            StoreFault(.sweepCrashes(after: 5), at: .seconds(3)),
            StoreFault(.clockIsWrong(by: .seconds(1), for: .seconds(5)), at: .seconds(4)),
            StoreFault(.importation(count: 30, age: .seconds(3)), at: .seconds(5)),
            StoreFault(.restoration, at: .milliseconds(6_500)),
            StoreFault(.restart, at: .milliseconds(7_500)),
        ]
        let audit = try await Audit(
            of: smallSimulation(scenario, seed: 1, replications: [0]), replication: 0,
            breach: .at(.seconds(8)), database: folder.file, RunProgress(replications: 2))
        let findings = try #require(audit.database)
        #expect(findings.comparisons == 2 && findings.canaries.total.expiredFound == 0)
        #expect(findings.canaries[.reports].expired >= 60)
        #expect(audit.knowledge.disagreements == [])
        let lifetimes = audit.findings.first { $0.promise == .lifetimesKept }
        #expect(lifetimes?.verdict == .kept)
    }

    @Test func `a service that sweeps no more once it has started again breaks a promise`() throws {
        var scenario = Self.scenario()
        scenario.storeFaults = [StoreFault(.restart, at: .seconds(3))]
        func finding(_ neglect: StoreNeglect?) throws -> PromiseFinding {
            var run = ReplicationRun(
                scenario, seed: 1, replication: 0, speech: smallSpeech, traffic: smallTraffic,
                audited: true)
            if let neglect { run.plant(neglect) }
            run.advance(to: run.end)
            let known = run.knowledge()
            return PromiseFinding(.lifetimesKept, in: try #require(known))
        }
        #expect(try finding(nil).verdict == .kept)
        let broken = try finding(.forgetsToSweep)
        #expect(broken.verdict == .broken)
        #expect(broken.outliving.contains(.signaling) && broken.outliving.contains(.relayLog))
    }

    @Test func `what is found breaks the promise`() async throws {
        let audit = try await Self.audit(nil)
        var canaries = CanaryFindings()
        canaries[.relayLog].expired = 10
        let clean = DatabaseFindings(canaries: canaries, kept: 1, standing: 0, comparisons: 1)
        #expect(PromiseFinding(.deletedIsGone, in: audit.knowledge, clean).verdict == .kept)
        canaries[.relayLog].expiredFound = 1
        let leaking = DatabaseFindings(canaries: canaries, kept: 1, standing: 0, comparisons: 1)
        let finding = PromiseFinding(.deletedIsGone, in: audit.knowledge, leaking)
        #expect(finding.verdict == .broken && finding.observers == [.thief])
    }

    // MARK: Differences

    private static let grant = AccessGrant(role: .auditor, purpose: .audit, scope: .dump)

    private static func report(_ second: Int64) -> Report {
        Report(
            device: DeviceIdentifier(high: 1, low: UInt64(second), epoch: 0), category: .spam,
            time: .zero + .seconds(second))
    }

    /// What comes of `changes`, and of a dump at the end that says that `reports` are stored.
    private static func difference(
        _ changes: [StoreChange], then reports: [Report]
    ) throws -> StoreDifference? {
        let folder = try Folder()
        var access = AccessControl(key: [1, 2, 3], granting: [grant])
        let shown = access.authorise(grant, from: .zero, for: .hours(1))
        var contents = StoreContents()
        contents.reports = reports
        var memory = GuardedStores(FlatStores(policy: RetentionPolicy()), access: access)
        let now = SimTime.zero + .seconds(10)
        contents.audit = memory.dump(by: shown, at: now).value?.audit ?? []
        var mirror = try DatabaseMirror(
            at: folder.file, StoreRules(policy: RetentionPolicy(), access: access))
        do throws(AuditFailure) {
            try mirror.perform(changes)
            try mirror.perform([.dumped(contents, by: shown, at: now)])
            return nil
        } catch {
            guard case .databaseDiffers(let difference) = error else { throw error }
            return difference
        }
    }

    @Test func `the first record that differs is named`() throws {
        let reports = (1...3).map { Self.report($0) }
        let changes = reports.map { StoreChange.kept(.report($0)) }
        #expect(try Self.difference(changes, then: reports) == nil)
        let missing = try #require(try Self.difference(Array(changes.prefix(2)), then: reports))
        #expect(missing.subject == "reports" && missing.place == 2)
        #expect(missing.database == "nothing")
        let other = try #require(
            try Self.difference(changes, then: [reports[0], Self.report(7), reports[2]]))
        #expect(other.place == 1 && other.text.hasPrefix("reports, number 1, at 10"))
        let calls = try #require(
            try Self.difference(changes + [.counted(CallCell(index: 5)!)], then: reports))
        #expect(calls.subject == "counts of calls" && calls.place == 5)
        let sweep = try #require(
            try Self.difference(
                changes + [.swept(SweepOutcome(), at: .zero + .days(40), atMost: .max)],
                then: reports))
        #expect(sweep.subject == "a sweep")
    }

    @Test func `a file that is no database cannot be used`() throws {
        let folder = try Folder()
        try Data("no database at all, but quite long enough to have a header".utf8)
            .write(to: URL(filePath: folder.file))
        let rules = StoreRules(policy: RetentionPolicy(), access: AccessControl(key: [1]))
        #expect(throws: AuditFailure.self) { _ = try DatabaseMirror(at: folder.file, rules) }
    }
}
