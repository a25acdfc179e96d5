import Foundation
import Testing

/// `compare` and `explain` as one calls them.
@Suite struct CompareTests {
    /// The smoke scenario without packets, for a few simulated seconds.
    private static let short = [
        "--set", "general.warm_up=2 s", "--set", "general.stop_time=30 s", "--set",
        "media.fidelity={flow: 100 %}", "--set", "ice.setup=modelled",
    ]

    private struct Document: Decodable {
        struct Change: Decodable {
            var difference: Double?
            var ci95: [Double]?
        }

        struct Group: Decodable {
            var labels: [String: String]
            var tickets: Int
            var paid: Int
            var wait: Change
        }

        var schema: String
        var replications: Int
        var metrics: [String: Change]
        var firstTickets: [Group]
    }

    private func compare(_ others: String...) throws -> Document {
        let arguments =
            ["compare", Tool.smoke, Tool.smoke, "--replications", "3", "--format", "json"]
            + Self.short + others
        let result = try Tool.withDirectory { directory in
            try Tool.finish(Tool.start(arguments, in: directory), in: directory)
        }
        #expect(result.status == 0, "\(result.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Document.self, from: Data(result.output.utf8))
    }

    @Test func `a scenario compared with itself differs by nothing`() throws {
        let document = try compare()
        #expect(document.schema == "voicesim.comparison/1" && document.replications == 3)
        #expect(document.metrics.values.allSatisfy { $0.difference ?? 0 == 0 })
        #expect(document.firstTickets.first?.tickets ?? 0 > 50)
        #expect(document.firstTickets.allSatisfy { $0.paid == 0 && $0.wait.difference == 0 })
    }

    @Test func `what is changed in the second alone shows with its sign`() throws {
        let document = try compare(
            "--with", "matchmaking.policy=batch", "--with", "matchmaking.interval=5 s")
        let wait = try #require(document.firstTickets.first?.wait)
        #expect(document.firstTickets.first?.labels.isEmpty == true)
        #expect(try #require(wait.difference) > 1)
        #expect(try #require(wait.ci95).first! > 0)
        #expect(try #require(document.metrics["match.latency"]?.difference) > 1)
        #expect(document.metrics["arrivals"]?.difference == 0)
    }

    @Test func `what is not comparable is not compared`() throws {
        for (change, key) in [
            ("general.stop_time=40 s", "general.stop_time (\"100 s\" and \"40 s\")"),
            ("population.0.persona=somebody", "the names of persona ("),
            ("population.0.language={es: 30 %, en: 70 %}", "language (en, es and es, en)"),
        ] {
            let result = try Tool.run(
                "compare", Tool.smoke, Tool.smoke, "--set", "general.warm_up=2 s", "--with", change)
            #expect(result.status == 65)
            #expect(result.errors.contains("cannot be compared: they differ in"))
            #expect(result.errors.contains(key), "\(result.errors)")
            #expect(result.errors.split(separator: "\n").count == 1)
        }
    }

    @Test func `a ticket's life is told`() throws {
        let arguments = ["explain", Tool.smoke, "--ticket", "3"] + Self.short
        let result = try Tool.withDirectory { directory in
            try Tool.finish(Tool.start(arguments, in: directory), in: directory)
        }
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.hasPrefix("ticket 3: peer 3, its ticket 1;"))
        #expect(result.output.contains("created; step 0: demands the same"))
        let none = try Tool.run(
            "explain", Tool.smoke, "--ticket", "1000000", "--set", "general.stop_time=12 s",
            "--set", "general.warm_up=2 s", "--set", "media.fidelity={flow: 100 %}")
        #expect(none.status == 64)
        #expect(none.errors.contains("has no ticket 1000000"))
    }
}
