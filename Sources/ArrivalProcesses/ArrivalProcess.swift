public import Quantities
public import RandomStreams

/// When people come, one after the other.
///
/// A process is asked for the next arrival at the time of the one before (at the beginning:
/// ``SimTime/zero``), until it gives nil. Equal processes and equal streams give equal arrivals on
/// every machine, and an earlier end only cuts them off.
public enum ArrivalProcess: Hashable, Sendable {
    /// A Poisson process of constant rate.
    case poisson(PoissonProcess)
    /// A Poisson process whose rate follows a curve.
    case varying(VaryingPoissonProcess)
    /// A process whose arrivals bring others.
    case hawkes(HawkesProcess)
    /// Times that are known beforehand.
    case replay(ArrivalReplay)

    /// The first arrival at or after `now`, the time of the one before; nil if none is before
    /// `end`, and ever after.
    ///
    /// - Complexity: amortised O(1) and for a varying rate O(1) expected; see the cases' types.
    public mutating func next(
        after now: SimTime, before end: SimTime, using stream: inout RandomStream
    ) -> SimTime? {
        switch self {
        case .poisson(let process):
            return process.next(after: now, before: end, using: &stream)
        case .varying(var process):
            defer { self = .varying(process) }
            return process.next(after: now, before: end, using: &stream)
        case .hawkes(var process):
            defer { self = .hawkes(process) }
            return process.next(after: now, before: end, using: &stream)
        case .replay(var process):
            defer { self = .replay(process) }
            return process.next(after: now, before: end)
        }
    }

    /// How many arrivals there are on average in [`from`, `to`), seen from a beginning at zero
    /// with nobody there before.
    ///
    /// - Precondition: `from` ≤ `to`, neither negative.
    public func meanCount(from: SimTime = .zero, to: SimTime) -> Double {
        precondition(.zero <= from && from <= to, "a window begins before it ends")
        return switch self {
        case .poisson(let process): process.rate * (to - from).seconds
        case .varying(let process): process.curve.integral(from: from, to: to)
        case .hawkes(let process): process.meanCount(before: to) - process.meanCount(before: from)
        case .replay(let process): Double(process.count(from: from, to: to))
        }
    }

    /// The variance of the number of arrivals in [0, `end`).
    ///
    /// - Precondition: `end` is not negative.
    public func countVariance(before end: SimTime) -> Double {
        switch self {
        case .poisson, .varying: meanCount(to: end)
        case .hawkes(let process): process.countVariance(before: end)
        case .replay: 0
        }
    }
}

/// A Poisson process of constant rate.
public struct PoissonProcess: Hashable, Sendable, BitwiseCopyable {
    /// People per second, 0 or more.
    public let rate: Double

    /// The process of `rate` people per second.
    ///
    /// - Precondition: `rate` is finite and not negative.
    public init(rate: Double) {
        precondition(rate >= 0 && rate < .infinity, "nobody arrives at a negative rate")
        self.rate = rate
    }

    /// The next arrival; takes one 64-bit word, none at rate 0.
    public func next(
        after now: SimTime, before end: SimTime, using stream: inout RandomStream
    ) -> SimTime? {
        guard rate > 0 else { return nil }
        return now.moved(by: stream.nextExponential(mean: 1 / rate), before: end)
    }
}

/// Arrivals at given times, each once, in order.
public struct ArrivalReplay: Hashable, Sendable {
    private let times: [SimTime]
    private var taken = 0

    /// The arrivals at `times`; the same time may stand there more than once.
    ///
    /// - Precondition: `times` ascend and none is negative.
    /// - Complexity: O(n).
    public init(_ times: [SimTime]) {
        precondition(
            times.isEmpty
                || times[0] >= .zero
                    && times.indices.dropFirst().allSatisfy { times[$0 - 1] <= times[$0] },
            "arrivals are replayed in the order of their times")
        self.times = times
    }

    /// The next arrival; draws nothing.
    public mutating func next(after now: SimTime, before end: SimTime) -> SimTime? {
        while taken < times.count, times[taken] < now { taken += 1 }
        guard taken < times.count, times[taken] < end else { return nil }
        taken += 1
        return times[taken - 1]
    }

    /// How many of the times are in [`from`, `to`), whether taken already or not.
    ///
    /// - Complexity: O(log n).
    public func count(from: SimTime, to: SimTime) -> Int {
        max(0, firstIndex(notBefore: to) - firstIndex(notBefore: from))
    }

    private func firstIndex(notBefore time: SimTime) -> Int {
        var (low, high) = (0, times.count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension SimTime {
    /// The time `gap` seconds later, rounded to the nanosecond, where that is before `end`.
    ///
    /// A gap that no clock of 64 bits holds is beyond every end.
    func moved(by gap: Double, before end: SimTime) -> SimTime? {
        guard self < end, gap < (end - self).seconds + 1 else { return nil }
        let time = self + SimDuration(seconds: gap)
        return time < end ? time : nil
    }
}
