public import KnowledgeLedger

/// Reads profiles of services.
public enum ProfileLoader {
    /// The profile in the file at `path`.
    ///
    /// Throws everything that is wrong with it; O(size of the file).
    public static func load(path: String) throws(ScenarioError) -> ServiceProfile {
        try load(bytes: ScenarioLoader.bytes(at: path), file: path)
    }

    /// The profile of `bytes`, which messages call `file`.
    public static func load(
        bytes: [UInt8], file: String
    ) throws(ScenarioError) -> ServiceProfile {
        let tree: Tree
        do throws(Flaw) {
            tree = try TreeParser.tree(of: try SourceText(fileBytes: bytes))
        } catch {
            let flaw =
                error.problem == .empty ? Flaw(error.location, .emptyProfile) : error
            throw ScenarioError([ScenarioIssue(flaw, file: file)])
        }
        var checker = Checker()
        guard let checked = checker.check(tree, Format.serviceProfile, path: ""),
            checker.flaws.isEmpty
        else { throw ScenarioError(checker.flaws.map { ScenarioIssue($0, file: file) }) }
        var builder = ProfileBuilder(checked)
        guard let profile = builder.profile(called: ScenarioLoader.stem(of: file)) else {
            throw ScenarioError(builder.flaws.map { ScenarioIssue($0, file: file) })
        }
        return profile
    }
}
