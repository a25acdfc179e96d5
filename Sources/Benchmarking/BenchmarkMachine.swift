import Foundation
import Results

/// What a benchmark was measured on, and how busy that was with other things.
public struct BenchmarkMachine: Hashable, Sendable, Codable {
    /// The processor, as the system names it.
    public var processor = ""
    /// Processors the system offers.
    public var cores = 0
    /// Processes that were running or waiting to run, over the minute before the benchmark; nil
    /// where the system does not tell.
    public var loadBefore: Double?

    /// Nothing known.
    public init() {}

    /// This machine, now.
    public static var current: BenchmarkMachine {
        var machine = BenchmarkMachine()
        machine.processor = HostFacts.processorName()
        machine.cores = ProcessInfo.processInfo.activeProcessorCount
        var load = 0.0
        if getloadavg(&load, 1) == 1 { machine.loadBefore = load }
        return machine
    }
}
