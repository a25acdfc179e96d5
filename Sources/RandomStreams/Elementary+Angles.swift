extension Elementary {
    /// 2π, rounded.
    static let twoPi = 0x1.921fb54442d18p+2
    /// 2π − `twoPi`, rounded.
    static let twoPiLow = 0x1.1a62633145c07p-52

    /// The sine of `turns` full turns, that is of 2π·`turns`; exact at multiples of a quarter.
    ///
    /// - Precondition: |`turns`| < 2^48.
    public static func sin2pi(_ turns: Double) -> Double {
        let (quarter, rest) = reduce(turns)
        switch quarter {
        case 0: return sinOfEighth(rest)
        case 1: return cosOfEighth(rest)
        case 2: return -sinOfEighth(rest)
        default: return -cosOfEighth(rest)
        }
    }

    /// The cosine of `turns` full turns, that is of 2π·`turns`; exact at multiples of a quarter.
    ///
    /// - Precondition: |`turns`| < 2^48.
    public static func cos2pi(_ turns: Double) -> Double {
        let (quarter, rest) = reduce(turns)
        switch quarter {
        case 0: return cosOfEighth(rest)
        case 1: return -sinOfEighth(rest)
        case 2: return -cosOfEighth(rest)
        default: return sinOfEighth(rest)
        }
    }

    /// The quarter turn (0…3) nearest to `turns`, and what is left, |rest| ≤ ⅛; exact.
    private static func reduce(_ turns: Double) -> (quarter: Int, rest: Double) {
        precondition(turns.magnitude < 0x1p48, "an angle of 2^48 turns has no fraction left")
        let quarters = nearestInteger(4 * turns)
        return (Int(quarters) & 3, turns - quarters * 0.25)
    }

    /// sin 2πr for |r| ≤ ⅛: the Taylor series to t¹⁷/17!.
    private static func sinOfEighth(_ r: Double) -> Double {
        let t = DoubleDouble.product(r, twoPi)
        let low = t.low + r * twoPiLow
        let x = t.high
        let s = x * x
        let s2 = s * s
        let a = (-1.0 / 6.0 + s * (1.0 / 120.0)) + s2 * (-1.0 / 5040.0 + s * (1.0 / 362_880.0))
        let b =
            (-1.0 / 39_916_800.0 + s * (1.0 / 6_227_020_800.0))
            + s2 * (-1.0 / 1_307_674_368_000.0 + s * (1.0 / 355_687_428_096_000.0))
        return x + (low + x * (s * (a + s2 * s2 * b)))
    }

    /// cos 2πr for |r| ≤ ⅛: the Taylor series to t¹⁶/16!.
    private static func cosOfEighth(_ r: Double) -> Double {
        let t = DoubleDouble.product(r, twoPi)
        let low = t.low + r * twoPiLow
        let x = t.high
        let s = x * x
        let s2 = s * s
        let a = (1.0 / 24.0 + s * (-1.0 / 720.0)) + s2 * (1.0 / 40320.0 + s * (-1.0 / 3_628_800.0))
        let b =
            (1.0 / 479_001_600.0 + s * (-1.0 / 87_178_291_200.0))
            + s2 * (1.0 / 20_922_789_888_000.0)
        // 1 − s/2 is rounded; `lost` is what the rounding took.
        let half = 0.5 * s
        let head = 1 - half
        let lost = (1 - head) - half
        return head + (lost + (s2 * (a + s2 * s2 * b) - x * low))
    }

    /// The angle whose tangent is `x`, in radians, −π/2…π/2; within 4 units in the last place.
    public static func arctan(_ x: Double) -> Double {
        guard !x.isNaN else { return x }
        let magnitude = x.magnitude
        let angle =
            magnitude <= 1
            ? arctanOfUnit(magnitude)
            : 0x1.921fb54442d18p+0 - (arctanOfUnit(1 / magnitude) - 0x1.1a62633145c07p-54)
        return x.sign == .minus ? -angle : angle
    }

    /// arctan x for x in 0…1: arctan x = 2·arctan(x/(1+√(1+x²))) twice, then the Taylor series.
    private static func arctanOfUnit(_ x: Double) -> Double {
        let half = x / (1 + (1 + x * x).squareRoot())
        let t = half / (1 + (1 + half * half).squareRoot())
        let s = t * t
        var sum = 1.0 / 25.0
        for divisor in stride(from: 23.0, through: 3.0, by: -2.0) {
            sum = 1 / divisor - s * sum
        }
        return 4 * (t - t * (s * sum))
    }
}
