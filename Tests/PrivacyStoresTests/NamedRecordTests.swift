import Quantities
import Testing

@testable import PrivacyStores

/// Some records for whoever has a right to these.
@Suite struct NamedRecordTests {
    private static let legal = AccessGrant(
        role: .legal, purpose: .legalRequest, scope: .namedRecords)

    @Test func `what matches and stands is read, of all kinds, and the attempt is written down`()
        throws
    {
        var stores = GuardedStores(
            FlatStores(policy: RetentionPolicy()),
            access: AccessControl(key: [7], granting: [Self.legal]))
        for kind in RecordKind.allCases {
            for n in 1...4 {
                _ = stores.store.insert(
                    Sample.record(kind, UInt64(n), at: at(.hours(Int64(n)))), at: at(.hours(5)))
            }
        }
        let now = at(.hours(26) + .minutes(30))
        func early(_ record: StoredRecord) -> Bool { record.time <= at(.hours(3)) }
        let shown = stores.access.authorise(Self.legal, from: now, for: .hours(1))
        let reading = stores.records(where: early, by: shown, at: now)
        let found = try #require(reading.value)
        // The messages of the first two hours have lapsed, though no sweep has come.
        #expect(
            found.map(\.kind) == [.reports, .reports, .reports, .signaling] + [
                .relayLog, .relayLog, .relayLog,
            ])
        #expect(found[3] == Sample.message(3, at: at(.hours(3))))
        let log = stores.store.auditLog()
        #expect(log.map(\.scope) == [.namedRecords] && log[0].verdict == .granted)
        #expect(log[0].shown?.role == .legal && log[0].shown?.purpose == .legalRequest)
    }

    @Test func `a right to some records is none to all, and the other way round`() throws {
        var stores = GuardedStores(
            FlatStores(policy: RetentionPolicy()),
            access: AccessControl(key: [7], granting: [Self.legal, Guard.auditor]))
        _ = stores.store.insert(Sample.report(1, at: .zero), at: .zero)
        let legal = stores.access.authorise(Self.legal, from: .zero, for: .hours(1))
        let auditor = stores.access.authorise(Guard.auditor, from: .zero, for: .hours(1))
        #expect(stores.dump(by: legal, at: .zero).value == nil)
        for (shown, time, verdict) in [
            (auditor, SimTime.zero, AccessVerdict.otherScope), (nil, .zero, .unauthorised),
            (legal, at(.hours(1)), .expired),
        ] {
            var asked = 0
            let reading = stores.records(
                where: { _ in
                    asked += 1
                    return true
                }, by: shown, at: time)
            guard case .refused(let reason) = reading else {
                Issue.record("read without a right")
                continue
            }
            #expect(reason == verdict && asked == 0)
        }
        #expect(
            stores.store.auditLog().map(\.verdict)
                == [.otherScope, .otherScope, .unauthorised, .expired])
        #expect(stores.auditState() == .intact(since: 0))
    }

    @Test func `deletion comes with the first sweep at or after the lapse`() {
        var policy = RetentionPolicy()
        policy.signaling = .seconds(10)
        policy.sweepInterval = .seconds(4)
        for (stamp, gone) in [(0, 12), (1, 12), (2, 12), (3, 16), (6, 16)] as [(Int64, Int64)] {
            #expect(
                policy.deletion(of: .signaling, stamped: at(.seconds(stamp)))
                    == at(.seconds(gone)))
        }
    }
}
