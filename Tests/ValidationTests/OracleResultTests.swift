import RandomStreams
import Results
import Testing

@testable import Validation

/// Figures whose law is known by construction: normal ones of mean 10.
@Suite struct OracleResultTests {
    private static func result(
        _ kind: Oracle.Kind = .mean, deviation: Double = 0.2, seeds: Int = 100
    ) -> OracleResult {
        var stream = RandomStream(
            StreamName(
                seed: 3, replication: 0, purpose: StreamPurpose(rawValue: 9), entity: 0))
        let values = (0..<seeds).map { _ in
            (0..<16).map { _ in 10 + deviation * stream.nextNormal() }
        }
        return OracleResult(Oracle("figure", kind, 10, by: "by construction"), values: values)
    }

    private static func report(_ result: OracleResult) -> ValidationReport {
        let study = StudyResult(
            name: "normal", firstSeed: 7, replications: 16, oracles: [result])
        return ValidationReport([study], Criteria(seeds: result.intervals.count))
    }

    @Test func `a figure that meets its closed form passes`() {
        let report = Self.report(Self.result())
        let passes = report.passes
        #expect(passes, "\(report.table)")
        #expect(report.table.contains("Every closed form is met."))
        #expect(report.json["passes"] == .bool(true))
    }

    @Test(arguments: [1.03, 0.97, 1.003])
    func `a closed form that is a little off does not`(factor: Double) {
        let wrong = Self.result().expecting(10 * factor)
        let failures = wrong.failures(Criteria(seeds: 100))
        #expect(failures.contains(.deviation))
        #expect(failures.contains(.coverage) == (abs(factor - 1) > 0.01))
        #expect(!Self.report(wrong).passes)
        #expect(Self.report(wrong).table.contains("FAILS: "))
    }

    /// Of a likeness all intervals lie inside, where 95 of 100 should contain a closed form.
    @Test func `likenesses are not pooled with closed forms`() {
        let exact = Self.result()
        let study = { (results: [OracleResult]) in
            ValidationReport(
                [StudyResult(name: "s", firstSeed: 7, replications: 16, oracles: results)],
                Criteria(seeds: 100))
        }
        let like = Self.result(.likeness, deviation: 0.05)
        #expect(like.covered == 100)
        let both = study([exact, like])
        #expect(both.pooledShare == study([exact]).pooledShare)
        #expect(both.pooledBounds == study([exact]).pooledBounds)
        #expect(both.passes)
        // Two in a hundred are tolerated and three are not.
        #expect(study([exact, like.expecting(9.9)]).passes)
        #expect(!study([exact, like.expecting(9.7)]).passes)
    }

    /// Intervals a quarter as wide as they should be: more than half of them miss.
    @Test func `intervals that claim too much do not pass`() {
        let honest = Self.result()
        let boastful = OracleResult(
            honest.oracle,
            values: honest.intervals.map { interval in
                // 16 values about the honest middle.
                let half = interval!.halfWidth / 4
                return (0..<16).map {
                    interval!.middle + ($0.isMultiple(of: 2) ? half : -half) * 1.82
                }
            })
        #expect(boastful.failures(Criteria(seeds: 100)) == [.coverage])
    }

    @Test func `an interval has to be narrow enough to tell`() {
        let wide = Self.result(deviation: 0.5)
        #expect(wide.failures(Criteria(seeds: 100)) == [.width])
        #expect(Self.result(.probability, deviation: 0.5).failures(Criteria(seeds: 100)).isEmpty)
    }

    @Test func `what was not observed fails`() {
        let nothing = OracleResult(
            Oracle("figure", .mean, 10, by: "nothing"), values: [[10, .nan], [10, 11]])
        #expect(nothing.failures(Criteria(seeds: 2)) == [.unobserved])
        #expect(nothing.intervals[1] != nil)
    }

    @Test func `a line for each oracle and seed`() {
        let report = Self.report(Self.result(seeds: 3))
        let lines = report.intervals.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[0] == "study,figure,seed,mean,low,high,theory,contains")
        #expect(lines[3].hasPrefix("normal,figure,9,"))
    }

    @Test func `no oracle at all is no validation`() {
        #expect(!ValidationReport([], Criteria(seeds: 100)).passes)
    }
}
