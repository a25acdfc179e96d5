import Histogram

/// Observations of a whole, non-negative quantity (nanoseconds, bytes, thousandths of a point):
/// count, sum, sum of squares, least and greatest exactly, and a histogram for quantiles.
///
/// Merging adds integers, so it is associative and commutative: however the observations of a run
/// are spread over recorders and in whatever order these are merged, the result is the same.
/// The histogram keeps three significant digits (HDR histogram, 2048 sub-buckets): a quantile
/// differs from the observation of that rank by at most 0.1 % of it (0.05 % for resolution 1, as
/// middles of cells are reported) or by one `resolution`, whichever is more. It is created with
/// the first observation and grows with the greatest: 8 KiB for each doubling of the greatest
/// observation beyond 2048 resolutions.
public struct DistributionRecorder: Sendable {
    /// The number of observations.
    public private(set) var count: Int64 = 0
    /// The sum of the observations.
    public private(set) var sum: Int128 = 0
    /// The sum of their squares.
    public private(set) var sumOfSquares: Int128 = 0
    /// The least observation; nil without any.
    public var min: Int64? { count == 0 ? nil : least }
    /// The greatest observation; nil without any.
    public var max: Int64? { count == 0 ? nil : greatest }

    private var least = Int64.max
    private var greatest: Int64 = 0
    /// log₂ of the resolution.
    private let shift: UInt8
    /// Counts observations in units of the resolution, and is wide enough for the greatest.
    private var histogram: Histogram<UInt64>?

    /// The greatest observation that is accepted, 52 days in nanoseconds: the squares of eight
    /// million of them still fit the 128 bits of the sum.
    public static let greatestObservation: Int64 = 1 << 52

    /// A recorder without observations.
    ///
    /// - Parameter resolution: what differs by less than this need not be told apart by quantiles,
    ///   a power of 2; 1024 suits nanoseconds and saves 10 doublings of memory.
    public init(resolution: UInt64 = 1) {
        precondition(resolution > 0 && resolution & (resolution - 1) == 0, "a power of two")
        shift = UInt8(resolution.trailingZeroBitCount)
    }

    /// How coarse the histogram may be for small observations, in units of the observations.
    public var resolution: UInt64 { 1 << UInt64(shift) }

    /// An observation with what recorders make of it, so that several can take it in.
    public struct Observation: BitwiseCopyable, Sendable {
        fileprivate let value: Int64
        fileprivate let square: Int128

        /// The observation of `value`.
        ///
        /// - Precondition: `value` is in 0…``greatestObservation``.
        public init(_ value: Int64) {
            precondition(
                value >= 0 && value <= greatestObservation, "an observation is out of range")
            self.value = value
            let product = value.multipliedFullWidth(by: value)
            square = Int128(product.high) << 64 | Int128(product.low)
        }
    }

    /// Adds `observation` once.
    public mutating func record(_ observation: Observation) {
        count += 1
        sum += Int128(observation.value)
        sumOfSquares += observation.square
        least = Swift.min(least, observation.value)
        greatest = Swift.max(greatest, observation.value)
        enter(observation, 1)
    }

    /// Adds `count` observations of `value`.
    ///
    /// - Precondition: `value` is in 0…``greatestObservation``.
    public mutating func record(_ value: Int64, count times: Int64 = 1) {
        precondition(times >= 0, "observations are not taken back")
        let observation = Observation(value)
        guard times > 0 else { return }
        count += times
        sum += Int128(value) * Int128(times)
        sumOfSquares += observation.square * Int128(times)
        least = Swift.min(least, value)
        greatest = Swift.max(greatest, value)
        enter(observation, UInt64(times))
    }

    @inline(__always)
    private mutating func enter(_ observation: Observation, _ times: UInt64) {
        let units = UInt64(observation.value) >> UInt64(shift)
        if histogram?.record(units, count: times) != true {
            widen(toHold: units)
            histogram?.record(units, count: times)
        }
    }

    @inline(never)
    private mutating func widen(toHold units: UInt64) {
        var wider = EmptyHistograms.holding(units)
        if let histogram { wider.add(histogram) }
        histogram = wider
    }

    /// Takes the observations of `other` in.
    ///
    /// - Precondition: both have the same resolution.
    /// - Complexity: O(size of the histograms).
    public mutating func merge(_ other: DistributionRecorder) {
        precondition(resolution == other.resolution, "recorders of one resolution are merged")
        guard let added = other.histogram else { return }
        count += other.count
        sum += other.sum
        sumOfSquares += other.sumOfSquares
        least = Swift.min(least, other.least)
        greatest = Swift.max(greatest, other.greatest)
        if let histogram, histogram.highestTrackableValue >= added.highestTrackableValue {
            self.histogram?.add(added)
        } else {
            var sum = added
            if let histogram { sum.add(histogram) }
            histogram = sum
        }
    }

    /// The mean of the observations; nil without any.
    public var mean: Double? { count == 0 ? nil : Double(sum) / Double(count) }

