extension Elementary {
    /// The standard normal quantile: the `z` below which a share `p` of the distribution lies.
    ///
    /// −∞ at 0 and ∞ at 1; relative error about 1e-15. Source: M. J. Wichura, Algorithm AS 241
    /// (PPND16), Applied Statistics 37(3), 1988.
    public static func normalQuantile(_ p: Double) -> Double {
        guard p > 0, p < 1 else { return p == 0 ? -.infinity : p == 1 ? .infinity : .nan }
        let q = p - 0.5
        if q.magnitude <= 0.425 { return q * centralRatio(0.180625 - q * q) }
        let r = (-log(q < 0 ? p : 1 - p)).squareRoot()
        let z = r <= 5 ? middleRatio(r - 1.6) : tailRatio(r - 5)
        return q < 0 ? -z : z
    }

    private static func centralRatio(_ r: Double) -> Double {
        let n0 = (2.5090809287301226727e+3 * r + 3.3430575583588128105e+4) * r
        let n1 = ((n0 + 6.7265770927008700853e+4) * r + 4.5921953931549871457e+4) * r
        let n2 = ((n1 + 1.3731693765509461125e+4) * r + 1.9715909503065514427e+3) * r
        let n = (n2 + 1.3314166789178437745e+2) * r + 3.3871328727963666080e0
        let d0 = (5.2264952788528545610e+3 * r + 2.8729085735721942674e+4) * r
        let d1 = ((d0 + 3.9307895800092710610e+4) * r + 2.1213794301586595867e+4) * r
        let d2 = ((d1 + 5.3941960214247511077e+3) * r + 6.8718700749205790830e+2) * r
        return n / ((d2 + 4.2313330701600911252e+1) * r + 1)
    }

    private static func middleRatio(_ r: Double) -> Double {
        let n0 = (7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r
        let n1 = ((n0 + 2.41780725177450611770e-1) * r + 1.27045825245236838258e0) * r
        let n2 = ((n1 + 3.64784832476320460504e0) * r + 5.76949722146069140550e0) * r
        let n = (n2 + 4.63033784615654529590e0) * r + 1.42343711074968357734e0
        let d0 = (1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r
        let d1 = ((d0 + 1.51986665636164571966e-2) * r + 1.48103976427480074590e-1) * r
        let d2 = ((d1 + 6.89767334985100004550e-1) * r + 1.67638483018380384940e0) * r
        return n / ((d2 + 2.05319162663775882187e0) * r + 1)
    }

    private static func tailRatio(_ r: Double) -> Double {
        let n0 = (2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r
        let n1 = ((n0 + 1.24266094738807843860e-3) * r + 2.65321895265761230930e-2) * r
        let n2 = ((n1 + 2.96560571828504891230e-1) * r + 1.78482653991729133580e0) * r
        let n = (n2 + 5.46378491116411436990e0) * r + 6.65790464350110377720e0
        let d0 = (2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r
        let d1 = ((d0 + 1.84631831751005468180e-5) * r + 7.86869131145613259100e-4) * r
        let d2 = ((d1 + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
        return n / ((d2 + 5.99832206555887937690e-1) * r + 1)
    }

    /// The share of a standard normal distribution below `z`; relative error about 1e-13.
    public static func normalCumulative(_ z: Double) -> Double {
        let tail = 0.5 * gammaUpper(shape: 0.5, 0.5 * z * z)
        return z < 0 ? tail : 1 - tail
    }

    /// ln Γ(x) for x > 0, by Stirling's series (Abramowitz and Stegun 6.1.41) beyond 10; absolute
    /// error about 4e-15·(1 + |ln Γ(x)|).
    public static func logGamma(_ x: Double) -> Double {
        precondition(x > 0, "the logarithm of the gamma function needs a positive argument")
        var z = x
        var product = 1.0
        while z < 10 {
            product *= z
            z += 1
        }
        let w = 1 / (z * z)
        let series =
            (1.0 / 12.0 + w
                * (-1.0 / 360.0 + w * (1.0 / 1260.0 + w * (-1.0 / 1680.0 + w * stirling(w)))))
            / z
        let halfLogTwoPi = 0.918938533204672741780329736406
        return (z - 0.5) * log(z) - z + halfLogTwoPi + series - log(product)
    }

    private static func stirling(_ w: Double) -> Double {
        1.0 / 1188.0 + w * (-691.0 / 360_360.0 + w * (1.0 / 156.0))
    }

    /// The regularised upper incomplete gamma function Q(`shape`, x): the share of a gamma
    /// distribution of that shape and scale 1 above `x`; relative error about 1e-13.
    ///
    /// Abramowitz and Stegun 6.5.29 (series) below shape + 1, 6.5.31 (continued fraction) above.
    public static func gammaUpper(shape a: Double, _ x: Double) -> Double {
        guard x > 0 else { return 1 }
        guard x < .infinity else { return 0 }
        let weight = exp(a * log(x) - x - logGamma(a))
        if x < a + 1 { return 1 - weight * gammaSeries(a, x) }
        return weight * gammaFraction(a, x)
    }

    /// The regularised lower incomplete gamma function P(`shape`, x) = 1 − Q(`shape`, x).
    public static func gammaLower(shape a: Double, _ x: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < a + 1 else { return 1 - gammaUpper(shape: a, x) }
        return exp(a * log(x) - x - logGamma(a)) * gammaSeries(a, x)
    }

    private static func gammaSeries(_ a: Double, _ x: Double) -> Double {
        var term = 1 / a
        var sum = term
        var n = a
        // The terms shrink at least like x/(a+n) < 1; the bound only guards against a bug.
        for _ in 0..<10_000 {
            n += 1
            term *= x / n
            sum += term
            if term < sum * 0x1p-55 { break }
        }
        return sum
    }

    private static func gammaFraction(_ a: Double, _ x: Double) -> Double {
        // Lentz's method on x + 1 − a − 1·(1−a)/(x + 3 − a − …).
        var b = x + 1 - a
        var c = 1e300
        var d = 1 / b
        var h = d
        for i in 1..<10_000 {
            let n = Double(i)
            let an = -n * (n - a)
            b += 2
            d = 1 / (an * d + b)
            c = b + an / c
            let factor = d * c
            h *= factor
            if (factor - 1).magnitude < 0x1p-52 { break }
        }
        return h
    }
}
