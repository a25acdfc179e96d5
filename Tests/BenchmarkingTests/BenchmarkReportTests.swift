import Foundation
import Testing

@testable import Benchmarking

/// A report with the given figures.
private func report(_ rows: (String, String, [Double])...) -> BenchmarkReport {
    var report = BenchmarkReport()
    for (workload, contender, values) in rows {
        report.add(.init(workload: workload, contender: contender, samples: Samples(values)))
    }
    return report
}

@Suite struct SamplesTests {
    @Test func `the median is the middle value, or the mean of the middle two`() {
        #expect(
            Samples([5, 1, 9]).spread == Spread(median: 5, least: 1, greatest: 9))
        #expect(Samples([4, 1, 9, 2]).spread == Spread(median: 3, least: 1, greatest: 9))
        #expect(Samples().spread == nil)
    }

    @Test func `ratios are taken round by round, so that a slow round changes none`() {
        let own = Samples([10, 100, 20])
        let other = Samples([20, 200, 60])
        #expect(other.ratios(to: own) == Spread(median: 2, least: 2, greatest: 3))
        #expect(other.ratios(to: Samples([1, 0, 1])) == nil)
        #expect(other.ratios(to: Samples()) == nil)
    }

    @Test func `dividing turns the least into the greatest`() {
        let spread = Spread(median: 4, least: 2, greatest: 5)
        #expect(spread.dividing(20) == Spread(median: 5, least: 4, greatest: 10))
        #expect(spread.scaled(by: 0.5) == Spread(median: 2, least: 1, greatest: 2.5))
    }
}

@Suite struct BenchmarkReportTests {
    @Test func `a rival's figures come with the ratios to ours`() {
        let report = report(("w", "voicesim", [10, 20]), ("w", "x", [30, 40]), ("v", "x", [1]))
        #expect(
            report.results.map(\.againstOurs)
                == [nil, Spread(median: 2.5, least: 2, greatest: 3), nil])
    }

    @Test func `a report survives its JSON, which carries the derived figures too`() throws {
        var report = report(("w", "voicesim", [1, 2.5]), ("w", "x", [4, 5]))
        report.machine = .current
        report.checks = [.init(name: "c", holds: true, detail: "d")]
        report.targets = [
            SpeedTarget("t", .speed(workload: "w", against: ["x"]), .atLeast(2), why: "y").verdict(
                on: report)
        ]
        report.absences = [.init(contender: "z", reason: "gone")]
        report.changes = BaselineChange.changes(of: report, since: report)
        let json = try report.json()
        #expect(try BenchmarkReport(json: json) == report)
        let object = try #require(
            JSONSerialization.jsonObject(with: json) as? [String: Any])
        let rows = try #require(object["results"] as? [[String: Any]])
        let samples = try #require(rows[0]["samples"] as? [String: Any])
        #expect((samples["spread"] as? [String: Double])?["median"] == 1.75)
        #expect((rows[1]["againstOurs"] as? [String: Double])?["greatest"] == 4)
        #expect((object["targets"] as? [[String: Any]])?[0]["outcome"] as? String == "met")
        #expect((object["changes"] as? [[String: Any]])?.count == 2)
    }

    @Test func `the text has every figure, every target and one line per missing contender`() {
        var report = report(("w", "voicesim", [10, 11, 12]), ("w", "x", [33, 44, 55]))
        report.targets = [
            SpeedTarget("fast", .speed(workload: "w", against: ["x"]), .atLeast(5), why: "so")
                .verdict(on: report),
            SpeedTarget("far", .speed(workload: "q", against: ["x"]), .atLeast(5), why: "oh")
                .verdict(on: report),
        ]
        report.absences = [
            .init(contender: "z", reason: "gone"), .init(contender: "z", reason: "lost"),
        ]
        let text = report.text()
        #expect(text.contains("44.0 ns"))
        #expect(text.contains("33.0…55.0"))
        #expect(text.contains("4.00 × (3.30…4.58)"))
        #expect(text.contains("NOT MET       fast"))
        #expect(text.contains("not measured  far"))
        #expect(text.contains("0 of 2 targets met"))
        #expect(text.contains("without z: gone; lost\n"))
    }
}

@Suite struct BaselineChangeTests {
    @Test func `a change counts where the repetitions do not overlap`() {
        let before = report(
            ("a", "x", [10, 11, 12]), ("b", "x", [10, 11, 12]), ("c", "x", [10, 11, 12]),
            ("old", "x", [1]))
        let after = report(
            ("a", "x", [13, 14, 15]), ("b", "x", [7, 8, 9]), ("c", "x", [12, 13, 14]),
            ("new", "x", [1]))
        let changes = BaselineChange.changes(of: after, since: before)
        #expect(changes.map(\.verdict) == [.slower, .faster, .unchanged])
        #expect(changes.map(\.workload) == ["a", "b", "c"])
        #expect(changes[0].ratio == Spread(median: 14.0 / 11, least: 13.0 / 12, greatest: 1.5))
    }

