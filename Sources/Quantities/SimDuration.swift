/// A span of simulated time in whole nanoseconds; may be negative, spans ±292 years.
///
/// Overflow traps: a run never comes near the limits, so an overflow is a bug.
public struct SimDuration: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The span in nanoseconds.
    public var nanoseconds: Int64

    /// A span of `nanoseconds` ns.
    @inlinable
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The span of `seconds` rounded to the nearest nanosecond, ties to even.
    ///
    /// - Precondition: `seconds` is finite and within ±9.2e9 s.
    @inlinable
    public init(seconds: Double) {
        self.nanoseconds = Int64((seconds * 1e9).rounded(.toNearestOrEven))
    }

    /// No time at all.
    @inlinable public static var zero: SimDuration { SimDuration(nanoseconds: 0) }

    /// The longest span that can be expressed, about 292 years.
    @inlinable public static var max: SimDuration { SimDuration(nanoseconds: .max) }

    /// A span of whole nanoseconds.
    @inlinable public static func nanoseconds(_ n: Int64) -> SimDuration {
        SimDuration(nanoseconds: n)
    }

    /// A span of whole microseconds.
    @inlinable public static func microseconds(_ n: Int64) -> SimDuration {
        SimDuration(nanoseconds: n * 1000)
    }

    /// A span of whole milliseconds.
    @inlinable public static func milliseconds(_ n: Int64) -> SimDuration {
        SimDuration(nanoseconds: n * 1_000_000)
    }

    /// A span of whole seconds.
    @inlinable public static func seconds(_ n: Int64) -> SimDuration {
        SimDuration(nanoseconds: n * 1_000_000_000)
    }

    /// A span of whole minutes.
    @inlinable public static func minutes(_ n: Int64) -> SimDuration { .seconds(n * 60) }

    /// A span of whole hours.
    @inlinable public static func hours(_ n: Int64) -> SimDuration { .seconds(n * 3600) }

    /// A span of whole days of 24 h.
    @inlinable public static func days(_ n: Int64) -> SimDuration { .hours(n * 24) }

    /// The span in seconds, rounded to the nearest `Double`.
    @inlinable public var seconds: Double { Double(nanoseconds) / 1e9 }

    /// The span in milliseconds, rounded to the nearest `Double`.
    @inlinable public var milliseconds: Double { Double(nanoseconds) / 1e6 }

    /// Orders by value.
    @inlinable public static func < (a: SimDuration, b: SimDuration) -> Bool {
        a.nanoseconds < b.nanoseconds
    }

    /// The sum.
    @inlinable public static func + (a: SimDuration, b: SimDuration) -> SimDuration {
        SimDuration(nanoseconds: a.nanoseconds + b.nanoseconds)
    }

    /// The difference.
    @inlinable public static func - (a: SimDuration, b: SimDuration) -> SimDuration {
        SimDuration(nanoseconds: a.nanoseconds - b.nanoseconds)
    }

    /// The opposite.
    @inlinable public static prefix func - (a: SimDuration) -> SimDuration {
        SimDuration(nanoseconds: -a.nanoseconds)
    }

    /// The multiple.
    @inlinable public static func * (a: SimDuration, n: Int64) -> SimDuration {
        SimDuration(nanoseconds: a.nanoseconds * n)
    }

    /// The quotient, towards zero.
    @inlinable public static func / (a: SimDuration, n: Int64) -> SimDuration {
        SimDuration(nanoseconds: a.nanoseconds / n)
    }

    /// Adds in place.
    @inlinable public static func += (a: inout SimDuration, b: SimDuration) { a = a + b }

    /// Subtracts in place.
    @inlinable public static func -= (a: inout SimDuration, b: SimDuration) { a = a - b }
}

extension SimDuration: CustomStringConvertible {
    /// The span in the largest unit of s, ms, µs and ns that leaves at least one whole unit.
    public var description: String {
        let magnitude = nanoseconds.magnitude
        if magnitude >= 1_000_000_000 || magnitude == 0 { return "\(seconds) s" }
        if magnitude >= 1_000_000 { return "\(milliseconds) ms" }
        if magnitude >= 1000 { return "\(Double(nanoseconds) / 1e3) µs" }
        return "\(nanoseconds) ns"
    }
}
