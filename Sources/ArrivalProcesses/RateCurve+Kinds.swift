public import Quantities
import RandomStreams

/// A point that a profile goes through.
public struct RatePoint: Hashable, Sendable, BitwiseCopyable {
    /// When, from the beginning of the run.
    public var at: SimTime
    /// People per second from then on, 0 or more.
    public var rate: Double

    /// `rate` people per second at `at`.
    public init(at: SimTime, rate: Double) {
        self.at = at
        self.rate = rate
    }
}

extension RateCurve {
    /// How a rate goes from one point of a profile to the next.
    public enum Interpolation: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// In a straight line.
        case linear
        /// In a jump at the later point.
        case step
    }

    /// The rate that goes through `points`, constant before the first and after the last.
    ///
    /// - Precondition: there is a point, their times ascend and none is negative.
    /// - Complexity: O(n).
    public static func profile(
        _ interpolation: Interpolation, through points: [RatePoint]
    ) -> RateCurve {
        precondition(
            !points.isEmpty && points[0].at >= .zero
                && points.indices.dropFirst().allSatisfy { points[$0 - 1].at < points[$0].at },
            "a profile goes through points of ascending times")
        var pieces = [Piece(.zero, points[0].at.sinceStart, .constant(points[0].rate))]
        for (point, next) in zip(points, points.dropFirst()) {
            let (start, end) = (point.at.sinceStart, next.at.sinceStart)
            let slope = (next.rate - point.rate) / (end - start).seconds
            let isFlat = interpolation == .step || slope == 0
            pieces.append(
                Piece(
                    start, end,
                    isFlat ? .constant(point.rate) : .line(from: point.rate, slope: slope)))
        }
        let last = points[points.count - 1]
        pieces.append(Piece(last.at.sinceStart, .max, .constant(last.rate)))
        return RateCurve(pieces)
    }

    /// One cosine a day, mean·(1 + amplitude·cos 2π(t − peak)/24 h), in pieces of an hour.
    ///
    /// - Parameters:
    ///   - mean: people per second on average over a day, 0 or more.
    ///   - amplitude: how far the peak rises above the mean, 0…1 of it.
    ///   - peakAt: the time of day of the peak, 0…24 h.
    ///   - start: the time of day at which the run begins, 0…24 h.
    public static func diurnal(
        mean: Double, amplitude: Double, peakAt: SimDuration, start: SimDuration
    ) -> RateCurve {
        precondition(amplitude >= 0 && amplitude <= 1, "a rate is never negative")
        // A cycle begins at a peak, so that every piece rises or falls throughout.
        var firstPeak = (peakAt - start).nanoseconds % SimDuration.days(1).nanoseconds
        if firstPeak > 0 { firstPeak -= SimDuration.days(1).nanoseconds }
        let pieces = (0..<24).map { hour in
            Piece(
                .hours(hour), .hours(hour + 1),
                .cosine(mean: mean, swing: mean * amplitude, turn: Double(hour) / 24))
        }
        return RateCurve(
            pieces, period: .days(1), firstCycle: SimTime(nanoseconds: firstPeak))
    }

    /// `base` that from `at` on rises in a straight line to base·factor within `rise` and falls
    /// back exponentially with time constant `decay`, in pieces over which the excess halves.
    ///
    /// - Precondition: `base` ≥ 0, `factor` ≥ 1, `rise` and `decay` positive, `at` not negative.
    public static func flashCrowd(
        base: Double, factor: Double, at: SimDuration, rise: SimDuration, decay: SimDuration
    ) -> RateCurve {
        precondition(factor >= 1 && rise > .zero && decay > .zero, "a flash crowd rises and falls")
        let excess = base * (factor - 1)
        let peak = at + rise
        var pieces = [
            Piece(.zero, at, .constant(base)),
            Piece(at, peak, .line(from: base, slope: excess / rise.seconds)),
        ]
        let half = SimDuration(seconds: decay.seconds * Self.naturalLogOfTwo)
        var begin = peak
        var rest = excess
        while half > .zero, rest * Self.tailShare > base {
            let end = begin + half
            pieces.append(
                Piece(begin, end, .fall(base: base, excess: rest, decay: decay.seconds)))
            rest = excess * Elementary.exp(-(end - peak).seconds / decay.seconds)
            begin = end
        }
        pieces.append(Piece(begin, .max, .fall(base: base, excess: rest, decay: decay.seconds)))
        return RateCurve(pieces)
    }

    private static let naturalLogOfTwo = 0x1.62e42fefa39efp-1
    /// Once the excess is one in that many of the base, a single piece bounds all the rest.
    private static let tailShare = 16.0
}
