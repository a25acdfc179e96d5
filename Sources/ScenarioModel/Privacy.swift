import Quantities

/// Whether a run fills the platform's stores, and how they are kept.
public struct Privacy: Hashable, Sendable, BitwiseCopyable {
    /// Whether reports, messages, relay log and counts of calls are kept as the platform would.
    public var fillsStores: Bool
    /// The time from one deletion of what has lapsed to the next, > 0.
    public var sweepInterval: SimDuration
    /// The time from one backup to the next, > 0; nil without backups.
    public var backupInterval: SimDuration?
    /// How long a backup is kept, > 0.
    public var backupRetention: SimDuration
    /// When the published list of processors changes, of which people are told when they next connect; nil for never.
    public var listChange: SimDuration?

    /// The given ways; by default nothing is kept, and the list does not change.
    public init(
        fillsStores: Bool = false, sweepInterval: SimDuration = .minutes(10),
        backupInterval: SimDuration? = nil, backupRetention: SimDuration = .days(7),
        listChange: SimDuration? = nil
    ) {
        self.fillsStores = fillsStores
        self.sweepInterval = sweepInterval
        self.backupInterval = backupInterval
        self.backupRetention = backupRetention
        self.listChange = listChange
    }
}
