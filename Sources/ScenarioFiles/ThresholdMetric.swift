import Measurement
import ScenarioModel

/// How thresholds speak of a metric.
extension MetricDescription {
    /// The statistics that a threshold can name; `value` alone needs no name.
    var statistics: [Threshold.Statistic] {
        switch kind {
        case .distribution: [.mean, .min, .p50, .p90, .p95, .p99, .p999, .max, .count]
        case .survival: [.p50, .p90, .count]
        case .level: [.timeMean, .peak]
        case .count, .ratio, .contrast, .index: [.value]
        }
    }

    /// All keys that a threshold on it can have.
    var thresholdKeys: [String] {
        statistics == [.value] ? [name] : statistics.map { "\(name).\($0.rawValue)" }
    }

    /// What limits are measured in; nil: plain numbers.
    func dimension(of statistic: Threshold.Statistic) -> Dimension? {
        if statistic == .count { return nil }
        switch (unit, kind) {
        case (.second, _): return .duration
        case (.bitPerSecond, _): return .bitrate
        case (.perSecond, _): return .rate
        case (.one, .ratio), (.one, .index): return .share
        default: return nil
        }
    }

    /// A limit for a message.
    func example(_ statistic: Threshold.Statistic) -> String {
        switch dimension(of: statistic) {
        case .duration: "5 s"
        case .share: "30 %"
        case .bitrate: "100 Mbit/s"
        case .rate: "1000 /s"
        case .price: "1 /GB"
        case .clockError: "50 ppm"
        case nil: "10"
        }
    }
}
