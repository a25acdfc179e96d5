/// Counts of calls by hour of the day and duration: all that is kept of a call that went well.
///
/// No call is ever stored: one that ends adds one to one cell.
public struct CallAggregates: Hashable, Sendable {
    /// By the cells' numbers.
    private var counts = [UInt64](repeating: 0, count: CallCell.count)

    /// No calls.
    public init() {}

    /// The calls of a cell.
    public subscript(cell: CallCell) -> UInt64 {
        get { counts[cell.index] }
        set { counts[cell.index] = newValue }
    }

    /// Calls of all cells.
    public var total: UInt64 { counts.reduce(0, +) }

    /// Counts one call.
    public mutating func count(_ cell: CallCell) { counts[cell.index] += 1 }

    /// All cells, by number.
    public static var cells: [CallCell] { (0..<CallCell.count).map { CallCell(index: $0)! } }

    /// The counts of at least `k`; the others, zeros among them, are withheld.
    ///
    /// No sums are published beside them, so that nothing withheld can be worked out from a margin.
    ///
    /// - Precondition: `k` ≥ 1.
    public func suppressed(below k: UInt64) -> PublishedAggregates {
        precondition(k >= 1, "a cell without calls is never published")
        return PublishedAggregates(
            method: .suppressed(below: k), counts: counts.map { $0 >= k ? Int64($0) : nil })
    }
}

/// Counts of calls as the people who plan see them.
public struct PublishedAggregates: Hashable, Sendable {
    /// What was done to the counts.
    public enum Method: Hashable, Sendable {
        /// Those below a bound were withheld.
        case suppressed(below: UInt64)
        /// Each had noise added.
        case noisy(PrivacyLoss)
    }

    /// What was done to the counts.
    public let method: Method
    /// By the cells' numbers; nil where withheld. Noise may make a count negative: sums stay without bias only
    /// if it is left so.
    public let counts: [Int64?]

    init(method: Method, counts: [Int64?]) {
        self.method = method
        self.counts = counts
    }

    /// The published count of a cell; nil where it is withheld.
    public subscript(cell: CallCell) -> Int64? { counts[cell.index] }
}
