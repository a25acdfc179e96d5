import ArgumentParser
import SimulationRunner

/// `voicesim processors`: the published list of who processes what.
struct ProcessorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "processors", abstract: "List who processes what of people, why and how long.",
        discussion: """
            The list that the platform publishes. `voicesim audit` holds it against what flows
            in a run, and leaves with 99 where something flows that is not on it.

            Example: voicesim processors --format json
            """)

    enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
        case markdown
        case json
    }

    @Option(help: "What is printed: markdown or json.")
    var format: OutputFormat = .markdown

    func run() {
        switch format {
        case .markdown: print(ProcessorList.published.page, terminator: "")
        case .json: print(ProcessorList.published.json.text())
        }
    }
}
