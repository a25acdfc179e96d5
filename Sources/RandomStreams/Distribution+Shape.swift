extension Distribution {
    /// The mean; infinite where it does not exist (log-logistic with shape ≤ 1).
    public var mean: Double {
        switch self {
        case .constant(let value): return value
        case .exponential(let mean): return mean
        case .uniform(let min, let max): return 0.5 * (min + max)
        case .lognormal(let median, let sigma): return median * Elementary.exp(0.5 * sigma * sigma)
        case .weibull(let scale, let shape):
            return scale * Elementary.exp(Elementary.logGamma(1 + 1 / shape))
        case .logLogistic(let median, let shape):
            guard shape > 1 else { return .infinity }
            let halfTurns = 1 / shape
            return median * (0.5 * Elementary.twoPi * halfTurns)
                / Elementary.sin2pi(0.5 * halfTurns)
        case .gamma(let mean, _): return mean
        case .mixture(let components):
            return components.reduce(0) { $0 + $1.weight * $1.distribution.mean }
        case .empirical(let sample): return sample.mean
        }
    }

    /// The share of draws at or below `x`, 0…1.
    public func cumulative(_ x: Double) -> Double {
        switch self {
        case .constant(let value): return x >= value ? 1 : 0
        case .exponential(let mean): return x <= 0 ? 0 : 1 - Elementary.exp(-x / mean)
        case .uniform(let min, let max):
            guard x > min else { return x == min && min == max ? 1 : 0 }
            return x >= max ? 1 : (x - min) / (max - min)
        case .lognormal(let median, let sigma):
            guard x > 0 else { return 0 }
            guard sigma > 0 else { return x >= median ? 1 : 0 }
            return Elementary.normalCumulative(Elementary.log(x / median) / sigma)
        case .weibull(let scale, let shape):
            return x <= 0 ? 0 : 1 - Elementary.exp(-Elementary.pow(x / scale, shape))
        case .logLogistic(let median, let shape):
            return x <= 0 ? 0 : 1 / (1 + Elementary.pow(x / median, -shape))
        case .gamma(let mean, let shape):
            return Elementary.gammaLower(shape: shape, x * shape / mean)
        case .mixture(let components):
            return components.reduce(0) { $0 + $1.weight * $1.distribution.cumulative(x) }
        case .empirical(let sample): return sample.cumulative(x)
        }
    }

    /// The smallest `x` with `cumulative(x)` ≥ `p`.
    ///
    /// Gamma and mixture are found by bisection to the last bit of precision that their
    /// cumulative share carries; do not call it on a hot path.
    ///
    /// - Precondition: `p` is in 0…1.
    public func quantile(_ p: Double) -> Double {
        precondition(p >= 0 && p <= 1, "a quantile belongs to a share of 0…1")
        switch self {
        case .constant(let value): return value
        case .exponential(let mean): return -mean * Elementary.log(1 - p)
        case .uniform(let min, let max): return min + (max - min) * p
        case .lognormal(let median, let sigma):
            return sigma == 0
                ? median : median * Elementary.exp(sigma * Elementary.normalQuantile(p))
        case .weibull(let scale, let shape):
            return scale * Elementary.pow(-Elementary.log(1 - p), 1 / shape)
        case .logLogistic(let median, let shape):
            return p == 1 ? .infinity : median * Elementary.pow(p / (1 - p), 1 / shape)
        case .gamma, .mixture: return bisect(p)
        case .empirical(let sample): return sample.quantile(p)
        }
    }

    /// The quantile of a cumulative share that has no closed inverse, on the bit patterns of
    /// non-negative numbers, which are ordered like the numbers.
    private func bisect(_ p: Double) -> Double {
        var low: UInt64 = 0
        var high = Double.infinity.bitPattern
        while low < high {
            let middle = low + (high - low) / 2
            if cumulative(Double(bitPattern: middle)) >= p {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return Double(bitPattern: low)
    }
}
