/// A number as the unevaluated sum of two, the second no more than half a unit in the last place
/// of the first: about 106 bits (T. J. Dekker, "A floating-point technique for extending the
/// available precision", Numerische Mathematik 18, 1971).
struct DoubleDouble {
    var high: Double
    var low: Double

    /// The exact sum of two numbers, whatever their order of magnitude (Knuth's TwoSum).
    static func sum(_ a: Double, _ b: Double) -> DoubleDouble {
        let s = a + b
        let t = s - a
        return DoubleDouble(high: s, low: (a - (s - t)) + (b - t))
    }

    /// The exact product of two numbers below 2^970.
    static func product(_ a: Double, _ b: Double) -> DoubleDouble {
        let p = a * b
        let (ah, al) = halves(a)
        let (bh, bl) = halves(b)
        return DoubleDouble(high: p, low: ((ah * bh - p) + ah * bl + al * bh) + al * bl)
    }

    /// `a` as two numbers of at most 26 bits (Veltkamp's split).
    static func halves(_ a: Double) -> (Double, Double) {
        let c = 0x1.0000002p27 * a
        let high = c - (c - a)
        return (high, a - high)
    }

    static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
        let s = sum(a.high, b.high)
        return sum(s.high, s.low + (a.low + b.low))
    }

    static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
        let p = product(a.high, b.high)
        return sum(p.high, p.low + (a.high * b.low + a.low * b.high))
    }
}

extension Elementary {
    /// `x` to the power of `y`, for `x` ≥ 0; not a number for `x` < 0.
    ///
    /// exp(y·ln x) with the logarithm and the product carried in about 106 bits, so that the
    /// error does not grow with the size of the exponent.
    public static func pow(_ x: Double, _ y: Double) -> Double {
        if y == 0 || x == 1 { return 1 }
        guard x >= 0, !y.isNaN else { return .nan }
        if x == 0 { return y > 0 ? 0 : .infinity }
        if x == .infinity { return y > 0 ? .infinity : 0 }
        // Beyond this the result overflows, underflows or x is 1, which is dealt with.
        let bounded = min(max(y, -0x1p64), 0x1p64)
        let product = preciseLog(x) * DoubleDouble(high: bounded, low: 0)
        return exp(product.high, low: product.low)
    }

    /// ln x to about 2^-63 of itself.
    ///
    /// - Precondition: `x` is positive and finite.
    static func preciseLog(_ x: Double) -> DoubleDouble {
        let (exponent, mantissa) = split(x)
        let g = mantissa - 1
        let d = DoubleDouble.sum(mantissa, 1)
        let fHigh = g / d.high
        let back = DoubleDouble.product(fHigh, d.high)
        let fLow = ((g - back.high) - back.low - fHigh * d.low) / d.high
        let f = DoubleDouble.sum(fHigh, fLow)
        let s = f * f
        // 2f·(1 + s/3 + s²/5 + …): the first two terms in full, the small rest in one number.
        let third = s * DoubleDouble(high: 0x1.5555555555555p-2, low: 0x1.5555555555555p-56)
        let q = s.high
        let rest = q * q * artanhRest(q)
        let series =
            DoubleDouble(high: 1, low: 0) + (third + DoubleDouble(high: rest, low: 0))
        let ofMantissa = f * series
        let k = Double(exponent)
        let ofExponent =
            DoubleDouble.sum(k * ln2High, k * 0x1.a39ef357938p-33)
            + DoubleDouble(high: k * 0x1.1d9cc01f97b58p-75, low: 0)
        return ofExponent + DoubleDouble(high: 2 * ofMantissa.high, low: 2 * ofMantissa.low)
    }

    /// 1/5 + s/7 + … + s⁹/23.
    private static func artanhRest(_ s: Double) -> Double {
        let s2 = s * s
        let s4 = s2 * s2
        let a = (1.0 / 5.0 + s * (1.0 / 7.0)) + s2 * (1.0 / 9.0 + s * (1.0 / 11.0))
        let b = (1.0 / 13.0 + s * (1.0 / 15.0)) + s2 * (1.0 / 17.0 + s * (1.0 / 19.0))
        return a + s4 * (b + s4 * (1.0 / 21.0 + s * (1.0 / 23.0)))
    }
}
