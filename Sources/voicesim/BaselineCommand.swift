import ArgumentParser
import Foundation
import Results
import ScenarioFiles
import ScenarioModel
import SimulationRunner

/// `voicesim baseline`: what `check` holds later versions to.
struct BaselineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baseline", abstract: "Write what `check` holds later versions to.",
        subcommands: [BaselineUpdateCommand.self])
}

/// `voicesim baseline update`.
struct BaselineUpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Run a scenario and make its figures the baseline.",
        discussion: """
            The file holds how each group fared in each replication, the first decisions, the
            fingerprints, the margins and every reason given so far. Margins, the error
            probability and the least number of tickets are yours to change in the file; an
            update keeps them. More replications tell smaller losses apart.

            Example: voicesim baseline update scenarios/smoke.yaml --baseline smoke.json \\
              --replications 16 --reason "batches of two seconds"
            """)

    @OptionGroup var input: ScenarioArguments

    @Option(help: ArgumentHelp("The baseline to write.", valueName: "FILE"))
    var baseline: String

    @Option(help: ArgumentHelp("Why the baseline changes; kept in the file.", valueName: "TEXT"))
    var reason: String

    @OptionGroup var concurrency: ConcurrencyOption

    @Flag(help: "No progress bar and no summary.")
    var quiet = false

    func validate() throws {
        if reason.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty {
            throw ValidationError("--reason takes a text that says why the baseline changes")
        }
    }

    func run() async throws {
        let loaded = try input.load()
        let general = loaded.model.general
        guard general.replications >= 2 else {
            Terminal.complain(
                "a baseline takes at least 2 replications, and \(input.scenario) asks for 1: "
                    + "give --replications 16")
            throw ExitStatus.usage.exit
        }
        let earlier =
            FileManager.default.fileExists(atPath: baseline)
            ? try BaselineFile.read(baseline) : nil
        var runs = PairedRuns(loaded: loaded, threads: concurrency.threads, quiet: quiet)
        let outcomes = try await runs.outcomes(of: Array(0..<UInt32(general.replications)))
        let document = BaselineDocument(
            outcomes, of: loaded.model, named: loaded.name,
            effective: try loaded.effective(), seed: general.seed,
            reason: reason, toolVersion: ToolVersion.text, after: earlier)
        try BaselineFile.write(document.text, to: baseline)
        guard !quiet else { return }
        print(
            "\(baseline): \(document.cells.count) cells in \(document.replications) replications, "
                + "\(document.text.utf8.count) bytes")
    }
}

/// Baselines in files.
enum BaselineFile {
    /// Larger files are no baselines.
    private static let sizeLimit = 64 << 20

    /// The baseline at `path`, or says what is wrong with it and leaves with code 65.
    static func read(_ path: String) throws -> BaselineDocument {
        guard let data = FileManager.default.contents(atPath: path), data.count <= sizeLimit else {
            Terminal.complain(
                "\(path) cannot be read; voicesim baseline update writes a baseline")
            throw ExitStatus.invalidInput.exit
        }
        do throws(UnreadableDocument) {
            return try BaselineDocument(reading: Array(data))
        } catch {
            switch error {
            case .malformed(let fault):
                Terminal.complain("\(path):\(fault.line):\(fault.column): this is no JSON")
            case .otherSchema(let found):
                Terminal.complain(
                    "\(path): schema is \(found.map { "“\($0)”" } ?? "missing"), "
                        + "not “\(BaselineDocument.schema)”")
            case .unexpected(let key, let expected):
                Terminal.complain("\(path): \(key) must be \(expected ?? "as the format says")")
            }
            throw ExitStatus.invalidInput.exit
        }
    }

    /// Writes `text` whole or not at all.
    static func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            Terminal.complain("\(path) cannot be written")
            throw ExitStatus.cannotWrite.exit
        }
    }
}
