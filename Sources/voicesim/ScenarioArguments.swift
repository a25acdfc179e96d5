import ArgumentParser
import Foundation
import Results
import ScenarioFiles
import ScenarioModel

/// The arguments that say which scenario, with which values changed.
struct ScenarioArguments: ParsableArguments {
    @Argument(help: "The scenario file.", completion: .file(extensions: ["yaml", "yml"]))
    var scenario: String

    @OptionGroup var changes: ScenarioChanges

    /// The same arguments for a child process.
    var forwarded: [String] { [scenario] + changes.forwarded }

    /// Reads the file, or says what is wrong with it and leaves with code 65.
    func load() throws -> LoadedScenario { try changes.load(scenario) }
}

/// The options that change values of a scenario.
struct ScenarioChanges: ParsableArguments {
    @Option(
        name: .customLong("set"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Override one value; may be repeated.", valueName: "KEY=VALUE"))
    var overrides: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The seed, instead of the file's general.seed.", valueName: "N"))
    var seed: UInt64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many replications, instead of the file's general.replications.", valueName: "N"))
    var replications: Int?

    func validate() throws {
        if let replications, replications < 1 {
            throw ValidationError(
                "--replications takes a whole number from 1 on, not \(replications)")
        }
    }

    /// The overrides; what `--seed` and `--replications` mean comes last and wins.
    private func allOverrides() throws(ScenarioError) -> [ScenarioOverride] {
        var all = try overrides.parsed()
        if let seed {
            all.append(
                ScenarioOverride(key: "general.seed", value: "\(seed)", option: "--seed"))
        }
        if let replications {
            all.append(
                ScenarioOverride(
                    key: "general.replications", value: "\(replications)",
                    option: "--replications"))
        }
        return all
    }

    /// The same options for a child process.
    var forwarded: [String] {
        overrides.flatMap { ["--set", $0] }
            + (seed.map { ["--seed", "\($0)"] } ?? [])
            + (replications.map { ["--replications", "\($0)"] } ?? [])
    }

    /// Reads the file at `scenario`, or says what is wrong with it and leaves with code 65.
    func load(_ scenario: String) throws -> LoadedScenario {
        do throws(ScenarioError) {
            let loaded = try ScenarioLoader.load(path: scenario, overrides: try allOverrides())
            for warning in loaded.warnings { Terminal.complain(warning.description) }
            return loaded
        } catch {
            Terminal.complain(error.description)
            throw ExitStatus.invalidInput.exit
        }
    }
}

extension LoadedScenario {
    /// The scenario with every default written out, as result files hold it.
    func effective() throws(MalformedJSON) -> JSONValue {
        try JSONReader.read(Array(effectiveText.utf8))
    }
}

/// What goes to standard error.
enum Terminal {
    static func complain(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Whether standard output is a terminal that understands colours.
    static var isColoured: Bool {
        isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
            && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }
}

extension [String] {
    /// The overrides that `--set` gave.
    func parsed() throws(ScenarioError) -> [ScenarioOverride] {
        var all: [ScenarioOverride] = []
        for text in self { all.append(try ScenarioOverride(assignment: text)) }
        return all
    }
}
