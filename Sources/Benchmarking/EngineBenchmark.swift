/// The benchmark of the event engine beside its rivals.
public struct EngineBenchmark: Sendable {
    /// How often each contender does each workload, at least 1.
    public var rounds = 5
    /// Where the rivals are.
    public var rivals = ".build-bench"
    /// Whether ten million pending events are measured too: 2 GB of memory, some minutes.
    public var includesLargest = false

    /// Five rounds with the rivals in `.build-bench`.
    public init() {}

    /// Measures everything; `progress` is told the name of each workload before it begins.
    public func run(into report: inout BenchmarkReport, progress: (String) -> Void) {
        let present = Rival.present(of: Rival.all(in: rivals), &report)
        for item in EnginePlan(includesLargest: includesLargest).cases {
            progress(item.workload.name)
            measure(item, beside: present.filter { item.rivals.contains($0.name) }, &report)
        }
        progress("ties and moved timers")
        report.checks.append(EngineChecks.ties(pending: 100_000, rounds: 5))
        report.checks.append(
            EngineChecks.growth(entities: 1_000_000, moves: 10, steps: 1_000_000))
    }

    private func measure(
        _ item: EnginePlan.Case, beside rivals: [Rival], _ report: inout BenchmarkReport
    ) {
        let contenders = rivals.map { rival in
            Rounds.Contender(
                rival: rival, arguments: item.workload.arguments,
                operations: rival.operations(of: item.workload, item.operations))
        }
        Rounds(name: item.workload.name, count: rounds)
            .measure(beside: contenders, into: &report) {
                item.workload.run(operations: item.operations).nanoseconds
            }
    }
}
