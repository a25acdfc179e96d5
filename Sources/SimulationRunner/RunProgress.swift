import Measurement
import Synchronization

/// A law of the platform that a replication broke: a bug, which ends the run.
public struct BrokenInvariant: Hashable, Sendable {
    /// The replication.
    public var replication: UInt32
    /// Which law, when and by whom.
    public var violation: InvariantViolation
}

/// A law that was found broken, as atomic references need a class.
private final class Broken: Sendable {
    let invariant: BrokenInvariant

    init(_ invariant: BrokenInvariant) { self.invariant = invariant }
}

/// How far a run is, readable from any thread, and the way to ask it to stop.
///
/// A class, because the runner's threads, the progress bar and the signal handler share it.
public final class RunProgress: Sendable {
    /// How many replications the run has, as far as is known.
    public var replications: Int { expected.load(ordering: .relaxed) }
    private let expected: Atomic<Int>
    private let finished = Atomic<Int>(0)
    private let stopRequested = Atomic<Bool>(false)
    /// Simulated time over all replications, in units of 1/2^20 of one replication.
    private let advanced = Atomic<Int>(0)

    private let broken = AtomicLazyReference<Broken>()

    private static let unit = Double(1 << 20)

    /// Progress of a run of `replications`, none of which has begun.
    public init(replications: Int) {
        expected = Atomic(replications)
    }

    /// The run turns out to have `replications`.
    func expect(replications: Int) {
        expected.store(replications, ordering: .relaxed)
    }

    /// The part of the run's simulated time that has been simulated, 0…1.
    public var share: Double {
        let total = Double(replications) * Self.unit
        return min(1, Double(advanced.load(ordering: .relaxed)) / total)
    }

    /// How many replications have finished.
    public var finishedReplications: Int { finished.load(ordering: .relaxed) }

    /// Asks the run to stop at the next safe point.
    public func stop() {
        stopRequested.store(true, ordering: .relaxed)
    }

    /// Whether somebody asked the run to stop.
    public var isStopped: Bool { stopRequested.load(ordering: .relaxed) }

    /// The first law that was found broken, if any.
    public var brokenInvariant: BrokenInvariant? { broken.load()?.invariant }

    /// A replication broke a law: the others stop.
    func fail(_ invariant: BrokenInvariant) {
        _ = broken.storeIfNil(Broken(invariant))
        stop()
    }

    func advance(from: Double, to: Double) {
        let step = Int(to * Self.unit) - Int(from * Self.unit)
        advanced.add(step, ordering: .relaxed)
    }

    func finishReplication() {
        finished.add(1, ordering: .relaxed)
    }
}
