import Results

/// What two scenarios differ in, by key.
public struct Comparability: Hashable, Sendable {
    /// A key with its value in the baseline and now, as JSON; nil where it is missing.
    public struct Difference: Hashable, Sendable {
        /// The key with the sections it is in, such as `matchmaking.policy`.
        public var key: String
        /// The baseline's value.
        public var baseline: String?
        /// The value now.
        public var now: String?
    }

    /// Differences in what the matchmaker and the scorer do: what a check is about.
    public let policies: [Difference]
    /// Differences in the world that they work in, with which nothing can be compared.
    public let world: [Difference]

    /// Sections and keys that say what is tried, and those that change nobody's fate.
    private static let policySections = ["matchmaking", "risk"]
    private static let indifferent = [
        "title", "question", "thresholds", "general.replications", "general.threads",
    ]

    /// Compares effective scenarios.
    public init(_ baseline: JSONValue, _ now: JSONValue) {
        var all: [Difference] = []
        Self.collect(baseline, now, "", &all)
        all.removeAll { difference in
            Self.indifferent.contains {
                difference.key == $0 || difference.key.hasPrefix($0 + ".")
            }
        }
        func isPolicy(_ difference: Difference) -> Bool {
            Self.policySections.contains {
                difference.key == $0 || difference.key.hasPrefix($0 + ".")
            }
        }
        policies = all.filter(isPolicy)
        world = all.filter { !isPolicy($0) }
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
