import Foundation
import Testing

@testable import Benchmarking

@Suite struct BenchmarkReportTests {
    private func samples(_ values: Double...) -> Samples {
        var samples = Samples()
        for value in values { samples.add(value) }
        return samples
    }

    @Test func `the median is the middle value, or the mean of the middle two`() {
        #expect(samples(5, 1, 9).median == 5)
        #expect(samples(4, 1, 9, 2).median == 3)
        #expect(samples(8, 10, 13).spread == 0.5)
        #expect(Samples().median == nil)
        #expect(Samples().spread == nil)
    }

    @Test func `a change counts where the repetitions do not overlap`() {
        var before = BenchmarkReport()
        var after = BenchmarkReport()
        for (name, then, now) in [
            ("a", samples(10, 11, 12), samples(13, 14, 15)),
            ("b", samples(10, 11, 12), samples(7, 8, 9)),
            ("c", samples(10, 11, 12), samples(12, 13, 14)),
        ] {
            before.results.append(.init(workload: name, contender: "x", nanoseconds: then))
            after.results.append(.init(workload: name, contender: "x", nanoseconds: now))
        }
        after.results.append(.init(workload: "new", contender: "x", nanoseconds: samples(1)))
        let changes = BaselineChange.changes(of: after, since: before)
        #expect(changes.map(\.verdict) == [.slower, .faster, .unclear])
        #expect(changes.map(\.workload) == ["a", "b", "c"])
        #expect(changes[0].ratio == 14.0 / 11)
    }

    @Test func `a report survives its JSON`() throws {
        var report = BenchmarkReport()
        report.results = [.init(workload: "w", contender: "c", nanoseconds: samples(1, 2.5))]
        report.targets = [.init(name: "t", ratio: 2, atLeast: 3)]
        report.absences = [.init(contender: "z", reason: "gone")]
        #expect(try BenchmarkReport(json: report.json()) == report)
    }

    @Test func `targets compare medians of the same workload, and only what was measured`() {
        var report = BenchmarkReport()
        let workload = EngineWorkload.hold(.exponential, pending: 1_000_000).name
        report.results = [
            .init(workload: workload, contender: "voicesim", nanoseconds: samples(40, 50, 60)),
            .init(
                workload: workload, contender: "std::priority_queue",
                nanoseconds: samples(300, 450, 700)),
        ]
        let targets = EngineBenchmark.targets(of: report)
        #expect(targets.count == 1)
        #expect(targets.first?.ratio == 9)
        #expect(targets.first?.isMet == true)
    }

    @Test(arguments: [
        EngineWorkload.hold(.exponential, pending: 500), .hold(.bimodal, pending: 500),
        .hold(.allEqual, pending: 500), .hold(.pareto, pending: 500),
        .hold(.farFuture, pending: 500), .record(pending: 500), .churn(entities: 500),
        .queue(customers: 2000),
    ])
    func `a workload does the same work each time`(workload: EngineWorkload) {
        let first = workload.run(operations: 2000).checksum
        let second = workload.run(operations: 2000).checksum
        #expect(first == second)
        #expect(first != 0)
    }

    @Test func `a rival that is not there says how to get it`() {
        let absences = Rival.all(in: "/nonexistent").compactMap(\.obstacle)
        #expect(absences.count == 9)
        #expect(absences.allSatisfy { $0.contains("make bench") })
    }
}
