import ArgumentParser
import Foundation
import Listening
import Results

/// `voicesim hear judge`: what scores of recordings say of the E-model.
struct HearJudgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Derive Ie and Bpl of Opus from scored calls, and compare the E-model with them.",
        discussion: """
            SCORES has the lines of calls.csv with the columns mos_wb (ITU-T P.862.2) and mos_nb \
            (ITU-T P.862.1, may be empty) added, and lines of AMR-WB, whose impairment is known. \
            DIR gets table.txt, cells.csv and fits.csv.

            Example: voicesim hear judge .build-heard/scores.csv --out results/heard-quality
            """)

    @Argument(help: "The file of scores.", completion: .file(extensions: ["csv"]))
    var scores: String

    @Option(help: ArgumentHelp("Where the tables go; nowhere unless given.", valueName: "DIR"))
    var out: String?

    func run() throws {
        guard let data = FileManager.default.contents(atPath: scores) else {
            Terminal.complain("\(scores) cannot be read")
            throw ExitStatus.invalidInput.exit
        }
        let study: HeardQualityStudy
        do {
            study = try HeardQualityStudy(
                ScoredCall.calls(in: String(decoding: data, as: UTF8.self)))
        } catch {
            Terminal.complain("\(scores): \(error.description)")
            throw ExitStatus.invalidInput.exit
        }
        print(study.table, terminator: "")
        guard let out else { return }
        do {
            try ResultDirectory(path: out).write([
                ResultDirectory.File(name: "table.txt", text: study.table),
                ResultDirectory.File(name: "cells.csv", text: study.cellsCSV),
                ResultDirectory.File(name: "fits.csv", text: study.fitsCSV),
            ])
        } catch {
            Terminal.complain(error.description)
            throw ExitStatus.cannotWrite.exit
        }
    }
}
