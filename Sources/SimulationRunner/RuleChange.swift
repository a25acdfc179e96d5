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

    /// The change as key and value.
    public var assignment: String {
        switch self {
        case .step(let index, let after):
            "matchmaking.expansion.\(index).after=\"\(after.description)\""
        case .ignoreTiers: "matchmaking.tiers=ignore"
        case .allowRematches: "matchmaking.avoid_rematch=false"
        case .greedy: "matchmaking.policy=greedy"
        }
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
