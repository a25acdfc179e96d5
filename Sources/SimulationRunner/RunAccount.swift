import EventEngine
import Measurement
import PlatformModel
import Results

/// What a run keeps of its replications.
///
/// Each is taken in and let go, so that with their number only the rows of the series and a few
/// figures of each accumulate, not their histograms.
public struct RunAccount: Sendable {
    /// The numbers of the replications taken in, ascending.
    public private(set) var replications: [UInt32] = []
    /// How many replications should have been taken in; more than there are in a run that was
    /// told to stop.
    public internal(set) var planned = 0
    /// The trajectories, without what was measured.
    public private(set) var trajectories = TrajectoryFile([])
    /// How precise the figures are; nil where no precision was asked for.
    public var precision: PrecisionReport? { monitor?.report }

    var builder = RunSummaryBuilder()
    var series = SeriesFile.header
    var pool = SeriesPool()
    var fingerprint = TrajectoryFingerprint()
    var seconds: [Double] = []
    var cpuSeconds = 0.0
    var phases = (warmUp: RunPhase.none, measured: RunPhase.none)
    var events: UInt64 = 0
    var tickets = 0
    /// Of the replication in which there was most.
    var footprint: Footprint?
    private var monitor: PrecisionMonitor?

    /// An account of no replications yet, whose figures are held to `goal`.
    public init(heldTo goal: PrecisionGoal? = nil) {
        monitor = goal.map { PrecisionMonitor($0) }
    }

    /// Takes a replication in.
    ///
    /// - Precondition: its number is greater than those taken so far.
    public mutating func add(_ outcome: ReplicationOutcome) {
        replications.append(outcome.replication)
        trajectories.add(outcome)
        builder.add(outcome.record)
        SeriesFile.append(outcome.record, to: &series)
        pool.add(outcome.record)
        monitor?.add(outcome.record)
        fingerprint.add(outcome.fingerprint)
        seconds.append(outcome.wallSeconds)
        cpuSeconds += outcome.cpuSeconds
        phases.warmUp.add(outcome.phases.warmUp)
        phases.measured.add(outcome.phases.measured)
        events += outcome.events
        tickets += outcome.footprint.tickets
        if outcome.footprint.bytes > footprint?.bytes ?? -1 { footprint = outcome.footprint }
    }
}

extension Simulation {
    /// Runs the replications and takes the account of those that finished: all that were asked
    /// for, or with a ``precision`` wave after wave until it is reached or its limit is.
    ///
    /// Which replications there are depends on the scenario, the seed and the goal alone: a wave
    /// has the same size whatever the number of threads, and figures are looked at only when all
    /// of it has finished.
    public func account(_ progress: RunProgress) async -> RunAccount {
        var account = RunAccount(heldTo: precision)
        guard let precision else {
            account.planned = replications.count
            for outcome in await run(progress) { account.add(outcome) }
            return account
        }
        var wave = self
        await wave.prepare()
        while account.planned < precision.limit {
            let next = min(account.planned + precision.wave, precision.limit)
            wave.replications = Array(UInt32(account.planned)..<UInt32(next))
            account.planned = next
            progress.expect(replications: precision.outlook(next, account.precision))
            for outcome in await wave.run(progress) { account.add(outcome) }
            guard account.replications.count == next, account.precision?.isReached == false else {
                break
            }
        }
        return account
    }
}
