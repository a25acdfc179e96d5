import Quantities
import RandomStreams
import Testing

@testable import RiskScoring

/// Random histories of one device among many, against a replay of the rules and against itself
/// when it is asked at other times.
@Suite struct ScorerSwarmTests {
    static func policy(_ random: inout RandomStream) -> ScoringPolicy {
        var policy = ScoringPolicy()
        policy.retention = .hours(Int64(1 + random.nextInteger(below: 40)))
        policy.halfLife = .hours(Int64(1 + random.nextInteger(below: 20)))
        policy.keyEpoch = .days(1000)
        policy.minimumReporters = 3 + Int(random.nextInteger(below: 2))
        let cap = BurstCap(
            window: .minutes(Int64(1 + random.nextInteger(below: 300))),
            weight: 1 + 3 * random.nextUnit())
        policy.burstCap = random.nextBool(probability: 0.5) ? cap : nil
        policy.sharesAmongLookAlikes = random.nextBool(probability: 0.5)
        policy.reporterAllowance = nil
        return policy
    }

    @Test(arguments: 0..<7)
    func `tier and score follow from the record and the time alone`(seed: Int) throws {
        var random = stream(UInt64(seed), entity: 1)
        let policy = Self.policy(&random)
        // One scorer is asked and woken all the time, the other only at the end of each step.
        let (watched, left) = (try Desk(policy), try Desk(policy))
        var plain = PlainScorer(policy: policy)
        plain.lookAlikes = random.nextBool(probability: 0.5) ? 0 : random.nextUnit()
        let target = watched.device(0)
        let reporters = 2 + random.nextInteger(below: 12)
        let zeal = random.nextUnit()
        var now = SimTime.zero
        for step in 0..<60 {
            let gap = SimDuration.minutes(
                Int64(random.nextInteger(below: step % 30 == 29 ? 3000 : 60)))
            for part in Int64(1)...3 {
                let between = now + gap / 3 * part
                _ = watched.assessment(target, at: between)
                watched.scorer.handleTimeout(at: between)
            }
            now += gap
            let reporter = random.nextInteger(below: reporters)
            let length = SimDuration.seconds(Int64(1 + random.nextInteger(below: 60)))
            let reports = random.nextBool(probability: zeal)
            if reports {
                plain.report(by: Int(reporter), lasting: length, at: now)
            } else {
                plain.call(lasting: length, at: now)
            }
            for desk in [watched, left] {
                _ = desk.device(0, lookAlikes: plain.lookAlikes, at: now)
                desk.call(
                    reporter: desk.device(1 + reporter, at: now), target: target, reports: reports,
                    lasting: length, at: now)
                // Now the record knows of the look-alikes, if it has just begun.
                _ = desk.device(0, lookAlikes: plain.lookAlikes, at: now)
            }
            let expected = plain.answer(at: now)
            let assessment = watched.assessment(target, at: now)
            #expect(assessment == left.assessment(target, at: now))
            try #require(assessment.tier == expected.tier, "seed \(seed), step \(step)")
            #expect(assessment.distinctReporters == expected.reporters)
            #expect(abs(assessment.exposure - expected.exposure) < 1e-9 * (1 + expected.exposure))
            #expect(abs(assessment.reportWeight - expected.reported) < 1e-9)
            #expect(abs(assessment.standing - expected.standing) < 1e-9)
            // Any later time, without anything in between having been handled.
            let later = now + .minutes(Int64(random.nextInteger(below: 4000)))
            #expect(left.tier(target, at: later) == plain.answer(at: later).tier)
        }
        let end = now + policy.retention
        watched.scorer.handleTimeout(at: end)
        #expect(watched.scorer.recordCount == 0 && watched.scorer.reportCount == 0)
        #expect(watched.tier(target, at: end) == .clear && left.tier(target, at: end) == .clear)
    }

    @Test func `memory follows what is live`() throws {
        var policy = ScoringPolicy()
        policy.retention = .hours(2)
        policy.reportWindow = .hours(1)
        let desk = try Desk(policy)
        var random = stream(3)
        for minute in Int64(0)..<600 {
            let now = at(.minutes(minute))
            for _ in 0..<3 {
                let (a, b) = (random.nextInteger(below: 400), random.nextInteger(below: 400))
                desk.call(
                    reporter: desk.device(a, at: now), target: desk.device(b, at: now), at: now)
            }
            #expect(desk.scorer.reportCount <= 3 * 120 && desk.scorer.recordCount <= 3 * 120)
            #expect(desk.scorer.usedCapabilityCount <= 3 * 61)
        }
        #expect(desk.scorer.store.reports.count <= 3 * 121)
        #expect(desk.scorer.store.records.count <= 3 * 121)
    }
}
