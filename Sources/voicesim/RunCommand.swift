import ArgumentParser
import Foundation
import Results
import ScenarioFiles
import ScenarioModel
import SimulationRunner
import SpeechFiles

/// `voicesim run`: simulates a scenario and writes what was measured.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Simulate a scenario.",
        discussion: """
            Writes run.json, summary.json, series.csv and host.json to the output
            directory and prints a summary. The same scenario, seed and options
            give the same files (but for host.json), whatever the number of threads.

            With --precision, replications are added in waves of as many as the
            scenario asks for (at least 4) until the 95 % interval of every target
            (of the mean wait and of the calls going on, where there is no target)
            reaches no further than that part of its mean to either side, or until
            --max-replications; then the summary says how many more it would take.
            Waves are whole and intervals are looked at only after each, as stopping
            when they look narrow makes them a little too narrow on average. What is
            the same in every replication counts as precise, even 0; minima, maxima
            and peaks are not held to it.

            Example: voicesim run scenarios/evening-peak.yaml --set arrivals.rate="20 /s"
            Example: voicesim run scenarios/smoke.yaml --precision 10% --max-replications 40
            """)

    enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @OptionGroup var input: ScenarioArguments

    @OptionGroup var concurrency: ConcurrencyOption

    @Option(
        help: ArgumentHelp(
            "Add replications until intervals are this narrow, such as 5%.",
            valueName: "RATIO"),
        transform: Reading.share("a precision", above: true))
    var precision: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "With --precision: the most replications; \(PrecisionGoal.usualLimit) unless given.",
            valueName: "N"))
    var maxReplications: Int?

    @Option(
        help: ArgumentHelp(
            "Where the results go; results/local/<scenario> unless given.", valueName: "DIR"))
    var out: String?

    @Option(help: "What is printed: text or json (the summary file).")
    var format: OutputFormat = .text

    @Flag(help: "No progress bar and no summary.")
    var quiet = false

    @Option(help: .hidden)
    var trajectory: String?

    @Option(help: .hidden)
    var capture: CaptureRange?

    func validate() throws {
        guard let maxReplications else { return }
        guard precision != nil else {
            throw ValidationError("--max-replications goes with --precision")
        }
        guard maxReplications >= 2, maxReplications <= Int(UInt32.max) else {
            throw ValidationError(
                "--max-replications takes a whole number from 2 on, not \(maxReplications)")
        }
    }

    func run() async throws {
        let loaded = try input.load()
        let progress = RunProgress(replications: loaded.model.general.replications)
        let interruption = Interruption(stopping: progress)
        let directory = out ?? "results/local/\(loaded.name)"
        try prepare(directory)
        let speech = SpeechLibrary(for: loaded.model.media.codec)
        var simulation = Simulation(
            scenario: loaded.model, seed: loaded.model.general.seed,
            replications: Array(0..<UInt32(loaded.model.general.replications)),
            threads: concurrency.threads, speech: speech.material)
        simulation.precision = precision.map {
            PrecisionGoal(
                $0, for: loaded.model, limit: maxReplications ?? PrecisionGoal.usualLimit)
        }
        if let capture { simulation.captures = [capture.replication: capture.records] }
        let bar = ProgressBar(progress, label: loaded.model.title, quiet: quiet)
        let clock = ContinuousClock()
        let began = clock.now
        let account = await simulation.account(progress)
        let wallSeconds = (clock.now - began) / .seconds(1)
        bar.finish()
        if let broken = progress.brokenInvariant { throw complain(about: broken, loaded) }
        guard !account.replications.isEmpty else {
            Terminal.complain("interrupted before any replication had finished; nothing is written")
            throw ExitStatus.interrupted.exit
        }
        let results = RunResults(
            simulation, try Self.identity(loaded, speech), account, wallSeconds: wallSeconds)
        // Whoever interrupts from here on does not tear the set of files apart.
        try write(results, account.trajectories, to: directory)
        interruption.end()
        show(results, loaded, speech, directory)
        if account.replications.count < account.planned {
            let numbers = account.replications.map { "\($0)" }.joined(separator: ", ")
            Terminal.complain(
                """
                interrupted: \(account.replications.count) of \(account.planned) replications \
                finished (\(numbers), counted from 0); their results are in \(directory)
                """)
            throw ExitStatus.interrupted.exit
        }
        if !results.summary.meetsAllTargets { throw ExitStatus.thresholdFailed.exit }
    }

    private static func identity(
        _ loaded: LoadedScenario, _ speech: SpeechLibrary
    ) throws -> RunIdentity {
        RunIdentity(
            name: loaded.name, scenarioHash: loaded.sourceHash,
            effectiveScenario: try loaded.effective(),
            toolVersion: ToolVersion.text, libraries: LibraryVersions.all,
            speech: speech.manifest,
            inputs: loaded.inputs.map {
                RunDocument.Input(name: $0.lastComponent, hash: $0.sha256, count: $0.count)
            })
    }

    /// Tells of a bug: which law was broken, and the command that shows it again.
    private func complain(about broken: BrokenInvariant, _ loaded: LoadedScenario) -> ExitCode {
        let violation = broken.violation
        Terminal.complain(
            """
            internal error: \(violation.invariant.rawValue) is broken at \(violation.time) in \
            replication \(broken.replication), subject \(violation.subject); nothing is written
            to see it again: voicesim run \(input.forwarded.joined(separator: " ")) \
            (seed \(loaded.model.general.seed), version \(ToolVersion.text))
            """)
        return ExitStatus.internalError.exit
    }

    /// Finds out before the run whether there is a place for its results.
    private func prepare(_ directory: String) throws {
        do {
            _ = try ResultDirectory(path: directory)
        } catch {
            Terminal.complain(error.description)
            throw ExitStatus.cannotWrite.exit
        }
    }

    private func write(
        _ results: RunResults, _ trajectories: TrajectoryFile, to directory: String
    ) throws {
        do {
            try results.write(to: directory)
        } catch {
            Terminal.complain(error.description)
            throw ExitStatus.cannotWrite.exit
        }
        guard let trajectory else { return }
        do {
            try JSONEncoder().encode(trajectories).write(to: URL(fileURLWithPath: trajectory))
        } catch {
            Terminal.complain("\(trajectory) cannot be written")
            throw ExitStatus.cannotWrite.exit
        }
    }

    private func show(
        _ results: RunResults, _ loaded: LoadedScenario, _ speech: SpeechLibrary,
        _ directory: String
    ) {
        switch format {
        case .json:
            print(results.summary.json.text())
        case .text:
            guard !quiet else { return }
            let summary = TerminalSummary(
                title: loaded.model.title, question: loaded.model.question,
                relay: loaded.model.relay, notes: speech.notes, isColoured: Terminal.isColoured)
            print(summary.text(results.summary))
            print("Results: \(directory)/{summary.json, run.json, series.csv, host.json}")
        }
    }
}

/// Which records of which replication `--capture` keeps: `REPLICATION:FROM:TO`.
struct CaptureRange: ExpressibleByArgument {
    let replication: UInt32
    let records: Range<UInt64>

    init?(argument: String) {
        let parts = argument.split(separator: ":")
        guard parts.count == 3, let replication = UInt32(parts[0]), let from = UInt64(parts[1]),
            let to = UInt64(parts[2]), from <= to
        else { return nil }
        self.replication = replication
        records = from..<to
    }
}
