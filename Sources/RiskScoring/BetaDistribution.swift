import RandomStreams

/// A beta distribution, in arithmetic that gives the same bits on every machine.
struct BetaDistribution: Sendable {
    /// Both positive.
    let a: Double
    let b: Double

    var mean: Double { a / (a + b) }

    /// The regularised incomplete beta function I_x(a, b), 0…1; relative error about 1e-12.
    ///
    /// DLMF 8.17.22: the continued fraction on the side of the mean where it converges fast.
    func cumulative(_ x: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        let weight = Elementary.exp(
            Elementary.logGamma(a + b) - Elementary.logGamma(a) - Elementary.logGamma(b)
                + a * Elementary.log(x) + b * Elementary.log(1 - x))
        return x < (a + 1) / (a + b + 2)
            ? weight * Self.fraction(a, b, x) / a : 1 - weight * Self.fraction(b, a, 1 - x) / b
    }

    /// The point below which the share `p` lies, by bisection to 2^-50.
    func quantile(_ p: Double) -> Double {
        var (low, high) = (0.0, 1.0)
        for _ in 0..<50 {
            let middle = 0.5 * (low + high)
            if cumulative(middle) < p { low = middle } else { high = middle }
        }
        return low
    }

    /// The continued fraction 1/(1 + d₁/(1 + d₂/(1 + …))), from the front by the modified Lentz
    /// method (Thompson and Barnett 1986); at most 300 terms, enough for parameters up to 10⁴.
    private static func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
        var result = 1.0
        var c = 1.0
        var d = 0.0
        for k in 1...300 {
            let term = coefficient(k, a, b) * x
            d = 1 / nonzero(1 + term * d)
            c = nonzero(1 + term / c)
            result *= c * d
            if abs(c * d - 1) < 1e-15 { break }
        }
        return 1 / result
    }

    private static func nonzero(_ x: Double) -> Double { abs(x) < 1e-300 ? 1e-300 : x }

    private static func coefficient(_ k: Int, _ a: Double, _ b: Double) -> Double {
        let m = Double(k / 2)
        return k % 2 == 0
            ? m * (b - m) / ((a + 2 * m - 1) * (a + 2 * m))
            : -(a + m) * (a + b + m) / ((a + 2 * m) * (a + 2 * m + 1))
    }
}
