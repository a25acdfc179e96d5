import ArgumentParser
import Foundation
import Measurement
import Results
import ScenarioFiles
import ScenarioModel
import SimulationRunner

/// `voicesim check`: whether a change made anybody's wait unfair.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Hold a scenario to its baseline.",
        discussion: """
            Runs the baseline's replications until the verdict is clear: the same fingerprints
            pass at once; otherwise no group may lose more than the margins in the baseline,
            and the scenario's thresholds must hold. Exit codes: 0 pass, 2 regression,
            3 inconclusive within the budget, 4 improvement only, 65 not comparable.

            Example: voicesim check scenarios/smoke.yaml --baseline smoke.json
            Example: voicesim check scenarios/smoke.yaml --baseline smoke.json \\
              --set matchmaking.policy=batch --junit report.xml
            """)

    @OptionGroup var input: ScenarioArguments

    @Option(
        help: ArgumentHelp("What `baseline update` wrote.", valueName: "FILE"),
        completion: .file(extensions: ["json"]))
    var baseline: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The most replications; as many as the baseline has unless given.", valueName: "N"))
    var budget: Int?

    @OptionGroup var concurrency: ConcurrencyOption

    @Option(help: ArgumentHelp("Write JUnit's XML as well.", valueName: "FILE"))
    var junit: String?

    @Option(help: ArgumentHelp("Write SARIF 2.1.0 as well.", valueName: "FILE"))
    var sarif: String?

    @Option(help: ArgumentHelp("Write Markdown as well.", valueName: "FILE"))
    var markdown: String?

    @Flag(help: "No progress bar.")
    var quiet = false

    func validate() throws {
        if let budget, budget < 2 {
            throw ValidationError("--budget takes a whole number from 2 on, not \(budget)")
        }
    }

    func run() async throws {
        let held = try BaselineFile.read(baseline)
        let loaded = try input.load()
        let comparability = Comparability(held.effectiveScenario, try loaded.effective())
        try refuse(comparability)
        var gate = Gate(held, loaded.model, budget: budget ?? held.replications)
        var runs = PairedRuns(loaded: loaded, threads: concurrency.threads, quiet: quiet)
        var summary = RunSummaryBuilder()
        var difference: FirstDifference?
        for look in gate.looks {
            let outcomes = try await runs.outcomes(
                of: Array(UInt32(gate.replications)..<UInt32(look)))
            if gate.replications == 0 {
                difference = FirstDifference(outcomes[0], against: held, loaded.model)
            }
            gate.look(at: outcomes)
            for outcome in outcomes { summary.add(outcome.record) }
            if gate.verdict != nil { break }
        }
        let figures = summary.summary()
        try tell(
            GateReport(
                gate: gate, scenario: loaded.model, file: input.scenario, lines: loaded.lines,
                policies: comparability.policies, difference: difference,
                targets: loaded.model.thresholds.map { Verdict($0, of: figures) }))
    }

    /// Leaves with code 65 where the world is another one.
    private func refuse(_ comparability: Comparability) throws {
        guard !comparability.world.isEmpty else { return }
        let differences = comparability.world.map {
            "  \($0.key): \($0.baseline ?? "–") in the baseline, \($0.now ?? "–") now"
        }
        Terminal.complain(
            "\(input.scenario) cannot be compared with \(baseline): only matchmaking and risk may "
                + "differ, but so do\n" + differences.joined(separator: "\n")
                + "\nvoicesim baseline update makes a baseline of it")
        throw ExitStatus.invalidInput.exit
    }

    private func tell(_ report: GateReport) throws {
        if let junit { try BaselineFile.write(report.junit, to: junit) }
        if let sarif {
            try BaselineFile.write(
                report.sarif(toolVersion: ToolVersion.text).text(), to: sarif)
        }
        if let markdown { try BaselineFile.write(report.markdown, to: markdown) }
        print(report.text)
        switch report.verdict {
        case .identical, .pass: return
        case .improvement: throw ExitStatus.improvement.exit
        case .regression: throw ExitStatus.regression.exit
        case .inconclusive: throw ExitStatus.inconclusive.exit
        }
    }
}