    @Test func `the rivals' change is the machine's`() throws {
        let before = report(
            ("a", "voicesim", [10]), ("a", "x", [10]), ("b", "x", [10]), ("c", "x", [10]))
        let after = report(
            ("a", "voicesim", [30]), ("a", "x", [11]), ("b", "x", [12]), ("c", "x", [13]))
        let changes = BaselineChange.changes(of: after, since: before)
        #expect(
            BaselineChange.drift(of: changes) == Spread(median: 1.2, least: 1.1, greatest: 1.3))
        #expect(BaselineChange.drift(of: []) == nil)
    }
}

@Suite struct SpeedTargetTests {
    @Test func `speed is judged by the median ratio against the fastest of the rivals`() {
        let target = SpeedTarget(
            "t", .speed(workload: "w", against: ["x", "y", "absent"]), .atLeast(8), why: "")
        let slow = report(
            ("w", "voicesim", [50, 50, 50]), ("w", "x", [900, 900, 900]),
            ("w", "y", [380, 420, 390])
        )
        let verdict = target.verdict(on: slow)
        #expect(verdict.outcome == .notMet)
        #expect(verdict.reached == Spread(median: 7.8, least: 7.6, greatest: 8.4))
        #expect(verdict.detail == "against y")
        let fast = report(("w", "voicesim", [50]), ("w", "y", [400]))
        #expect(target.verdict(on: fast).outcome == .met)
    }

    @Test func `what was not measured is not judged`() {
        for figure: SpeedTarget.Figure in [
            .speed(workload: "w", against: ["x"]), .rate(workload: "q"),
            .speedOfWorkload("w", againstWorkload: "q"), .ours(workload: "q", factor: 1),
            .check("c"),
        ] {
            let target = SpeedTarget("t", figure, .atLeast(0), why: "")
            #expect(target.verdict(on: report(("w", "voicesim", [1]))).outcome == .notMeasured)
        }
    }

    @Test func `figures of our own are judged in the unit of the target`() {
        let own = report(("w", "voicesim", [8_000, 9_000]), ("v", "voicesim", [16_000, 36_000]))
        let rate = SpeedTarget("t", .rate(workload: "w"), .atLeast(100_000), unit: "/s", why: "")
        #expect(rate.verdict(on: own).outcome == .met)
        #expect(rate.verdict(on: own).reached?.greatest == 125_000)
        let time = SpeedTarget(
            "t", .ours(workload: "w", factor: 1e-3), .atMost(8.4), unit: "µs", why: "")
        #expect(time.verdict(on: own).reached?.median == 8.5)
        #expect(time.verdict(on: own).outcome == .notMet)
        let ratio = SpeedTarget(
            "t", .speedOfWorkload("w", againstWorkload: "v"), .atLeast(3), why: "")
        #expect(ratio.verdict(on: own).reached == Spread(median: 3, least: 2, greatest: 4))
        #expect(ratio.verdict(on: own).outcome == .met)
    }

    @Test func `a check holds or does not`() {
        let target = SpeedTarget("t", .check("c"), .holds, unit: "", why: "")
        for holds in [true, false] {
            var report = BenchmarkReport()
            report.checks = [.init(name: "c", holds: holds, detail: "seen")]
            #expect(target.verdict(on: report).outcome == (holds ? .met : .notMet))
            #expect(target.verdict(on: report).detail == "seen")
        }
    }

    @Test func `every target of the engine is a figure of the plan`() {
        var report = BenchmarkReport()
        for item in EnginePlan(includesLargest: true).cases {
            for contender in [BenchmarkReport.ours] + item.rivals {
                report.add(
                    .init(
                        workload: item.workload.name, contender: contender, samples: Samples([1]))
                )
            }
        }
        report.checks = [EngineChecks.tiesName, EngineChecks.growthName].map {
            .init(name: $0, holds: true, detail: "")
        }
        for target in SpeedTarget.engine {
            #expect(target.verdict(on: report).outcome != .notMeasured, "\(target.name)")
        }
        let known = Set(Rival.all(in: "").map(\.name))
        let planned = EnginePlan(includesLargest: true).cases.flatMap(\.rivals)
        #expect(known.isSuperset(of: planned))
    }
}
