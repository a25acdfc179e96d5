import PlatformModel
import Quantities
import ScenarioModel

/// The same people in the same replication, where a thief comes at the same time, with settings that may keep promises: as often
/// as there is something to find out.
struct RemediedRuns {
    private let simulation: Simulation
    private let replication: UInt32
    private let breach: SimDuration
    private let progress: RunProgress
    /// What the usual settings want and the scenario has not.
    let usual: Set<PromiseRemedy>
    private var found: [Set<PromiseRemedy>: PlatformKnowledge] = [:]

    init(
        of simulation: Simulation, _ replication: UInt32, breach: SimDuration,
        _ progress: RunProgress
    ) {
        self.simulation = simulation
        self.replication = replication
        self.breach = breach
        self.progress = progress
        usual = PromiseRemedy.usual.filter { !$0.isTaken(in: simulation.scenario) }
    }

    /// Who comes to know what with ``usual``; nil where that is nothing.
    func withUsual() async -> Result<PlatformKnowledge?, AuditFailure> {
        guard !usual.isEmpty else { return .success(nil) }
        do throws(AuditFailure) {
            return .success(try await knowledge(with: usual))
        } catch {
            return .failure(error)
        }
    }

    private func knowledge(
        with remedies: Set<PromiseRemedy>
    ) async throws(AuditFailure) -> PlatformKnowledge {
        var other = simulation
        for remedy in PromiseRemedy.allCases where remedies.contains(remedy) {
            remedy.take(in: &other.scenario)
        }
        return try await other.audited(replication, breach: breach, answering: [], progress)
            .knowledge
    }

    /// Whether a promise is broken, and there are settings beside the scenario's that may keep it.
    func mayKeep(_ finding: PromiseFinding) -> Bool {
        finding.verdict == .broken && !finding.remedies.isEmpty
            && finding.remedies.allSatisfy { !$0.isTaken(in: simulation.scenario) }
    }

    /// What `known` says, with all of ``usual``.
    mutating func note(_ known: PlatformKnowledge?) { found[usual] = known }

    /// Judges a broken promise by settings that may keep it: those that what has broken it calls for and, where it is broken still
    /// with them, what breaks it then. It is kept only if it is in such a run, and tried in all that it was tried in before.
    mutating func judge(_ finding: inout PromiseFinding) async throws(AuditFailure) {
        var wanted = Set(finding.remedies)
        while wanted.allSatisfy({ !$0.isTaken(in: simulation.scenario) }) {
            let settings = PromiseRemedy.allCases.filter(wanted.contains).map(\.setting)
            let verdict = PromiseVerdict.keptOnlyIf(settings)
            // What else is usual bears on other promises.
            let isUsual = wanted == usual.intersection(finding.promise.remedies)
            let place = isUsual ? usual : wanted
            if found[place] == nil {
                progress.expect(replications: progress.replications + 1)
                found[place] = try await knowledge(with: place)
            }
            let other = PromiseFinding(finding.promise, in: found[place]!)
            guard other.verdict == .broken else {
                if other.verdict == .kept, other.untried.allSatisfy(finding.untried.contains) {
                    finding.verdict = verdict
                } else {
                    finding.untried.append("the promise with \(verdict.condition!)")
                }
                return
            }
            guard !wanted.isSuperset(of: other.remedies) else { return }
            wanted.formUnion(other.remedies)
        }
    }
}
