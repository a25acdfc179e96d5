import ArgumentParser
import Foundation
import KnowledgeLedger
import ScenarioFiles
import SimulationRunner

/// `voicesim profiles`: services side by side, as their public documents describe them.
struct ProfilesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profiles",
        abstract: "Compare who comes to know what in calls of several services.",
        discussion: """
            Each file holds what a service's public documents say, cell by cell with its source, and
            why a cell cannot be known. Of this platform, `voicesim audit` measures it.

            Example: voicesim profiles
            Example: voicesim profiles scenarios/profiles/voicemeet.yaml my-service.yaml
            """)

    enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Argument(
        help: "The profiles; without any, all of scenarios/profiles.",
        completion: .file(extensions: ["yaml", "yml"]))
    var files: [String] = []

    @Option(help: "What is printed: text or json.")
    var format: OutputFormat = .text

    /// Where the profiles of the repository are.
    private static let directory = "scenarios/profiles"

    func run() throws {
        var profiles: [ServiceProfile] = []
        var isValid = true
        for file in try files.isEmpty ? Self.standing() : files {
            do throws(ScenarioError) {
                profiles.append(try ProfileLoader.load(path: file))
            } catch {
                Terminal.complain(error.description)
                isValid = false
            }
        }
        guard isValid else { throw ExitStatus.invalidInput.exit }
        let table = ProfileTable(profiles)
        switch format {
        case .text: print(table.text())
        case .json: print(table.json.text())
        }
    }

    /// The profiles of the repository, by name.
    private static func standing() throws -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let files = names.filter { $0.hasSuffix(".yaml") }.sorted().map { "\(directory)/\($0)" }
        guard !files.isEmpty else {
            Terminal.complain("error: there are no profiles in \(directory); name files instead")
            throw ExitStatus.invalidInput.exit
        }
        return files
    }
}
