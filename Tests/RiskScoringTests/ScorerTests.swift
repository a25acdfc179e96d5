import Quantities
import RandomStreams
import Testing

@testable import RiskScoring

@Suite struct ScorerTests {
    /// Three strangers report `target` in calls of a minute, a minute apart.
    static func contain(_ target: DeviceIdentifier, on desk: Desk, at start: SimTime = .zero) {
        for n in UInt64(0)..<3 {
            let now = start + .minutes(Int64(n))
            desk.call(reporter: desk.device(900 + n, at: now), target: target, at: now)
        }
    }

    @Test func `a device that nobody reported has no record`() throws {
        let desk = try Desk(.plain)
        let (a, b) = (desk.device(1), desk.device(2))
        for minute in 0..<100 {
            desk.call(reporter: a, target: b, reports: false, at: at(.minutes(Int64(minute))))
        }
        #expect(desk.scorer.recordCount == 0 && desk.scorer.reportCount == 0)
        let newcomer = desk.assessment(desk.device(77, at: at(.hours(3))), at: at(.hours(3)))
        #expect(newcomer.reason == .noRecord && newcomer.tier == .clear)
        #expect(desk.assessment(b, at: at(.hours(3))) == newcomer)
        #expect(abs(newcomer.mean - 0.02) < 1e-12)
    }

    @Test func `exposure begins with the call of the first report`() throws {
        let desk = try Desk(.plain)
        let target = desk.device(1)
        for n in UInt64(10)..<30 {
            desk.call(reporter: desk.device(n), target: target, reports: false, at: .zero)
        }
        desk.call(reporter: desk.device(2), target: target, at: .zero)
        #expect(desk.assessment(target, at: .zero).exposure == 1)
        desk.call(reporter: desk.device(3), target: target, reports: false, at: .zero)
        #expect(desk.assessment(target, at: .zero).exposure == 2)
        desk.call(
            reporter: desk.device(4), target: target, reports: false, lasting: .seconds(8),
            at: .zero)
        #expect(desk.assessment(target, at: .zero).exposure == 2.25)
        // Less than an eighth counts nothing: whoever hurries through calls does not dilute reports.
        desk.call(
            reporter: desk.device(5), target: target, reports: false, lasting: .seconds(3),
            at: .zero)
        #expect(desk.assessment(target, at: .zero).exposure == 2.25)
    }

    @Test func `no tier but clear without three distinct reporters`() throws {
        let desk = try Desk(.plain)
        let target = desk.device(1)
        for n in UInt64(0)..<50 {
            desk.call(reporter: desk.device(2 + n % 2), target: target, at: .zero)
            #expect(desk.tier(target, at: .zero) == .clear)
        }
        let assessment = desk.assessment(target, at: .zero)
        #expect(assessment.distinctReporters == 2 && assessment.reason == .tooFewReporters)
        #expect(assessment.reportWeight == 2, "a reporter counts once however often it reports")
    }