    /// The unbiased sample variance; nil with fewer than two observations.
    public var variance: Double? {
        guard count > 1 else { return nil }
        // n·Σx² − (Σx)² needs up to 192 bits; about the least observation all terms stay small.
        let n = Int128(count)
        let origin = Int128(least)
        let shiftedSum = sum - n * origin
        let shiftedSquares = sumOfSquares - origin * (2 * sum - n * origin)
        let mean = Double(shiftedSum) / Double(count)
        return (Double(shiftedSquares) - mean * Double(shiftedSum)) / Double(count - 1)
    }

    /// The observation below or at which `percent` of all lie (nearest rank); nil without any.
    ///
    /// - Parameter percent: 0…100.
    /// - Complexity: O(size of the histogram).
    public func percentile(_ percent: Double) -> Int64? {
        precondition(percent >= 0 && percent <= 100, "a percentile is in 0…100")
        guard let histogram else { return nil }
        if percent == 0 { return least }
        if percent == 100 { return greatest }
        let reached = histogram.valueAtPercentile(percent)
        let cell = histogram.lowestEquivalentForValue(reached)
        // In the cell around zero, the least observation says more than the middle.
        if cell == 0 && resolution > 1 { return least }
        let width = histogram.sizeOfEquivalentRangeForValue(cell)
        let middle = Int64(cell << UInt64(shift) + (width << UInt64(shift)) >> 1)
        return Swift.min(Swift.max(middle, least), greatest)
    }

    /// Gini's coefficient Σ(2i − n − 1)·x(i) ÷ (n·Σx) of the observations in ascending order: half
    /// their mean difference relative to their mean, 0 where all are equal; nil where all are 0 or
    /// there are none. Observations of one cell of the histogram count as equal.
    ///
    /// Source: C. Gini, Variabilità e mutabilità, 1912; the form with ranks is the usual one.
    ///
    /// - Complexity: O(size of the histogram).
    public var gini: Double? {
        guard let histogram, sum > 0 else { return nil }
        var (before, weighted, total) = (0.0, 0.0, 0.0)
        let n = Double(count)
        for cell in histogram.recordedValues() where cell.count > 0 {
            let (value, times) = (Double(cell.value), Double(cell.count))
            weighted += value * times * (2 * before + times - n)
            total += value * times
            before += times
        }
        return total > 0 ? weighted / (n * total) : 0
    }

    /// Jain's index (Σs)² ÷ (n·Σs²) of a service s = 1 ÷ (1 + x ÷ `unit`) that falls with the observed
    /// x, and is 0 to `unserved` others: from 1/n, where one alone is served, to 1, where all are
    /// served alike; nil where nobody is served. Observations of one cell of the histogram count as
    /// equal.
    ///
    /// Source: R. Jain, D. Chiu, W. Hawe, "A quantitative measure of fairness and discrimination for
    /// resource allocation in shared computer systems", DEC-TR-301, 1984.
    ///
    /// - Precondition: `unit` > 0, `unserved` ≥ 0.
    /// - Complexity: O(size of the histogram).
    public func jainOfService(unit: Double, unserved: Int64) -> Double? {
        precondition(unit > 0 && unserved >= 0, "service falls with what is observed")
        guard let histogram else { return nil }
        var (services, squares) = (0.0, 0.0)
        for cell in histogram.recordedValues() where cell.count > 0 {
            let service = 1 / (1 + Double(cell.value << UInt64(shift)) / unit)
            services += service * Double(cell.count)
            squares += service * service * Double(cell.count)
        }
        return squares > 0 ? services * services / (Double(count + unserved) * squares) : nil
    }

    /// Memory of the histogram in bytes.
    public var footprint: Int { histogram?.estimatedFootprintInBytes ?? 0 }
}

extension DistributionRecorder: Equatable {
    /// Whether both saw the same observations, as far as they can tell.
    public static func == (a: DistributionRecorder, b: DistributionRecorder) -> Bool {
        a.resolution == b.resolution && a.count == b.count && a.sum == b.sum
            && a.sumOfSquares == b.sumOfSquares && a.min == b.min && a.max == b.max
            && a.histogram == b.histogram
    }
}

extension DistributionRecorder {
    /// The probability that an observation of `other` exceeds one of this recorder, drawn at random,
    /// plus half of that of their being equal: Mann and Whitney's U over the product of the counts.
    /// Observations of one cell of the histogram count as equal. Nil where one has no observations.
    ///
    /// - Precondition: both have the same resolution.
    /// - Complexity: O(size of the histograms).
    public func probabilityOfLess(than other: DistributionRecorder) -> Double? {
        precondition(resolution == other.resolution, "recorders of one resolution are compared")
        guard let mine = histogram, let others = other.histogram else { return nil }
        var (below, favourable) = (Int128(0), Int128(0))
        var next = mine.recordedValues()
        var cell = next.next()
        // Twice the number of pairs in which mine is less, and once those in which they are equal.
        for theirs in others.recordedValues() {
            while let current = cell, current.value < theirs.value {
                below += Int128(current.count)
                cell = next.next()
            }
            let equal = cell.map { $0.value == theirs.value ? Int128($0.count) : 0 } ?? 0
            favourable += Int128(theirs.count) * (2 * below + equal)
        }
        return Double(favourable) / (2 * Double(count) * Double(other.count))
    }
}
