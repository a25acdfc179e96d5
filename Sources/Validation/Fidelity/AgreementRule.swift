public import Measurement

/// How far a metric may differ between two details.
public struct AgreementRule: Hashable, Sendable {
    /// The metric: a ratio, or the mean of a distribution.
    public let metric: Metric
    /// The difference in the metric's unit that is always allowed.
    public let absolute: Double
    /// The difference, relative to the metric's value in the greater detail, that is allowed if more.
    public let relative: Double

    /// The difference allowed where the metric is `value` in the greater detail.
    public func tolerance(at value: Double) -> Double { max(absolute, relative * value) }

    /// What is compared, and within what.
    ///
    /// A tenth of a percentage point of loss moves R by less than half a point at the usual robustness
    /// of Opus; 5 ms of delay by less than 0.2 below the knee of the E-model's delay curve and
    /// by at most 0.7 above it; one point of R is below what listeners tell apart, and the
    /// categories of ITU-T G.109 are ten points wide.
    public static let all = [
        AgreementRule(metric: .mediaLoss, absolute: 0.001, relative: 0.05),
        AgreementRule(metric: .mediaLate, absolute: 0.001, relative: 0.1),
        AgreementRule(metric: .mediaConcealed, absolute: 0.0015, relative: 0.05),
        AgreementRule(metric: .mediaMouthToEar, absolute: 0.005, relative: 0.02),
        AgreementRule(metric: .mediaRFactor, absolute: 1, relative: 0),
        AgreementRule(metric: .dtlsLatency, absolute: 0.01, relative: 0.05),
    ]
}
