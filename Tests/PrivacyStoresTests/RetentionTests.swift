import Quantities
import Testing

@testable import PrivacyStores

@Suite struct RetentionTests {
    @Test(arguments: RecordKind.allCases)
    func `a record stands until its lifetime is over, to the nanosecond`(kind: RecordKind) {
        var stores = FlatStores(policy: RetentionPolicy())
        let start = at(.hours(5))
        #expect(stores.insert(Sample.record(kind, 1, at: start), at: start) == .kept)
        let lapse = start + stores.policy.span(kind)
        #expect(stores.nextLapse() == lapse)
        let early = stores.sweep(at: lapse - .nanoseconds(1))
        #expect(early.deleted == 0 && early.isComplete)
        #expect(stores.count(kind) == 1)
        let late = stores.sweep(at: lapse + .minutes(3))
        #expect(late[kind].count == 1 && late[kind].greatestLag == .minutes(3))
        #expect(late[kind].totalLag == Int128(SimDuration.minutes(3).nanoseconds))
        #expect(stores.count(kind) == 0 && stores.nextLapse() == nil)
    }

    @Test func `the platform keeps reports 30 days, messages 24 hours and the relay log 7 days`() {
        let policy = RetentionPolicy()
        #expect(policy.span(.reports) == .days(30))
        #expect(policy.span(.signaling) == .hours(24))
        #expect(policy.span(.relayLog) == .days(7))
    }

    @Test func `what lapses is not shown, even before it is swept`() {
        var stores = FlatStores(policy: RetentionPolicy())
        _ = stores.insert(Sample.report(1, at: .zero), at: .zero)
        _ = stores.insert(Sample.message(1, at: .zero), at: .zero)
        let (day, month) = (at(.days(1)), at(.days(30)))
        #expect(stores.messages(of: .init(rawValue: 1), at: day - .nanoseconds(1)).count == 1)
        #expect(stores.messages(of: .init(rawValue: 1), at: day).isEmpty)
        #expect(stores.reports(of: Sample.device(1), at: month - .nanoseconds(1)).count == 1)
        #expect(stores.reports(of: Sample.device(1), at: month).isEmpty)
        #expect(stores.count(.reports) == 1)
    }

    @Test func `a device goes with the last report against it`() {
        var stores = FlatStores(policy: RetentionPolicy())
        for day in [0, 3] as [Int64] {
            let now = at(.days(day))
            _ = stores.insert(Sample.report(7, at: now), at: now)
        }
        _ = stores.sweep(at: at(.days(30)))
        #expect(stores.deviceCount() == 1)
        #expect(stores.reports(of: Sample.device(7)).map(\.time) == [at(.days(3))])
        _ = stores.sweep(at: at(.days(33)))
        #expect(stores.deviceCount() == 0)
        #expect(stores.reports(of: Sample.device(7)).isEmpty)
    }

    @Test
    func `an import at day 29.99 stands for a hundredth of a day, and one at day 30 not at all`() {
        var stores = FlatStores(policy: RetentionPolicy())
        let now = at(.days(100))
        let hundredth = SimDuration.days(1) / 100
        let nearly = now - .days(30) + hundredth
        #expect(stores.insert(Sample.report(1, at: nearly), at: now) == .kept)
        #expect(stores.insert(Sample.report(2, at: now - .days(30)), at: now) == .lapsed)
        let moved = [Sample.report(3, at: nearly), Sample.report(4, at: now - .days(31))]
        #expect(stores.importRecords(moved, at: now) == 1)
        #expect(stores.sweep(at: now + hundredth - .nanoseconds(1)).deleted == 0)
        #expect(stores.sweep(at: now + hundredth).deleted == 2)
    }

    @Test func `a record from the future is stamped with the present`() {
        var stores = FlatStores(policy: RetentionPolicy())
        let now = at(.days(2))
        #expect(stores.insert(Sample.report(1, at: now + .days(9)), at: now) == .kept)
        #expect(stores.oldest(.reports) == now)
    }

    @Test func `records from before the clock was set back outlive their time by a sweep at most`()
    {
        var stores = FlatStores(policy: RetentionPolicy())
        let ahead = at(.days(5))
        _ = stores.insert(Sample.report(1, at: ahead), at: ahead)
        _ = stores.insert(Sample.message(1, at: ahead), at: ahead)
        // It was day 2 all the time.
        let sweep = at(.days(2)) + stores.policy.sweepInterval
        #expect(stores.sweep(at: sweep).restamped == 2)
        #expect(stores.oldest(.reports) == sweep && stores.oldest(.signaling) == sweep)
        #expect(stores.sweep(at: sweep + .days(30)).deleted == 2)
    }

    /// Clocks that are off by at most ε: nothing lapses late by the true time, nor early by more than 4ε.
    @Test func `a clock within its tolerance prolongs nothing`() {
        var policy = RetentionPolicy()
        policy.clockTolerance = .seconds(30)
        for (stamping, sweeping) in [(-30, -30), (-30, 30), (30, -30), (30, 30)] as [(Int64, Int64)]
        {
            let born = at(.days(1))
            let (stampError, sweepError) = (
                SimDuration.seconds(stamping), SimDuration.seconds(sweeping)
            )
            let record = Sample.report(1, at: born + stampError)
            var stores = FlatStores(policy: policy)
            _ = stores.insert(record, at: born + stampError)
            let kept = stores.sweep(
                at: born + .days(30) - .seconds(120) - .nanoseconds(1) + sweepError)
            #expect(kept.deleted == 0, "\(stamping) \(sweeping)")
            let gone = stores.sweep(at: born + .days(30) + sweepError)
            #expect(gone.deleted == 1, "\(stamping) \(sweeping)")
        }
    }

    @Test func `a sweep that breaks off leaves the youngest, and the next one takes them`() {
        var stores = FlatStores(policy: RetentionPolicy())
        for n in 0..<10 as Range<UInt64> {
            let now = at(.minutes(Int64(n)))
            _ = stores.insert(Sample.message(n, at: now), at: now)
            _ = stores.insert(Sample.relayLog(n, at: now), at: now)
        }
        let now = at(.days(8))
        let first = stores.sweep(at: now, atMost: 4)
        #expect(first.deleted == 4 && !first.isComplete)
        #expect(stores.oldest(.signaling) == at(.minutes(4)))
        let second = stores.sweep(at: now)
        #expect(second[.signaling].count == 6 && second[.relayLog].count == 10)
        #expect(second.isComplete && stores.dump().recordCount == 0)
    }

    @Test func `a backup holds what may stand as long as it, and no longer`() throws {
        var policy = RetentionPolicy()
        policy.backups = .days(10)
        let guarded = Guard(policy)
        for day in 0..<30 as Range<Int64> {
            let now = at(.days(day))
            for kind in RecordKind.allCases {
                _ = guarded.stores.store.insert(
                    Sample.record(kind, UInt64(day), at: now), at: now)
            }
            _ = guarded.stores.store.sweep(at: now)
        }
        let taken = at(.days(29))
        let backup = try #require(guarded.backUp(at: taken))
        #expect(backup.until == taken + .days(10))
        // Reports of day 9 and after; the others are gone before the backup is.
        #expect(backup.recordCount == 21)
        let restored = guarded.stores.restore(backup, at: at(.days(38)))
        #expect(restored?.deleted == 0)
        #expect(guarded.stores.store.oldest(.reports) == at(.days(9)))
        #expect(guarded.stores.store.count(.signaling) == 0)
        #expect(guarded.stores.restore(backup, at: at(.days(39))) == nil)
    }
}
