import Measurement
import MediaPipeline
import PlatformModel
import Quantities
public import ScenarioModel
import Theory

/// A scenario run as `voicesim run` runs it, held against what ``Theory`` says of it.
///
/// Where the rate of arrivals changes with time or with past arrivals, the times of the arrivals
/// are taken from the trajectory as well, for their dispersion about what is expected in each of many
/// short spans.
public struct ScenarioStudy: Study {
    /// The scenario's name.
    public let name: String
    /// What its figures have to be.
    public let oracles: [Oracle]
    private let scenario: Scenario
    private let metrics: [Metric]
    private let bins: ArrivalBins?
    private let speech: SpeechMaterial
    private let traffic: SpeechTraffic
    private let rehearsals = Rehearsals()

    /// A closed form that a run meets only within more than this, relative to it, is no oracle.
    public static let greatestTolerance = 1e-3

    /// The study of `scenario` with those closed forms that it meets but for 0.1 %; its seeds
    /// begin with the scenario's own.
    ///
    /// - Precondition: `scenario` is valid, as those that files give are.
    public init(name: String, scenario: Scenario) {
        self.name = name
        self.scenario = scenario
        var metrics: [Metric] = []
        var oracles: [Oracle] = []
        for prediction in Theory.predictions(for: scenario)
        where prediction.tolerance <= Self.greatestTolerance {
            guard let metric = MetricCatalogue.metric(named: prediction.metric),
                metric.description.kind.mainStatistic == prediction.statistic
            else { continue }
            metrics.append(metric)
            let kind: Oracle.Kind = metric.description.kind == .ratio ? .probability : .mean
            oracles.append(
                Oracle(prediction.key, kind, prediction.value, by: prediction.formula))
        }
        let bins = ArrivalBins(scenario)
        self.metrics = metrics
        self.bins = bins
        self.oracles = oracles + (bins?.oracles ?? [])
        // What callers say weighs in no figure that a closed form foretells.
        speech = SyntheticSpeech.material()
        traffic = SpeechTraffic(of: speech, as: scenario.media)
    }

    /// The scenario's own seed.
    public var firstSeed: UInt64 { scenario.general.seed }

    /// The scenario's own number of replications.
    public var replications: Int { scenario.general.replications }

    /// Runs the scenario once and reads its figures, in the order of ``oracles``.
    public func figures(seed: UInt64, replication: UInt32) throws(StudyFailure) -> [Double] {
        var run = ReplicationRun(
            scenario, seed: seed, replication: replication, speech: speech, traffic: traffic,
            rehearsals: rehearsals, capturing: bins == nil ? 0..<0 : 0..<UInt64.max)
        run.advance(to: run.end)
        if let violation = run.violation {
            throw StudyFailure(
                study: name, seed: seed, replication: replication, violation: violation)
        }
        let trajectory = run.fingerprint.captured
        let record = run.finish()
        return metrics.map { record.value($0) ?? .nan } + (bins?.figures(of: trajectory) ?? [])
    }
}

extension MetricKind {
    /// The figure that stands for a metric of this kind.
    var mainStatistic: Threshold.Statistic {
        switch self {
        case .distribution: .mean
        case .survival: .p50
        case .count, .ratio, .contrast, .index: .value
        case .level: .timeMean
        }
    }
}
