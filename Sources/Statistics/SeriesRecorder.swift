public import Quantities

/// Whole-number samples of named columns at a fixed step: the simulated time series of a run.
///
/// Row k holds what stood at k·step. Rows are kept flat, so a sample costs no allocation beyond
/// the growth of one array.
public struct SeriesRecorder: Hashable, Sendable {
    /// The most samples (rows × columns) one series keeps, 8 bytes each: 128 MiB.
    public static let greatestSampleCount = 1 << 24

    /// The names of the columns, in order.
    public let columns: [String]
    /// The time between rows.
    public let step: SimDuration
    private var samples: [Int64] = []

    /// A series without rows.
    ///
    /// - Precondition: `step` is positive and there is a column.
    public init(columns: [String], step: SimDuration) {
        precondition(step > .zero, "a series has a positive step")
        precondition(!columns.isEmpty, "a series has a column")
        self.columns = columns
        self.step = step
    }

    /// The number of rows.
    public var rowCount: Int { samples.count / columns.count }

    /// The time of the next row; nil when the series is full (``greatestSampleCount``).
    public var nextTime: SimTime? {
        guard samples.count + columns.count <= Self.greatestSampleCount else { return nil }
        return .zero + step * Int64(rowCount)
    }

    /// Adds the next row, one value for each column in their order.
    ///
    /// - Precondition: there is room (``nextTime`` is not nil) and a value for each column.
    public mutating func append(_ row: [Int64]) {
        precondition(row.count == columns.count, "a row has a value for each column")
        precondition(nextTime != nil, "the series is full")
        samples.append(contentsOf: row)
    }

    /// When row `index` was taken.
    public func time(ofRow index: Int) -> SimTime {
        .zero + step * Int64(index)
    }

    /// The value in row `row` and column `column`.
    public func value(row: Int, column: Int) -> Int64 {
        samples[row * columns.count + column]
    }
}
