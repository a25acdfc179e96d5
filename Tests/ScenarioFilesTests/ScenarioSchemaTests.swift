import Foundation
import ScenarioFiles
import ScenarioModel
import Testing

@Suite struct ScenarioSchemaTests {
    private func schema() throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(ScenarioSchema.text.utf8))
        return try #require(object as? [String: Any])
    }

    private func properties(_ path: String...) throws -> [String: Any] {
        var object = try schema()
        for key in path {
            let properties = try #require(object["properties"] as? [String: Any])
            object = try #require(properties[key] as? [String: Any])
        }
        return try #require(object["properties"] as? [String: Any])
    }

    @Test func `it says which draft it is and closes every map`() throws {
        let schema = try schema()
        #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        var closed = 0
        func visit(_ value: Any) {
            if let list = value as? [Any] { list.forEach(visit) }
            guard let object = value as? [String: Any] else { return }
            if object["type"] as? String == "object" {
                #expect(
                    object["additionalProperties"] != nil || object["maxProperties"] as? Int == 0)
                closed += 1
            }
            object.values.forEach(visit)
        }
        visit(schema)
        #expect(closed > 25)
    }

    @Test func `it knows every section and describes every key`() throws {
        let sections = try properties()
        #expect(
            Set(sections.keys) == [
                "title", "question", "general", "arrivals", "population", "access", "regions",
                "matchmaking", "risk", "signaling", "ice", "relay", "privacy", "faults", "media",
                "thresholds", "sweep", "experimental",
            ])
        for (_, section) in sections {
            #expect(((section as? [String: Any])?["description"] as? String)?.isEmpty == false)
        }
    }

    @Test func `what cannot be run yet is not in it`() throws {
        #expect(
            Set(try properties("arrivals").keys) == [
                "rate", "profile", "diurnal", "flash_crowd", "hawkes", "trace",
            ])
    }

    @Test func `every policy is in it`() throws {
        let policy = try properties("matchmaking")["policy"] as? [String: Any]
        let names = try #require(policy?["enum"] as? [String])
        #expect(Set(names) == Set(Matchmaking.Policy.allCases.map(\.rawValue)))
    }

    @Test func `references lead somewhere`() throws {
        let text = ScenarioSchema.text
        let definitions = try #require(try schema()["$defs"] as? [String: Any])
        let used = text.matches(of: /"\$ref": "#\/\$defs\/([a-z]+)"/).map { String($0.1) }
        #expect(Set(used) == Set(definitions.keys))
    }

    @Test func `the reference has a heading for every key with its default and type`() {
        let page = ScenarioReference.markdown
        for key in [
            "general.seed", "arrivals.hawkes.branching", "population.N.fingerprint.entropy",
            "access.NAME.loss.gilbert.mean_burst", "relay.regions.NAME.servers",
            "media.codec.bitrate", "mixture", "thresholds",
        ] {
            #expect(page.contains("# `\(key)`\n"))
        }
        let headings = page.split(separator: "\n").count { $0.hasPrefix("##") }
        #expect(headings > 90)
        // All headings but the one of distributions and the one of NAT classes are keys.
        #expect(page.components(separatedBy: "- Type: ").count - 1 == headings - 2)
    }
}

/// The reference page of ScenarioFiles is what the tables of keys say.
@Suite struct ReferencePageTests {
    /// With `VOICESIM_RECORD` set, the page is written anew, and the test fails so that nobody
    /// takes a recording for a check.
    @Test func `the page in the repository is up to date`() throws {
        let path =
            scenarioDirectory + "/../Sources/ScenarioFiles/ScenarioFiles.docc/ScenarioKeys.md"
        if ProcessInfo.processInfo.environment["VOICESIM_RECORD"] != nil {
            try Data(ScenarioReference.markdown.utf8).write(to: URL(fileURLWithPath: path))
            Issue.record("recorded; run again without VOICESIM_RECORD")
        }
        let page = try String(contentsOfFile: path, encoding: .utf8)
        #expect(
            page == ScenarioReference.markdown,
            "write it anew: VOICESIM_RECORD=1 swift test --filter ReferencePageTests")
    }
}
