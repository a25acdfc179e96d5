import ArgumentParser
import Benchmarking
import Foundation

/// `voicesim bench`: measures VoiceSim beside its rivals and beside its targets.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure VoiceSim beside its rivals and its targets.",
        discussion: """
            Figures are medians of rounds in which the contenders take turns, with the
            least and the greatest; ratios are taken round by round. A target is met if
            the median ratio or figure meets it. `make bench` builds and installs the
            rivals and runs `voicesim bench all`.

            Example: make bench
            """,
        subcommands: [
            BenchAllCommand.self, BenchEngineCommand.self, BenchMediaCommand.self,
            BenchRelayCommand.self, BenchMatchmakerCommand.self,
            BenchReplicationsCommand.self, BenchControlPlaneCommand.self,
            BenchMediaProbeCommand.self, BenchRelayProbeCommand.self,
            BenchMatchmakerProbeCommand.self,
        ])
}

/// What all benchmarks have in common: how the report comes out.
struct BenchOutput: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Option(help: "The figures as tables (text) or as an object (json).")
    var format = Format.text

    @Option(
        help: ArgumentHelp(
            "An earlier report in JSON to compare the figures with.", valueName: "FILE"))
    var baseline: String?

    @Option(help: ArgumentHelp("Write the report in JSON to this file, too.", valueName: "FILE"))
    var out: String?

    /// Measures with `body` and prints the report with the verdicts on `targets`.
    func report(
        on targets: [SpeedTarget], _ body: (inout BenchmarkReport) throws -> Void
    ) throws {
        let earlier = try baseline.map(Self.read)
        if let out, !FileManager.default.createFile(atPath: out, contents: nil) {
            Terminal.complain("\(out) cannot be written")
            throw ExitStatus.cannotWrite.exit
        }
        var report = BenchmarkReport()
        report.machine = .current
        do {
            try body(&report)
        } catch let failure as ScenarioRunner.Failure {
            Terminal.complain(failure.description)
            throw ExitStatus.invalidInput.exit
        }
        report.targets = targets.map { $0.verdict(on: report) }
        if let earlier { report.changes = BaselineChange.changes(of: report, since: earlier) }
        let json = try report.json()
        if let out { try json.write(to: URL(fileURLWithPath: out)) }
        switch format {
        case .text: print(report.text(), terminator: "")
        case .json: print(String(decoding: json, as: UTF8.self))
        }
    }

    static func progress(_ text: String) { Terminal.complain("measuring \(text)") }

    /// Prints what a process that counts allocations found out; nil where nothing counts them.
    static func printCounts(_ counts: (some Encodable)?) throws {
        guard let counts else {
            Terminal.complain("nothing counts allocations in this process")
            throw ExitStatus.invalidInput.exit
        }
        print(String(decoding: try JSONEncoder().encode(counts), as: UTF8.self))
    }

    private static func read(_ path: String) throws -> BenchmarkReport {
        do {
            return try BenchmarkReport(json: Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            Terminal.complain("\(path): not a report of `voicesim bench --format json`")
            throw ExitStatus.invalidInput.exit
        }
    }
}

/// How often and beside whom a benchmark measures.
struct BenchContenders: ParsableArguments {
    @Option(help: "How often each contender does each workload, 1 to 100.")
    var rounds = 5
    @Option(
        help: ArgumentHelp("The directory that `make bench` put the rivals into.", valueName: "DIR")
    )
    var rivals = ".build-bench"

    func validate() throws { try Self.check(rounds: rounds) }

    /// Throws unless `rounds` is a number of rounds that benchmarks take.
    static func check(rounds: Int) throws {
        guard 1...100 ~= rounds else {
            throw ValidationError("--rounds takes 1 to 100, not \(rounds)")
        }
    }
}

/// How the engine is measured.
struct BenchEngineOptions: ParsableArguments {
    @Option(help: "How often each contender does each workload of the engine, 1 to 100.")
    var rounds = 5

    @Option(
        help: ArgumentHelp("The directory that `make bench` put the rivals into.", valueName: "DIR")
    )
    var rivals = ".build-bench"

    @Flag(help: "Measure ten million pending events too: 4 GB of memory, two minutes.")
    var largest = false

    func validate() throws { try BenchContenders.check(rounds: rounds) }

    var benchmark: EngineBenchmark {
        var benchmark = EngineBenchmark()
        benchmark.rounds = rounds
        benchmark.rivals = rivals
        benchmark.includesLargest = largest
        return benchmark
    }
}

/// `voicesim bench engine`: the event list and the engine.
struct BenchEngineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Measure the event engine beside other event lists and simulators.",
        discussion: """
            CPU time per operation. `make bench` builds and installs the rivals first;
            a rival that is not there is left out, with a line that says why.

            Example: voicesim bench engine --out engine.json
            Example: voicesim bench engine --baseline engine.json
            """)

    @OptionGroup var options: BenchEngineOptions
    @OptionGroup var output: BenchOutput

    func run() throws {
        try output.report(on: SpeedTarget.engine) {
            options.benchmark.run(into: &$0, progress: BenchOutput.progress)
        }
    }
}

/// `voicesim bench all`: everything, in one report.
struct BenchAllCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "all",
        abstract: """
            Measure engine, media core, relay, matchmaker, replications and control plane, in
            one report.
            """,
        discussion: """
            What `make bench` runs. Stage, codec, calls and seconds are those of
            `bench media`. Replications take five minutes of the evening peak;
            the control plane takes the evening peak as it is, made denser.

            Example: voicesim bench all --largest --tickets 1000000
            """)

    @OptionGroup var options: BenchEngineOptions
    @OptionGroup var media: BenchMediaOptions
    @Option(help: "Tickets of the control plane's run with ice.setup modelled, from 1000 on.")
    var tickets = 200_000
    @OptionGroup var output: BenchOutput

    func validate() throws {
        guard tickets >= 1000 else {
            throw ValidationError("--tickets takes a number from 1000 on, not \(tickets)")
        }
    }

    func run() throws {
        let scenario = "scenarios/evening-peak.yaml"
        let targets =
            SpeedTarget.engine + SpeedTarget.media + SpeedTarget.relay + SpeedTarget.matchmaker
            + ReplicationBenchmark.targets + ControlPlaneBenchmark.targets
        try output.report(on: targets) { report in
            options.benchmark.run(into: &report, progress: BenchOutput.progress)
            try media.run(rounds: options.rounds, rivals: options.rivals, into: &report)
            BenchRelayCommand.run(rounds: options.rounds, rivals: options.rivals, into: &report)
            BenchMatchmakerCommand.run(
                rounds: options.rounds, rivals: options.rivals, into: &report)
            let brief = ["general.warm_up=1 min", "general.stop_time=5 min"]
            try BenchScenario.withRunner(of: scenario, brief) { runner in
                let benchmark = ReplicationBenchmark(runner)
                try benchmark.run(into: &report, progress: BenchOutput.progress)
            }
            try BenchScenario.withRunner(of: scenario, []) { runner in
                var benchmark = ControlPlaneBenchmark(runner)
                benchmark.tickets = tickets
                benchmark.ticketsWithPackets = max(1000, tickets / 10)
                try benchmark.run(into: &report, progress: BenchOutput.progress)
            }
        }
    }
}
