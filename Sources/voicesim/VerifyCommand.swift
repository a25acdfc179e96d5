import ArgumentParser
import Foundation
import SimulationRunner

/// `voicesim verify`: runs a scenario in two processes and compares everything.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Run a scenario in two processes with different thread counts and compare them.",
        discussion: """
            Compares run.json, summary.json, series.csv and the trajectory of every
            replication byte by byte, and names the first event at which two runs part.

            Example: voicesim verify scenarios/smoke.yaml
            """)

    @OptionGroup var input: ScenarioArguments

    @Option(
        help: ArgumentHelp(
            "Another voicesim executable for the second process, such as a debug build.",
            valueName: "FILE"))
    var against: String?

    func run() throws {
        _ = try input.load()
        let scratch = FileManager.default.temporaryDirectory
            .appendingPathComponent("voicesim-verify-\(ProcessInfo.processInfo.processIdentifier)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        var verification = Verification(
            executable: URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath(),
            arguments: ["run"] + input.forwarded, scratch: scratch)
        if let against { verification.otherExecutable = URL(fileURLWithPath: against) }
        let verdict: Verification.Verdict
        do {
            verdict = try verification.run()
        } catch {
            Terminal.complain(describe(error))
            throw ExitStatus.internalError.exit
        }
        try report(verdict)
    }

    private func report(_ verdict: Verification.Verdict) throws {
        switch verdict {
        case .identical(let fingerprint, let replications, let records):
            print(
                """
                identical: \(replications) replications, \(records) trajectory records, \
                fingerprint \(fingerprint)
                """)
            return
        case .diverged(let replication, let index, let first, let second):
            print("replication \(replication) diverged at record \(index):")
            print("  process 1  \(first?.description ?? "(had ended)")")
            print("  process 2  \(second?.description ?? "(had ended)")")
        case .divergedUnsteadily(let replication, let records):
            print(
                """
                replication \(replication) diverged between records \(records.lowerBound) and \
                \(records.upperBound), but not when run again: what differs differs from run to run
                """)
        case .filesDiffer(let name):
            print("the trajectories are identical, but \(name) differs")
        }
        throw ExitStatus.determinismBroken.exit
    }

    private func describe(_ failure: Verification.Failure) -> String {
        switch failure {
        case .processFailed(let status, let message):
            "a run ended with status \(status): \(message)"
        case .unreadable(let file): "a run left no readable \(file)"
        }
    }
}
