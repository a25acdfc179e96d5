/// A point of simulated time: whole nanoseconds since the run began.
public struct SimTime: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Nanoseconds since the run began.
    public var nanoseconds: Int64

    /// The point `nanoseconds` ns after the run began.
    @inlinable
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The beginning of the run.
    @inlinable public static var zero: SimTime { SimTime(nanoseconds: 0) }

    /// Later than anything that is ever scheduled.
    @inlinable public static var distantFuture: SimTime { SimTime(nanoseconds: .max) }

    /// Time since the run began.
    @inlinable public var sinceStart: SimDuration { SimDuration(nanoseconds: nanoseconds) }

    /// Seconds since the run began, rounded to the nearest `Double`.
    @inlinable public var seconds: Double { sinceStart.seconds }

    /// Orders by value.
    @inlinable public static func < (a: SimTime, b: SimTime) -> Bool {
        a.nanoseconds < b.nanoseconds
    }

    /// The sum.
    @inlinable public static func + (t: SimTime, d: SimDuration) -> SimTime {
        SimTime(nanoseconds: t.nanoseconds + d.nanoseconds)
    }

    /// The difference.
    @inlinable public static func - (t: SimTime, d: SimDuration) -> SimTime {
        SimTime(nanoseconds: t.nanoseconds - d.nanoseconds)
    }

    /// The difference.
    @inlinable public static func - (a: SimTime, b: SimTime) -> SimDuration {
        SimDuration(nanoseconds: a.nanoseconds - b.nanoseconds)
    }

    /// Adds in place.
    @inlinable public static func += (t: inout SimTime, d: SimDuration) { t = t + d }
}

extension SimTime: CustomStringConvertible {
    /// Time since the run began, such as `12.5 s`.
    public var description: String { sinceStart.description }
}
