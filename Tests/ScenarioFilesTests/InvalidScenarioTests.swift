import Foundation
import ScenarioFiles
import Testing

/// The first line of each scenario in `scenarios/invalid` is the error that it must give; the
/// files of times there belong to scenarios of the same name.
@Suite struct InvalidScenarioTests {
    static let directory = scenarioDirectory + "/invalid"
    static let scenarios = names.filter { $0.hasSuffix(".yaml") }.sorted()
    static let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []

    @Test func `there are many of them`() {
        #expect(Self.scenarios.count >= 80)
        for name in Self.names where !name.hasSuffix(".yaml") {
            #expect(Self.scenarios.contains(name.replacing(".csv", with: ".yaml")))
        }
    }

    @Test(arguments: scenarios) func `it gives the error of its first line`(
        name: String
    ) throws {
        let path = "\(Self.directory)/\(name)"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let expected = text.prefix { $0 != "\n" }.dropFirst(2)
        do throws(ScenarioError) {
            let loaded = try ScenarioLoader.load(path: path)
            Issue.record("no error, but \(loaded.model)")
        } catch {
            #expect(error.description == "\(Self.directory)/\(expected)")
        }
    }
}
