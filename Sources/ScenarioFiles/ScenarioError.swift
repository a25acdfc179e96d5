/// Everything that is wrong with a scenario, file by file in the order of each; never empty.
public struct ScenarioError: Error, Hashable, Sendable {
    /// What is wrong, at least one entry and at most `issueLimit`.
    public let issues: [ScenarioIssue]

    /// How many issues are told at most: who has that many starts again from the first.
    public static let issueLimit = 20

    /// The error of `issues`, sorted by place.
    ///
    /// - Precondition: there is at least one.
    init(_ issues: [ScenarioIssue]) {
        precondition(!issues.isEmpty, "an error without an issue")
        let files = issues.map(\.file)
        let sorted = issues.enumerated().sorted { a, b in
            guard a.element.file == b.element.file else {
                return files.firstIndex(of: a.element.file)! < files.firstIndex(of: b.element.file)!
            }
            let (x, y) = (a.element.location.rank, b.element.location.rank)
            return x == y ? a.offset < b.offset : x < y
        }
        self.issues = sorted.prefix(Self.issueLimit).map(\.element)
    }
}

extension ScenarioError: CustomStringConvertible {
    /// One line an issue: `file:line:column: error: what is wrong, and what is accepted`.
    public var description: String {
        issues.map(\.description).joined(separator: "\n")
    }
}

/// One thing that is wrong, or worth a warning, in a scenario.
public struct ScenarioIssue: Hashable, Sendable {
    /// The file as it was named.
    public let file: String
    /// The place in it.
    public let location: Location
    /// What is wrong.
    public let problem: Problem
    /// Whether the scenario can be run all the same.
    public let isWarning: Bool

    init(file: String, location: Location, problem: Problem, isWarning: Bool = false) {
        self.file = file
        self.location = location
        self.problem = problem
        self.isWarning = isWarning
    }
}

extension ScenarioIssue: CustomStringConvertible {
    /// `file:line:column: error: …`, `file: error: …` or `--set KEY: error: …`.
    public var description: String {
        let level = isWarning ? "warning" : "error"
        return switch location {
        case .place(let line, let column): "\(file):\(line):\(column): \(level): \(problem)"
        case .override(let option): "\(option): \(level): \(problem)"
        case .file, .builtIn: "\(file): \(level): \(problem)"
        }
    }
}
