import Foundation
import Testing

/// `profiles` as one calls it.
@Suite struct ProfilesTests {
    @Test func `those of the repository stand side by side, by name`() throws {
        try Tool.withDirectory { directory in
            // It looks in the directory that it is started in.
            let scenarios = directory.appendingPathComponent("scenarios")
            try FileManager.default.createDirectory(
                at: scenarios, withIntermediateDirectories: true)
            let profiles = scenarios.appendingPathComponent("profiles")
            try FileManager.default.copyItem(
                at: Tool.root.appendingPathComponent("scenarios/profiles"), to: profiles)
            let result = try Tool.finish(Tool.start(["profiles"], in: directory), in: directory)
            #expect(result.status == 0, "\(result.errors)")
            let head = result.output.split(separator: "\n").first { $0.hasPrefix("partner") }
            #expect(
                head?.split(separator: " ").dropFirst().joined(separator: " ")
                    == "signal telegram voicemeet whatsapp")
            try FileManager.default.removeItem(at: profiles)
            let none = try Tool.finish(Tool.start(["profiles"], in: directory), in: directory)
            #expect(none.status == 65 && none.output.isEmpty)
            #expect(none.errors.contains("no profiles in scenarios/profiles; name files"))
        }
    }

    @Test func `a file is named, printed as JSON, and refused with its place`() throws {
        try Tool.withDirectory { directory in
            let own = Tool.root.appendingPathComponent("scenarios/profiles/voicemeet.yaml")
            let result = try Tool.finish(
                Tool.start(["profiles", own.path, "--format", "json"], in: directory),
                in: directory)
            #expect(result.status == 0, "\(result.errors)")
            let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
            let table = try #require(document as? [String: Any])
            #expect(table["schema"] as? String == "voicesim.profiles/1")
            let text = try String(contentsOf: own, encoding: .utf8).replacing(
                "  product_team:\n", with: "  produkt_team:\n")
            let bad = directory.appendingPathComponent("bad.yaml")
            try Data(text.utf8).write(to: bad)
            let refused = try Tool.finish(
                Tool.start(["profiles", own.path, "bad.yaml"], in: directory), in: directory)
            #expect(refused.status == 65 && refused.output.isEmpty)
            #expect(refused.errors.hasPrefix("bad.yaml:"))
            #expect(refused.errors.contains("did you mean 'product_team'?"))
        }
    }
}
