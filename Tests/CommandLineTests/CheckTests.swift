import Foundation
import Testing

/// `baseline update` and `check` as a team's CI calls them.
@Suite struct CheckTests {
    /// The smoke scenario without packets, for some simulated seconds.
    private static let short = [
        "--set", "general.warm_up=2 s", "--set", "media.fidelity={flow: 100 %}", "--set",
        "ice.setup=modelled", "--set", "thresholds={}", "--quiet",
    ]

    private func call(
        _ arguments: [String], seconds: Int, in directory: URL
    ) throws -> Tool.Result {
        let time = ["--set", "general.stop_time=\(seconds) s"]
        return try Tool.finish(
            Tool.start(arguments + Self.short + time, in: directory), in: directory)
    }

    /// The figures of short runs serve where nobody looks at them.
    private func update(
        _ reason: String, replications: Int = 2, seconds: Int = 8, in directory: URL
    ) throws -> Tool.Result {
        try call(
            [
                "baseline", "update", Tool.smoke, "--baseline", "held.json", "--replications",
                "\(replications)", "--reason", reason,
            ], seconds: seconds, in: directory)
    }

    private func check(
        _ others: String..., seconds: Int = 8, in directory: URL
    ) throws -> Tool.Result {
        try call(
            ["check", Tool.smoke, "--baseline", "held.json"] + others, seconds: seconds,
            in: directory)
    }

    @Test func `the gate passes what is unchanged and names what a change costs`() throws {
        try Tool.withDirectory { directory in
            let begun = try update("begin", replications: 6, seconds: 45, in: directory)
            #expect(begun.status == 0, "\(begun.errors)")
            let same = try check(seconds: 45, in: directory)
            #expect(same.status == 0, "\(same.errors)")
            #expect(same.output.hasPrefix("pass: every decision of 4 of 6 replications"))

            let slow = try check(
                "--set", "matchmaking.policy=batch", "--set", "matchmaking.interval=15 s",
                "--junit", "report.xml", "--sarif", "report.sarif", "--markdown", "report.md",
                seconds: 45, in: directory)
            #expect(slow.status == 2, "\(slow.errors)")
            #expect(slow.output.hasPrefix("regression: "))
            #expect(slow.output.contains("wait of all"))
            #expect(slow.output.contains("changed: matchmaking.policy \"greedy\" → \"batch\""))
            #expect(slow.output.contains("first decision to differ: number 0"))
            func text(_ name: String) throws -> String {
                String(
                    decoding: try Data(contentsOf: directory.appendingPathComponent(name)),
                    as: UTF8.self)
            }
            #expect(try text("report.xml").contains("<failure message="))
            #expect(try text("report.md").contains("| wait of all | regressed |"))
            let sarif = try JSONSerialization.jsonObject(with: Data(text("report.sarif").utf8))
            #expect((sarif as? [String: Any])?["version"] as? String == "2.1.0")
        }
    }

    @Test func `what cannot be compared or read is refused with one message`() throws {
        try Tool.withDirectory { directory in
            let missing = try check(in: directory)
            #expect(missing.status == 65)
            #expect(missing.errors.hasPrefix("held.json cannot be read"))
            #expect(try update("begin", in: directory).status == 0)
            let other = try check("--seed", "5", in: directory)
            #expect(other.status == 65)
            #expect(other.errors.contains("general.seed: 1 in the baseline, 5 now"))
            let path = directory.appendingPathComponent("held.json")
            let bytes = try Data(contentsOf: path)
            try bytes.prefix(bytes.count / 2).write(to: path)
            let torn = try check(in: directory)
            #expect(torn.status == 65)
            #expect(torn.errors.contains("this is no JSON"))
            // An update does not write over what it cannot read.
            #expect(try update("again", in: directory).status == 65)
            #expect(try Data(contentsOf: path) == bytes.prefix(bytes.count / 2))
        }
    }

    @Test func `an update keeps the reasons`() throws {
        try Tool.withDirectory { directory in
            #expect(try update("begin", in: directory).status == 0)
            #expect(try update("again", in: directory).status == 0)
            let text = String(
                decoding: try Data(contentsOf: directory.appendingPathComponent("held.json")),
                as: UTF8.self)
            #expect(text.contains("\"begin\"") && text.contains("\"again\""))
            #expect(try update(" ", in: directory).status == 64)
        }
    }
}
