import ArgumentParser
import ScenarioFiles

/// `voicesim schema`: what a scenario file may say.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of scenario files, or their reference.",
        discussion: "Example: voicesim schema > scenario.schema.json")

    enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
        case json
        case markdown
    }

    @Option(help: "json (JSON Schema, draft 2020-12) or markdown (every key with its default).")
    var format: OutputFormat = .json

    func run() throws {
        switch format {
        case .json: print(ScenarioSchema.text)
        case .markdown: print(ScenarioReference.markdown)
        }
    }
}
