import ICE
import Matchmaking
import ScenarioModel

extension Scenario {
    /// The rules that the platform's matchmaker is given.
    public var matchRules: MatchRules { Platform.rules(self) }

    /// The names of the risk tiers, by label.
    public static var tierNames: [String] { RiskDesk.tierNames }
}

extension ScenarioModel.ICE.Timing {
    /// What the agents go by.
    var profile: TimingProfile { self == .browser ? .browser : .rfc8445 }
}
