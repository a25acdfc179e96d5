/// A distribution of non-negative numbers, as scenario files name them; times are in seconds.
public indirect enum Distribution: Hashable, Sendable {
    /// Always the same value.
    case constant(Double)
    /// Exponential with the given mean.
    case exponential(mean: Double)
    /// Uniform between the bounds.
    case uniform(min: Double, max: Double)
    /// exp(N(ln median, sigma²)).
    case lognormal(median: Double, sigma: Double)
    /// Weibull: scale·(−ln U)^(1/shape).
    case weibull(scale: Double, shape: Double)
    /// Log-logistic: median·(U/(1−U))^(1/shape).
    case logLogistic(median: Double, shape: Double)
    /// Gamma with the given mean and shape (scale = mean/shape).
    case gamma(mean: Double, shape: Double)
    /// One of several, by weight; the weights sum to 1.
    case mixture([Component])
    /// A value of a sample.
    case empirical(EmpiricalSample)

    /// A part of a mixture.
    public struct Component: Hashable, Sendable {
        /// Its share, 0…1.
        public var weight: Double
        /// What it draws.
        public var distribution: Distribution

        /// The component `distribution` with share `weight`.
        public init(weight: Double, distribution: Distribution) {
            self.weight = weight
            self.distribution = distribution
        }
    }
}
