public import Quantities

/// How many records were deleted, and how long after they had lapsed.
public struct DeletionTally: Hashable, Sendable {
    /// Records deleted.
    public private(set) var count = 0
    /// The sum of their lags, in nanoseconds.
    public private(set) var totalLag: Int128 = 0
    /// The longest of their lags, ≥ 0; zero when none was deleted.
    public private(set) var greatestLag = SimDuration.zero

    /// Nothing deleted.
    public init() {}

    /// A record was deleted `lag` after it had lapsed, by the clock of whoever swept.
    public mutating func add(_ lag: SimDuration) {
        count += 1
        totalLag += Int128(lag.nanoseconds)
        greatestLag = max(greatestLag, lag)
    }

    /// What `other` counted counts here, too.
    public mutating func merge(_ other: DeletionTally) {
        count += other.count
        totalLag += other.totalLag
        greatestLag = max(greatestLag, other.greatestLag)
    }
}

/// What a sweep did.
public struct SweepOutcome: Hashable, Sendable {
    private var tallies = [DeletionTally](
        repeating: DeletionTally(), count: RecordKind.allCases.count)
    /// Records that came from the future and were stamped anew.
    public internal(set) var restamped = 0
    /// Whether everything that had lapsed is gone; false where the sweep was cut short.
    public internal(set) var isComplete = true

    /// A sweep that found nothing to do.
    public init() {}

    /// What was deleted of one kind.
    public internal(set) subscript(kind: RecordKind) -> DeletionTally {
        get { tallies[Int(kind.rawValue)] }
        set { tallies[Int(kind.rawValue)] = newValue }
    }

    /// Records deleted, of all kinds.
    public var deleted: Int { tallies.reduce(0) { $0 + $1.count } }
}
