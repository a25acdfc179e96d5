import ArgumentParser
import Foundation
import ScenarioFiles
import SimulationRunner
import SpeechFiles

/// `voicesim explain`: a ticket's life, and what would have paired it sooner.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Tell a ticket's life, and what would change it.",
        discussion: """
            Runs one replication and tells of one ticket, numbered from 0 in the order of
            creation: when it was created, which step of the rules it stood on when, how it
            ended, who else waited meanwhile and why it was not given to them. Then tries the
            smallest changes of the rules that might have paired it sooner, by running again
            with the same people, and names those that do.

            Example: voicesim explain scenarios/evening-peak.yaml --ticket 1000
            """)

    @OptionGroup var input: ScenarioArguments

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The ticket's number, from 0.", valueName: "N"))
    var ticket: Int

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The replication's number, from 0.", valueName: "R"))
    var replication: UInt32 = 0

    func validate() throws {
        if ticket < 0 {
            throw ValidationError("--ticket takes a whole number from 0 on, not \(ticket)")
        }
    }

    func run() async throws {
        let loaded = try input.load()
        let simulation = Simulation(
            scenario: loaded.model, seed: loaded.model.general.seed, replications: [replication],
            threads: ProcessInfo.processInfo.activeProcessorCount,
            speech: SpeechLibrary(for: loaded.model.media.codec).material)
        let progress = RunProgress(replications: 1)
        let interruption = Interruption(stopping: progress)
        do throws(TicketExplanation.Failure) {
            let explanation = try await TicketExplanation(
                ticket, replication: replication, of: simulation, progress)
            print(explanation.text)
        } catch {
            switch error {
            case .noSuchTicket(let count):
                Terminal.complain(
                    "error: replication \(replication) has no ticket \(ticket); "
                        + "its \(count) tickets are numbered from 0")
                throw ExitStatus.usage.exit
            case .stopped:
                if let broken = progress.brokenInvariant {
                    Terminal.complain(
                        "internal error: \(broken.violation.invariant.rawValue) is broken at "
                            + "\(broken.violation.time)")
                    throw ExitStatus.internalError.exit
                }
                Terminal.complain("interrupted; nothing is explained")
                throw ExitStatus.interrupted.exit
            }
        }
        interruption.end()
    }
}
