public import Quantities
public import Statistics

/// The series of some levels, added up over replications: what is left of chance becomes small
/// beside what all have in common, such as a beginning with nobody there.
public struct SeriesPool: Sendable {
    /// The levels.
    public let metrics: [Metric]
    /// Time between two rows; zero without replications.
    public private(set) var step = SimDuration.zero
    private var sums: [[Int64]]

    /// The levels whose beginning tells whether a run has warmed up: those who wait, and those who
    /// talk.
    public static let settling: [Metric] = [.queueLength, .callsActive]

    /// Sums of `metrics`, which are levels, over no replications yet.
    public init(_ metrics: [Metric] = SeriesPool.settling) {
        self.metrics = metrics
        sums = Array(repeating: [], count: metrics.count)
    }

    /// Takes a replication in; the order changes nothing.
    ///
    /// - Precondition: its series has the same step and number of rows as those taken before.
    public mutating func add(_ record: ReplicationRecord) {
        let series = record.series
        let isFirst = step == .zero
        step = series.step
        for (index, metric) in metrics.enumerated() {
            let name = metric.description.name
            guard let column = series.columns.firstIndex(of: name) else {
                preconditionFailure("\(name) has no series")
            }
            if isFirst { sums[index] = Array(repeating: 0, count: series.rowCount) }
            precondition(sums[index].count == series.rowCount, "series of one length are added")
            for row in 0..<series.rowCount {
                sums[index][row] += series.value(row: row, column: column)
            }
        }
    }

    /// The sums of one of ``metrics``, by row.
    public func sums(of metric: Metric) -> [Int64] {
        metrics.firstIndex(of: metric).map { sums[$0] } ?? []
    }

    /// Where the series of `metric` has settled; nil where it is too short to say anything.
    public func settling(of metric: Metric) -> MSER5? { MSER5(sums(of: metric)) }
}
