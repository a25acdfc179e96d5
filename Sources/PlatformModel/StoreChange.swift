public import PrivacyStores
public import Quantities

/// Something that was done to the platform's stores, with all that is needed to do it again to others and to see whether the same
/// came of it.
///
/// Times are those of the clock by which the stores are kept.
public enum StoreChange: Sendable {
    /// A record was kept as it is stamped.
    case kept(StoredRecord)
    /// A call was counted.
    case counted(CallCell)
    /// What had lapsed was deleted: what came of it, and how many records might go at most.
    case swept(SweepOutcome, at: SimTime, atMost: Int)
    /// The service that keeps them stopped and started again.
    case restarted
    /// Everything was replaced by a backup, and swept at once: what came of that.
    case restored(StoreBackup, SweepOutcome, at: SimTime)
    /// Everything was read.
    case dumped(StoreContents, by: Authorisation?, at: SimTime)
    /// A backup was taken.
    case backedUp(StoreBackup, by: Authorisation?, at: SimTime)
    /// An audit tried to read, rightly and wrongly, and was judged so.
    case attempted([AccessAttempt], at: SimTime)
    /// Somebody asked for records that an order names, and was given these.
    case answered([StoredRecord], by: Authorisation?, at: SimTime)
}

/// How the platform's stores are kept, and who may read them.
public struct StoreRules: Sendable {
    /// Lifetimes, sweeps and backups.
    public let policy: RetentionPolicy
    /// Who may read what.
    public let access: AccessControl
}
