import ArgumentParser
import Benchmarking
import Foundation

/// `voicesim bench`: measures parts of VoiceSim beside their rivals.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure parts of VoiceSim beside their rivals.",
        discussion: "Example: make bench",
        subcommands: [BenchEngineCommand.self])
}

/// `voicesim bench engine`: the event list and the engine.
struct BenchEngineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Measure the event engine beside other event lists and simulators.",
        discussion: """
            Prints the CPU time per operation, median of the repetitions with its
            spread (greatest − least, of the median), and whether the targets, all
            ratios of figures of this very run, are met. `make bench` builds and
            installs the rivals first; without them only VoiceSim is measured.

            Example: voicesim bench engine --format json > engine.json
            Example: voicesim bench engine --baseline engine.json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Option(help: "How often each contender does each workload, 1 to 100.")
    var repetitions = 5

    @Option(help: "The directory that `make bench` put the rivals into.")
    var rivals = ".build-bench"

    @Flag(help: "Measure ten million pending events too: 2 GB of memory, some minutes.")
    var largest = false

    @Option(help: "The figures as a table (text) or as an object (json).")
    var format = Format.text

    @Option(help: "An earlier report in JSON to compare the figures with.")
    var baseline: String?

    func validate() throws {
        guard 1...100 ~= repetitions else {
            throw ValidationError("--repetitions takes 1 to 100, not \(repetitions)")
        }
    }

    func run() throws {
        let earlier = try baseline.map(Self.read)
        var benchmark = EngineBenchmark()
        benchmark.repetitions = repetitions
        benchmark.rivals = rivals
        benchmark.includesLargest = largest
        let report = benchmark.run { Terminal.complain("measuring \($0)") }
        if format == .json {
            print(String(decoding: try report.json(), as: UTF8.self))
        } else {
            print(BenchTable.text(of: report), terminator: "")
        }
        if let earlier {
            let text = BenchTable.text(of: BaselineChange.changes(of: report, since: earlier))
            if format == .json { Terminal.complain(text) } else { print(text, terminator: "") }
        }
    }

    private static func read(_ path: String) throws -> BenchmarkReport {
        do {
            return try BenchmarkReport(json: Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            Terminal.complain("\(path): not a report of `voicesim bench --format json`")
            throw ExitStatus.invalidInput.exit
        }
    }
}

/// Reports of benchmarks as text for people.
enum BenchTable {
    static func text(of report: BenchmarkReport) -> String {
        var text =
            pad("workload", 30) + pad("contender", 22) + left("ns", 10) + left("M/s", 9)
            + left("spread", 9) + left("× ours", 9) + "\n"
        for result in report.results {
            guard let median = result.nanoseconds.median, let spread = result.nanoseconds.spread
            else { continue }
            let own = report.median(result.workload, EngineBenchmark.ours) ?? median
            text +=
                pad(result.workload, 30) + pad(result.contender, 22)
                + left(fixed(median, 1), 10) + left(fixed(1000 / median, 2), 9)
                + left(fixed(100 * spread, 0) + " %", 9) + left(fixed(median / own, 2), 9) + "\n"
        }
        if !report.targets.isEmpty { text += "\ntargets\n" }
        for target in report.targets {
            text +=
                "  " + pad(target.isMet ? "met" : "NOT MET", 9) + pad(target.name, 62)
                + left(fixed(target.ratio, 2), 8) + "  of at least "
                + fixed(target.atLeast, 2) + "\n"
        }
        for absence in report.absences {
            text += "\nwithout \(absence.contender): \(absence.reason)\n"
        }
        return text
    }

    static func text(of changes: [BaselineChange]) -> String {
        var text = "\nagainst the baseline (time now ÷ then)\n"
        for change in changes {
            text +=
                "  " + pad(change.verdict.rawValue, 9) + pad(change.workload, 30)
                + pad(change.contender, 22) + left(fixed(change.ratio, 2), 8) + "\n"
        }
        return text
    }

    private static func fixed(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private static func left(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }
}
