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
    /// On the fullband scale with the default Ie and Bpl, a tenth of a percentage point of loss moves R
    /// by 0.7 at most, and 5 ms of delay by less than 0.2 up to 155 ms and by 0.9 at most beyond.
    /// One point of R is little beside the categories of ITU-T G.109, ten points wide. The relative
    /// parts allow more where loss and delay are great: half a point of 10 % loss, 10 ms of 500 ms.
    public static let all = [
        AgreementRule(metric: .mediaLoss, absolute: 0.001, relative: 0.05),
        AgreementRule(metric: .mediaLate, absolute: 0.001, relative: 0.1),
        AgreementRule(metric: .mediaConcealed, absolute: 0.0015, relative: 0.05),
        AgreementRule(metric: .mediaMouthToEar, absolute: 0.005, relative: 0.02),
        AgreementRule(metric: .mediaRFactor, absolute: 1, relative: 0),
        AgreementRule(metric: .dtlsLatency, absolute: 0.01, relative: 0.05),
    ]
}
