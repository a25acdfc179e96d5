import ArgumentParser
import Foundation
import Results

/// `voicesim calc`: closed forms at the planner's fingertips.
struct CalcCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calc", abstract: "Compute what theory says beforehand, without a run.",
        discussion: """
            Numbers are plain: rates per second, times in seconds, delays of the E-model in \
            milliseconds. Ratios go from 0 to 1 or as in 5%. Bit rates and frames have units as \
            in scenario files. A negative value may follow a space or '='.

            Example: voicesim calc erlang-b --servers 10 --load 5
            """,
        subcommands: [
            CalcErlangB.self, CalcErlangC.self, CalcErlangA.self, CalcMatchingQueue.self,
            CalcRelayShare.self, CalcEModel.self, CalcPacketSize.self, CalcRelayCost.self,
        ])
}

/// One figure of an answer.
struct CalcFigure {
    /// Its name in JSON.
    let name: String
    let value: JSONValue
    /// What a person is told that it is.
    let meaning: String

    init(_ name: String, _ value: Double, _ meaning: String) {
        self.name = name
        self.value = .number(value)
        self.meaning = meaning
    }

    init(_ name: String, _ value: Int, _ meaning: String) {
        self.name = name
        self.value = .integer(Int64(value))
        self.meaning = meaning
    }

    /// Six digits, or all of a whole number.
    fileprivate var shortText: String {
        switch value {
        case .number(let value) where value != value.rounded() || value.magnitude >= 1e15:
            String(format: "%.6g", value)
        default: value.compactText()
        }
    }
}

/// How the figures of an answer are printed.
struct CalcOutput: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Option(help: "What is printed: text, or json (one flat object, every digit).")
    var format: Format = .text

    func print(_ figures: [CalcFigure]) throws {
        let areFinite = figures.allSatisfy { $0.value.number?.isFinite == true }
        guard areFinite else {
            throw refusal("the values given lead to figures too large to write")
        }
        switch format {
        case .json:
            let members = figures.map { JSONValue.Member($0.name, $0.value) }
            Swift.print(JSONValue.object(members).compactText())
        case .text:
            let names = figures.map(\.name.count).max() ?? 0
            let values = figures.map(\.shortText.count).max() ?? 0
            for figure in figures {
                let name = figure.name.padding(toLength: names, withPad: " ", startingAt: 0)
                let value = figure.shortText.padding(
                    toLength: values, withPad: " ", startingAt: 0)
                Swift.print("\(name)  \(value)  \(figure.meaning)")
            }
        }
    }
}
