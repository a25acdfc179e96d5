import ArrivalProcesses
import Quantities
import ScenarioModel

/// How many people are expected to arrive inside the measured window: the integral of the rate.
struct ArrivalCount {
    private let arrivals: Arrivals
    private let general: General

    init(_ scenario: Scenario) {
        arrivals = scenario.arrivals
        general = scenario.general
    }

    /// The count; none for a trace, which leaves nothing to chance.
    var predictions: [Prediction] {
        if case .trace = arrivals { return [] }
        let count = arrivals.process.meanCount(
            from: .zero + general.warmUp, to: .zero + general.stopTime)
        guard count > 0 else { return [] }
        return [Prediction(.arrivals, .value, count, by: formula)]
    }

    private var formula: String {
        switch arrivals {
        case .rate: "Poisson process, rate × window"
        case .profile, .diurnal, .flashCrowd: "Poisson process, integral of the rate"
        case .hawkes: "Hawkes process from no history, integral of the mean rate (Hawkes 1971)"
        case .trace: ""
        }
    }
}
