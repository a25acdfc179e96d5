/// How much faster replications are on two cores than on one, and whether they stay the same.
public struct ReplicationBenchmark: Sendable {
    /// Who runs what.
    public var runner: ScenarioRunner
    /// Replications of a run.
    public var replications = 8
    /// How often both are run.
    public var rounds = 3

    /// The benchmark of `runner`'s scenario.
    public init(_ runner: ScenarioRunner) { self.runner = runner }

    static let one = "replications, 1 thread"
    static let two = "replications, 2 threads"
    static let identicalName = "identical on 1 and 2 threads"

    /// What replications are to reach.
    public static let targets: [SpeedTarget] = [
        SpeedTarget(
            "replications on two cores, against one",
            .speedOfWorkload(two, againstWorkload: one), .atLeast(1.8),
            why: "replications share nothing, so a second core should count in full"),
        SpeedTarget(
            "replications on two cores: results identical", .check(identicalName), .holds,
            unit: "", why: "threads may change nothing but the time"),
    ]

    /// Measures real time, as that is what a second core saves; `report` gets the figures.
    public func run(
        into report: inout BenchmarkReport, progress: (String) -> Void
    ) throws(ScenarioRunner.Failure) {
        guard report.machine.cores >= 2 else {
            report.absences.append(
                .init(contender: Self.two, reason: "the machine has one core"))
            return
        }
        var real = [Samples(), Samples()]
        var busy = [Samples(), Samples()]
        var fingerprints: Set<String> = []
        for round in 1...rounds {
            progress("replications, round \(round) of \(rounds)")
            for (index, threads) in [1, 2].enumerated() {
                let run = try runner.run([], replications: replications, threads: threads)
                real[index].add(run.child.wallSeconds)
                busy[index].add(run.child.cpuSeconds)
                fingerprints.insert(run.fingerprint)
            }
        }
        for (index, name) in [Self.one, Self.two].enumerated() {
            report.add(
                .init(
                    workload: name, contender: BenchmarkReport.ours, unit: .seconds,
                    samples: real[index]))
            report.add(
                .init(
                    workload: name + " (CPU)", contender: BenchmarkReport.ours, unit: .seconds,
                    samples: busy[index]))
        }
        report.checks.append(
            .init(
                name: Self.identicalName, holds: fingerprints.count == 1,
                detail: "fingerprint \(fingerprints.sorted().joined(separator: ", "))"))
    }
}
