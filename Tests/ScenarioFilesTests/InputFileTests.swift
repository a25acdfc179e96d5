import Foundation
import RandomStreams
import ScenarioFiles
import Testing

@Suite struct InputFileTests {
    /// Loads a scenario beside a file of numbers, both gone afterwards.
    private func load(
        _ numbers: String, key: String = "patience: {empirical: waits.csv}"
    ) throws -> Result<LoadedScenario, ScenarioError> {
        let directory = NSTemporaryDirectory() + "voicesim-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Data(numbers.utf8).write(to: URL(fileURLWithPath: directory + "/waits.csv"))
        let path = directory + "/x.yaml"
        try Data("population: [{persona: p, \(key)}]".utf8).write(
            to: URL(fileURLWithPath: path))
        return Result { () throws(ScenarioError) in try ScenarioLoader.load(path: path) }
    }

    private func message(_ numbers: String) throws -> String {
        switch try load(numbers) {
        case .success: return ""
        case .failure(let error):
            let text = error.description
            return String(text[text.range(of: "used: ")!.upperBound...])
        }
    }

    @Test func `a sample is read from beside the scenario, sorted and named`() throws {
        let loaded = try load("seconds\n# measured\n3\n1.5 s\r\n\n2e0\n").get()
        #expect(loaded.model.population[0].patience == .empirical([1.5, 2, 3]))
        #expect(loaded.inputs.map(\.name) == ["waits.csv"])
        #expect(loaded.inputs[0].count == 3)
        #expect(loaded.inputs[0].sha256.count == 64)
        #expect(loaded.effectiveText.contains("\"empirical\": \"waits.csv\""))
    }

    @Test func `a file that two places refer to is told once`() throws {
        let key = "patience: {empirical: waits.csv}, conversation: {empirical: waits.csv}"
        #expect(try load("1\n", key: key).get().inputs.count == 1)
    }

    @Test func `what is no sample is refused with its line`() throws {
        #expect(try message("") == "it holds no number")
        #expect(try message("seconds\n") == "it holds no number")
        let accepted = "is not a time in seconds from 0 to 365 d"
        #expect(try message("1\n2\nx\n") == "its line 3, 'x', \(accepted)")
        #expect(try message("1\n-2\n") == "its line 2, '-2', \(accepted)")
        #expect(try message("1,2\n") == "its line 1, '1,2', \(accepted)")
        #expect(try message("1\n2 ms\n") == "its line 2, '2 ms', \(accepted)")
    }
}
