import ScenarioFiles
import ScenarioModel

/// The repository's directory of scenarios, found from this file.
let scenarioDirectory: String = {
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/") + "/scenarios"
}()

/// The scenario that `text` means.
func load(_ text: String, set overrides: [String] = []) throws(ScenarioError) -> LoadedScenario {
    var parsed: [ScenarioOverride] = []
    for override in overrides { parsed.append(try ScenarioOverride(assignment: override)) }
    return try ScenarioLoader.load(bytes: Array(text.utf8), file: "x.yaml", overrides: parsed)
}

/// What is wrong with `text`, one line an issue; empty if nothing is.
func errors(_ text: String, set overrides: [String] = []) -> [String] {
    do throws(ScenarioError) {
        _ = try load(text, set: overrides)
        return []
    } catch {
        return error.issues.map(\.description)
    }
}
