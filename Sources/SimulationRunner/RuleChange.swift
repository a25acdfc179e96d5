import Quantities
import ScenarioModel

/// One change of the matchmaker's rules, as `--set` takes it.
public enum RuleChange: Hashable, Sendable {
    /// A step of the expansion begins earlier.
    case step(Int, after: SimDuration)
    /// Tiers are not looked at.
    case ignoreTiers
    /// The same partner may be met again.
    case allowRematches
    /// Decisions fall at once.
    case greedy

    /// The scenario with the change made.
    public func applied(to scenario: Scenario) -> Scenario {
        var changed = scenario
        switch self {
        case .step(let index, let after): changed.matchmaking.expansion[index].after = after
        case .ignoreTiers: changed.matchmaking.tiers = .ignore
        case .allowRematches: changed.matchmaking.avoidRematch = false
        case .greedy:
            changed.matchmaking.policy = .greedy
            changed.matchmaking.interval = .zero
        }
        return changed
    }

    /// The change as keys of a scenario file and what they are to say.
    public var settings: [(key: String, value: String)] {
        switch self {
        case .step(let index, let after):
            [("matchmaking.expansion.\(index).after", after.description)]
        case .ignoreTiers: [("matchmaking.tiers", "ignore")]
        case .allowRematches: [("matchmaking.avoid_rematch", "false")]
        // An interval goes with policies that have one.
        case .greedy: [("matchmaking.policy", "greedy"), ("matchmaking.interval", "0 s")]
        }
    }

    /// The change as options of a command line, for a shell.
    public var options: String {
        settings.map { key, value in
            "--set \(key)=" + (value.contains(" ") ? "\"\(value)\"" : value)
        }.joined(separator: " ")
    }

    /// What the key says now.
    public func present(in scenario: Scenario) -> String {
        switch self {
        case .step(let index, _): scenario.matchmaking.expansion[index].after.description
        case .ignoreTiers: scenario.matchmaking.tiers.rawValue
        case .allowRematches: "true"
        case .greedy: scenario.matchmaking.policy.rawValue
        }
    }
}
