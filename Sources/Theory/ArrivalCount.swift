import Quantities
import RandomStreams
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
        let (from, to) = (general.warmUp.seconds, general.stopTime.seconds)
        guard let until = expected(until: to), let before = expected(until: from),
            until > before
        else { return [] }
        return [Prediction(.arrivals, .value, until - before, by: formula)]
    }

    private var formula: String {
        switch arrivals {
        case .rate: "Poisson process, rate × window"
        case .profile, .diurnal, .flashCrowd: "Poisson process, integral of the rate"
        case .hawkes: "Hawkes process from no history, integral of the mean rate (Hawkes 1971)"
        case .trace: ""
        }
    }

    /// Expected arrivals from the beginning to `time`, in seconds.
    private func expected(until time: Double) -> Double? {
        switch arrivals {
        case .rate(let rate):
            return rate * time
        case .profile(let interpolation, let points):
            return Self.integral(points, interpolation, until: time)
        case .diurnal(let mean, let amplitude, let peakAt, let start):
            let day = 86_400.0
            func sine(_ time: Double) -> Double {
                Elementary.sin2pi((start.seconds + time - peakAt.seconds) / day)
            }
            return mean
                * (time + amplitude * day / (2 * Double.pi) * (sine(time) - sine(0)))
        case .flashCrowd(let base, let factor, let at, let rise, let decay):
            let climbing = min(max(time - at.seconds, 0), rise.seconds)
            let falling = max(time - at.seconds - rise.seconds, 0)
            let excess =
                0.5 * climbing * climbing / rise.seconds
                + decay.seconds * (1 - Elementary.exp(-falling / decay.seconds))
            return base * time + base * (factor - 1) * excess
        case .hawkes(let base, let branching, let decay):
            // The mean rate solves m' = ((1 − n)/τ)·(base/(1 − n) − m) with m(0) = base.
            let rest = 1 - branching
            let pace = rest / decay.seconds
            let lag = (1 - Elementary.exp(-pace * time)) / pace
            return base / rest * (time - branching * lag)
        case .trace:
            return nil
        }
    }

    /// The area below a profile, which is constant before its first and after its last point.
    private static func integral(
        _ points: [RatePoint], _ interpolation: Arrivals.Interpolation, until time: Double
    ) -> Double {
        guard let first = points.first, let last = points.last else { return 0 }
        var area = first.rate * min(time, first.at.seconds)
        for (a, b) in zip(points, points.dropFirst()) {
            let span = b.at.seconds - a.at.seconds
            let part = min(max(time - a.at.seconds, 0), span)
            guard part > 0 else { continue }
            let slope = interpolation == .linear ? (b.rate - a.rate) / span : 0
            area += part * (a.rate + 0.5 * slope * part)
        }
        return area + last.rate * max(time - last.at.seconds, 0)
    }
}
