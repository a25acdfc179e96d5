import RandomStreams

/// The few functions the E-model needs, from ``RandomStreams/Elementary`` so that a printed figure
/// is the same on every processor.
enum Figures {
    static func log10(_ x: Double) -> Double {
        Elementary.log(x) / 2.302_585_092_994_046
    }

    /// 10 to the power of `x`/10: a power ratio from decibels.
    static func fromDecibels(_ x: Double) -> Double {
        Elementary.pow(10, x / 10)
    }

    /// x^y for x ≥ 0.
    static func power(_ x: Double, _ y: Double) -> Double {
        Elementary.pow(x, y)
    }

    /// The `n`th root of x ≥ 0.
    static func root(_ x: Double, _ n: Double) -> Double {
        Elementary.pow(max(x, 0), 1 / n)
    }

    /// x^n for a whole n > 0 and x of either sign.
    static func power(_ x: Double, _ n: Int) -> Double {
        var (result, square, rest) = (1.0, x, n)
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }

    static func exp(_ x: Double) -> Double {
        Elementary.exp(x)
    }
}
