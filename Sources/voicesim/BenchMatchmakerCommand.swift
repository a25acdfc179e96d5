import ArgumentParser
import Benchmarking

/// `voicesim bench matchmaker`: the matchmaker's queue and exact matching, and the risk scorer.
struct BenchMatchmakerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matchmaker",
        abstract: "Measure matchmaker and risk scorer beside C++ queues and NetworkX.",
        discussion: """
            CPU time per ticket event (arrival, pair, leaving, step of the ladder), greedy
            with a ladder over 200 cells, with up to 1,000,000 waiting; per exact
            maximum-weight matching of 1,000 tickets; per score and per report with up to
            1,000,000 devices on record; and memory per waiting ticket. `make
            bench-matchmaker` builds and installs the rivals first; a rival that is not
            there is left out, with a line that says why.

            Example: voicesim bench matchmaker --out matchmaker.json
            """)

    @OptionGroup var contenders: BenchContenders
    @OptionGroup var output: BenchOutput

    func run() throws {
        try output.report(on: SpeedTarget.matchmaker) { report in
            Self.run(
                rounds: contenders.rounds, rivals: contenders.rivals, into: &report)
        }
    }

    /// Measures as `rivals` says.
    static func run(rounds: Int, rivals: String, into report: inout BenchmarkReport) {
        var benchmark = MatchmakerBenchmark()
        benchmark.rounds = rounds
        benchmark.rivals = rivals
        benchmark.probe = [BenchScenario.program, "bench", "matchmaker-probe"]
        benchmark.run(into: &report, progress: BenchOutput.progress)
    }
}

/// `voicesim bench matchmaker-probe`: what `bench matchmaker` starts in a process that counts
/// allocations.
struct BenchMatchmakerProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matchmaker-probe", abstract: "Count allocations, where they can be counted.",
        shouldDisplay: false)

    func run() throws {
        try BenchOutput.printCounts(MatchmakerProbe())
    }
}
