import Quantities
import RandomStreams
import Testing

@testable import RiskScoring

/// Each rule that makes some reports weigh less than others, beside a scorer without it.
@Suite struct ScorerRuleTests {
    /// A policy with the rule that `change` switches on, and one without.
    static func pair(_ change: (inout ScoringPolicy) -> Void) throws -> (with: Desk, without: Desk)
    {
        var policy = ScoringPolicy.plain
        policy.keyEpoch = .days(400)
        let without = try Desk(policy)
        change(&policy)
        return (try Desk(policy), without)
    }

    // MARK: Bursts

    @Test func `the reports of a burst weigh no more than the cap together`() throws {
        let (capped, plain) = try Self.pair {
            $0.burstCap = BurstCap(window: .minutes(5), weight: 2)
        }
        for desk in [capped, plain] {
            for n in UInt64(2)..<42 {
                let now = at(.seconds(Int64(n) * 5))
                desk.call(
                    reporter: desk.device(n, at: now), target: desk.device(1, at: now), at: now)
            }
        }
        let now = at(.seconds(300))
        #expect(plain.tier(plain.device(1, at: now), at: now) == .contained)
        let assessment = capped.assessment(capped.device(1, at: now), at: now)
        #expect(assessment.standing == 2 && assessment.distinctReporters == 40)
        #expect(assessment.tier == .clear && assessment.reason == .tooFewReporters)
    }

    @Test func `a report a window after another weighs in full`() throws {
        let (capped, _) = try Self.pair { $0.burstCap = BurstCap(window: .minutes(5), weight: 2) }
        for (n, second) in [0, 1, 299, 300, 301].enumerated() {
            let now = at(.seconds(Int64(second)))
            capped.call(
                reporter: capped.device(UInt64(2 + n), at: now),
                target: capped.device(1, at: now), at: now)
            let standing = capped.assessment(capped.device(1, at: now), at: now).standing
            #expect(standing == [1, 2, 2, 3, 4][n], "after \(second) s")
        }
    }

    @Test(arguments: 0..<6)
    func `no stretch of a random history weighs more than the cap`(seed: Int) throws {
        var random = stream(UInt64(seed), entity: 4)
        let cap = BurstCap(
            window: .minutes(Int64(1 + random.nextInteger(below: 20))),
            weight: 1 + random.nextUnit())
        let (capped, _) = try Self.pair { $0.burstCap = cap }
        var history: [(time: SimTime, standing: Double)] = []
        var now = SimTime.zero
        for n in UInt64(0)..<60 {
            now += .seconds(Int64(random.nextInteger(below: 400)))
            let target = capped.device(1, at: now)
            capped.call(reporter: capped.device(2 + n, at: now), target: target, at: now)
            history.append((now, capped.assessment(target, at: now).standing))
            let before = history.last { $0.time <= now - cap.window }?.standing ?? 0
            #expect(history[history.count - 1].standing - before <= cap.weight + 1e-9)
        }
        #expect(history[59].standing > 2 * cap.weight)
    }

    // MARK: Reporters

    @Test func `what one reporter files against many devices weighs less and less`() throws {
        let (weighed, plain) = try Self.pair { $0.reporterAllowance = 3 }
        var weights: [Double] = []
        for n in UInt64(10)..<30 {
            for desk in [weighed, plain] {
                desk.call(reporter: desk.device(1), target: desk.device(n), at: .zero)
            }
            weights.append(weighed.assessment(weighed.device(n), at: .zero).standing)
            #expect(plain.assessment(plain.device(n), at: .zero).standing == 1)
        }
        for (k, weight) in weights.enumerated() {
            #expect(abs(weight - min(1, 3 / Double(k + 1))) < 1e-12)
        }
        #expect(weighed.scorer.reporterCount == 1 && plain.scorer.reporterCount == 0)
    }

    @Test func `repeating a report against one device uses nothing of the allowance up`() throws {
        let (weighed, _) = try Self.pair { $0.reporterAllowance = 3 }
        for minute in Int64(0)..<20 {
            weighed.call(
                reporter: weighed.device(1, at: at(.minutes(minute))),
                target: weighed.device(2, at: at(.minutes(minute))), at: at(.minutes(minute)))
        }
        let now = at(.minutes(20))
        #expect(weighed.assessment(weighed.device(2, at: now), at: now).standing == 1)
        weighed.call(
            reporter: weighed.device(1, at: now), target: weighed.device(3, at: now), at: now)
        #expect(weighed.assessment(weighed.device(3, at: now), at: now).standing == 1)
    }

    @Test func `the allowance comes back as filings age and lapse`() throws {
        let (weighed, _) = try Self.pair { $0.reporterAllowance = 1 }
        let halfLife = weighed.scorer.policy.halfLife
        func weigh(_ n: UInt64, _ now: SimTime) -> Double {
            weighed.call(
                reporter: weighed.device(1, at: now), target: weighed.device(n, at: now), at: now)
            return weighed.assessment(weighed.device(n, at: now), at: now).standing
        }
        #expect(weigh(10, .zero) == 1)
        #expect(abs(weigh(11, at(halfLife)) - 1 / 1.5) < 1e-12)
        let end = at(halfLife + weighed.scorer.policy.retention)
        weighed.scorer.handleTimeout(at: end - .nanoseconds(1))
        #expect(weighed.scorer.reporterCount == 1)
        weighed.scorer.handleTimeout(at: end)
        #expect(weighed.scorer.reporterCount == 0)
        #expect(weigh(12, end) == 1)
    }

