import Foundation

/// A run of a scenario in a process of its own, with what it took and what it gave.
struct ScenarioRun: Sendable {
    /// Time.
    var child: ChildRun
    /// The run's fingerprint.
    var fingerprint: String
    /// The arrival rate of the effective scenario, such as `15 /s`; nil where it has none.
    var arrivalRate: String?
    /// Tickets created, over all replications.
    var tickets: Double
    /// Calls in which both could hear each other, over all replications.
    var calls: Double
    /// The most people who had the app open at once.
    var peakPeers: Double
    /// The most memory the run held, by its own account, B.
    var peakMemory: Double
}

/// Runs scenarios with another `voicesim`, or this one.
public struct ScenarioRunner: Sendable {
    /// Why a benchmark of a scenario has no figures.
    public enum Failure: Error, Sendable {
        /// `voicesim` cannot be started.
        case notStarted(program: String)
        /// A run left with this status and said this.
        case runFailed(status: Int32, message: String)
        /// A run left no such file, or not what it should hold.
        case unreadable(file: String)
        /// The scenario's arrivals have no rate to multiply.
        case noRate
    }

    /// The program.
    public var executable: String
    /// The scenario file.
    public var scenario: String
    /// Values to change, as `--set` takes them.
    public var overrides: [String]
    /// A directory to write to.
    public var scratch: String

    /// Runs of `scenario` with `overrides` by `executable`, writing to `scratch`.
    public init(executable: String, scenario: String, overrides: [String], scratch: String) {
        self.executable = executable
        self.scenario = scenario
        self.overrides = overrides
        self.scratch = scratch
    }

    /// One run; `extra` overrides come last and win.
    func run(_ extra: [String], replications: Int, threads: Int) throws(Failure) -> ScenarioRun {
        let out = scratch + "/run"
        try? FileManager.default.removeItem(atPath: out)
        let arguments =
            ["run", scenario] + (overrides + extra).flatMap { ["--set", $0] }
            + [
                "--replications", "\(replications)", "--threads", "\(threads)", "--out", out,
                "--quiet",
            ]
        let child: ChildRun
        do {
            // A run that misses its thresholds has figures, too.
            child = try ChildRun(
                executable, arguments, accepting: [0, 99], log: scratch + "/messages")
        } catch {
            switch error {
            case .notStarted(let program): throw .notStarted(program: program)
            case .failed(let status, let message):
                throw .runFailed(status: status, message: message)
            }
        }
        let run = try Self.read(RunFile.self, out + "/run.json")
        let metrics = try Self.read(SummaryFile.self, out + "/summary.json").metrics
        return ScenarioRun(
            child: child, fingerprint: run.fingerprint,
            arrivalRate: run.scenario.arrivals.rate,
            tickets: metrics.tickets?.total ?? 0, calls: metrics.calls?.total ?? 0,
            peakPeers: metrics.peers?.peak ?? 0,
            peakMemory: try Self.read(HostFile.self, out + "/host.json").peakMemory)
    }

    private static func read<File: Decodable>(
        _ type: File.Type, _ path: String
    ) throws(Failure) -> File {
        guard let data = FileManager.default.contents(atPath: path),
            let file = try? JSONDecoder().decode(type, from: data)
        else { throw .unreadable(file: path) }
        return file
    }

    /// `rate`, such as `15 /s`, times `factor`; nil where it does not begin with a number.
    static func scaled(_ rate: String, by factor: Double) -> String? {
        let parts = rate.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let number = Double(parts[0]) else { return nil }
        return "\(number * factor) \(parts[1])"
    }

    /// What is needed of `run.json`.
    private struct RunFile: Decodable {
        struct Scenario: Decodable {
            struct Arrivals: Decodable { var rate: String? }
            var arrivals: Arrivals
        }
        var fingerprint: String
        var scenario: Scenario

        private enum CodingKeys: String, CodingKey {
            case fingerprint
            case scenario = "effective_scenario"
        }
    }

    /// What is needed of `host.json`.
    private struct HostFile: Decodable {
        var peakMemory: Double

        private enum CodingKeys: String, CodingKey {
            case peakMemory = "peak_memory"
        }
    }

    /// What is needed of `summary.json`.
    private struct SummaryFile: Decodable {
        struct Metrics: Decodable {
            struct Figure: Decodable {
                var total: Double?
                var peak: Double?
            }
            var tickets: Figure?
            var calls: Figure?
            var peers: Figure?

            private enum CodingKeys: String, CodingKey {
                case tickets
                case calls
                case peers = "peers.present"
            }
        }
        var metrics: Metrics
    }
}

extension ScenarioRunner.Failure: CustomStringConvertible {
    /// What went wrong.
    public var description: String {
        switch self {
        case .notStarted(let program): "\(program) cannot be started"
        case .runFailed(let status, let message):
            "a run left with status \(status): \(message.trimmingCharacters(in: .whitespacesAndNewlines))"
        case .unreadable(let file): "a run left no readable \(file)"
        case .noRate: "the scenario's arrivals have no rate that can be multiplied"
        }
    }
}
