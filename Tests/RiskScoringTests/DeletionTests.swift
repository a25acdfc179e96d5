import Quantities
import RandomStreams
import Testing

@testable import RiskScoring

/// Deleting a report leaves the record that there would be had the report never been made.
@Suite struct DeletionTests {
    struct Step {
        var time: SimTime
        var reporter: UInt64
        var reports: Bool
        var length: SimDuration
        /// A report that the reporter files against somebody else.
        var other: UInt64?
    }

    /// A history of one target's calls; policy and all rules at random.
    static func history(_ seed: Int) -> (ScoringPolicy, [Step]) {
        var random = stream(UInt64(seed), entity: 9)
        var policy = ScoringPolicy()
        policy.retention = .hours(Int64(2 + random.nextInteger(below: 30)))
        policy.halfLife = .hours(Int64(1 + random.nextInteger(below: 20)))
        policy.keyEpoch = .days(1000)
        policy.burstCap = BurstCap(
            window: .minutes(Int64(1 + random.nextInteger(below: 120))), weight: 2)
        var now = SimTime.zero
        let reporters = 3 + random.nextInteger(below: 15)
        let steps = (0..<80).map { _ in
            now += .minutes(Int64(1 + random.nextInteger(below: 50)))
            return Step(
                time: now, reporter: 2 + random.nextInteger(below: reporters),
                reports: random.nextBool(probability: 0.5),
                length: .seconds(Int64(1 + random.nextInteger(below: 60))),
                other: random.nextBool(probability: 0.3)
                    ? 100 + random.nextInteger(below: 5) : nil)
        }
        return (policy, steps)
    }

    /// What is known of the target at `end` after `steps`, where its reports before `start` are calls
    /// that nobody reported.
    static func assessment(
        _ policy: ScoringPolicy, _ steps: [Step], reportsFrom start: SimTime, at end: SimTime
    ) throws -> Assessment {
        let desk = try Desk(policy)
        for step in steps where step.time <= end {
            let reporter = desk.device(step.reporter, at: step.time)
            if let other = step.other {
                desk.call(
                    reporter: reporter, target: desk.device(other, at: step.time), at: step.time)
            }
            desk.call(
                reporter: reporter, target: desk.device(1, lookAlikes: 0.1, at: step.time),
                reports: step.reports && step.time >= start, lasting: step.length, at: step.time)
        }
        return desk.assessment(desk.device(1, lookAlikes: 0.1, at: end), at: end)
    }

    @Test(arguments: 0..<7)
    func `the score after a deletion is that of a record that never had the report`(
        seed: Int
    ) throws {
        let (policy, steps) = Self.history(seed)
        let reports = steps.filter(\.reports)
        var tiers: Set<DeviceTier> = []
        for deleted in stride(from: 0, to: reports.count - 1, by: 4) {
            // The very instant at which the report lapses.
            let end = reports[deleted].time + policy.retention
            let kept = try Self.assessment(policy, steps, reportsFrom: .zero, at: end)
            let never = try Self.assessment(
                policy, steps, reportsFrom: reports[deleted + 1].time, at: end)
            #expect(kept == never, "seed \(seed), report \(deleted)")
            tiers.insert(kept.tier)
            let before = try Self.assessment(
                policy, steps, reportsFrom: .zero, at: end - .nanoseconds(1))
            #expect(before != kept, "nothing was deleted")
        }
        #expect(!tiers.isEmpty)
    }

    @Test func `the last report takes the record with it, whatever the tier was`() throws {
        var policy = ScoringPolicy.plain
        policy.keyEpoch = .days(400)
        policy.halfLife = .days(300)
        let desk = try Desk(policy)
        for n in UInt64(2)..<5 {
            desk.call(reporter: desk.device(n), target: desk.device(1), at: .zero)
        }
        let end = at(policy.retention)
        let device = desk.device(1)
        #expect(desk.tier(device, at: end - .nanoseconds(1)) == .contained)
        #expect(desk.tier(device, at: end) == .clear)
        #expect(desk.assessment(device, at: end).reason == .noRecord)
    }
}
