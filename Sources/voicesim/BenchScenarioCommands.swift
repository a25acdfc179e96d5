import ArgumentParser
import Benchmarking
import Foundation

/// Which scenario is run again and again.
struct BenchScenario: ParsableArguments {
    @Argument(help: "The scenario file.", completion: .file(extensions: ["yaml", "yml"]))
    var scenario = "scenarios/evening-peak.yaml"

    @Option(
        name: .customLong("set"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Override one value; may be repeated.", valueName: "KEY=VALUE"))
    var overrides: [String] = []

    @Option(help: "How often each configuration is run, 1 to 100.")
    var rounds = 3

    func validate() throws { try BenchContenders.check(rounds: rounds) }

    /// This program.
    static var program: String {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    }

    /// Calls `body` with runs of the scenario by this program, and cleans up behind it.
    static func withRunner(
        of scenario: String, _ overrides: [String], _ body: (ScenarioRunner) throws -> Void
    ) throws {
        let scratch = FileManager.default.temporaryDirectory
            .appendingPathComponent("voicesim-bench-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        try body(
            ScenarioRunner(
                executable: Self.program, scenario: scenario, overrides: overrides,
                scratch: scratch.path))
    }
}

/// `voicesim bench replications`: one core against two.
struct BenchReplicationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replications",
        abstract: "Measure replications on two cores against one, and compare their results.",
        discussion: """
            Runs the scenario with one and with two threads in turns: real time, CPU
            time, and whether the fingerprints are equal.

            Example: voicesim bench replications --set general.stop_time="5 min"
            """)

    @OptionGroup var scenario: BenchScenario
    @Option(help: "Replications of a run, from 2 on.")
    var replications = 8
    @OptionGroup var output: BenchOutput

    func validate() throws {
        guard replications >= 2 else {
            throw ValidationError("--replications takes a number from 2 on, not \(replications)")
        }
    }

    func run() throws {
        try output.report(on: ReplicationBenchmark.targets) { report in
            try BenchScenario.withRunner(of: scenario.scenario, scenario.overrides) { runner in
                var benchmark = ReplicationBenchmark(runner)
                benchmark.rounds = scenario.rounds
                benchmark.replications = replications
                try benchmark.run(into: &report, progress: BenchOutput.progress)
            }
        }
    }
}

/// `voicesim bench control-plane`: what tickets, calls and peers cost.
struct BenchControlPlaneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "control-plane",
        abstract: "Measure CPU time per ticket and per call, and memory per live peer.",
        discussion: """
            Makes the scenario's arrivals as much denser as the number of tickets asks
            for, with all calls as flows, on one thread: with connections set up by
            rule and formula, and by packets. The cost of a ticket, call or peer is what
            the run takes more than its first second, divided by their number.

            Example: voicesim bench control-plane --tickets 1000000
            """)

    @OptionGroup var scenario: BenchScenario
    @Option(help: "Tickets of a run with ice.setup modelled, from 1000 on.")
    var tickets = 200_000
    @Option(help: "Tickets of a run with ice.setup packets, from 1000 on.")
    var ticketsWithPackets = 40_000
    @OptionGroup var output: BenchOutput

    func validate() throws {
        guard tickets >= 1000, ticketsWithPackets >= 1000 else {
            throw ValidationError("--tickets and --tickets-with-packets take numbers from 1000 on")
        }
    }

    func run() throws {
        try output.report(on: ControlPlaneBenchmark.targets) { report in
            try BenchScenario.withRunner(of: scenario.scenario, scenario.overrides) { runner in
                var benchmark = ControlPlaneBenchmark(runner)
                benchmark.rounds = scenario.rounds
                benchmark.tickets = tickets
                benchmark.ticketsWithPackets = ticketsWithPackets
                try benchmark.run(into: &report, progress: BenchOutput.progress)
            }
        }
    }
}
