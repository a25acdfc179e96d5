import Foundation
import Results
import ScenarioFiles
import SpeechFiles
import Validation

extension ValidationOptions {
    /// Compares the calls of `loaded` in all details, and those of a grid of paths.
    func compareFidelities(of loaded: LoadedScenario, overGrid: Bool) async throws {
        let replications = loaded.model.general.replications
        guard replications >= 2 else {
            Terminal.complain(
                "\(loaded.name): an interval takes at least two replications "
                    + "(--set general.replications=8)")
            throw ExitStatus.invalidInput.exit
        }
        if let out {
            try Self.writing { () throws(UnwritableResults) in _ = try ResultDirectory(path: out) }
        }
        let conditions = [FidelityCondition(loaded.model, name: loaded.model.title)]
        let study = FidelityStudy(
            conditions + (overGrid ? FidelityCondition.grid(loaded.model) : []),
            replications: replications, seed: loaded.model.general.seed,
            speech: SpeechLibrary(for: loaded.model.media.codec).material)
        let isShown = isatty(STDERR_FILENO) != 0
        let report: FidelityReport
        do {
            report = try await study.run(threads: concurrency.threads) { finished, all in
                guard isShown else { return }
                FileHandle.standardError.write(
                    Data("\r\(finished) of \(all) runs\(finished == all ? "\n" : "")".utf8))
            }
        } catch {
            Terminal.complain(
                """
                internal error: \(error.violation.invariant.rawValue) is broken at \
                \(error.violation.time) in replication \(error.replication) of \
                '\(error.condition)' (\(error.detail.rawValue)), subject \
                \(error.violation.subject); nothing is written
                to see it again: voicesim verify --fidelity \(loaded.name) with seed \
                \(study.seed), version \(ToolVersion.text)
                """)
            throw ExitStatus.internalError.exit
        }
        print(format == .json ? report.json.text() : report.table, terminator: "")
        if let out {
            try Self.writing { () throws(UnwritableResults) in try report.write(to: out) }
        }
        if !report.passes { throw ExitStatus.thresholdFailed.exit }
    }
}
