public import Measurement

/// A simulation whose figures closed forms foretell, repeated with many seeds.
///
/// A replication is one synchronous function of its seed and number, so that it does not matter
/// which thread takes which.
public protocol Study: Sendable {
    /// What it is called in results.
    var name: String { get }
    /// The first of its seeds; the others follow it. Studies begin at different ones, or their
    /// runs would share random numbers.
    var firstSeed: UInt64 { get }
    /// Replications for each seed, over which its interval is taken.
    var replications: Int { get }
    /// What its figures have to be.
    var oracles: [Oracle] { get }

    /// The figures of one replication, in the order of ``oracles``; not a number where the
    /// replication observed nothing.
    func figures(seed: UInt64, replication: UInt32) throws(StudyFailure) -> [Double]
}

/// A law of the platform that a run of a study broke: a bug, which ends the study.
public struct StudyFailure: Error, Hashable {
    /// The study's name.
    public let study: String
    /// The seed of the run.
    public let seed: UInt64
    /// Which of the seed's replications.
    public let replication: UInt32
    /// Which law, when and by whom.
    public let violation: InvariantViolation
}
