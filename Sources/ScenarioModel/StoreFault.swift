import Quantities

/// Something that befalls the service that keeps the platform's stores during a run.
public struct StoreFault: Hashable, Sendable, BitwiseCopyable {
    /// What can befall it, as files call it.
    public enum Kind: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// A sweep breaks off.
        case crashSweep = "crash_sweep"
        /// The clock is wrong for a time.
        case skewClock = "skew_clock"
        /// The service starts again.
        case restartStores = "restart_stores"
        /// Everything is replaced by a backup.
        case restoreBackup = "restore_backup"
        /// Reports come from elsewhere.
        case importReports = "import_reports"
    }

    /// What happens.
    public enum Event: Hashable, Sendable, BitwiseCopyable {
        /// The first sweep from then on breaks off when it has deleted so many records, and the service with it; it starts again
        /// at once.
        case sweepCrashes(after: Int)
        /// The clock of the service is off by `error`, ahead above zero, for a time above zero.
        case clockIsWrong(by: SimDuration, for: SimDuration)
        /// The service stops and starts again at once.
        case restart
        /// The stores are lost, and start again from the latest backup there is; without one they stay.
        case restoration
        /// So many reports of that age, ≥ 0, are taken over from elsewhere.
        case importation(count: Int, age: SimDuration)
    }

    /// What happens.
    public var event: Event
    /// When it happens or begins, from the start of the run.
    public var at: SimDuration

    /// `event` happens, or begins, at `at`.
    public init(_ event: Event, at: SimDuration) {
        self.event = event
        self.at = at
    }

    /// When it is over, from the start of the run.
    public var end: SimDuration {
        if case .clockIsWrong(_, let duration) = event { at + duration } else { at }
    }
}
