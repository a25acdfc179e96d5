import ArgumentParser
import Measurement

/// `voicesim metrics`: the reference of everything that is measured.
struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "List every metric with its kind, unit and meaning.",
        discussion: "Example: voicesim metrics > metrics.md")

    func run() throws {
        print(MetricCatalogue.referencePage(), terminator: "")
    }
}
