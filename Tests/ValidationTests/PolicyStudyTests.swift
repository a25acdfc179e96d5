import ClosedForms
import Quantities
import Testing

@testable import Validation

/// The studies of policies, with fewer and shorter runs than a whole validation: half-widths are not
/// looked at, and seeds are fixed, so that what passes once passes always.
@Suite struct PolicyStudyTests {
    private func expectMet(_ results: [OracleResult]) {
        for result in results {
            #expect(
                (result.deviation ?? .infinity).magnitude <= Criteria.greatestDeviation,
                "\(result.oracle.figure): \(result.grandMean ?? .nan), not \(result.oracle.expected)"
            )
        }
    }

    @Test func `the matchmaker meets tick matching in thin and thick markets`() async throws {
        let study = BatchingStudy(replications: 4, arrivals: 600)
        let results = try await StudyRun(study, seeds: 6, threads: 2).run().oracles
        #expect(
            results.map(\.oracle.figure)
                == ["thin", "thick"].flatMap { market in
                    ["queue", "wait", "penalty"].map { "\(market).\($0)" }
                })
        #expect(results.map(\.oracle.expected) == [1.5, 1.5, 1, 8.5, 1.0625, 1])
        expectMet(results)
        // The test can fail: a tick every 2.2 s would show, and so would a penalty that shrinks.
        let late = TickQueue(arrivalRate: 1, interval: 2.2)
        for (place, wrong) in [(1, late.meanWait), (2, 1.1), (5, 0.125)] {
            let failures = results[place].expecting(wrong).failures(Criteria(seeds: 6))
            #expect(failures.contains(.deviation), "\(results[place].oracle.figure)")
        }
    }

    @Test func `the matchmaker meets greedy and patient markets`() async throws {
        let study = try DeparturesStudy(replications: 4, measured: .seconds(600))
        let results = try await StudyRun(study, seeds: 6, threads: 2).run().oracles
        #expect(
            results.map(\.oracle.figure) == [
                "greedy.queue", "greedy.abandoned", "patient.queue", "patient.abandoned",
                "patient.saved", "uninformed.abandoned",
            ])
        expectMet(results)
        // A policy that knows is not as good as one that does not, and the other way round.
        let (greedy, patient) = (results[1], results[3])
        for (one, other) in [(greedy, patient), (patient, greedy)] {
            let failures = one.expecting(other.oracle.expected).failures(Criteria(seeds: 6))
            #expect(failures.contains(.deviation))
        }
        // Likeness can fail: the policy that knows loses 35 % of what greed does.
        let unlike = results[5].expecting(0.35).failures(Criteria(seeds: 6))
        #expect(unlike.contains(.deviation) && unlike.contains(.coverage))
    }

    /// Intervals about 1.015 lie within 2 % of 1 if they are narrow; wide ones about 1 do not.
    @Test func `likeness asks for whole intervals`() {
        func result(_ middle: Double, _ deviation: Double) -> OracleResult {
            OracleResult(
                Oracle("figure", .likeness, 1, by: "by construction"),
                values: (0..<20).map { seed in
                    (0..<16).map { middle + ($0 + seed).alternating(deviation) }
                })
        }
        let near = result(1.015, 0.004)
        #expect(near.covered == 20)
        #expect(near.deviation == 0)
        #expect(near.failures(Criteria(seeds: 20)).isEmpty)
        let wide = result(1, 0.5)
        #expect(wide.covered == 0)
        #expect(wide.failures(Criteria(seeds: 20)) == [.coverage, .width])
        let far = result(1.2, 0.01)
        #expect(far.failures(Criteria(seeds: 20)) == [.coverage, .deviation])
        #expect((far.deviation ?? 0) > 100)
    }

    @Test func `studies of policies have seeds of their own`() throws {
        let seeds = [
            BatchingStudy(replications: 2, arrivals: 1).firstSeed,
            try DeparturesStudy(replications: 2, measured: .seconds(1)).firstSeed,
            try TwoSidedStudy(replications: 2, measured: .seconds(1)).firstSeed,
            try RandomCompatibilityStudy(replications: 2, measured: .seconds(1)).firstSeed,
        ].sorted()
        for (one, other) in zip(seeds, seeds.dropFirst()) { #expect(other - one >= 1000) }
    }
}

extension Int {
    /// The deviation, up or down in turn.
    fileprivate func alternating(_ deviation: Double) -> Double {
        isMultiple(of: 2) ? deviation : -deviation
    }
}
