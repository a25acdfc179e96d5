import Foundation
import Testing

@Suite struct CommandLineTests {
    /// Runs smoke.yaml for a few simulated seconds.
    private static let short = [
        "--set", "general.warm_up=2 s", "--set", "general.stop_time=12 s", "--replications", "2",
    ]

    private static let files = ["run.json", "summary.json", "series.csv", "host.json"]

    @Test func `a run writes its four files and prints a summary`() throws {
        try Tool.withDirectory { directory in
            let arguments = ["run", Tool.smoke, "--out", "results"] + Self.short
            let result = try Tool.finish(Tool.start(arguments, in: directory), in: directory)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("match.latency"))
            for name in Self.files {
                let file = directory.appendingPathComponent("results/\(name)").path
                #expect(FileManager.default.fileExists(atPath: file))
            }
        }
    }

    @Test func `quiet prints nothing and json prints the summary file`() throws {
        try Tool.withDirectory { directory in
            let base = ["run", Tool.smoke, "--out", "results"] + Self.short
            let quiet = try Tool.finish(
                Tool.start(base + ["--quiet"], in: directory), in: directory)
            #expect(quiet.output.isEmpty)
            #expect(quiet.errors.isEmpty)
            let json = try Tool.finish(
                Tool.start(base + ["--format", "json"], in: directory), in: directory)
            let file = try String(
                contentsOf: directory.appendingPathComponent("results/summary.json"),
                encoding: .utf8)
            #expect(
                json.output.trimmingCharacters(in: .newlines)
                    == file.trimmingCharacters(in: .newlines))
        }
    }

    @Test func `the smoke scenario has full calls, direct and relayed`() throws {
        try Tool.withDirectory { directory in
            let arguments =
                ["run", Tool.smoke, "--out", "results", "--format", "json", "--replications", "1"]
                + ["--set", "general.warm_up=2 s", "--set", "general.stop_time=45 s"]
            let result = try Tool.finish(Tool.start(arguments, in: directory), in: directory)
            struct Summary: Decodable {
                struct Count: Decodable { var total: Int? }
                var metrics: [String: Count]
            }
            let summary = try JSONDecoder().decode(Summary.self, from: Data(result.output.utf8))
            let full = try #require(summary.metrics["calls.full"]?.total)
            let relayed = try #require(summary.metrics["calls.full_relayed"]?.total)
            #expect(relayed > 0)
            #expect(full > relayed)
        }
    }

    @Test func `a run to a precision records it and says how many more it would take`() throws {
        try Tool.withDirectory { directory in
            let arguments =
                ["run", Tool.smoke, "--out", "results"] + Self.short
                + ["--set", "thresholds={arrivals: <= 1000}"]
                + ["--set", "media.fidelity={flow: 100 %}", "--set", "ice.setup=modelled"]
                + ["--precision", "0.1 %", "--max-replications", "3"]
            let result = try Tool.finish(Tool.start(arguments, in: directory), in: directory)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("precision ±0.1 % not reached with 3 replications"))
            #expect(result.output.contains("arrivals is ±"))
            #expect(result.output.contains("  by: Poisson process, rate × window"))
            let run = try String(
                contentsOf: directory.appendingPathComponent("results/run.json"), encoding: .utf8)
            #expect(run.contains("\"replications\": 3,"))
            #expect(
                run.contains(
                    "\"precision\": {\"goal\": 0.001, \"wave\": 3, \"max_replications\": 3}"))
        }
    }

    @Test func `a threshold that fails leaves with 99`() throws {
        try Tool.withDirectory { directory in
            let arguments =
                ["run", Tool.smoke, "--out", "results", "--quiet"] + Self.short
                + ["--set", "thresholds={relay.share: <= 0 %}"]
            let result = try Tool.finish(Tool.start(arguments, in: directory), in: directory)
            #expect(result.status == 99)
        }
    }

    @Test func `results that cannot be written leave with 73`() throws {
        try Tool.withDirectory { directory in
            try Data().write(to: directory.appendingPathComponent("taken"))
            let arguments = ["run", Tool.smoke, "--out", "taken", "--quiet"] + Self.short
            let result = try Tool.finish(Tool.start(arguments, in: directory), in: directory)
            #expect(result.status == 73)
            #expect(result.errors.split(separator: "\n").count == 1)
        }
    }

    @Test(arguments: [
        ["run"], ["run", "x.yaml", "--threads", "0"], ["run", "x.yaml", "--precision", "0%"],
        ["run", "x.yaml", "--precision", "broad"], ["run", "x.yaml", "--max-replications", "9"],
        ["run", "x.yaml", "--precision", "5%", "--max-replications", "-1"],
        ["run", "x.yaml", "--replications", "0"],
        ["nothing"], ["run", "x.yaml", "--seed", "minus"], ["verify"],
        ["verify", "x.yaml", "--seeds", "3"], ["verify", "--theory", "--seeds", "1"],
        ["verify", "--theory", "--against", "x"], ["compare", "x.yaml"],
        ["compare", "x.yaml", "y.yaml", "--threads", "0"], ["explain", "x.yaml"],
        ["explain", "x.yaml", "--ticket", "-1"], ["audit"],
        ["audit", "x.yaml", "--format", "xml"],
        ["audit", "x.yaml", "--breach-at", "soon"], ["audit", "x.yaml", "--replication", "-1"],
        ["profiles", "--format", "html"],
    ])
    func `a wrong command line leaves with 64`(arguments: [String]) throws {
        try Tool.withDirectory { directory in
            let result = try Tool.finish(Tool.start(arguments, in: directory), in: directory)
            #expect(result.status == 64)
            #expect(result.errors.contains("Usage:"))
        }
    }

    @Test(arguments: [
        "run", "validate", "schema", "verify", "metrics", "compare", "explain", "audit",
        "processors", "profiles",
    ])
    func `the help of each command has an example`(command: String) throws {
        let result = try Tool.run(command, "--help")
        #expect(result.status == 0)
        #expect(result.output.contains("Example: voicesim \(command)"))
    }

    @Test func `the schema is JSON and the metrics are listed`() throws {
        let schema = try Tool.run("schema")
        #expect(try JSONSerialization.jsonObject(with: Data(schema.output.utf8)) is [String: Any])
        #expect(try Tool.run("metrics").output.contains("`match.latency`"))
    }

    @Test func `an interrupted run says so, keeps what is finished and leaves with 75`() throws {
        try Tool.withDirectory { directory in
            let arguments =
                [
                    "run", Tool.smoke, "--out", "results", "--quiet", "--replications", "5000",
                    "--threads", "1",
                ] + ["--set", "general.warm_up=0 s", "--set", "general.stop_time=2 s"]
                + ["--set", "general.series_step=1 s"]
            let process = try Tool.start(arguments, in: directory)
            // From here on it listens; a minute is far more than it takes to get there.
            let results = directory.appendingPathComponent("results").path
            for _ in 0..<600 where !FileManager.default.fileExists(atPath: results) {
                Thread.sleep(forTimeInterval: 0.1)
            }
            kill(process.processIdentifier, SIGINT)
            let result = try Tool.finish(process, in: directory)
            #expect(result.status == 75)
            #expect(result.errors.hasPrefix("interrupted"))
            if result.errors.contains("finished; their results") {
                let file = directory.appendingPathComponent("results/summary.json").path
                #expect(FileManager.default.fileExists(atPath: file))
            }
        }
    }

    @Test func `two processes with different thread counts give the same files`() throws {
        let result = try Tool.run(
            "verify", Tool.smoke, "--set", "general.warm_up=2 s", "--set",
            "general.stop_time=12 s")
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.hasPrefix("identical"))
    }
}
