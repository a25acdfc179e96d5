import ArrivalProcesses
import ClosedForms
import EventEngine
import PlatformModel
import Quantities
import ScenarioModel

/// The measured window of a scenario cut into short spans of equal length, with the number of
/// arrivals expected in each.
struct ArrivalBins: Sendable {
    private let start: SimTime
    private let width: SimDuration
    /// Expected arrivals, by span.
    private let expected: [Double]
    let oracles: [Oracle]

    /// Spans: few enough for a dozen arrivals in each of a small run.
    private static let count: Int64 = 200
    /// So many relaxation times after its start a self-exciting process has forgotten it.
    private static let forgetting = 20.0

    /// The spans of `scenario`; nil where arrivals come at a constant rate, or from a file, or the
    /// law of their number in a span is not known.
    init?(_ scenario: Scenario) {
        let general = scenario.general
        width = general.measured / Self.count
        start = .zero + general.warmUp
        guard width > .zero,
            let dispersion = Self.dispersion(scenario.arrivals, general, over: width)
        else { return nil }
        let process = scenario.arrivals.process
        let (start, width) = (start, width)
        let expected = (0..<Self.count).map {
            process.meanCount(from: start + width * $0, to: start + width * ($0 + 1))
        }
        guard expected.allSatisfy({ $0 > 0 }) else { return nil }
        self.expected = expected
        oracles = [
            Oracle("arrivals.dispersion", .dispersion, dispersion.value, by: dispersion.formula)
        ]
    }

    private static func dispersion(
        _ arrivals: Arrivals, _ general: General, over width: SimDuration
    ) -> (value: Double, formula: String)? {
        switch arrivals {
        case .rate, .trace: return nil
        case .profile, .diurnal, .flashCrowd:
            return (1, "counts of a Poisson process vary by their mean")
        case .hawkes(let base, let branching, let decay):
            let counts = HawkesCounts(base: base, branching: branching, decay: decay.seconds)
            guard counts.relaxation * general.warmUp.seconds >= Self.forgetting else { return nil }
            return (
                counts.dispersion(over: width.seconds),
                "stationary Hawkes process (Hawkes 1971)"
            )
        }
    }

    /// The mean over all spans of (count − expected)² ÷ expected.
    func figures(of trajectory: [TrajectoryRecord]) -> [Double] {
        var counts = [Int](repeating: 0, count: expected.count)
        for record in trajectory where record.code == TrajectoryCode.arrival.rawValue {
            let index = Int((record.time - start).nanoseconds / max(1, width.nanoseconds))
            if record.time >= start, index < counts.count { counts[index] += 1 }
        }
        let deviations = zip(counts, expected).reduce(0.0) { sum, span in
            let deviation = Double(span.0) - span.1
            return sum + deviation * deviation / span.1
        }
        return [deviations / Double(counts.count)]
    }
}
