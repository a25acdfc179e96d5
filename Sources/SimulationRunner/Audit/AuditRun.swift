import PlatformModel
public import Quantities
import ScenarioModel

/// Why there is no audit.
public enum AuditFailure: Error, Hashable, Sendable {
    /// The run was interrupted or broke a law.
    case stopped
    /// The copy would be taken after the end of the run.
    case breachTooLate(end: SimDuration)
    /// So many records were not stored, as there were as many as may be.
    case storesFull(refused: Int)
}

extension Simulation {
    /// Who comes to know what in replication `replication`, whose stores are copied at `breach`; at the end unless
    /// given.
    ///
    /// - Precondition: the scenario fills its stores.
    func knowledge(
        in replication: UInt32, breach: SimDuration?, _ progress: RunProgress
    ) async throws(AuditFailure) -> PlatformKnowledge {
        let length = scenario.general.stopTime
        let breach = breach ?? length
        guard breach <= length else { throw .breachTooLate(end: length) }
        var prepared = self
        await prepared.prepare()
        var run = ReplicationRun(
            scenario, seed: seed, replication: replication, speech: speech,
            traffic: prepared.traffic!, rehearsals: rehearsals, corpus: prepared.corpus,
            audited: true)
        try Self.advance(&run, to: .zero + breach, of: length, progress)
        run.stealStores()
        try Self.advance(&run, to: run.end, of: length, progress)
        if let violation = run.violation {
            progress.fail(BrokenInvariant(replication: replication, violation: violation))
            throw .stopped
        }
        guard let knowledge = run.knowledge() else {
            preconditionFailure("an audited run knows nothing")
        }
        guard knowledge.refused == 0 else { throw .storesFull(refused: knowledge.refused) }
        progress.finishReplication()
        return knowledge
    }

    /// Advances `run` a little at a time, and looks in between whether it is to stop.
    private static func advance(
        _ run: inout ReplicationRun, to limit: SimTime, of length: SimDuration,
        _ progress: RunProgress
    ) throws(AuditFailure) {
        while run.now < limit {
            guard !progress.isStopped else { throw .stopped }
            let from = run.now
            run.advance(to: min(limit, from + max(.seconds(1), length / 500)))
            progress.advance(
                from: from.sinceStart.seconds / length.seconds,
                to: run.now.sinceStart.seconds / length.seconds)
        }
    }
}
