import Foundation
import Testing

/// Whatever is given in place of a scenario: one clear error, exit 65.
@Suite struct BadInputTests {
    private func validate(_ name: String, _ prepare: (URL) throws -> Void) throws -> Tool.Result {
        try Tool.withDirectory { directory in
            try prepare(directory.appendingPathComponent(name))
            return try Tool.finish(
                Tool.start(["validate", name], in: directory), in: directory)
        }
    }

    private func expectOneError(_ result: Tool.Result, about file: String) {
        #expect(result.status == 65)
        let lines = result.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(result.errors)")
        #expect(lines.first?.hasPrefix(file) == true, "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test func `an empty file`() throws {
        expectOneError(try validate("a.yaml") { try Data().write(to: $0) }, about: "a.yaml")
    }

    @Test func `a binary file`() throws {
        let bytes = Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 151) })
        expectOneError(try validate("a.yaml") { try bytes.write(to: $0) }, about: "a.yaml")
    }

    @Test func `a file of 100 MB`() throws {
        let result = try validate("a.yaml") { file in
            try Data("title: big\n".utf8).write(to: file)
            let handle = try FileHandle(forWritingTo: file)
            try handle.truncate(atOffset: 100_000_000)
            try handle.close()
        }
        expectOneError(result, about: "a.yaml")
    }

    @Test func `a directory`() throws {
        let result = try validate("a.yaml") {
            try FileManager.default.createDirectory(at: $0, withIntermediateDirectories: false)
        }
        expectOneError(result, about: "a.yaml")
    }

    @Test func `a file that is not there`() throws {
        expectOneError(try validate("a.yaml") { _ in }, about: "a.yaml")
    }

    @Test func `a bomb of aliases`() throws {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<12 {
            let items = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(items)]\n"
        }
        let result = try validate("a.yaml") { try Data(text.utf8).write(to: $0) }
        expectOneError(result, about: "a.yaml")
    }

    @Test func `one bad file does not hide a good one`() throws {
        let result = try Tool.run("validate", "missing.yaml", Tool.smoke)
        #expect(result.status == 65)
        #expect(result.output.contains("smoke.yaml: valid"))
    }
}
