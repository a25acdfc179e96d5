import Quantities
import RandomStreams
import Testing

@testable import RiskScoring

@Suite struct KeyRotationTests {
    static let epoch = ScoringPolicy().keyEpoch

    @Test func `a device has one name for an epoch and another in the next`() throws {
        let desk = try Desk(.plain)
        let first = desk.device(1)
        #expect(desk.device(1, at: at(Self.epoch - .nanoseconds(1))) == first)
        let second = desk.device(1, at: at(Self.epoch))
        #expect(second != first)
        #expect(second.high != first.high && second.low != first.low)
        #expect(desk.device(2, at: at(Self.epoch)) != second)
    }

    @Test func `a record follows its device from name to name as long as it comes back`() throws {
        let desk = try Desk(.plain)
        ScorerTests.contain(desk.device(1), on: desk)
        let score = desk.assessment(desk.device(1, at: at(.hours(1))), at: at(.hours(1)))
        var last = score.lowerBound
        for week in Int64(1)...4 {
            let now = at(Self.epoch * week + .hours(1))
            let former = desk.device(1, at: at(Self.epoch * week - .hours(1)))
            let device = desk.device(1, at: now)
            let assessment = desk.assessment(device, at: now)
            #expect(assessment.distinctReporters == 3 && assessment.lowerBound < last)
            #expect(desk.assessment(former, at: now).reason == .noRecord, "the old name is gone")
            #expect(desk.scorer.recordCount == 1 && desk.scorer.reportCount == 3)
            last = assessment.lowerBound
        }
        desk.scorer.handleTimeout(at: at(.days(30) + .minutes(2)))
        #expect(desk.scorer.recordCount == 0)
    }

    @Test func `after two rotations nothing stored leads to a device that stayed away`() throws {
        let desk = try Desk(.plain)
        let device = desk.device(1)
        ScorerTests.contain(device, on: desk)
        let name = "\(device.high)"
        func remembers() -> Bool {
            var text = ""
            dump(desk.scorer.store, to: &text)
            return text.contains(name)
        }
        #expect(remembers())
        desk.scorer.handleTimeout(at: at(Self.epoch * 2) - .nanoseconds(1))
        #expect(desk.tier(device, at: at(Self.epoch * 2) - .nanoseconds(1)) > .clear)
        #expect(desk.tier(device, at: at(Self.epoch * 2)) == .clear, "also before it is deleted")
        #expect(desk.scorer.nextTimeout == at(Self.epoch * 2))
        desk.scorer.handleTimeout(at: at(Self.epoch * 2))
        #expect(desk.scorer.recordCount == 0 && desk.scorer.reportCount == 0)
        #expect(!remembers())
        let back = desk.device(1, at: at(Self.epoch * 2))
        #expect(desk.assessment(back, at: at(Self.epoch * 2)).reason == .noRecord)
    }

    @Test func `reports under both names of a device come together when it is seen`() throws {
        let desk = try Desk(.plain)
        let old = desk.device(1)
        desk.call(reporter: desk.device(2), target: old, at: .zero)
        let turn = at(Self.epoch)
        // Seen under its new name and reported there, while a session under the old one goes on.
        let new = desk.device(1, at: turn)
        desk.call(reporter: desk.device(3, at: turn), target: new, at: turn)
        desk.call(reporter: desk.device(4, at: turn), target: old, at: turn + .minutes(1))
        #expect(desk.scorer.recordCount == 2)
        let later = turn + .minutes(2)
        #expect(desk.device(1, at: later) == new)
        #expect(desk.scorer.recordCount == 1 && desk.scorer.reportCount == 3)
        #expect(desk.assessment(new, at: later).distinctReporters == 3)
        #expect(desk.tier(new, at: later) == .contained, "three strangers, whatever the name")
        #expect(
            desk.call(reporter: desk.device(5, at: later), target: new, at: later)
                == .counted(before: .contained, after: .contained))
        // The merged list lapses in order of time, whichever name a report came under.
        for week in Int64(2)...4 { _ = desk.device(1, at: at(Self.epoch * week)) }
        #expect(desk.scorer.reportCount == 4)
        desk.scorer.handleTimeout(at: at(.days(30)))
        #expect(desk.scorer.reportCount == 3)
    }

    @Test func `a report against a name of a key that is gone is refused`() throws {
        var policy = ScoringPolicy.plain
        policy.keyEpoch = .hours(1)
        let desk = try Desk(policy)
        let right = desk.rights(reporter: desk.device(1), target: desk.device(2), at: .zero)
        #expect(desk.report(right, at: at(.hours(2))) == .ignored(.forgotten))
        let other = desk.rights(
            reporter: desk.device(1, at: at(.hours(2))), target: desk.device(2, at: at(.hours(2))),
            at: at(.hours(2)))
        #expect(
            desk.report(other, at: at(.hours(4)) - .nanoseconds(1))
                == .counted(before: .clear, after: .clear))
    }

    @Test func `keys do not depend on who reports or when anybody looks`() throws {
        let (quiet, busy) = (try Desk(.plain), try Desk(.plain))
        for week in Int64(0)..<6 {
            let now = at(Self.epoch * week)
            ScorerTests.contain(busy.device(8, at: now), on: busy, at: now)
            busy.scorer.handleTimeout(at: now + .hours(1))
        }
        let now = at(Self.epoch * 6)
        #expect(quiet.device(1, at: now) == busy.device(1, at: now))
    }

    @Test func `two records do not show that the same device reported both`() throws {
        let desk = try Desk(.plain)
        let reporter = desk.device(1)
        for n in UInt64(2)...3 { desk.call(reporter: reporter, target: desk.device(n), at: .zero) }
        let reports = desk.scorer.store.reports
        #expect(reports.count == 2 && reports[0].other != reports[1].other)
        #expect(!reports.contains { $0.other == reporter.high || $0.other == reporter.low })
    }
}
