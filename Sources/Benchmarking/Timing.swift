import Glibc

/// The CPU time of the calling thread.
public enum ThreadClock {
    /// Nanoseconds of CPU time that the thread has used.
    public static var nanoseconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}

/// The repetitions of one contender on one workload, in ns per operation.
public struct Samples: Hashable, Sendable, Codable {
    /// In the order they were taken.
    public private(set) var values: [Double] = []

    /// No repetitions yet.
    public init() {}

    /// Adds a repetition.
    public mutating func add(_ value: Double) { values.append(value) }

    /// The middle value, or the mean of the middle two; nil when there is none.
    public var median: Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1
            ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The least value.
    public var least: Double? { values.min() }

    /// The greatest value.
    public var greatest: Double? { values.max() }

    /// (greatest − least) ÷ median.
    public var spread: Double? {
        guard let median, let least, let greatest, median > 0 else { return nil }
        return (greatest - least) / median
    }
}
