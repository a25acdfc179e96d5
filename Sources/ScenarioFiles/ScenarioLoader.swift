import Digests
import ScenarioModel

/// A scenario that can be run.
public struct LoadedScenario: Sendable {
    /// What it means.
    public let model: Scenario
    /// The file's name without directory and suffix.
    public let name: String
    /// SHA-256 of the file's bytes, 64 hexadecimal digits.
    public let sourceHash: String
    /// The scenario with every key written out and overrides applied, as JSON (and so YAML) that
    /// is a scenario again; equal scenarios have equal texts, whatever their files look like. It
    /// names files of times without their directory.
    public let effectiveText: String
    /// The line in the file of each section and each target, such as `matchmaking` and
    /// `thresholds.match.latency.p95`; keys that the file does not have are left out.
    public let lines: [String: Int]
    /// Files of times that the scenario refers to, in the order of their first use.
    public let inputs: [InputFile]
    /// What is odd and does not keep the scenario from running.
    public let warnings: [ScenarioIssue]
}

/// Reads scenario files.
public enum ScenarioLoader {
    /// Largest scenario: every key of the format with comments takes a hundredth of it.
    public static let sizeLimit: Int64 = 256 << 10

    /// The scenario in the file at `path`, with single values replaced by `overrides`, in order.
    ///
    /// Throws everything that is wrong with it; O(size of the file).
    public static func load(
        path: String, overrides: [ScenarioOverride] = []
    ) throws(ScenarioError) -> LoadedScenario {
        let bytes = try bytes(at: path)
        let slash = path.lastIndex(of: "/")
        return try load(
            bytes: bytes, file: path, directory: slash.map { String(path[..<$0]) } ?? "",
            overrides: overrides)
    }

    /// The bytes of the file at `path`.
    static func bytes(at path: String) throws(ScenarioError) -> [UInt8] {
        do throws(FileBytes.Failure) {
            return try FileBytes.read(path, limit: sizeLimit)
        } catch {
            let problem: Problem =
                switch error {
                case .unreadable(let failure): .unreadable(failure)
                case .tooLarge(let size): .tooLarge(bytes: size, limit: sizeLimit)
                }
            throw ScenarioError([ScenarioIssue(file: path, location: .file, problem: problem)])
        }
    }

    /// The scenario of `bytes`, which messages call `file`; files that it refers to are looked
    /// for in `directory`.
    public static func load(
        bytes: [UInt8], file: String, directory: String = "", overrides: [ScenarioOverride] = []
    ) throws(ScenarioError) -> LoadedScenario {
        var tree: Tree
        do throws(Flaw) {
            if bytes.isEmpty { throw Flaw(.file, .empty) }
            tree = try TreeParser.tree(of: try SourceText(fileBytes: bytes))
            for override in overrides { try override.apply(to: &tree) }
        } catch {
            throw ScenarioError([ScenarioIssue(error, file: file)])
        }
        var checker = Checker()
        let checked = checker.check(tree, Format.root, path: "")
        // Values are held against each other only where nothing is missing; what cannot be run
        // yet is there all the same.
        guard let checked, checker.flaws.allSatisfy(\.problem.isUnsupported) else {
            throw ScenarioError(checker.flaws.map { ScenarioIssue($0, file: file) })
        }
        var builder = Builder(checked, directory: directory)
        let model = builder.scenario()
        let flaws = checker.flaws + builder.flaws
        guard flaws.isEmpty else {
            throw ScenarioError(flaws.map { ScenarioIssue($0, file: file) })
        }
        return LoadedScenario(
            model: model, name: stem(of: file), sourceHash: SHA256Digest.of(bytes).hexadecimal,
            effectiveText: builder.root.json.written() + "\n", lines: lines(of: builder.root),
            inputs: builder.inputs,
            warnings: builder.warnings.map { ScenarioIssue($0, file: file, isWarning: true) })
    }

    private static func lines(of root: Checked) -> [String: Int] {
        var lines: [String: Int] = [:]
        func note(_ entries: [Checked.Entry], _ prefix: String) {
            for entry in entries {
                guard case .place(let line, _) = entry.keyLocation else { continue }
                lines[prefix + entry.key] = line
            }
        }
        note(root.entries, "")
        if let thresholds = root.find("thresholds") { note(thresholds.entries, "thresholds.") }
        return lines
    }

    /// The file's name without directory and suffix.
    static func stem(of path: String) -> String {
        let name = path.lastPathComponent
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }
}

extension ScenarioIssue {
    init(_ flaw: Flaw, file: String, isWarning: Bool = false) {
        self.init(
            file: flaw.file ?? file, location: flaw.location, problem: flaw.problem,
            isWarning: isWarning)
    }
}

extension Problem {
    var isUnsupported: Bool {
        if case .notSupported = self { true } else { false }
    }
}