    @Test func `the third stranger in a row contains`() throws {
        let desk = try Desk(.plain)
        let target = desk.device(1)
        desk.call(reporter: desk.device(2), target: target, at: .zero)
        desk.call(reporter: desk.device(3), target: target, at: .zero)
        #expect(
            desk.call(reporter: desk.device(4), target: target, at: .zero)
                == .counted(before: .clear, after: .contained))
        #expect(desk.assessment(target, at: .zero).reason == .lowerBound)
    }

    @Test func `a capability counts once, each way on its own`() throws {
        let desk = try Desk(.plain)
        let (a, b) = (desk.device(1), desk.device(2))
        let rights = desk.scorer.issueCapabilities(first: a, second: b, at: .zero)
        #expect(desk.report(rights.first, at: .zero) == .counted(before: .clear, after: .clear))
        for _ in 0..<3 {
            #expect(desk.report(rights.first, at: .zero) == .ignored(.alreadyCounted))
        }
        #expect(desk.report(rights.second, at: .zero) == .counted(before: .clear, after: .clear))
        #expect(desk.scorer.recordCount == 2 && desk.scorer.reportCount == 2)
    }

    @Test func `a capability that was altered or made up is refused`() throws {
        let desk = try Desk(.plain)
        let genuine = desk.rights(
            reporter: desk.device(1), target: desk.device(2), at: .zero)
        var forged = [ReportCapability](repeating: genuine, count: 10)
        forged[0].number += 1
        forged[1].target.high ^= 1 << 40
        forged[2].target.low ^= 1
        forged[3].reporter.high ^= 1 << 63
        forged[4].reporter.low ^= 1 << 7
        forged[5].expiry += 1
        forged[6].tag ^= 1
        forged[7].target.epoch = 1
        forged[8].reporter.epoch = 1
        forged[9] = try Desk(seed: 2).rights(
            reporter: desk.device(3), target: desk.device(2), at: .zero)
        for capability in forged {
            #expect(desk.report(capability, at: .zero) == .ignored(.forged))
        }
        #expect(desk.scorer.recordCount == 0 && desk.scorer.usedCapabilityCount == 0)
    }

    @Test func `a capability shows nobody whom it is about`()
        throws
    {
        let desk = try Desk(.plain)
        let (a, b) = (desk.device(1), desk.device(2))
        let rights = (0..<50).map { _ in desk.rights(reporter: a, target: b, at: .zero) }
        var seen = Set<UInt64>()
        let names = Set([a.high, a.low, b.high, b.low])
        for right in rights {
            let words = withUnsafeBytes(of: right) { bytes in
                (0...bytes.count - 8).map {
                    bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self)
                }
            }
            #expect(names.isDisjoint(with: words))
            #expect(names.isDisjoint(with: words.map(\.byteSwapped)))
            seen.formUnion(
                [right.target.high, right.target.low, right.reporter.high, right.reporter.low])
        }
        #expect(seen.count == 4 * rights.count)
    }

    @Test func `a capability lapses with the report window`() throws {
        let desk = try Desk(.plain)
        let target = desk.device(2)
        let early = desk.rights(reporter: desk.device(1), target: target, at: .zero)
        let late = desk.rights(reporter: desk.device(3), target: target, at: .zero)
        let end = at(desk.scorer.policy.reportWindow)
        #expect(
            desk.report(early, at: end - .nanoseconds(1)) == .counted(before: .clear, after: .clear)
        )
        #expect(desk.report(late, at: end) == .ignored(.lapsed))
        #expect(desk.scorer.usedCapabilityCount == 1)
        #expect(desk.report(early, at: end) == .ignored(.lapsed), "and not twice")
        desk.scorer.handleTimeout(at: end + desk.scorer.policy.reportWindow)
        #expect(desk.scorer.usedCapabilityCount == 0)
    }

    @Test func `a device cannot be told apart from itself`() throws {
        let desk = try Desk(.plain)
        let same = desk.rights(reporter: desk.device(1), target: desk.device(1), at: .zero)
        #expect(desk.report(same, at: .zero) == .ignored(.indistinguishable))
    }

    @Test func `a report is gone 30 days later to the nanosecond, the record with its last`() throws
    {
        var policy = ScoringPolicy.plain
        policy.keyEpoch = .days(400)
        let desk = try Desk(policy)
        let target = desk.device(1)
        Self.contain(target, on: desk)
        for n in Int64(0)..<3 {
            let end = at(.minutes(n)) + .days(30)
            let before = desk.assessment(target, at: end - .nanoseconds(1))
            #expect(before.distinctReporters == 3 - Int(n))
            #expect(desk.assessment(target, at: end).distinctReporters == 2 - Int(n))
            #expect(desk.scorer.nextTimeout == end)
            desk.scorer.handleTimeout(at: end - .nanoseconds(1))
            #expect(desk.scorer.reportCount == 3 - Int(n))
            desk.scorer.handleTimeout(at: end)
            #expect(desk.scorer.reportCount == 2 - Int(n))
        }
        #expect(desk.scorer.recordCount == 0 && desk.scorer.nextTimeout == nil)
    }

    @Test func `time alone leads out of every tier, step by step`() throws {
        var policy = ScoringPolicy.plain
        policy.keyEpoch = .days(400)
        let desk = try Desk(policy)
        let target = desk.device(1)
        Self.contain(target, on: desk)
        let tiers = (0...30 * 24).map { desk.tier(target, at: at(.hours(Int64($0)))) }
        #expect(tiers[1] == .contained && tiers.last == .clear)
        #expect(zip(tiers, tiers.dropFirst()).allSatisfy { $0.0 >= $0.1 }, "never up by itself")
        #expect(Set(tiers).count == 4)
    }

    @Test func `calls that nobody reports lead out faster`() throws {
        let desk = try Desk(.plain)
        let target = desk.device(1)
        Self.contain(target, on: desk)
        var calls = 0
        while desk.tier(target, at: at(.hours(1))) == .contained {
            desk.call(
                reporter: desk.device(5, at: at(.hours(1))), target: target, reports: false,
                at: at(.hours(1)))
            calls += 1
            try #require(calls < 100)
        }
        #expect((10...25).contains(calls), "\(calls)")
        #expect(desk.assessment(target, at: at(.hours(1))).tier == .restricted)
        #expect(desk.assessment(target, at: at(.hours(1))).reason == .hysteresis)
    }

    @Test func `between two thresholds a tier stays what it was`() throws {
        let desk = try Desk(.plain)
        let target = desk.device(1)
        Self.contain(target, on: desk)
        let now = at(.minutes(10))
        // Into the band between leaving (0.04) and entering (0.08).
        for n in UInt64(0)..<8 {
            desk.call(
                reporter: desk.device(50 + n, at: now), target: target, reports: false, at: now)
        }
        let bound = desk.assessment(target, at: now).lowerBound
        try #require(bound > 0.04 && bound < 0.08)
        #expect(desk.assessment(target, at: now).reason == .hysteresis)
        var changes = 0
        var last = DeviceTier.contained
        for n in UInt64(0)..<40 {
            // Now a report, now good calls: the bound moves up and down within the band.
            if desk.assessment(target, at: now).lowerBound > 0.06 {
                desk.call(
                    reporter: desk.device(60 + n, at: now), target: target, reports: false, at: now)
            } else if n % 5 == 0 {
                desk.call(reporter: desk.device(60 + n, at: now), target: target, at: now)
            }
            let tier = desk.tier(target, at: now)
            if tier != last { changes += 1 }
            last = tier
        }
        #expect(changes == 0)
    }

    @Test func `one device keeps at most 64 reports`() throws {
        let desk = try Desk(.plain)
        let target = desk.device(1)
        for n in UInt64(0)..<500 {
            desk.call(reporter: desk.device(100 + n), target: target, at: .zero)
        }
        #expect(desk.scorer.reportCount == Scorer.maximumReports)
        #expect(desk.assessment(target, at: .zero).distinctReporters == Scorer.maximumReports)
        #expect(desk.scorer.store.reports.count <= Scorer.maximumReports + 1)
    }

    @Test func `time that goes backwards traps`() async {
        await #expect(processExitsWith: .failure) {
            let desk = try Desk(.plain)
            desk.scorer.handleTimeout(at: at(.seconds(1)))
            desk.scorer.handleTimeout(at: .zero)
        }
    }
}
