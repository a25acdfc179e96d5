import PlatformModel
import ScenarioFiles
import ScenarioModel
import SimulationRunner
import SpeechFiles

/// Replications of which every ticket is kept, as comparisons need them.
struct PairedRuns {
    private let loaded: LoadedScenario
    private let quiet: Bool
    private var simulation: Simulation

    /// Those of `loaded`, on `threads` threads; `seed` is in place of the scenario's own.
    init(loaded: LoadedScenario, threads: Int, quiet: Bool, seed: UInt64? = nil) {
        self.loaded = loaded
        self.quiet = quiet
        simulation = Simulation(
            scenario: loaded.model, seed: seed ?? loaded.model.general.seed, replications: [],
            threads: threads, speech: SpeechLibrary(for: loaded.model.media.codec).material)
        simulation.keepsTickets = true
    }

    /// The outcomes of `replications`; leaves with an exit code if they were interrupted or a law of
    /// the platform was broken.
    mutating func outcomes(of replications: [UInt32]) async throws -> [ReplicationOutcome] {
        simulation.replications = replications
        let progress = RunProgress(replications: replications.count)
        let interruption = Interruption(stopping: progress)
        let bar = ProgressBar(progress, label: loaded.model.title, quiet: quiet)
        await simulation.prepare()
        let outcomes = await simulation.run(progress)
        bar.finish()
        interruption.end()
        if let broken = progress.brokenInvariant {
            Terminal.complain(
                "internal error: \(broken.violation.invariant.rawValue) is broken at "
                    + "\(broken.violation.time) in replication \(broken.replication) of "
                    + "\(loaded.name), seed \(simulation.seed)")
            throw ExitStatus.internalError.exit
        }
        guard outcomes.count == replications.count else {
            Terminal.complain("interrupted; nothing is compared")
            throw ExitStatus.interrupted.exit
        }
        return outcomes
    }
}
