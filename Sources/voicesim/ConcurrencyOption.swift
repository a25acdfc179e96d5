import ArgumentParser
import Foundation

/// How much runs at the same time, which changes no figure.
struct ConcurrencyOption: ParsableArguments {
    @Option(
        name: .customLong("threads"), parsing: .unconditional,
        help: ArgumentHelp(
            "How many replications run at the same time; all cores unless given.", valueName: "N"))
    var given: Int?

    func validate() throws {
        if let given, given < 1 {
            throw ValidationError("--threads takes a whole number from 1 on, not \(given)")
        }
    }

    /// Whether the option is given.
    var isGiven: Bool { given != nil }

    /// As many as are wanted, or as the machine has cores.
    var threads: Int { given ?? ProcessInfo.processInfo.activeProcessorCount }
}
