import ArgumentParser
import Foundation
import PrivacyStores
import SimulationRunner

/// `voicesim verify`: runs a scenario in two processes and compares everything, or holds scenarios
/// against closed forms.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract:
            "Compare two runs of a scenario, its fidelities, or simulations with closed forms.",
        discussion: """
            Runs the scenario in two processes with different thread counts, compares
            run.json, summary.json, series.csv and the trajectory of every replication
            byte by byte, and names the first event at which two runs part.

            With --theory, runs every scenario with many seeds, from its own on, and
            two queues of the matchmaker alone, and asks whether the closed forms
            that each must meet lie inside the 95 % intervals as often as they should.

            With --fidelity, runs the same calls at full fidelity, sealed and as flows, and
            says for loss, delay and quality by how much they differ, with the interval of
            the difference and what is allowed. --grid adds paths of 0 to 10 % loss, 0 to
            50 ms jitter and 0 to 400 ms delay, most of them sealed and as flows only.

            With --access-log, says whether the access log in a database that 'voicesim
            audit --database' has kept is what was written, as far as the --anchor reaches
            that the audit printed; leaves with 99 where it was cut off or altered.

            Example: voicesim verify scenarios/smoke.yaml
            Example: voicesim verify --fidelity scenarios/fidelity.yaml
            Example: voicesim verify --theory scenarios/validation/*.yaml
            Example: voicesim verify --access-log smoke.db --anchor ENTRIES:HEX
            """)

    @Argument(
        help: "The scenario file; with --theory any number of them.",
        completion: .file(extensions: ["yaml", "yml"]))
    var scenarios: [String] = []

    @OptionGroup var changes: ScenarioChanges

    @Option(
        help: ArgumentHelp(
            "Another voicesim executable for the second process, such as a debug build.",
            valueName: "FILE"))
    var against: String?

    @Flag(help: "Hold the scenarios, and the matchmaker's own queues, against closed forms.")
    var theory = false

    @Flag(help: "Compare full, sealed and flow calls of the scenario.")
    var fidelity = false

    @Flag(help: "With --fidelity: over a grid of loss, jitter and delay as well.")
    var grid = false

    @Option(
        help: ArgumentHelp(
            "Look at the access log in this database of an audit.", valueName: "FILE"),
        completion: .file())
    var accessLog: String?

    @Option(
        help: ArgumentHelp(
            "With --access-log: where the log ended when that was put away.",
            valueName: "ENTRIES:HEX"),
        transform: Reading.anchor)
    var anchor: AuditAnchor?

    @OptionGroup(title: "Options of --theory and --fidelity") var validation: ValidationOptions

    func validate() throws {
        if (accessLog == nil) != (anchor == nil) {
            throw ValidationError("--access-log and --anchor go together")
        }
        if accessLog != nil {
            guard scenarios.isEmpty, !theory, !fidelity, against == nil else {
                throw ValidationError("--access-log looks at a database, and runs nothing")
            }
            return
        }
        if theory && fidelity {
            throw ValidationError("--theory and --fidelity ask for different things")
        }
        if grid && !fidelity { throw ValidationError("--grid goes with --fidelity") }
        if against != nil && (theory || fidelity) {
            throw ValidationError("--theory and --fidelity run in one process, without --against")
        }
        guard !theory else { return }
        guard scenarios.count == 1 else {
            throw ValidationError("one scenario is verified at a time, unless with --theory")
        }
        if fidelity {
            if validation.seeds != nil { throw ValidationError("--seeds goes with --theory") }
        } else if validation.isGiven {
            throw ValidationError(
                "--threads, --out and --format go with --theory or --fidelity, --seeds with --theory"
            )
        }
    }

    func run() async throws {
        if let accessLog, let anchor {
            try AccessLogVerification(path: accessLog, anchor: anchor).run()
            return
        }
        guard !theory else {
            try await validation.hold(
                scenarios.map { try changes.load($0) })
            return
        }
        let loaded = try changes.load(scenarios[0])
        if fidelity {
            try await validation.compareFidelities(of: loaded, overGrid: grid)
            return
        }
        let scratch = FileManager.default.temporaryDirectory
            .appendingPathComponent("voicesim-verify-\(ProcessInfo.processInfo.processIdentifier)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        var verification = Verification(
            executable: URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath(),
            arguments: ["run", scenarios[0]] + changes.forwarded, scratch: scratch)
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
