import ArgumentParser
import Foundation
import ScenarioFiles

/// `voicesim validate`: checks scenario files without running them.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check scenario files.",
        discussion: "Example: voicesim validate scenarios/*.yaml")

    @Argument(help: "The scenario files.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("Override one value; may be repeated.", valueName: "KEY=VALUE"))
    var overrides: [String] = []

    func run() throws {
        var isValid = true
        for file in files {
            do throws(ScenarioError) {
                let loaded = try ScenarioLoader.load(path: file, overrides: try overrides.parsed())
                for warning in loaded.warnings { Terminal.complain(warning.description) }
                print("\(file): valid")
            } catch {
                Terminal.complain(error.description)
                isValid = false
            }
        }
        if !isValid { throw ExitStatus.invalidInput.exit }
    }
}
