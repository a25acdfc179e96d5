public import Quantities

/// A whole-number level over time, such as a queue length: its exact integral, mean and peak.
public struct TimeWeightedLevel: Hashable, Sendable, BitwiseCopyable {
    /// The level now.
    public private(set) var level: Int64
    /// The greatest level since the start or the last reset.
    public private(set) var peak: Int64
    /// When the integral began.
    public private(set) var start: SimTime
    private var last: SimTime
    private var area: Int128 = 0

    /// A level of `level` from `start` on.
    public init(level: Int64 = 0, start: SimTime = .zero) {
        self.level = level
        peak = level
        self.start = start
        last = start
    }

    /// The level is `newLevel` from `now` on.
    ///
    /// - Precondition: `now` is not before the last change.
    @inlinable
    public mutating func set(_ newLevel: Int64, at now: SimTime) {
        change(to: newLevel, at: now)
    }

    /// The level rises by `change` (falls, if negative) at `now`.
    ///
    /// - Precondition: `now` is not before the last change.
    @inlinable
    public mutating func add(_ change: Int64, at now: SimTime) {
        self.change(to: level + change, at: now)
    }

    @usableFromInline
    mutating func change(to newLevel: Int64, at now: SimTime) {
        precondition(now >= last, "a level changes forwards in time")
        let product = level.multipliedFullWidth(by: (now - last).nanoseconds)
        area += Int128(product.high) << 64 | Int128(product.low)
        last = now
        level = newLevel
        if newLevel > peak { peak = newLevel }
    }

    /// Forgets the past at the end of the warm-up: integral and peak start anew with the level
    /// that stands.
    public mutating func reset(at now: SimTime) {
        change(to: level, at: now)
        area = 0
        start = now
        peak = level
    }

    /// Level × nanoseconds from ``start`` to `end`.
    ///
    /// - Precondition: `end` is not before the last change.
    public func integral(to end: SimTime) -> Int128 {
        precondition(end >= last, "an integral ends after the last change")
        return area + Int128(level) * Int128((end - last).nanoseconds)
    }

    /// The time-weighted mean from ``start`` to `end`; nil when no time has passed.
    public func mean(to end: SimTime) -> Double? {
        let span = (end - start).nanoseconds
        return span == 0 ? nil : Double(integral(to: end)) / Double(span)
    }
}
