import ArgumentParser
import Foundation
import PlatformModel
import Quantities
import ScenarioFiles
import ScenarioModel
import SimulationRunner
import SpeechFiles

/// `voicesim audit`: who comes to know what, and which promises hold.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Say who comes to know what, and which promises hold.",
        discussion: """
            Runs one replication with the platform's stores filled and notes every crossing
            of a trust boundary: which observer came to know which item of how many people,
            in which share of calls, and how long it stays there. A promise is kept,
            broken, kept only if settings are changed, or not tried, where nothing in the
            run could have broken it; parts of one that nothing tried are named below it.
            Settings are named that what broke it calls for, once the same people have been
            simulated with them and it was kept.

            A thief copies the stores at --breach-at, or at the end: how many of the pairs so
            far the copy tells of, how well it links two calls of one person, which keys and
            what beyond the allowed list is in it, with 95 % intervals over the people of
            that moment. 'worst' is when it tells of most pairs; 'random:N' takes N copies
            and gives means with 95 % intervals over moments.

            --subpoena says what the operator could answer at that moment, out of all stores
            and the scorer's own tables, to whoever asks for an address, a device or a window
            of time.

            What was declared is held against the bytes that observers received or store:
            people's real addresses, user fragments, device signals, keys and speech are
            looked for where each of them could be. Where the two disagree the command
            leaves with 70; with 99 where a promise is broken.

            With --against the audit is held against an earlier one of the same people: who
            learns or can conclude more of what, and which promises are kept less. It
            leaves with 2 if anybody or any does. Where settings differ, other people meet
            at other moments: --tolerance says by how much shares of people and calls may
            grow, and residence in proportion, before it counts.

            --database keeps everything in a new SQLite database, too, step by step, and holds
            it against memory when the thief comes and at the end; a difference leaves with
            70. Then the file is searched for identifiers and addresses of what has been
            deleted. It stays, for whoever wants to look for himself.

            Example: voicesim audit scenarios/evening-peak.yaml
            Example: voicesim audit scenarios/smoke.yaml --breach-at random:20
            Example: voicesim audit scenarios/smoke.yaml --subpoena 'window=0..30 s'
            Example: voicesim audit scenarios/smoke.yaml --database smoke.db \
              --set signaling.retention='30 s' --set privacy.sweep_interval='10 s'
            Example: voicesim audit scenarios/smoke.yaml --format json > before.json
            Example: voicesim audit scenarios/smoke.yaml --set privacy.sweep_interval='1 h' \
              --against before.json
            """)

    enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
        case html
    }

    @OptionGroup var input: ScenarioArguments

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The replication's number, from 0.", valueName: "R"))
    var replication: UInt32 = 0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "When a thief copies the stores: a time such as '20 min', worst, or random:N.",
            valueName: "T"),
        transform: Reading.breachTime)
    var breachAt: BreachTime?

    @Option(
        name: .customLong("subpoena"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "What the operator is asked for then: address=IP, device=HEX or window=FROM..TO; "
                + "may be repeated.", valueName: "ORDER"),
        transform: Reading.subpoena)
    var subpoenas: [Subpoena] = []

    @Option(
        help: ArgumentHelp(
            "An earlier audit (--format json) to hold this one against.", valueName: "FILE"),
        completion: .file(extensions: ["json"]))
    var against: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "With --against: what increase does not count, such as 1%.", valueName: "SHARE"),
        transform: Reading.share("a tolerance"))
    var tolerance: Double?

    @Option(
        help: ArgumentHelp(
            "A file that is not there yet, for a database of all that is stored.",
            valueName: "FILE"))
    var database: String?

    @Option(help: "What is printed: text, json, or html: one page.")
    var format: OutputFormat = .text

    @Flag(help: "No progress bar.")
    var quiet = false

    func validate() throws {
        if tolerance != nil, against == nil {
            throw ValidationError("--tolerance goes with --against")
        }
        if database?.isEmpty == true {
            throw ValidationError("--database needs the name of a file that is not there yet")
        }
    }

    func run() async throws {
        var filled = input
        filled.changes.overrides.append("privacy.stores=true")
        let loaded = try filled.load()
        let earlier = try self.earlier(than: loaded.model)
        let simulation = Simulation(
            scenario: loaded.model, seed: loaded.model.general.seed, replications: [replication],
            threads: 1, speech: SpeechLibrary(for: loaded.model.media.codec).material)
        if let database { try AuditDatabase.create(database) }
        let progress = RunProgress(replications: 2)
        let interruption = Interruption(stopping: progress)
        let bar = ProgressBar(progress, label: loaded.model.title, quiet: quiet)
        let audit: Audit
        do throws(AuditFailure) {
            audit = try await Audit(
                of: simulation, replication: replication, breach: breach, answering: subpoenas,
                database: database, progress)
        } catch {
            bar.finish()
            if let database { AuditDatabase.giveUp(database, after: error) }
            throw complain(about: error, progress)
        }
        bar.finish()
        interruption.end()
        try tell(audit, against: earlier)
    }

    /// The audit to compare with, if there is one; leaves with code 65 unless it is of the same people.
    private func earlier(than scenario: Scenario) throws -> AuditRecord? {
        guard let against else { return nil }
        let earlier = try AuditFile.read(against)
        do throws(AuditMismatch) {
            try earlier.refuse(
                title: scenario.title, seed: scenario.general.seed,
                replication: UInt64(replication),
                breach: breach.time(in: scenario.general.stopTime)?.seconds, mode: breach.name)
        } catch {
            throw AuditFile.refusal(against, error)
        }
        return earlier
    }

    /// Prints the report, and leaves with what it comes to.
    private func tell(_ audit: Audit, against earlier: AuditRecord?) throws {
        var report = AuditReport(audit, replayedBy: command)
        if let earlier, let against {
            do throws(AuditMismatch) {
                try report.compare(with: earlier, tolerance: tolerance ?? 0)
            } catch {
                throw AuditFile.refusal(against, error)
            }
        }
        switch format {
        case .text: print(report.text())
        case .json: print(report.json().text())
        case .html: print(report.html())
        }
        if let first = audit.knowledge.disagreements.first {
            Terminal.complain(
                "internal error: labels and canaries disagree: \(Audit.text(first))\n"
                    + "to see it again: \(command) (version \(ToolVersion.text))")
            throw ExitStatus.internalError.exit
        }
        if report.comparison?.isWorse == true { throw ExitStatus.regression.exit }
        if report.isBroken { throw ExitStatus.thresholdFailed.exit }
    }

    private var breach: BreachTime { breachAt ?? .end }

    /// The command that audits the same replication again.
    private var command: String {
        (["voicesim", "audit"] + input.forwarded.map(Self.quoted)
            + (replication == 0 ? [] : ["--replication", "\(replication)"])
            + breachArguments
            + subpoenas.flatMap { ["--subpoena", Self.quoted($0.text)] }
            // This audit's own file is there already.
            + (database.map { ["--database", Self.quoted($0 + "-again")] } ?? []))
            .joined(separator: " ")
    }

    private var breachArguments: [String] {
        switch breach {
        case .end: []
        case .at(let time): ["--breach-at", "'\(time.seconds) s'"]
        case .worst, .random: ["--breach-at", breach.name]
        }
    }

    /// An argument as a shell takes it.
    private static func quoted(_ argument: String) -> String {
        let isPlain = argument.allSatisfy {
            $0.isLetter || $0.isNumber || "-_./=%:,+".contains($0)
        }
        return isPlain ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
    }

    private func complain(about failure: AuditFailure, _ progress: RunProgress) -> ExitCode {
        switch failure {
        case .breachTooLate(let end):
            Terminal.complain(
                "error: --breach-at \(breach.time(in: end)?.seconds ?? 0) s is after the end of the "
                    + "run at \(end.seconds) s")
            return ExitStatus.usage.exit
        case .storesFull(let refused):
            Terminal.complain(
                "error: the stores were full and \(refused) records were not kept; "
                    + "audit fewer people or a shorter time")
            return ExitStatus.invalidInput.exit
        case .databaseUnusable(let code):
            Terminal.complain(
                "error: \(database ?? "the database") cannot be kept"
                    + (code.map { ": SQLite's result code \($0)" } ?? " or read again"))
            return ExitStatus.cannotWrite.exit
        case .databaseCorrupt(let table):
            return internalError("a row of the table \(table) is none that was written")
        case .databaseDiffers(let difference):
            return internalError("the database is not what memory is: \(difference.text)")
        case .stopped:
            guard let broken = progress.brokenInvariant else {
                Terminal.complain("interrupted; nothing is audited")
                return ExitStatus.interrupted.exit
            }
            return internalError(
                "\(broken.violation.invariant.rawValue) is broken at \(broken.violation.time)")
        }
    }

    private func internalError(_ text: String) -> ExitCode {
        Terminal.complain("internal error: \(text)\nto see it again: \(command)")
        return ExitStatus.internalError.exit
    }
}
