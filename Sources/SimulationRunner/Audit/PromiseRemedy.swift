import Quantities
import ScenarioModel

/// A setting that keeps a promise from being broken in one way.
enum PromiseRemedy: CaseIterable, Hashable {
    /// Relays for all calls: neither packets nor candidates show where anybody is.
    case relaysAlone
    /// Relays that write nothing down.
    case noRelayLog
    /// A new name for each visit.
    case freshNames
    /// Reports that live long enough for their stamps to be whole hours.
    case longReports

    /// The setting.
    var setting: PromiseVerdict.Setting {
        switch self {
        case .relaysAlone: .init("ice.policy", ICE.Policy.relay.rawValue)
        case .noRelayLog: .init("relay.log_retention", "0 s")
        case .freshNames: .init("privacy.visit_names", Privacy.VisitNames.fresh.rawValue)
        case .longReports: .init("risk.retention", "30 d")
        }
    }

    /// Whether `scenario` has it.
    func isTaken(in scenario: Scenario) -> Bool {
        switch self {
        case .relaysAlone: scenario.ice.policy == .relay
        case .noRelayLog: scenario.relay.logRetention == .zero
        case .freshNames: scenario.privacy.visitNames == .fresh
        case .longReports: scenario.risk.retention == .days(30)
        }
    }

    /// Gives it to `scenario`.
    func take(in scenario: inout Scenario) {
        switch self {
        case .relaysAlone: scenario.ice.policy = .relay
        case .noRelayLog: scenario.relay.logRetention = .zero
        case .freshNames: scenario.privacy.visitNames = .fresh
        case .longReports: scenario.risk.retention = .days(30)
        }
    }

    /// What the usual settings want, tried together. That of one promise does not make up for what another lacks: names and log
    /// decide nothing in a run, and relays for all calls are shown more names and would write more down.
    static let usual: Set<PromiseRemedy> = [.relaysAlone, .noRelayLog, .freshNames]
}

extension PlatformPromise {
    /// What can keep it, whatever the run shows.
    var remedies: Set<PromiseRemedy> {
        switch self {
        case .partnerSeesNoAddress: [.relaysAlone]
        case .visitsUnlinkedInStores: [.relaysAlone, .noRelayLog, .freshNames]
        case .visitsUnlinked: [.freshNames]
        case .callsOnlyCounted: [.noRelayLog]
        case .reportsNameNobodyElse: [.longReports]
        default: []
        }
    }
}
