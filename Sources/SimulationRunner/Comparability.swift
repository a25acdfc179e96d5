import Measurement
import Results

/// What two scenarios differ in, by key, and how far they can be compared all the same.
public struct Comparability: Hashable, Sendable {
    /// A key with its value in either scenario, as JSON; nil where it is missing.
    public struct Difference: Hashable, Sendable {
        /// The key with the sections it is in, such as `matchmaking.policy`, or what names it else.
        public var key: String
        /// The value in the baseline, or in the first of two.
        public var baseline: String?
        /// The value now, or in the second.
        public var now: String?
    }

    /// Differences in what the matchmaker and the scorer do: what a check is about.
    public let policies: [Difference]
    /// Differences in the world that they work in, with which no figures are held to a baseline.
    public let world: [Difference]

    /// Those of ``world`` with which not even two runs of one seed are compared person by person:
    /// other windows of time, or other names, or the same in another order, of what groups are told
    /// apart by.
    public var obstacles: [Difference] {
        world.filter { difference in
            Self.window.contains(difference.key)
                || LabelDimension.named.contains { Self.key(of: $0) == difference.key }
        }
    }

    /// Sections and keys that say what is tried, and those that change nobody's fate.
    private static let policySections = ["matchmaking", "risk"]
    private static let indifferent = [
        "title", "question", "thresholds", "general.replications", "general.threads",
    ]
    private static let window = ["general.warm_up", "general.stop_time"]

    /// Compares effective scenarios.
    public init(_ baseline: JSONValue, _ now: JSONValue) {
        var all: [Difference] = []
        Self.collect(baseline, now, "", &all)
        for dimension in LabelDimension.named {
            let names = [baseline, now].map { dimension.names(in: $0).joined(separator: ", ") }
            guard names[0] != names[1] else { continue }
            all.append(
                Difference(key: Self.key(of: dimension), baseline: names[0], now: names[1]))
        }
        all.removeAll { Self.isIn(Self.indifferent, $0) }
        policies = all.filter { Self.isIn(Self.policySections, $0) }
        world = all.filter { !Self.isIn(Self.policySections, $0) }
    }

    private static func key(of dimension: LabelDimension) -> String {
        "the names of \(dimension.name)"
    }

    private static func isIn(_ sections: [String], _ difference: Difference) -> Bool {
        sections.contains { difference.key == $0 || difference.key.hasPrefix($0 + ".") }
    }

    private static func collect(
        _ one: JSONValue?, _ other: JSONValue?, _ path: String, _ all: inout [Difference]
    ) {
        guard one != other else { return }
        if let a = one?.members, let b = other?.members {
            let keys = a.map(\.key) + b.map(\.key).filter { key in !a.contains { $0.key == key } }
            for key in keys {
                collect(one?[key], other?[key], path.isEmpty ? key : path + "." + key, &all)
            }
            return
        }
        all.append(
            Difference(key: path, baseline: one?.compactText(), now: other?.compactText()))
    }
}

extension LabelDimension {
    /// The dimensions whose labels a scenario names.
    fileprivate static let named: [LabelDimension] = [.language, .interest, .persona, .access]

    /// The labels of an effective scenario in the order in which they are numbered; languages and
    /// interests are in that of their first mention.
    fileprivate func names(in scenario: JSONValue) -> [String] {
        let people = scenario["population"]?.array ?? []
        switch self {
        case .access: return scenario["access"]?.members?.map(\.key) ?? []
        case .persona: return people.compactMap { $0["persona"]?.string }
        default:
            return people.reduce(into: []) { names, persona in
                for member in persona[name]?.members ?? [] where !names.contains(member.key) {
                    names.append(member.key)
                }
            }
        }
    }
}
