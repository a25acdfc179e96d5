import EventEngine
import Measurement
import MediaPipeline
import PlatformModel
import Quantities
import Results
import ScenarioModel

/// What one replication gave.
public struct ReplicationOutcome: Sendable {
    /// Its number.
    public var replication: UInt32
    /// What was measured.
    public var record: ReplicationRecord
    /// The hash of its trajectory, with checkpoints and captured records.
    public var fingerprint: TrajectoryFingerprint
    /// How many events it took.
    public var events: UInt64
    /// The most events that were pending at once.
    public var peakPending: Int
    /// What its tables came to.
    public var footprint: Footprint
    /// Real time it took, in seconds.
    public var wallSeconds: Double
    /// Time that its thread was running, in seconds: the wall time less what others took.
    public var cpuSeconds: Double
}

/// Runs one replication to its end on the calling thread.
///
/// Gives nil when it stops between two stretches of simulated time: because `progress` is told to,
/// or because a law of the platform was found broken, which `progress` is told and which stops the
/// others too.
func simulate(
    _ scenario: Scenario, seed: UInt64, replication: UInt32, speech: SpeechMaterial,
    traffic: SpeechTraffic, capturing capture: Range<UInt64>, progress: RunProgress
) -> ReplicationOutcome? {
    /// Stretches of a run between two looks at `progress`.
    let stretches: Int64 = 500

    let clock = ContinuousClock()
    let began = clock.now
    let cpuBegan = HostFacts.threadSeconds()
    var run = ReplicationRun(
        scenario, seed: seed, replication: replication, speech: speech, traffic: traffic,
        capturing: capture)
    let end = run.end
    for stretch in 1...stretches {
        if progress.isStopped { return nil }
        run.advance(
            to: stretch == stretches ? end : .zero + end.sinceStart / stretches * stretch)
        if let violation = run.violation {
            progress.fail(BrokenInvariant(replication: replication, violation: violation))
            return nil
        }
        progress.advance(
            from: Double(stretch - 1) / Double(stretches), to: Double(stretch) / Double(stretches))
    }
    let fingerprint = run.fingerprint
    let events = run.eventCount
    let peak = run.peakPending
    let footprint = run.footprint
    let record = run.finish()
    progress.finishReplication()
    return ReplicationOutcome(
        replication: replication, record: record, fingerprint: fingerprint, events: events,
        peakPending: peak, footprint: footprint, wallSeconds: (clock.now - began) / .seconds(1),
        cpuSeconds: HostFacts.threadSeconds() - cpuBegan)
}
