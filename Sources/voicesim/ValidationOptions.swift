import ArgumentParser
import ClosedForms
import Foundation
import Quantities
import Results
import ScenarioFiles
import Validation

/// How `voicesim verify --theory` and `--fidelity` go about it.
struct ValidationOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "With --theory: how many seeds each study is run with; 100 unless given.",
            valueName: "N"))
    var seeds: Int?

    @OptionGroup var concurrency: ConcurrencyOption

    @Option(
        help: ArgumentHelp(
            "Where the figures go as JSON and CSV, and the table; nowhere unless given.",
            valueName: "DIR"))
    var out: String?

    @Option(help: "What is printed: text, or json (the JSON file of --out).")
    var format: RunCommand.OutputFormat?

    /// Whether any of the options is given.
    var isGiven: Bool { seeds != nil || concurrency.isGiven || out != nil || format != nil }

    func validate() throws {
        // From 1,000 on the seeds of one study are those of the next.
        if let seeds, !(2...1000).contains(seeds) {
            throw ValidationError("--seeds takes a whole number from 2 to 1000, not \(seeds)")
        }
    }

    /// Holds `scenarios` and the matchmaker's own queues against their closed forms.
    func hold(_ scenarios: [LoadedScenario]) async throws {
        if let out {
            try Self.writing { () throws(UnwritableResults) in _ = try ResultDirectory(path: out) }
        }
        let criteria = Criteria(seeds: seeds ?? 100)
        let studies = try studies(scenarios)
        let isText = format != .json
        if isText { print(ValidationReport.heading(criteria)) }
        var results: [StudyResult] = []
        for study in studies {
            let run = StudyRun(study, seeds: criteria.seeds, threads: concurrency.threads)
            results.append(try await finish(run))
            guard isText else { continue }
            print(ValidationReport(results, criteria).lines(results.last!))
            fflush(nil)
        }
        let report = ValidationReport(results, criteria)
        print(isText ? report.conclusion : report.json.text(), terminator: "")
        if let out {
            try Self.writing { () throws(UnwritableResults) in try report.write(to: out) }
        }
        if !report.passes { throw ExitStatus.thresholdFailed.exit }
    }

    /// What came of `run`, or which law it broke and leaves with code 70.
    private func finish(_ run: StudyRun) async throws -> StudyResult {
        do {
            return try await run.run()
        } catch let failure as StudyFailure {
            let violation = failure.violation
            Terminal.complain(
                """
                internal error: \(violation.invariant.rawValue) is broken at \(violation.time) in \
                replication \(failure.replication) of \(failure.study), subject \
                \(violation.subject); nothing is written
                to see it again: voicesim run \(failure.study).yaml --seed \(failure.seed) (version \(ToolVersion.text))
                """)
            throw ExitStatus.internalError.exit
        }
    }

    /// Does what writes results, or says why it cannot and leaves with code 73.
    static func writing(_ work: () throws(UnwritableResults) -> Void) throws {
        do {
            try work()
        } catch {
            Terminal.complain(error.description)
            throw ExitStatus.cannotWrite.exit
        }
    }

    private func studies(_ scenarios: [LoadedScenario]) throws -> [any Study] {
        var studies: [any Study] = []
        for scenario in scenarios {
            let study = ScenarioStudy(name: scenario.name, scenario: scenario.model)
            guard !study.oracles.isEmpty, study.replications >= 2 else {
                Terminal.complain(
                    """
                    \(scenario.name): \(study.oracles.isEmpty
                        ? "no closed form applies to this scenario"
                        : "an interval takes at least two replications")
                    """)
                throw ExitStatus.invalidInput.exit
            }
            studies.append(study)
        }
        do {
            studies.append(try TwoSidedStudy(replications: 16, measured: .seconds(10_000)))
            studies.append(
                try RandomCompatibilityStudy(replications: 16, measured: .seconds(8000)))
            studies.append(BatchingStudy(replications: 16, arrivals: 6000))
            studies.append(try DeparturesStudy(replications: 16, measured: .seconds(10_000)))
        } catch {
            preconditionFailure("a queue of fixed rates has no law: \(error)")
        }
        return studies
    }
}
