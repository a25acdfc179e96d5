import Measurement
import ScenarioModel

extension Comparison {
    /// Why two scenarios cannot be compared person by person.
    public enum Obstacle: Hashable, Sendable {
        /// They measure different windows of time.
        case window
        /// They give other names, or the same in another order, to what groups are told apart by.
        case names(LabelDimension)

        /// The keys in which the two differ.
        public var keys: String {
            switch self {
            case .window: "general.warm_up or general.stop_time"
            case .names(let dimension): "the names of \(dimension.name)"
            }
        }
    }

    /// What keeps two scenarios from being compared; nil if nothing does.
    public static func obstacle(between one: Scenario, _ other: Scenario) -> Obstacle? {
        let windows = [one, other].map { [$0.general.warmUp, $0.general.stopTime] }
        if windows[0] != windows[1] { return .window }
        let names: [(LabelDimension, (Scenario) -> [String])] = [
            (.language, { $0.languages }), (.interest, { $0.interests }),
            (.persona, { $0.population.map(\.name) }), (.access, { $0.access.map(\.name) }),
        ]
        return names.first { $0.1(one) != $0.1(other) }.map { .names($0.0) }
    }
}
