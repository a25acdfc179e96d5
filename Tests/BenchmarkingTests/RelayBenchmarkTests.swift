import Testing

@testable import Benchmarking

@Suite struct RelayBenchmarkTests {
    @Test func `every target of the relay is a figure or check of the benchmark`() {
        var report = BenchmarkReport()
        for workload in RelayWorkload.all {
            for contender in [BenchmarkReport.ours] + workload.rivals {
                report.add(
                    .init(workload: workload.name, contender: contender, samples: Samples([1])))
            }
        }
        for workload in RelayProbe.workloads {
            report.add(
                .init(
                    workload: MediaProbe.name(workload.name), contender: BenchmarkReport.ours,
                    unit: .allocations, samples: Samples([0])))
        }
        report.checks.append(.init(name: RelayBenchmark.digestName, holds: true, detail: ""))
        for target in SpeedTarget.relay {
            #expect(target.verdict(on: report).outcome == .met, "\(target.name)")
        }
        let known = Set(Rival.relay(in: "").map(\.name))
        #expect(RelayWorkload.all.allSatisfy { known.isSuperset(of: $0.rivals) })
    }

    @Test(arguments: RelayWorkload.Direction.allCases)
    func `packets are forwarded, and the same ones each time`(
        _ direction: RelayWorkload.Direction
    ) {
        let (one, other) = (
            RelayForwarding(direction, allocations: 5), RelayForwarding(direction, allocations: 5)
        )
        #expect(one.round(200) > 0 && other.round(200) > 0)
        #expect(one.checksum == other.checksum && one.checksum != 0)
        _ = one.round(1)
        #expect(one.checksum != other.checksum)
    }

    @Test func `checks are built and verified`() {
        var work = CheckWork()
        #expect(work.round(10) > 0)
        #expect(work.authentic == 10)
        #expect(CheckWork.firstMessage.hasPrefix("00010048" + "2112a442"))
    }

    @Test func `rivals that are not there are named`() {
        var report = BenchmarkReport()
        #expect(Rival.present(of: Rival.relay(in: "/nonexistent"), &report).isEmpty)
        #expect(report.absences.count == 2)
    }
}
