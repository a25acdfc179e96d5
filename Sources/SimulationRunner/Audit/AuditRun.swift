import PlatformModel
import PrivacyDatabase
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
    /// The database cannot be kept or read; SQLite's extended result code, if it is from there
    /// (sqlite.org/rescode.html).
    case databaseUnusable(code: Int32?)
    /// A row of that table is none that was written.
    case databaseCorrupt(table: String)
    /// The database is not what memory is: a bug.
    case databaseDiffers(StoreDifference)

    init(_ failure: DatabaseFailure) {
        self =
            switch failure {
            case .sqlite(let code): .databaseUnusable(code: code)
            case .unreadable: .databaseUnusable(code: nil)
            case .corrupt(let table): .databaseCorrupt(table: table.rawValue)
            }
    }
}

/// What one pass over a replication came to.
struct AuditedRun {
    var knowledge: PlatformKnowledge
    /// What the thief's copy gives.
    var copy: BreachMeasures
    /// What the operator could answer then.
    var answers: [SubpoenaAnswer]
    /// What came of keeping everything in a database, too, if that was asked for.
    var database: DatabaseFindings?
}

extension Simulation {
    /// Who comes to know what where a thief copies the stores at `breach`, with what the copy gives and what the operator could
    /// answer to `subpoenas` then.
    ///
    /// - Parameter path: an empty file, or one that is not there, in which everything that is stored is kept, too, in a
    ///   database; nil for none.
    func audited(
        _ replication: UInt32, breach: SimDuration, answering subpoenas: [Subpoena],
        database path: String? = nil, _ progress: RunProgress
    ) async throws(AuditFailure) -> AuditedRun {
        let length = scenario.general.stopTime
        guard breach <= length else { throw .breachTooLate(end: length) }
        var run = await auditedRun(replication, journalsStores: path != nil)
        var follower: DatabaseFollower?
        if let path, let rules = run.storeRules() {
            follower = try DatabaseFollower(at: path, rules)
        }
        try await Self.advance(&run, &follower, to: .zero + breach, of: length, progress)
        let copy = run.stealStores()
        let answers = subpoenas.compactMap { run.answer($0) }
        try await Self.advance(&run, &follower, to: run.end, of: length, progress)
        try await follower?.wait()
        let knowledge = try conclude(&run, replication, progress)
        let changes = Self.lastChanges(of: run)
        return AuditedRun(
            knowledge: knowledge, copy: copy, answers: answers,
            database: try await follower?.finish(with: changes))
    }

    /// What was done to the stores of a run at its end, with all that is in them; the run itself is gone.
    private static func lastChanges(of run: consuming ReplicationRun) -> [StoreChange] {
        run.dumpStores()
        return run.takeStoreChanges()
    }

    /// What copies at `times` give, and when one would tell of most pairs.
    ///
    /// - Precondition: the scenario fills its stores; `times` are in order and none is after the end.
    func breaches(
        in replication: UInt32, at times: [SimTime], _ progress: RunProgress
    ) async throws(AuditFailure) -> (copies: [BreachMeasures], worst: SimTime) {
        let length = scenario.general.stopTime
        var run = await auditedRun(replication)
        var copies: [BreachMeasures] = []
        var follower: DatabaseFollower?
        for time in times {
            try await Self.advance(&run, &follower, to: time, of: length, progress)
            if let copy = run.measureBreach() { copies.append(copy) }
        }
        try await Self.advance(&run, &follower, to: run.end, of: length, progress)
        _ = try conclude(&run, replication, progress)
        guard let worst = run.worstBreach else {
            preconditionFailure("an audited run knows nothing")
        }
        return (copies, worst.time)
    }

    private func auditedRun(
        _ replication: UInt32, journalsStores: Bool = false
    ) async -> ReplicationRun {
        var prepared = self
        await prepared.prepare()
        return ReplicationRun(
            scenario, seed: seed, replication: replication, speech: speech,
            traffic: prepared.traffic!, rehearsals: rehearsals, corpus: prepared.corpus,
            audited: true, journalsStores: journalsStores)
    }

    /// Who came to know what in a run that has reached its end.
    private func conclude(
        _ run: inout ReplicationRun, _ replication: UInt32, _ progress: RunProgress
    ) throws(AuditFailure) -> PlatformKnowledge {
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

    /// Advances `run` a little at a time, lets `follower` follow, and looks in between whether it is to stop.
    private static func advance(
        _ run: inout ReplicationRun, _ follower: inout DatabaseFollower?, to limit: SimTime,
        of length: SimDuration, _ progress: RunProgress
    ) async throws(AuditFailure) {
        while run.now < limit {
            guard !progress.isStopped, !Task.isCancelled else {
                try await follower?.wait()
                throw .stopped
            }
            let from = run.now
            run.advance(to: min(limit, from + max(.seconds(1), length / 500)))
            try await follower?.perform(run.takeStoreChanges())
            progress.advance(
                from: from.sinceStart.seconds / length.seconds,
                to: run.now.sinceStart.seconds / length.seconds)
        }
    }
}
