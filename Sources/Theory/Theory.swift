import Measurement
public import ScenarioModel

/// The closed forms that a scenario meets, beside which its simulation can be held.
///
/// A formula is used only where its assumptions hold for the scenario as it is written; what each
/// asks for is on the page of this module.
public enum Theory {
    /// What theory says of a run of `scenario`, in the order of the metrics' catalogue; empty
    /// where no closed form applies.
    ///
    /// Every figure is one that a run reports with a 95 % interval.
    ///
    /// - Precondition: `scenario` is valid, as those that files give are.
    public static func predictions(for scenario: Scenario) -> [Prediction] {
        var all = ArrivalCount(scenario).predictions
        if let queues = IndependentQueues(scenario) {
            all += queues.predictions
            all += StationaryCalls(scenario, queues)?.predictions ?? []
            all += RelayLosses(scenario, queues)?.predictions ?? []
        }
        return inOrderOfCatalogue(all)
    }

    private static func inOrderOfCatalogue(_ all: [Prediction]) -> [Prediction] {
        MetricCatalogue.all.flatMap { entry in all.filter { $0.metric == entry.name } }
    }
}

extension Prediction {
    /// The figure `statistic` of a metric of the catalogue.
    init(
        _ metric: Metric, _ statistic: Threshold.Statistic, _ value: Double,
        tolerance: Double = 0, by formula: String
    ) {
        self.init(
            metric: metric.description.name, statistic: statistic, value: value,
            tolerance: tolerance, formula: formula)
    }
}
