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
    /// What became of its tickets, in the order of their numbers; all if they were kept.
    public var tickets: [TicketLife]
    /// Real time it took, in seconds.
    public var wallSeconds: Double
    /// Time that threads were running for it, in seconds.
    public var cpuSeconds: Double
    /// The part before the end of the warm-up, and the part after it.
    public var phases: (warmUp: RunPhase, measured: RunPhase)
}

/// Runs one replication to its end on the calling thread.
///
/// Gives nil when it stops between two stretches of simulated time: because `progress` is told to,
/// or because a law of the platform was found broken, which `progress` is told and which stops the
/// others too.
func simulate(
    _ scenario: Scenario, seed: UInt64, replication: UInt32, speech: SpeechMaterial,
    traffic: SpeechTraffic, rehearsals: Rehearsals, corpus: SpeechCorpus?,
    capturing capture: Range<UInt64>, keepingTickets: Bool,
    crew: PooledCrew, progress: RunProgress
) -> ReplicationOutcome? {
    /// Stretches of a run between two looks at `progress`.
    let stretches: Int64 = 500

    // Nobody is to work for a replication that has been given up.
    defer { crew.finish() }
    var watch = PhaseWatch(scenario.general)
    var run = ReplicationRun(
        scenario, seed: seed, replication: replication, speech: speech, traffic: traffic,
        rehearsals: rehearsals, corpus: corpus, capturing: capture,
        keepingTickets: keepingTickets)
    let end = run.end
    for stretch in 1...stretches {
        if progress.isStopped { return nil }
        let time = stretch == stretches ? end : .zero + end.sinceStart / stretches * stretch
        if watch.isDue(before: time) {
            run.advance(to: watch.boundary, with: crew)
            watch.warmUpEnds(crew)
        }
        run.advance(to: time, with: crew)
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
    let tickets = keepingTickets ? run.tickets : []
    let record = run.finish()
    progress.finishReplication()
    return ReplicationOutcome(
        replication: replication, record: record, fingerprint: fingerprint, events: events,
        peakPending: peak, footprint: footprint, tickets: tickets, wallSeconds: watch.wallSeconds,
        cpuSeconds: watch.cpuSeconds(crew),
        phases: watch.ends(crew))
}
