import Synchronization

/// How far a run is, readable from any thread, and the way to ask it to stop.
///
/// A class, because the runner's threads, the progress bar and the signal handler share it.
public final class RunProgress: Sendable {
    /// How many replications the run has.
    public let replications: Int
    private let finished = Atomic<Int>(0)
    private let stopRequested = Atomic<Bool>(false)
    /// Simulated time over all replications, in units of 1/2^20 of one replication.
    private let advanced = Atomic<Int>(0)

    private static let unit = Double(1 << 20)

    /// Progress of a run of `replications`, none of which has begun.
    public init(replications: Int) {
        self.replications = replications
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

    func advance(from: Double, to: Double) {
        let step = Int(to * Self.unit) - Int(from * Self.unit)
        advanced.add(step, ordering: .relaxed)
    }

    func finishReplication() {
        finished.add(1, ordering: .relaxed)
    }
}
