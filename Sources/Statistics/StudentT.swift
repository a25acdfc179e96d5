import RandomStreams

/// Student's t distribution for whole degrees of freedom, the same on every machine.
public enum StudentT {
    /// The share of the distribution between −t and t (Abramowitz and Stegun 26.7.3 and 26.7.4).
    ///
    /// - Complexity: O(`degreesOfFreedom`).
    public static func central(_ t: Double, degreesOfFreedom n: Int) -> Double {
        precondition(n >= 1, "t needs a degree of freedom")
        let degrees = Double(n)
        let cosine2 = degrees / (degrees + t * t)
        let sine = t / (degrees + t * t).squareRoot()
        if n % 2 == 0 {
            // sin θ · (1 + ½cos²θ + (1·3)/(2·4)·cos⁴θ + … + cos^(n−2)θ)
            var (term, sum) = (1.0, 1.0)
            for k in stride(from: 2, to: n, by: 2) {
                term *= cosine2 * Double(k - 1) / Double(k)
                sum += term
            }
            return sine * sum
        }
        let theta = Elementary.arctan(t / degrees.squareRoot())
        var sum = 0.0
        if n > 1 {
            // sin θ · (cos θ + ⅔cos³θ + … + (2·4…(n−3))/(3·5…(n−2))·cos^(n−2)θ)
            var term = cosine2.squareRoot()
            sum = term
            for k in stride(from: 3, to: n - 1, by: 2) {
                term *= cosine2 * Double(k - 1) / Double(k)
                sum += term
            }
        }
        return 2 / Double.pi * (theta + sine * sum)
    }

    /// Below which value a share `p` of the distribution lies; about 12 digits.
    ///
    /// - Precondition: 0 < `p` < 1 and `degreesOfFreedom` ≥ 1.
    public static func quantile(_ p: Double, degreesOfFreedom n: Int) -> Double {
        precondition(p > 0 && p < 1, "a quantile belongs to a share inside 0…1")
        if p < 0.5 { return -quantile(1 - p, degreesOfFreedom: n) }
        let share = 2 * p - 1
        var (low, high) = (0.0, 1.0)
        while central(high, degreesOfFreedom: n) < share {
            low = high
            high *= 2
            if high > 0x1p60 { return high }
        }
        for _ in 0..<64 {
            let middle = 0.5 * (low + high)
            if central(middle, degreesOfFreedom: n) < share { low = middle } else { high = middle }
        }
        return 0.5 * (low + high)
    }
}

/// A range that holds the true value in a stated share of cases.
public struct ConfidenceInterval: Hashable, Sendable, BitwiseCopyable {
    /// The lower end.
    public var low: Double
    /// The upper end.
    public var high: Double

    /// The range `low`…`high`.
    public init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }

    /// The middle.
    public var middle: Double { 0.5 * (low + high) }
    /// Half the width: the "±" of a printed figure.
    public var halfWidth: Double { 0.5 * (high - low) }

    /// The part of it that is in `range`: an interval of what cannot lie outside loses nothing by
    /// being cut there.
    public func clamped(to range: ClosedRange<Double>) -> ConfidenceInterval {
        ConfidenceInterval(
            low: min(max(low, range.lowerBound), range.upperBound),
            high: min(max(high, range.lowerBound), range.upperBound))
    }
}

/// Figures of independent replications, one number each, brought together.
///
/// Observations inside one replication depend on each other (a long wait makes the next one
/// long), so intervals come from the replications' own figures, never from pooled observations.
public enum ReplicationSummary {
    /// Mean ± t(0.975, n − 1)·s/√n over the replications' `values`; nil with fewer than two.
    public static func interval95(of values: [Double]) -> ConfidenceInterval? {
        guard values.count >= 2 else { return nil }
        let n = Double(values.count)
        let mean = values.reduce(0, +) / n
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares / (n - 1) / n).squareRoot()
        let half = StudentT.quantile(0.975, degreesOfFreedom: values.count - 1) * error
        return ConfidenceInterval(low: mean - half, high: mean + half)
    }
}
