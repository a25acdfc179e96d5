import ArgumentParser
import Benchmarking
import Foundation

/// How the media core is measured.
struct BenchMediaOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            What is measured: encode, packetise, protect, forward, unprotect, jitter-buffer,
            decode, handshake, packet-path, full, calls, memory, or all; may be repeated.
            """, valueName: "STAGE"))
    var stage: [String] = ["all"]

    @Option(
        help: ArgumentHelp(
            """
            How speech is encoded where it is: bandwidth (wideband, superwideband or fullband),
            bit/s and complexity, such as wideband,16000,0.
            """, valueName: "CODEC"))
    var codec = "fullband,24000,5"

    @Option(
        help: ArgumentHelp(
            "Two-way calls in place of the numbers of the targets, 1 to 20000.", valueName: "N"))
    var calls: Int?

    @Option(
        help: ArgumentHelp(
            "About how long a contender's round of a workload takes, 0.01 to 60.", valueName: "S"))
    var seconds = 0.4

    func validate() throws {
        guard stages != nil else {
            throw ValidationError("--stage takes a stage or all, not \(stage)")
        }
        guard MediaCodec(codec) != nil else {
            throw ValidationError("--codec takes the likes of fullband,24000,5, not \(codec)")
        }
        guard calls.map({ 1...20_000 ~= $0 }) ?? true else {
            throw ValidationError("--calls takes 1 to 20000")
        }
        guard 0.01...60 ~= seconds else {
            throw ValidationError("--seconds takes 0.01 to 60, not \(seconds)")
        }
    }

    var stages: Set<MediaStage>? {
        if stage.contains("all") { return Set(MediaStage.allCases) }
        let stages = stage.compactMap(MediaStage.init)
        return stages.count == stage.count && !stages.isEmpty ? Set(stages) : nil
    }

    /// Measures as `rivals` says, with a directory to write to that is gone afterwards.
    func run(
        rounds: Int, rivals: String, into report: inout BenchmarkReport
    ) throws {
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent(
            "voicesim-bench-media-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        var benchmark = MediaBenchmark(scratch: scratch.path)
        benchmark.rounds = rounds
        benchmark.rivals = rivals
        benchmark.stages = stages ?? []
        benchmark.codec = MediaCodec(codec) ?? MediaCodec()
        benchmark.calls = calls
        benchmark.seconds = seconds
        benchmark.probe =
            [BenchScenario.program, "bench", "media-probe", "--codec", codec]
            + stage.flatMap { ["--stage", $0] }
        try benchmark.run(into: &report, progress: BenchOutput.progress)
    }
}

/// `voicesim bench media`: the media core.
struct BenchMediaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "media",
        abstract: "Measure the media core beside C loops, GStreamer and aiortc's parts.",
        discussion: """
            CPU time per packet of each stage and of the whole way, allocations, memory,
            and for how many two-way calls a core suffices. `make bench` builds and
            installs the rivals first; a rival that is not there is left out, with a line
            that says why.

            Example: voicesim bench media --out media.json
            Example: voicesim bench media --stage protect --stage packet-path --calls 500
            """)

    @OptionGroup var contenders: BenchContenders
    @OptionGroup var options: BenchMediaOptions
    @OptionGroup var output: BenchOutput

    func run() throws {
        try output.report(on: SpeedTarget.media) { report in
            try options.run(
                rounds: contenders.rounds, rivals: contenders.rivals, into: &report)
        }
    }
}

/// `voicesim bench media-probe`: what `bench media` starts in a process that counts allocations.
struct BenchMediaProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "media-probe", abstract: "Count allocations, where they can be counted.",
        shouldDisplay: false)

    @OptionGroup var options: BenchMediaOptions

    func run() throws {
        try BenchOutput.printCounts(
            MediaProbe(
                stages: options.stages ?? [], codec: MediaCodec(options.codec) ?? MediaCodec()))
    }
}
