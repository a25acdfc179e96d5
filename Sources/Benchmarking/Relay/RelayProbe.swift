/// What a process that counts its allocations finds out about the relay.
public struct RelayProbe: Codable, Sendable {
    /// Allocations per operation, by workload.
    var allocations: [String: Double] = [:]

    /// What is counted.
    static let workloads: [RelayWorkload] =
        RelayWorkload.Direction.allCases.map { .forward($0, allocations: 1000) } + [.check]

    /// Measures in this process, which was started with the interposer; nil without it.
    public init?() {
        guard let counter = AllocationCounter() else { return nil }
        for workload in Self.workloads {
            let work = workload.work()
            _ = work(1000)
            let count = counter.allocations { _ = work(10_000) }
            allocations[workload.name] = Double(count) / 10_000
        }
    }

    /// Puts the figures into `report`, in the order of the workloads.
    func add(to report: inout BenchmarkReport) {
        for workload in Self.workloads {
            guard let count = allocations[workload.name] else { continue }
            report.add(
                .init(
                    workload: MediaProbe.name(workload.name), contender: BenchmarkReport.ours,
                    unit: .allocations, samples: Samples([count])))
        }
    }
}
