import Foundation
import PlatformModel
import ScenarioFiles
import ScenarioModel
import SimulationRunner
import SpeechFiles

/// Replications of which every ticket is kept, as comparisons need them.
struct PairedRuns {
    let loaded: LoadedScenario
    let threads: Int?
    let quiet: Bool
    /// Instead of the scenario's own seed.
    var seed: UInt64?

    /// The outcomes of `replications`; leaves with an exit code if they were interrupted or a law of
    /// the platform was broken.
    func outcomes(of replications: [UInt32]) async throws -> [ReplicationOutcome] {
        let speech = SpeechLibrary(for: loaded.model.media.codec)
        var simulation = Simulation(
            scenario: loaded.model, seed: seed ?? loaded.model.general.seed,
            replications: replications,
            threads: threads ?? ProcessInfo.processInfo.activeProcessorCount,
            speech: speech.material)
        simulation.keepsTickets = true
        let progress = RunProgress(replications: replications.count)
        let interruption = Interruption(stopping: progress)
        let bar = ProgressBar(progress, label: loaded.model.title, quiet: quiet)
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
