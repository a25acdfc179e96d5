/// Elementary functions that give the same bits on every machine.
///
/// The system's mathematics library chooses code by processor and its results differ in the last
/// place between machines; a draw or a schedule that depended on it could not be replayed. These
/// use only IEEE 754 additions, multiplications, divisions and square roots, which are exact to
/// the bit everywhere, in an order that is written down. Errors stay below 2 units in the last
/// place unless a function says otherwise.
public enum Elementary {
    /// The upper bits of ln 2: its product with an exponent is exact.
    static let ln2High = 0x1.62e42feep-1
    /// ln 2 − `ln2High`, rounded.
    static let ln2Low = 0x1.a39ef35793c76p-33
    /// √2, rounded.
    static let squareRootOfTwo = 0x1.6a09e667f3bcdp+0

    /// The natural logarithm of `x`; −∞ at 0, not a number below 0.
    ///
    /// x = 2^k·m with m in [√½, √2), and with f = (m−1)/(m+1)
    /// ln m = 2·artanh f = 2·(f + f³/3 + f⁵/5 + …).
    public static func log(_ x: Double) -> Double {
        guard x > 0, x < .infinity else {
            return x == .infinity ? x : x == 0 ? -.infinity : .nan
        }
        let (exponent, mantissa) = split(x)
        let g = mantissa - 1
        let f = g / (2 + g)
        let tail = artanhTail(f * f)
        // 2f = g − f·g, and g is exact: the series only ever corrects it.
        let k = Double(exponent)
        return k * ln2High + (g - (f * (g - tail) - k * ln2Low))
    }

    /// The whole number nearest to `x`, ties to even, for |x| < 2^51: the sum has no room for a
    /// fraction. Without a processor's rounding instruction this beats a library call.
    @inline(__always)
    static func nearestInteger(_ x: Double) -> Double {
        (x + 0x1.8p52) - 0x1.8p52
    }

    /// x = 2^exponent · mantissa, with the mantissa in [√½, √2).
    ///
    /// - Precondition: `x` is positive and finite.
    static func split(_ x: Double) -> (exponent: Int, mantissa: Double) {
        var bits = x.bitPattern
        var exponent = 0
        if bits < 0x0010_0000_0000_0000 {
            bits = (x * 0x1p54).bitPattern
            exponent = -54
        }
        exponent += Int(bits >> 52) - 1023
        var mantissa = Double(bitPattern: bits & 0x000F_FFFF_FFFF_FFFF | 0x3FF0_0000_0000_0000)
        if mantissa >= squareRootOfTwo {
            mantissa *= 0.5
            exponent += 1
        }
        return (exponent, mantissa)
    }

    /// 2·(s/3 + s²/5 + … + s¹⁰/21), for s up to 0.0295; what is left out is below 2^-59.
    static func artanhTail(_ s: Double) -> Double {
        let s2 = s * s
        let s4 = s2 * s2
        let a = (2.0 / 3.0 + s * (2.0 / 5.0)) + s2 * (2.0 / 7.0 + s * (2.0 / 9.0))
        let b = (2.0 / 11.0 + s * (2.0 / 13.0)) + s2 * (2.0 / 15.0 + s * (2.0 / 17.0))
        let c = 2.0 / 19.0 + s * (2.0 / 21.0)
        return s * (a + s4 * (b + s4 * c))
    }

    /// e to the power of `x`; overflows to ∞ and underflows to 0 like an exact result would.
    public static func exp(_ x: Double) -> Double {
        exp(x, low: 0)
    }

    /// e to the power of `x + low`, where `low` is at most a few units in the last place of `x`.
    static func exp(_ x: Double, low: Double) -> Double {
        guard x < 709.79 else { return x.isNaN ? x : .infinity }
        guard x > -745.2 else { return 0 }
        let k = nearestInteger(x * 0x1.71547652b82fep+0)
        let high = x - k * ln2High
        let correction = k * ln2Low - low
        let r = high - correction
        // What the subtraction rounded away.
        let lost = (high - r) - correction
        let y = 1 + (r + (lost + r * r * expTail(r)))
        return scale(y, by: Int(k))
    }

    /// 1/2 + r/3! + r²/4! + … + r¹²/14!, for |r| up to 0.35.
    static func expTail(_ r: Double) -> Double {
        let r2 = r * r
        let r4 = r2 * r2
        let a = (0.5 + r * (1.0 / 6.0)) + r2 * (1.0 / 24.0 + r * (1.0 / 120.0))
        let b = (1.0 / 720.0 + r * (1.0 / 5040.0)) + r2 * (1.0 / 40320.0 + r * (1.0 / 362_880.0))
        let c =
            (1.0 / 3_628_800.0 + r * (1.0 / 39_916_800.0))
            + r2 * (1.0 / 479_001_600.0 + r * (1.0 / 6_227_020_800.0))
        return a + r4 * (b + r4 * (c + r4 * (1.0 / 87_178_291_200.0)))
    }

    /// `y`·2^`k`, rounded once.
    ///
    /// - Precondition: `y` is in [½, 2] and `k` in −1100…1025.
    static func scale(_ y: Double, by k: Int) -> Double {
        if k > 1022 { return y * 0x1p1022 * power(ofTwo: k - 1022) }
        if k < -1021 { return y * power(ofTwo: k + 1000) * 0x1p-1000 }
        return y * power(ofTwo: k)
    }

    /// 2^`k` for `k` in −1022…1023.
    static func power(ofTwo k: Int) -> Double {
        Double(bitPattern: UInt64(k + 1023) << 52)
    }
}
