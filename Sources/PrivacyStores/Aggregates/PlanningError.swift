public import Quantities
import RandomStreams

/// The mean number of calls at once by hour of the day, in erlangs.
public struct HourlyLoad: Hashable, Sendable {
    /// By hour, from midnight on.
    public private(set) var erlangs = [Double](repeating: 0, count: HourOfDay.count)

    /// The load of an hour.
    public subscript(hour: HourOfDay) -> Double { erlangs[Int(hour.rawValue)] }

    /// The load of the busiest hour.
    public var busiest: Double { erlangs.max() ?? 0 }

    /// What published counts of `days` days tell: each call loads the hour in which it ended, for the time that
    /// calls of its bin take if durations are spread evenly by their logarithm within it.
    ///
    /// A count that is withheld counts as zero.
    public init(_ published: PublishedAggregates, days: Int) {
        precondition(days > 0, "a load is of some days")
        for cell in CallAggregates.cells {
            guard let count = published[cell] else { continue }
            erlangs[Int(cell.hour.rawValue)] +=
                Double(count) * cell.duration.typicalSeconds / (Double(days) * 3600)
        }
    }

    /// What the calls themselves tell, each loading every hour for as long as it lasts in it.
    ///
    /// - Parameter start: how long after midnight time zero was.
    public init(_ trace: [TracedCall], days: Int, start: SimDuration = .zero) {
        precondition(days > 0, "a load is of some days")
        var nanoseconds = [Int128](repeating: 0, count: HourOfDay.count)
        let hour = SimDuration.hours(1)
        for call in trace {
            var from = call.start
            let end = call.start + call.duration
            while from < end {
                let sinceStart = from.nanoseconds + start.nanoseconds
                let next = min(
                    end, from + hour - .nanoseconds(sinceStart % hour.nanoseconds))
                nanoseconds[Int(HourOfDay(of: from, start: start).rawValue)] +=
                    Int128((next - from).nanoseconds)
                from = next
            }
        }
        erlangs = nanoseconds.map { Double($0) / (Double(days) * 3600e9) }
    }
}

/// A call as a full trace would hold it. Only studies have such a trace; no store has.
public struct TracedCall: Hashable, Sendable, BitwiseCopyable {
    /// When it began, at time zero or later.
    public var start: SimTime
    /// How long it was, ≥ 0.
    public var duration: SimDuration

    /// The given call.
    public init(start: SimTime, duration: SimDuration) {
        self.start = start
        self.duration = duration
    }
}

/// What planning by aggregates gets wrong, against planning by the calls themselves.
public struct PlanningError: Hashable, Sendable {
    /// The load as the calls tell it.
    public let actual: HourlyLoad
    /// The load as the aggregates tell it.
    public let estimated: HourlyLoad
    /// The most calls at once, which no aggregate shows.
    public let peak: Int

    /// Compares `published` counts with the `trace` of the same `days` days.
    public init(
        of published: PublishedAggregates, against trace: [TracedCall], days: Int,
        start: SimDuration = .zero
    ) {
        actual = HourlyLoad(trace, days: days, start: start)
        estimated = HourlyLoad(published, days: days)
        peak = Self.peak(of: trace)
    }

    /// By how much the estimated load of the busiest hour is too great (negative: too small), of the actual one;
    /// nil without calls.
    public var busiestHour: Double? {
        actual.busiest > 0 ? estimated.busiest / actual.busiest - 1 : nil
    }

    /// The differences of all hours without their signs, of all load; nil without calls.
    public var overall: Double? {
        var (wrong, all) = (0.0, 0.0)
        for (a, b) in zip(actual.erlangs, estimated.erlangs) {
            wrong += (a - b).magnitude
            all += a
        }
        return all > 0 ? wrong / all : nil
    }

    /// How far above the estimated load of the busiest hour the peak is, of that load: what a planner has to add
    /// for not knowing the minutes; nil where the estimate is not positive.
    public var peakAboveBusiest: Double? {
        estimated.busiest > 0 ? Double(peak) / estimated.busiest - 1 : nil
    }

    /// The most calls at once; one that ends as another begins is not at once with it.
    private static func peak(of trace: [TracedCall]) -> Int {
        let begins = trace.map(\.start).sorted()
        let ends = trace.map { $0.start + $0.duration }.sorted()
        var (ended, peak) = (0, 0)
        for (begun, time) in begins.enumerated() {
            while ended < ends.count, ends[ended] <= time { ended += 1 }
            peak = max(peak, begun + 1 - ended)
        }
        return peak
    }
}

extension DurationBin {
    /// The mean of what is spread evenly by its logarithm over the bin, (b − a)/ln(b/a), in seconds. The first bin
    /// takes the middle; the last is taken to end at twice its beginning.
    var typicalSeconds: Double {
        let a = lowerBound.seconds
        let b = upperBound?.seconds ?? 2 * a
        return a > 0 ? (b - a) / Elementary.log(b / a) : b / 2
    }
}
