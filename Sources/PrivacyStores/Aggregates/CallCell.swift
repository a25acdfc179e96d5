public import Quantities

/// An hour of the day, all that is ever noted of when a call was.
public struct HourOfDay: RawRepresentable, Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Hours of a day.
    public static let count = 24

    /// 0…23.
    public let rawValue: UInt8

    /// The hour `rawValue`; nil above 23.
    public init?(rawValue: UInt8) {
        guard rawValue < Self.count else { return nil }
        self.rawValue = rawValue
    }

    /// The hour in which `time` lies, if time zero was `start` after midnight.
    public init(of time: SimTime, start: SimDuration = .zero) {
        let day = SimDuration.days(1).nanoseconds
        let sinceMidnight = (time.nanoseconds % day + start.nanoseconds % day + 2 * day) % day
        rawValue = UInt8(sinceMidnight / SimDuration.hours(1).nanoseconds)
    }

    /// Orders from midnight on.
    public static func < (a: HourOfDay, b: HourOfDay) -> Bool { a.rawValue < b.rawValue }
}

/// A range of call durations, all that is ever noted of how long a call was.
public struct DurationBin: Hashable, Sendable, BitwiseCopyable {
    /// Where bins begin, in seconds; the last has no end.
    static let edges: [Int64] = [0, 5, 10, 20, 40, 60, 120, 300, 600, 1200, 1800, 3600]

    /// How many bins there are.
    public static let count = edges.count

    /// Its number, from 0 for the shortest calls.
    public let index: Int

    /// The bin numbered `index`; nil if there is none.
    public init?(index: Int) {
        guard Self.edges.indices.contains(index) else { return nil }
        self.index = index
    }

    /// The bin of a call that lasted `duration`.
    public init(of duration: SimDuration) {
        index =
            Self.edges.lastIndex { SimDuration.seconds($0) <= duration } ?? 0
    }

    /// The shortest duration in it.
    public var lowerBound: SimDuration { .seconds(Self.edges[index]) }

    /// From which duration on calls are in the next one; nil for the last.
    public var upperBound: SimDuration? {
        index + 1 < Self.count ? .seconds(Self.edges[index + 1]) : nil
    }
}

/// What one call is counted as: the hour of day in which it ended, and about how long it was.
public struct CallCell: Hashable, Sendable, BitwiseCopyable {
    /// How many cells there are.
    public static let count = HourOfDay.count * DurationBin.count

    /// When it ended.
    public var hour: HourOfDay
    /// How long it was.
    public var duration: DurationBin

    /// The given cell.
    public init(hour: HourOfDay, duration: DurationBin) {
        self.hour = hour
        self.duration = duration
    }

    /// Its number, by hour, then by duration.
    public var index: Int { Int(hour.rawValue) * DurationBin.count + duration.index }

    /// The cell numbered `index`; nil if there is none.
    public init?(index: Int) {
        guard index >= 0, let number = UInt8(exactly: index / DurationBin.count),
            let hour = HourOfDay(rawValue: number),
            let duration = DurationBin(index: index % DurationBin.count)
        else { return nil }
        self.init(hour: hour, duration: duration)
    }
}
