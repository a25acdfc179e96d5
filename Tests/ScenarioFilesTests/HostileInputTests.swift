import Foundation
import ScenarioFiles
import Testing

/// Whatever a file holds, the answer is one clear error.
@Suite struct HostileInputTests {
    /// The error of the file at `path`, without its name.
    private func error(at path: String) -> String? {
        do throws(ScenarioError) {
            _ = try ScenarioLoader.load(path: path)
            return nil
        } catch {
            #expect(error.issues.count == 1)
            return error.description.hasPrefix(path)
                ? String(error.description.dropFirst(path.count)) : error.description
        }
    }

    private func error(of bytes: [UInt8]) -> String? {
        do throws(ScenarioError) {
            _ = try ScenarioLoader.load(bytes: bytes, file: "")
            return nil
        } catch {
            #expect(error.issues.count == 1)
            return error.description
        }
    }

    private func error(of text: String) -> String? { error(of: Array(text.utf8)) }

    @Test func `a directory, a missing file, a device and a closed door`() throws {
        #expect(error(at: scenarioDirectory) == ": error: cannot be read: it is a directory")
        #expect(
            error(at: scenarioDirectory + "/none.yaml") == ": error: cannot be read: no such file")
        #expect(error(at: "/dev/zero") == ": error: cannot be read: it is not a regular file")
        #expect(error(at: "smoke.yaml/x") == ": error: cannot be read: no such file")
    }

    @Test func `a file of 100 MB is refused by its size`() throws {
        let path = NSTemporaryDirectory() + "voicesim-large-\(UUID().uuidString).yaml"
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.truncate(atOffset: 100_000_000)
        try file.close()
        #expect(
            error(at: path)
                == ": error: 100000000 bytes are too many for a scenario; "
                + "at most 262144 are accepted")
    }

    @Test func `nothing, and nothing but comments`() {
        let expected = ": error: is empty; a scenario is a map with keys such as title and arrivals"
        #expect(error(of: "") == expected)
        #expect(error(of: "\n\n# nothing\n") == expected)
        #expect(error(of: "---\n")?.contains("nothing found, a map") == true)
    }

    @Test func `bytes that are not text`() {
        #expect(
            error(of: [0x61, 0x3A, 0x0A, 0x20, 0x00, 0x62])
                == ":2:2: error: not UTF-8 text: byte 0x00 cannot stand here")
        #expect(
            error(of: Array("title: é".utf8) + [0xFF, 0xFE])
                == ":1:9: error: not UTF-8 text: byte 0xFF cannot stand here")
        #expect(
            error(of: [0x1F, 0x8B, 0x08, 0x00])
                == ":1:2: error: not UTF-8 text: byte 0x8B cannot stand here")
        #expect(error(of: "title: \u{1}")?.hasPrefix(":1:8: error: not YAML: ") == true)
        #expect(error(of: "\u{FEFF}titel: x")?.hasPrefix(":1:1: error: unknown key") == true)
    }

    @Test func `an alias bomb is refused at its first anchor`() {
        var bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
        for (last, next) in zip("abcdefgh", "bcdefghi") {
            let uses = Array(repeating: "*\(last)", count: 9).joined(separator: ", ")
            bomb += "\(next): &\(next) [\(uses)]\n"
        }
        let expected =
            ":1:4: error: YAML anchors (&name) are not accepted; write the value where it is used"
        #expect(error(of: bomb) == expected)
        #expect(error(of: bomb + "? *i\n: 1\n? *i\n: 2\n") == expected)
    }

    /// Each hides an anchor from a reader that loses track of where values begin.
    @Test(arguments: [
        "a: it's\nb: &x 1\n", "a: one\n  \"two\nb: &x 1\n", "a: |\n  \"text\nb: &x 1\n",
        "a: >\n  text 'x\n\n  more\nb: &x 1\n", "a:\n  |\n  \"text\nb: &x 1\n",
        "- - |\n    \"text\n- &x 1\n", "a: [b\n \"c, d]\nb: &x 1\n", "a: 'it''s'\nb: &x 1\n",
        "a: \"\\\"\"\nb: &x 1\n", "a: x # '\nb: &x 1\n", "a: 'x\n  y'\nb: &x 1\n",
        "- a\n \"b\n- &x 1\n", "a:\n    one\n  \"two\nb: &x 1\n", "{a: \"'\", b: &x 1}\n",
        "a: b#'\nb: &x 1\n", "\"a\": &x 1\n", "a: - \"\nb: &x 1\n",
    ]) func `anchors are found behind quotes, comments and texts`(text: String) {
        let found = error(of: text)
        #expect(found?.contains("YAML anchors") == true || found?.contains("not YAML") == true)
    }

    @Test(arguments: [
        "title: Tom & Jerry", "title: 5 * 3", "title: a*b&c", "title: '&x'", "title: |\n  *x\n  &y",
        "title: one\n  *two*\n", "title: \"*x\" # &y", "title: hush!", "question: why?",
    ]) func `texts that only look like anchors are texts`(text: String) {
        #expect(error(of: text) == nil)
    }

    @Test func `deep nesting and many values end at a limit`() {
        let deep = "lists and maps are nested too deep; at most 24 levels are accepted"
        #expect(
            error(of: "a: " + String(repeating: "[", count: 100_000)) == ":1:28: error: \(deep)")
        #expect(error(of: String(repeating: "- ", count: 100) + "a") == ":1:49: error: \(deep)")
        #expect(
            error(of: String(repeating: "- ", count: 100_000) + "a")?.contains("error: ") == true)
        let indented = (0..<200).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
        #expect(error(of: indented)?.hasSuffix(deep) == true)
        #expect(
            error(of: "a: [" + String(repeating: "1,", count: 100_000) + "1]")
                == ":1:40001: error: too many values; at most 20000 are accepted")
        let keys = (0..<30_000).map { "k\($0): 1\n" }.joined()
        #expect(error(of: String(keys.prefix(200_000)))?.contains("too many values") == true)
    }

    @Test func `any beginning of a scenario gives an answer`() throws {
        let bytes = Array(
            try Data(contentsOf: URL(fileURLWithPath: scenarioDirectory + "/evening-peak.yaml")))
        for length in stride(from: 0, to: bytes.count, by: 61) {
            do throws(ScenarioError) {
                _ = try ScenarioLoader.load(bytes: Array(bytes[..<length]), file: "x")
            } catch {
                #expect(!error.issues.isEmpty)
            }
        }
    }

    @Test func `any damaged scenario gives an answer`() throws {
        let bytes = Array(
            try Data(contentsOf: URL(fileURLWithPath: scenarioDirectory + "/smoke.yaml")))
        let wild = Array("\t\n {}[],:-&*!|>'\"#%@`\u{7F}~0?a".utf8) + [0, 0xFF, 0xC3]
        var state: UInt64 = 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<150 {
            var damaged = bytes
            for _ in 0...next(3) { damaged[next(damaged.count)] = wild[next(wild.count)] }
            do throws(ScenarioError) {
                _ = try ScenarioLoader.load(bytes: damaged, file: "x")
            } catch {
                #expect(error.issues.allSatisfy { $0.description.contains("error: ") })
            }
        }
    }

    @Test func `a message shows no more than a line of what it found`() {
        let long = String(repeating: "x", count: 5000)
        #expect(error(of: "\(long): 1")?.count ?? 0 < 600)
        #expect(error(of: "general: {seed: \"\(long)\\e[2J\"}")?.contains("\u{1B}") == false)
    }
}
