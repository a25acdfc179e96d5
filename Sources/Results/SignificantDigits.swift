/// A number of significant digits that figures are rounded to.
public struct SignificantDigits: Hashable, Sendable {
    /// What a baseline keeps, which is far more than any margin tells apart.
    public static let stored = SignificantDigits(6)
    /// What a comparison shows.
    public static let compared = SignificantDigits(4)
    /// What a gate shows.
    public static let judged = SignificantDigits(3)

    /// Magnitudes below this are left as they are: the power of ten that scales them has no value.
    private static let least = 1e-290

    private let low: Double

    private init(_ count: Int) {
        low = (1..<count).reduce(1) { power, _ in power * 10 }
    }

    /// `value` to the nearest with as many digits; 0 and what is not finite stay.
    public func rounded(_ value: Double) -> Double {
        guard value.magnitude >= Self.least, value.isFinite else { return value }
        var power = 1.0
        if value.magnitude < low {
            while value.magnitude * power < low { power *= 10 }
            return (value * power).rounded() / power
        }
        while value.magnitude / power >= 10 * low { power *= 10 }
        return (value / power).rounded() * power
    }

    /// The rounded value as text; without a fraction if it is whole.
    public func text(_ value: Double) -> String {
        let rounded = rounded(value)
        return rounded == rounded.rounded() && rounded.magnitude < 1e15
            ? "\(Int64(rounded))" : "\(rounded)"
    }
}
