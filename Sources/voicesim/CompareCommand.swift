import ArgumentParser
import ScenarioFiles
import SimulationRunner

/// `voicesim compare`: what a second scenario changes for the people of a first one.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Compare two scenarios, person by person.",
        discussion: """
            Runs both with the seed and replications of the first. The same people come at
            the same times and have the same patience, so every metric is compared
            replication by replication, and every first ticket with itself: who waited less,
            who paid, in which groups, with 95 % intervals over the replications and Holm's
            correction over the groups. Tickets of people who queued again depend on the
            policy and are shown apart. --set changes both scenarios, --with only the second.

            Example: voicesim compare a.yaml b.yaml --replications 10
            Example: voicesim compare a.yaml a.yaml --with matchmaking.policy=batch
            """)

    @Argument(
        help: "The scenario to compare with.", completion: .file(extensions: ["yaml", "yml"]))
    var first: String

    @Argument(
        help: "The scenario that is compared.", completion: .file(extensions: ["yaml", "yml"]))
    var second: String

    @OptionGroup var changes: ScenarioChanges

    @Option(
        name: .customLong("with"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Override one value of the second scenario; may be repeated.", valueName: "KEY=VALUE"))
    var overrides: [String] = []

    @OptionGroup var concurrency: ConcurrencyOption

    @Option(help: "What is printed: text or json.")
    var format: RunCommand.OutputFormat = .text

    @Flag(help: "No progress bar.")
    var quiet = false

    func run() async throws {
        let one = try changes.load(first)
        var both = changes
        both.overrides += overrides
        let other = try both.load(second)
        try refuse(Comparability(try one.effective(), try other.effective()), one.name, other.name)
        let replications = Array(0..<UInt32(one.model.general.replications))
        var outcomes: [[ReplicationOutcome]] = []
        for scenario in [one, other] {
            var runs = PairedRuns(
                loaded: scenario, threads: concurrency.threads, quiet: quiet,
                seed: one.model.general.seed)
            outcomes.append(try await runs.outcomes(of: replications))
        }
        let comparison = Comparison(outcomes[0], outcomes[1], of: one.model)
        switch format {
        case .text: print(comparison.text)
        case .json: print(comparison.json.text())
        }
    }

    /// Leaves with code 65 where nobody of one run can be told in the other.
    private func refuse(
        _ comparability: Comparability, _ first: String, _ second: String
    ) throws {
        guard !comparability.obstacles.isEmpty else { return }
        let differences = comparability.obstacles.map {
            "\($0.key) (\($0.baseline ?? "–") and \($0.now ?? "–"))"
        }
        Terminal.complain(
            "error: \(first) and \(second) cannot be compared: they differ in "
                + differences.joined(separator: ", "))
        throw ExitStatus.invalidInput.exit
    }
}