    @Test func `a reporter who is reported weighs half for each tier`() throws {
        let (weighed, plain) = try Self.pair { $0.reporterAllowance = 3 }
        for (desk, expected) in [(weighed, 0.125), (plain, 1)] {
            ScorerTests.contain(desk.device(1), on: desk)
            let now = at(.minutes(5))
            #expect(desk.tier(desk.device(1, at: now), at: now) == .contained)
            desk.call(reporter: desk.device(1, at: now), target: desk.device(2, at: now), at: now)
            #expect(desk.assessment(desk.device(2, at: now), at: now).standing == expected)
        }
    }

    @Test func `what a reporter has filed follows it to its next name and no further`() throws {
        var policy = ScoringPolicy.plain
        policy.reporterAllowance = 1
        let desk = try Desk(policy)
        desk.call(reporter: desk.device(1), target: desk.device(2), at: .zero)
        let next = at(policy.keyEpoch)
        desk.call(
            reporter: desk.device(1, at: next), target: desk.device(3, at: next), at: next)
        #expect(desk.assessment(desk.device(3, at: next), at: next).standing < 0.7)
        #expect(desk.scorer.reporterCount == 1)
        let later = at(policy.keyEpoch * 3)
        desk.scorer.handleTimeout(at: later)
        #expect(desk.scorer.reporterCount == 0, "who stays away for two epochs is forgotten")
    }

    // MARK: Look-alikes

    @Test func `reports of a common look say less, and look-alikes are not set apart at once`()
        throws
    {
        let (sharing, plain) = try Self.pair { $0.sharesAmongLookAlikes = true }
        for desk in [sharing, plain] {
            ScorerTests.contain(desk.device(1, lookAlikes: 1), on: desk)
            _ = desk.device(1, lookAlikes: 1, at: at(.minutes(3)))
        }
        let now = at(.minutes(3))
        #expect(plain.tier(plain.device(1, at: now), at: now) == .contained)
        _ = sharing.device(1, lookAlikes: 1, at: now)
        let assessment = sharing.assessment(sharing.device(1, lookAlikes: 1, at: now), at: now)
        #expect(assessment.standing == 3 && abs(assessment.reportWeight - 1.5) < 0.001)
        #expect(assessment.tier == .watched)
        // Twice the rate does for a look that two devices share.
        for n in UInt64(0)..<3 {
            sharing.call(
                reporter: sharing.device(50 + n, at: now),
                target: sharing.device(1, lookAlikes: 1, at: now), at: now)
        }
        #expect(sharing.tier(sharing.device(1, lookAlikes: 1, at: now), at: now) == .contained)
    }

    @Test func `the hundredth of a look-alike does not cost a fourth reporter`() throws {
        let (sharing, _) = try Self.pair { $0.sharesAmongLookAlikes = true }
        ScorerTests.contain(sharing.device(1, lookAlikes: 0.01), on: sharing)
        let now = at(.minutes(3))
        #expect(sharing.tier(sharing.device(1, lookAlikes: 0.01, at: now), at: now) == .contained)
    }

    @Test func `a look that very many share is never set apart`() throws {
        let (sharing, _) = try Self.pair { $0.sharesAmongLookAlikes = true }
        let many = Double(Scorer.maximumReports) / 3
        for n in UInt64(2)..<300 {
            sharing.call(
                reporter: sharing.device(n), target: sharing.device(1, lookAlikes: many), at: .zero)
            #expect(
                sharing.tier(sharing.device(1, lookAlikes: many), at: .zero) == .clear || n == 2)
        }
    }

    // MARK: Dry run

    @Test func `a dry run works tiers out and treats nobody by them`() throws {
        let (dry, wet) = try Self.pair { $0.isDryRun = true }
        for desk in [dry, wet] { ScorerTests.contain(desk.device(1), on: desk) }
        let now = at(.minutes(3))
        #expect(wet.tier(wet.device(1, at: now), at: now) == .contained)
        #expect(dry.tier(dry.device(1, at: now), at: now) == .clear)
        let assessment = dry.assessment(dry.device(1, at: now), at: now)
        #expect(assessment == wet.assessment(wet.device(1, at: now), at: now))
        #expect(assessment.tier == .contained && assessment.reason == .lowerBound)
    }

    // MARK: Newcomers

    @Test func `a newcomer is scored as an old hand whom nobody reported`() throws {
        let desk = try Desk()
        for minute in Int64(0)..<200 {
            let now = at(.minutes(minute))
            desk.call(
                reporter: desk.device(UInt64(100 + minute), at: now),
                target: desk.device(1, at: now), reports: false, at: now)
        }
        let now = at(.minutes(200))
        let (old, new) = (desk.device(1, at: now), desk.device(2, at: now))
        #expect(desk.assessment(old, at: now) == desk.assessment(new, at: now))
        #expect(desk.assessment(new, at: now).tier == .clear)
    }
}
