import Foundation
import ScenarioFiles
import Testing

/// The first line of each file in `scenarios/invalid` is the error that it must give.
@Suite struct InvalidScenarioTests {
    static let directory = scenarioDirectory + "/invalid"
    static let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []

    @Test func `there are many of them`() {
        #expect(Self.names.filter { $0.hasSuffix(".yaml") }.count >= 70)
        #expect(Self.names.allSatisfy { $0.hasSuffix(".yaml") })
    }

    @Test(arguments: names.sorted()) func `it gives the error of its first line`(
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
