import EventEngine
import Measurement
import MediaPipeline
import Quantities
import ScenarioModel

/// One replication of a scenario: the platform, its people and the engine that moves them.
///
/// Advance it in as many stretches as you like up to ``end``, then ``finish()``; the stretches
/// change nothing. It is used by one thread at a time.
public struct ReplicationRun: ~Copyable {
    private var platform: Platform
    private var engine: Engine<PlatformEvent>

    /// Replication number `replication` of `scenario` at time zero.
    ///
    /// - Parameters:
    ///   - seed: with `replication` the beginning of every stream's name.
    ///   - speech: what callers at full fidelity say.
    ///   - traffic: what a speaker sends, measured on `speech`.
    ///   - capture: numbers of the trajectory records to keep.
    /// - Precondition: `scenario` is valid, as those that files give are.
    public init(
        _ scenario: Scenario, seed: UInt64, replication: UInt32, speech: SpeechMaterial,
        traffic: SpeechTraffic, capturing capture: Range<UInt64> = 0..<0
    ) {
        platform = Platform(
            scenario: scenario, seed: seed, replication: replication, speech: speech,
            traffic: traffic)
        engine = Engine()
        engine.fingerprint.captureRange = capture
        platform.start(&engine)
    }

    /// When the replication ends.
    public var end: SimTime { platform.stopTime }

    /// The simulated time reached.
    public var now: SimTime { engine.now }

    /// The hash of the trajectory so far.
    public var fingerprint: TrajectoryFingerprint { engine.fingerprint }

    /// How many events have happened.
    public var eventCount: UInt64 { engine.handledCount }

    /// The most events that were pending at once.
    public var peakPending: Int { engine.peakPending }

    /// What the tables came to so far.
    public var footprint: Footprint { platform.footprint(engine) }

    /// The first law of the platform that was found broken: a bug, whatever the scenario.
    public var violation: InvariantViolation? { platform.invariants.first }

    /// Lets everything before `time` happen.
    ///
    /// - Precondition: `time` is neither past nor after ``end``.
    public mutating func advance(to time: SimTime) {
        precondition(time <= end, "a replication does not go on after its end")
        engine.run(until: time, in: &platform)
        if time == end { platform.checkInvariants(at: time) }
    }

    /// What was measured.
    ///
    /// - Precondition: the end has been reached.
    public consuming func finish() -> ReplicationRecord {
        precondition(engine.now == platform.stopTime, "a replication is finished at its end")
        return platform.finish()
    }
}
