public import KnowledgeLedger
public import PlatformModel
import PrivacyStores
public import Quantities
import ScenarioModel

/// Who came to know what in one replication of a scenario, and which promises held.
public struct Audit: Sendable {
    /// Who came to know what.
    public let knowledge: PlatformKnowledge
    /// What became of each promise.
    public let findings: [PromiseFinding]
    /// By what it can be told afterwards who talked with whom.
    public let recoverable: [Recoverability]
    /// What thieves find.
    public let breach: BreachFindings
    /// What the operator could answer, in the order of the orders.
    public let answers: [SubpoenaAnswer]
    /// What came of keeping everything in a database, too; nil where that was not asked for.
    public let database: DatabaseFindings?
    /// The title of the scenario.
    public let title: String
    /// The seed of all streams.
    public let seed: UInt64
    /// The replication's number.
    public let replication: UInt32

    /// That something stored tells who talked with whom, by itself or by what follows from it.
    public struct Recoverability: Hashable, Sendable {
        /// Who has it.
        public var observer: Observer
        /// How long a record stands.
        public var lifetime: SimDuration
        /// The longest that one stays until a sweep deletes it.
        public var longest: SimDuration
        /// Calls that it tells of.
        public var calls: Int
    }

    /// Audits replication `replication` of what `simulation` simulates.
    ///
    /// Where a setting may keep a promise, such as relays alone that a partner sees no address, the replication is run once
    /// more with it, with the same people and at the same time, to find out whether it would. Of such settings those are
    /// named that what broke the promise calls for.
    ///
    /// - Parameters:
    ///   - breach: when a thief copies the stores. Where the run itself has to tell, it is run once before.
    ///   - subpoenas: what the operator is asked for at that moment.
    ///   - database: an empty file, or one that is not there, for a database that keeps everything that the run stores, too, and is
    ///     held against memory; nil for none.
    public init(
        of simulation: Simulation, replication: UInt32, breach: BreachTime = .end,
        answering subpoenas: [Subpoena] = [], database: String? = nil, _ progress: RunProgress
    ) async throws(AuditFailure) {
        var simulation = simulation
        await simulation.prepare()
        let (time, copies) = try await Self.moment(breach, simulation, replication, progress)
        let other = RemediedRuns(of: simulation, replication, breach: time, progress)
        async let remedied = other.withUsual()
        let run = try await simulation.audited(
            replication, breach: time, answering: subpoenas, database: database, progress)
        var findings = PlatformPromise.allCases.compactMap {
            $0.needsDatabase && run.database == nil
                ? nil : PromiseFinding($0, in: run.knowledge, run.database)
        }
        if findings.contains(where: other.mayKeep) {
            var others = other
            others.note(try await remedied.get())
            for index in findings.indices where others.mayKeep(findings[index]) {
                try await others.judge(&findings[index])
            }
        }
        self.init(
            run, findings, BreachFindings(breach, copy: run.copy, copies: copies), of: simulation,
            replication: replication)
    }

    /// When the copy is taken that the audit looks at, and what others gave.
    private static func moment(
        _ breach: BreachTime, _ simulation: Simulation, _ replication: UInt32,
        _ progress: RunProgress
    ) async throws(AuditFailure) -> (SimDuration, [BreachMeasures]) {
        if let time = breach.time(in: simulation.scenario.general.stopTime) { return (time, []) }
        progress.expect(replications: progress.replications + 1)
        guard case .random(let count) = breach else {
            let worst = try await simulation.breaches(in: replication, at: [], progress).worst
            return (worst.sinceStart, [])
        }
        let copies = try await simulation.breaches(
            in: replication,
            at: ReplicationRun.breachTimes(
                count, in: simulation.scenario, seed: simulation.seed, replication: replication),
            progress
        ).copies
        var worst = copies[0]
        for copy in copies where copy.pairsFound > worst.pairsFound { worst = copy }
        return (worst.time.sinceStart, copies)
    }

    private init(
        _ run: AuditedRun, _ findings: [PromiseFinding], _ breach: BreachFindings,
        of simulation: Simulation, replication: UInt32
    ) {
        let knowledge = run.knowledge
        self.knowledge = knowledge
        self.findings = findings
        self.breach = breach
        answers = run.answers
        database = run.database
        title = simulation.scenario.title
        seed = simulation.seed
        self.replication = replication
        let known = knowledge.known
        recoverable = [
            (Observer.signalingProcessor, Item.message, RecordKind.signaling),
            (.relayProcessor, .partner, .relayLog),
        ].compactMap { observer, item, kind in
            let told = known.partners(recoverableBy: observer, from: item)
            guard told.calls.count > 0, knowledge.policy.span(kind) > .zero else { return nil }
            return Recoverability(
                observer: observer, lifetime: knowledge.policy.span(kind),
                longest: told.longest, calls: told.calls.count)
        }
    }

    /// Whether a promise is broken and no setting was found that keeps it, or something flows that is not published.
    public var isBroken: Bool {
        findings.contains { $0.verdict == .broken } || !unlisted.isEmpty
    }
}
