import Foundation
import Testing

/// `audit` as one calls it.
@Suite struct AuditTests {
    private static let short = [
        "--set", "general.stop_time=12 s", "--set", "general.warm_up=2 s", "--set",
        "general.series_step=2 s", "--set", "media.fidelity={flow: 100 %}", "--quiet",
    ]

    private func audit(_ options: String...) throws -> (status: Int32, text: String, errors: String)
    {
        try Tool.withDirectory { directory in
            let arguments = ["audit", Tool.smoke] + Self.short + options
            let result = try Tool.finish(Tool.start(arguments, in: directory), in: directory)
            return (result.status, result.output, result.errors)
        }
    }

    @Test func `the promise about addresses is kept only over relays, and kept there`() throws {
        let direct = try audit()
        #expect(direct.status == 0, "\(direct.errors)")
        #expect(direct.text.contains("kept only if ice.policy=relay: "))
        #expect(direct.text.contains("signaling processor stores: for 24 h and until"))
        #expect(direct.text.contains("--set ice.policy=relay"))
        let relayed = try audit("--set", "ice.policy=relay", "--format", "json")
        #expect(relayed.status == 0, "\(relayed.errors)")
        let document = try JSONSerialization.jsonObject(with: Data(relayed.text.utf8))
        let audit = try #require(document as? [String: Any])
        #expect(audit["schema"] as? String == "voicesim.audit/1")
        let promises = try #require(audit["promises"] as? [[String: Any]])
        // All but those that take names of visits that are drawn anew, or relays without a log.
        let conditional = [
            "visits_not_linked", "visits_not_linked_in_stores", "calls_only_counted",
        ]
        let others = promises.filter { !conditional.contains($0["promise"] as? String ?? "") }
        #expect(others.count == promises.count - conditional.count)
        // Over relays there are no direct calls to look at; so few calls have no packets of media, nobody is reported, and
        // nothing is swept.
        let untried = others.filter { $0["verdict"] as? String == "not tried" }
        #expect(
            Set(untried.compactMap { $0["promise"] as? String }).isSubset(of: [
                "direct_calls_unheard", "reports_name_nobody_else", "identifiers_sealed",
                "relays_forward_unread", "keys_gone_with_calls", "recordings_stay_sealed",
                "lifetimes_kept",
            ]))
        #expect(others.count { $0["verdict"] as? String == "kept" } == others.count - untried.count)
        let linked = promises.first { $0["promise"] as? String == "visits_not_linked" }
        #expect(linked?["condition"] as? String == "privacy.visit_names=fresh")
        let replay = linked?["replay_kept"] as? String
        #expect(replay?.hasSuffix(" --set privacy.visit_names=fresh") == true)
        #expect(untried.allSatisfy { $0["replay_kept"] is NSNull })
        #expect((audit["disagreements"] as? [String])?.isEmpty == true)
    }

    @Test func `somebody who learns more than by an earlier audit leaves with 2`() throws {
        try Tool.withDirectory { directory in
            func run(_ arguments: [String]) throws -> Tool.Result {
                try Tool.finish(Tool.start(arguments, in: directory), in: directory)
            }
            let arguments = ["audit", Tool.smoke] + Self.short
            let relayed = try run(arguments + ["--set", "ice.policy=relay", "--format", "json"])
            #expect(relayed.status == 0, "\(relayed.errors)")
            let file = directory.appendingPathComponent("before.json")
            try Data(relayed.output.utf8).write(to: file)
            let against = ["--against", file.path]
            let same = try run(arguments + ["--set", "ice.policy=relay"] + against)
            #expect(same.status == 0, "\(same.errors)")
            #expect(same.output.contains("nobody learns more than in the earlier audit"))
            let direct = try run(arguments + against)
            #expect(direct.status == 2, "\(direct.errors)")
            #expect(direct.output.contains("learns more\n"))
            #expect(direct.output.contains("kept → kept only if ice.policy=relay"))
            let others = try run(arguments + against + ["--seed", "77"])
            #expect(others.status == 65 && others.output.isEmpty)
            #expect(others.errors.contains("--seed 1 --replication 0 would be the same"))
            let early = try run(arguments + against + ["--breach-at", "5 s"])
            #expect(early.status == 65)
            #expect(early.errors.contains("--breach-at '12.0 s' would be the same"))
            try Data("{\"schema\": \"voicesim.summary/1\"}".utf8).write(to: file)
            let summary = try run(arguments + against)
            #expect(summary.status == 65)
            #expect(summary.errors.contains("schema is “voicesim.summary/1”, not"))
            let missing = try run(arguments + ["--against", "nowhere.json"])
            #expect(missing.status == 65)
            #expect(missing.errors.contains("nowhere.json cannot be read"))
        }
    }

    @Test func `a thief at random moments and an order are answered, and say how to replay`() throws
    {
        let thief = try audit("--breach-at", "random:5", "--subpoena", "window=0..4 s")
        #expect(thief.status == 0, "\(thief.errors)")
        #expect(thief.text.contains("the worst of 5 moments: "))
        #expect(thief.text.contains("; on average "))
        #expect(thief.text.contains("subpoena window=0.0 s..4.0 s, asked at "))
        #expect(
            thief.text.contains("--breach-at random:5 --subpoena 'window=0.0 s..4.0 s'"))
        let nobody = try audit("--subpoena", "address=192.0.2.77", "--format", "json")
        #expect(nobody.status == 0, "\(nobody.errors)")
        let document = try JSONSerialization.jsonObject(with: Data(nobody.text.utf8))
        let answers = try #require((document as? [String: Any])?["subpoenas"] as? [[String: Any]])
        #expect(answers.count == 1 && (answers[0]["relay_log"] as? [Any])?.isEmpty == true)
    }

    @Test func `a database is made for the audit, stays, and is never written over`() throws {
        try Tool.withDirectory { directory in
            func run(_ file: String) throws -> Tool.Result {
                let arguments = ["audit", Tool.smoke] + Self.short
                let options = [
                    "--set", "signaling.retention=4 s", "--set", "privacy.sweep_interval=2 s",
                    "--database", file,
                ]
                return try Tool.finish(
                    Tool.start(arguments + options, in: directory), in: directory)
            }
            let first = try run("stores.db")
            // So few visits are in the last copy that no setting is shown to keep them apart.
            #expect(first.status == 99 && first.errors == "", "\(first.errors)")
            #expect(first.output.contains("expired canaries: 0 found"))
            #expect(first.output.contains("--database stores.db-again\n"))
            let file = directory.appendingPathComponent("stores.db")
            let bytes = try Data(contentsOf: file)
            #expect(bytes.starts(with: Data("SQLite format 3".utf8)))
            try Self.verifyAccessLog(of: "stores.db", in: directory, first.output)
            let second = try run("stores.db")
            #expect(second.status == 73 && second.output.isEmpty)
            #expect(second.errors.contains("stores.db is there already"))
            #expect(try Data(contentsOf: file) == bytes)
            let nowhere = try run("nowhere/stores.db")
            #expect(nowhere.status == 73 && nowhere.output.isEmpty)
            #expect(nowhere.errors.contains("nowhere/stores.db cannot be made: "))
        }
    }

    /// Whether the access log of `file` is found to be what was written, by the anchor that was printed, and not by another one.
    private static func verifyAccessLog(
        of file: String, in directory: URL, _ printed: String
    ) throws {
        let line = try #require(printed.split(separator: "\n").first { $0.contains("log ends at") })
        let anchor = String(try #require(line.split(separator: " ").last))
        func verify(_ anchor: String, _ file: String = file) throws -> Tool.Result {
            let arguments = ["verify", "--access-log", file, "--anchor", anchor]
            return try Tool.finish(Tool.start(arguments, in: directory), in: directory)
        }
        let good = try verify(anchor)
        #expect(good.status == 0, "\(good.errors)")
        #expect(good.output.contains("the access log is what was written: "))
        let count = try #require(UInt64(anchor.prefix { $0 != ":" }))
        let digest = anchor.drop { $0 != ":" }
        let longer = try verify("\(count + 1)\(digest)")
        #expect(longer.status == 99 && longer.output.contains("was cut off: \(count) of "))
        let other = try verify("\(count - 1)\(digest)")
        #expect(other.status == 99 && other.output.contains("entry \(count - 2) is not"))
        #expect(try verify("12").status == 64)
        let missing = try verify(anchor, "nowhere.db")
        #expect(missing.status == 65 && missing.errors.contains("nowhere.db: no database"))
    }

    @Test func `a database of an audit that fails goes with it`() throws {
        try Tool.withDirectory { directory in
            let arguments = ["audit", Tool.smoke, "--breach-at", "13 s", "--database", "a.db"]
            let result = try Tool.finish(
                Tool.start(arguments + Self.short, in: directory), in: directory)
            #expect(result.status == 64)
            let left = try FileManager.default.contentsOfDirectory(atPath: directory.path)
            #expect(!left.contains { $0.hasPrefix("a.db") })
        }
    }

    @Test func `a page is printed whole`() throws {
        let page = try audit("--format", "html")
        #expect(page.status == 0, "\(page.errors)")
        #expect(page.text.hasPrefix("<!DOCTYPE html>") && page.text.contains("</html>\n"))
    }

    @Test(arguments: [
        ("--subpoena", "address=999.1.1.1", "'999.1.1.1' is no IP address"),
        ("--subpoena", "device=12", "'12' is no device identifier of 32 digits"),
        ("--subpoena", "window=5 s", "'5 s' is no window such as"),
        ("--subpoena", "window=5 s..2 s", "ends before it has begun"),
        ("--subpoena", "name=Ann", "a subpoena is address=IP, device=HEX or window=FROM..TO"),
        ("--breach-at", "random:1", "a whole number of copies from 2 to 1000"),
        ("--breach-at", "random:x", "a whole number of copies from 2 to 1000"),
        ("--tolerance", "1%", "--tolerance goes with --against"),
    ])
    func `what cannot be asked is a wrong use`(
        option: String, value: String, message: String
    ) throws {
        let result = try audit(option, value)
        #expect(result.status == 64 && result.text.isEmpty)
        #expect(result.errors.contains(message), "\(result.errors)")
    }

    @Test func `what cannot be audited is refused`() throws {
        let late = try audit("--breach-at", "13 s")
        #expect(late.status == 64)
        #expect(late.errors.contains("after the end of the run at 12.0 s"))
    }

    @Test func `an audit of set-ups by formula says what is declared only`() throws {
        let modelled = try audit("--set", "ice.setup=modelled")
        #expect(modelled.status == 0, "\(modelled.errors)")
        #expect(modelled.text.contains("labels and canaries agree on all addresses"))
        #expect(modelled.text.contains("calls set up by formula"))
        #expect(modelled.text.contains("kept only if ice.policy=relay: "))
        let document = try JSONSerialization.jsonObject(
            with: Data(try audit("--set", "ice.setup=modelled", "--format", "json").text.utf8))
        let calls = try #require((document as? [String: Any])?["calls"] as? Int)
        let declared = (document as? [String: Any])?["declared_only_calls"] as? Int
        #expect(calls > 5 && declared == calls)
    }
}
