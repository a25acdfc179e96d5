import EventEngine
import Foundation
import PlatformModel

/// The trajectories of a run as `verify` exchanges them between processes: the fingerprint and its
/// checkpoints for each replication, and the records that were asked for.
public struct TrajectoryFile: Codable, Equatable, Sendable {
    /// One replication's trajectory.
    public struct Replication: Codable, Equatable, Sendable {
        /// Its number.
        public var replication: UInt32
        /// The hash over all records.
        public var fingerprint: String
        /// How many records there were.
        public var count: UInt64
        /// The hash's state after each full interval.
        public var checkpoints: [UInt64]
        /// The captured records, in order.
        public var records: [Record]
    }

    /// One decision or delivery.
    public struct Record: Codable, Equatable, Sendable {
        /// When, in nanoseconds.
        public var time: Int64
        /// What: a ``TrajectoryCode``.
        public var code: UInt32
        /// Whom it concerned.
        public var subject: UInt64
        /// What came of it.
        public var detail: UInt64
    }

    /// The replications in the order of their numbers.
    public var replications: [Replication]

    /// The trajectories of `outcomes`.
    public init(_ outcomes: [ReplicationOutcome]) {
        replications = []
        for outcome in outcomes { add(outcome) }
    }

    /// Adds the trajectory of one more replication.
    public mutating func add(_ outcome: ReplicationOutcome) {
        replications.append(
            Replication(
                replication: outcome.replication, fingerprint: outcome.fingerprint.hexadecimal,
                count: outcome.fingerprint.count, checkpoints: outcome.fingerprint.checkpoints,
                records: outcome.fingerprint.captured.map {
                    Record(
                        time: $0.time.nanoseconds, code: $0.code, subject: $0.subject,
                        detail: $0.detail)
                }))
    }

    /// Where two trajectories part: the replication and the numbers of the records among which
    /// the first differing one is; nil where they are equal.
    public static func firstDifference(
        _ a: TrajectoryFile, _ b: TrajectoryFile
    ) -> (replication: UInt32, records: Range<UInt64>)? {
        for (x, y) in zip(a.replications, b.replications) where x.fingerprint != y.fingerprint {
            let interval = TrajectoryFingerprint.checkpointInterval
            let same = UInt64(zip(x.checkpoints, y.checkpoints).prefix { $0 == $1 }.count)
            return (x.replication, same * interval..<(same + 1) * interval)
        }
        guard a.replications.count == b.replications.count else {
            return (UInt32(min(a.replications.count, b.replications.count)), 0..<1)
        }
        return nil
    }
}

extension TrajectoryFile.Record: CustomStringConvertible {
    /// Such as `12.5 s paired subject 7 detail 12`.
    public var description: String {
        let name = TrajectoryCode(rawValue: code).map { "\($0)" } ?? "code \(code)"
        return "\(Double(time) / 1e9) s  \(name)  subject \(subject)  detail \(detail)"
    }
}
