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

    /// What visits are called in what services are shown.
    public var visitNames: VisitNames

    /// Whether the session number of a visit's descriptions and its user name at relays say whose visit it is.
    public enum VisitNames: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// They do: the number counts a person's visits, the name is the person's.
        case lasting
        /// Both are drawn anew for each visit (RFC 8829 §5.2.1).
        case fresh
    }

    /// The given ways; by default nothing is kept, and the list does not change.
    public init(
        fillsStores: Bool = false, sweepInterval: SimDuration = .minutes(10),
        backupInterval: SimDuration? = nil, backupRetention: SimDuration = .days(7),
        listChange: SimDuration? = nil, visitNames: VisitNames = .lasting
    ) {
        self.fillsStores = fillsStores
        self.sweepInterval = sweepInterval
        self.backupInterval = backupInterval
        self.backupRetention = backupRetention
        self.listChange = listChange
        self.visitNames = visitNames
    }
}
