import ArgumentParser
import Benchmarking

/// `voicesim bench relay`: the TURN server's forwarding, and ICE checks.
struct BenchRelayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay",
        abstract: "Measure the relay's forwarding and ICE checks beside C loops.",
        discussion: """
            CPU time per ChannelData packet forwarded in process, to peers, to clients
            and both in turns, at 100, 1,000 and 10,000 allocations; per check built and
            verified; and allocations per packet. `make bench-forwarding` builds the rivals
            first; a rival that is not there is left out, with a line that says why.

            Example: voicesim bench relay --out relay.json
            """)

    @OptionGroup var contenders: BenchContenders
    @OptionGroup var output: BenchOutput

    func run() throws {
        try output.report(on: SpeedTarget.relay) { report in
            Self.run(
                rounds: contenders.rounds, rivals: contenders.rivals, into: &report)
        }
    }

    /// Measures as `rivals` says.
    static func run(rounds: Int, rivals: String, into report: inout BenchmarkReport) {
        var benchmark = RelayBenchmark()
        benchmark.rounds = rounds
        benchmark.rivals = rivals
        benchmark.probe = [BenchScenario.program, "bench", "relay-probe"]
        benchmark.run(into: &report, progress: BenchOutput.progress)
    }
}

/// `voicesim bench relay-probe`: what `bench relay` starts in a process that counts allocations.
struct BenchRelayProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay-probe", abstract: "Count allocations, where they can be counted.",
        shouldDisplay: false)

    func run() throws {
        try BenchOutput.printCounts(RelayProbe())
    }
}
