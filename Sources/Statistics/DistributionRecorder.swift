/// Observations of a whole, non-negative quantity (nanoseconds, bytes, thousandths of a point):
/// count, sum, sum of squares, least and greatest exactly, and a histogram for quantiles.
///
/// Merging adds integers, so it is associative and commutative: however the observations of a run
/// are spread over recorders and in whatever order these are merged, the result is the same.
/// The histogram keeps three significant digits in the cells of ``HistogramCells``: a quantile
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
    private let cells: HistogramCells
    /// Observations by cell, as far as the cells of the greatest one's doubling.
    private var counts: [UInt64] = []

    /// The greatest observation that is accepted, 52 days in nanoseconds: the squares of eight
    /// million of them still fit the 128 bits of the sum.
    public static let greatestObservation: Int64 = 1 << 52

    /// A recorder without observations.
    ///
    /// - Parameter resolution: what differs by less than this need not be told apart by quantiles,
    ///   a power of 2; 1024 suits nanoseconds and saves 10 doublings of memory.
    public init(resolution: UInt64 = 1) {
        cells = HistogramCells(resolution: resolution)
    }

    /// How coarse the histogram may be for small observations, in units of the observations.
    public var resolution: UInt64 { cells.resolution }

    /// An observation with all that recorders of one resolution make of it, so that several can
    /// take it in.
    public struct Observation: BitwiseCopyable, Sendable {
        fileprivate let value: Int64
        fileprivate let square: Int128
        fileprivate let cell: Int

        /// The observation of `value` for recorders of `resolution`.
        ///
        /// - Precondition: `value` is in 0…``greatestObservation``.
        public init(_ value: Int64, resolution: UInt64) {
            precondition(
                value >= 0 && value <= greatestObservation, "an observation is out of range")
            self.value = value
            let product = value.multipliedFullWidth(by: value)
            square = Int128(product.high) << 64 | Int128(product.low)
            cell = HistogramCells(resolution: resolution).cell(of: UInt64(value))
        }
    }

    /// Adds `observation` once.
    ///
    /// - Precondition: it was made for this recorder's resolution.
    public mutating func record(_ observation: Observation) {
        count += 1
        sum += Int128(observation.value)
        sumOfSquares += observation.square
        least = Swift.min(least, observation.value)
        greatest = Swift.max(greatest, observation.value)
        if observation.cell >= counts.count { makeRoom(for: observation.cell) }
        counts[observation.cell] += 1
    }

    /// Adds `count` observations of `value`.
    ///
    /// - Precondition: `value` is in 0…``greatestObservation``.
    public mutating func record(_ value: Int64, count times: Int64 = 1) {
        precondition(times >= 0, "observations are not taken back")
        let observation = Observation(value, resolution: resolution)
        guard times > 0 else { return }
        record(observation)
        let more = times - 1
        count += more
        sum += Int128(value) * Int128(more)
        sumOfSquares += observation.square * Int128(more)
        counts[observation.cell] += UInt64(more)
    }

    @inline(never)
    private mutating func makeRoom(for cell: Int) {
        let needed = HistogramCells.count(including: cell)
        counts.append(contentsOf: repeatElement(0, count: needed - counts.count))
    }

    /// Takes the observations of `other` in.
    ///
    /// - Precondition: both have the same resolution.
    /// - Complexity: O(size of the histograms).
    public mutating func merge(_ other: DistributionRecorder) {
        precondition(resolution == other.resolution, "recorders of one resolution are merged")
        guard other.count > 0 else { return }
        count += other.count
        sum += other.sum
        sumOfSquares += other.sumOfSquares
        least = Swift.min(least, other.least)
        greatest = Swift.max(greatest, other.greatest)
        if other.counts.count > counts.count { makeRoom(for: other.counts.count - 1) }
        for cell in other.counts.indices { counts[cell] += other.counts[cell] }
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
        guard count > 0 else { return nil }
        if percent == 0 { return least }
        if percent == 100 { return greatest }
        // A unit in the last place less, so that rounding does not add a rank.
        let rank = (percent.nextDown * Double(count) / 100).rounded(.up)
        let cell = self.cell(ofRank: Swift.max(1, UInt64(rank)))
        // In the cell around zero, the least observation says more than the middle.
        if cell == 0 && resolution > 1 { return least }
        return Swift.min(Swift.max(Int64(cells.middle(of: cell)), least), greatest)
    }

    private func cell(ofRank rank: UInt64) -> Int {
        var reached: UInt64 = 0
        for cell in counts.indices {
            reached += counts[cell]
            if reached >= rank { return cell }
        }
        preconditionFailure("the cells hold fewer observations than there were")
    }

    /// Memory of the histogram in bytes.
    public var footprint: Int { counts.capacity * MemoryLayout<UInt64>.stride }
}

extension DistributionRecorder: Equatable {
    /// Whether both saw the same observations, as far as they can tell.
    public static func == (a: DistributionRecorder, b: DistributionRecorder) -> Bool {
        a.resolution == b.resolution && a.count == b.count && a.sum == b.sum
            && a.sumOfSquares == b.sumOfSquares && a.min == b.min && a.max == b.max
            && a.counts == b.counts
    }
}
