public import Quantities

/// What is kept record by record, each kind for a time of its own.
public enum RecordKind: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// Reports against devices.
    case reports
    /// Messages of the signalling service.
    case signaling
    /// What relays write down.
    case relayLog
}

/// How long records are kept, and how often it is looked for what has lapsed.
///
/// A record lapses when it has been kept for its lifetime, and is deleted by the first sweep at or after that
/// moment. What a service's clock reads may be wrong: if it is never off by more than ε, the
/// ``clockTolerance``, a record that goes 2ε early by that clock never lapses late by the true time, and
/// never more than 4ε early.
public struct RetentionPolicy: Hashable, Sendable, BitwiseCopyable {
    /// The lifetime of a report, > 0.
    public var reports = SimDuration.days(30)
    /// The lifetime of a signalling message, > 0.
    public var signaling = SimDuration.hours(24)
    /// The lifetime of an entry of the relay log, ≥ 0; with 0 none is kept.
    public var relayLog = SimDuration.days(7)
    /// How long a backup may be kept, ≥ 0.
    public var backups = SimDuration.days(7)
    /// The time from one sweep to the next, > 0.
    public var sweepInterval = SimDuration.minutes(10)
    /// By how much the clock that stamps and sweeps may be wrong at any time, ≥ 0.
    public var clockTolerance = SimDuration.zero

    /// What the platform promises: 30 days, 24 hours and 7 days.
    public init() {}

    /// How long a record stands by the service's clock: its lifetime less twice the tolerance.
    public func span(_ kind: RecordKind) -> SimDuration {
        let lifetime =
            switch kind {
            case .reports: reports
            case .signaling: signaling
            case .relayLog: relayLog
            }
        return max(.zero, lifetime - clockTolerance * 2)
    }

    /// When a record that is stamped `time` lapses, by the service's clock.
    public func lapse(of kind: RecordKind, stamped time: SimTime) -> SimTime { time + span(kind) }

    /// When a record that is stamped `time` is gone, where sweeps come at the multiples of ``sweepInterval``: with the first
    /// one at or after its lapse.
    public func deletion(of kind: RecordKind, stamped time: SimTime) -> SimTime {
        let (lapse, interval) = (lapse(of: kind, stamped: time), sweepInterval.nanoseconds)
        return SimTime(nanoseconds: (lapse.nanoseconds + interval - 1) / interval * interval)
    }

    /// The latest stamp that has lapsed by `now`.
    public func latestLapsed(_ kind: RecordKind, at now: SimTime) -> SimTime { now - span(kind) }
}

extension RetentionPolicy {
    /// How finely the time of a report is kept: an hour, less where reports live for less than a day. Who has a relay's log
    /// or messages cannot find the call by it.
    public var reportResolution: SimDuration { min(.hours(1), reports / 24) }

    /// What a report made at `time` is stamped with: when its hour began.
    public func reportStamp(_ time: SimTime) -> SimTime {
        let resolution = max(1, reportResolution.nanoseconds)
        return SimTime(nanoseconds: time.nanoseconds / resolution * resolution)
    }
}
