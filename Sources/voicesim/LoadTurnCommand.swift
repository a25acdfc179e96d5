import ArgumentParser
import Foundation
import LoadGenerator
import Quantities
import TURN

/// `voicesim load turn`: datagrams through a relay at a given rate.
struct LoadTurnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "turn", abstract: "Drive a TURN server at a given packet rate.",
        discussion: """
            Allocations with a channel each; datagrams pass both ways, clients and peers
            in turn. The loop is open: when a datagram leaves is fixed beforehand, and
            its latency counts from then, so that a relay that stands still is not
            spared. One thread; datagrams for one allocation leave in trains, one
            system call each, as short as the timer keeps apart. The report says when
            the driver, not the relay, was late, or lost what it had not read in time.

            The rate counts datagrams in both directions, without TURN's own messages.
            With --relay-pid the CPU time of the relay's process is taken as well. With
            --find-limit rates are tried from --rate on, each for --seconds, until the
            greatest that loses nothing is known to 3 %. Give driver and relay a core each
            (taskset), or they take it from each other.

            Example: voicesim load turn --server 127.0.0.1:3478 --secret north --rate 50000
            """)

    @OptionGroup var target: RelayTargetOptions
    @Option(help: ArgumentHelp("Allocations, 1 to 16384.", valueName: "N"))
    var allocations = 10
    @Option(help: ArgumentHelp("Datagrams a second, both ways together.", valueName: "PPS"))
    var rate = 10_000
    @Option(help: ArgumentHelp("Bytes of data in each, 24 to 9000.", valueName: "B"))
    var bytes = 160
    @Option(help: ArgumentHelp("Measured time, 0.1 to 86400.", valueName: "S"))
    var seconds = 5.0
    @Option(help: ArgumentHelp("Datagrams in a train, 1 to 64.", valueName: "N"))
    var train: Int?
    @Flag(help: "Look for the greatest rate without loss, from --rate on.")
    var findLimit = false
    @Option(help: ArgumentHelp("The relay's process.", valueName: "PID"))
    var relayPid: Int32?
    @Option(help: "What is printed: text or json.")
    var format: RunCommand.OutputFormat = .text

    func validate() throws {
        guard 1...RelayLoad.maximumAllocations ~= allocations else {
            throw ValidationError("--allocations takes 1 to \(RelayLoad.maximumAllocations)")
        }
        guard RelayLoad.rates ~= rate else {
            throw ValidationError("--rate takes 1 to \(RelayLoad.rates.upperBound)")
        }
        guard RelayLoad.byteCounts ~= bytes else {
            throw ValidationError(
                "--bytes takes \(RelayLoad.byteCounts.lowerBound) to "
                    + "\(RelayLoad.byteCounts.upperBound)")
        }
        guard 0.1...86_400 ~= seconds else {
            throw ValidationError("--seconds takes 0.1 to 86400")
        }
        if let train, train < 1 || train > RelayLoad.longestTrain(byteCount: bytes) {
            throw ValidationError(
                "--train takes 1 to \(RelayLoad.longestTrain(byteCount: bytes)) with such bytes")
        }
    }

    func run() async throws {
        var load = RelayLoad(target: target.target(.udp))
        load.allocations = allocations
        load.rate = rate
        load.byteCount = bytes
        load.duration = SimDuration(seconds: seconds)
        load.train = train
        load.relayProcess = relayPid
        OpenFiles.raiseLimit()
        do {
            if findLimit {
                let isText = format == .text
                let limit = try await load.findLimit { if isText { print($0.line) } }
                try show(limit, limit.sentence)
            } else {
                let report = try await load.run()
                try show(report, report.text)
            }
        } catch {
            Terminal.complain("error: no load on \(target.server): \(error)")
            throw ExitStatus.invalidInput.exit
        }
    }

    private func show(_ result: some Encodable, _ text: String) throws {
        switch format {
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode(result), as: UTF8.self))
        case .text: print(text)
        }
    }
}

extension LoadVerdict {
    /// What it means.
    var sentence: String {
        switch self {
        case .nothing: "neither target nor driver was at its limit"
        case .target: "the target was at its limit: it lost datagrams that were sent in time"
        case .generator: "the DRIVER was at its limit, not the target"
        case .undecided:
            "the DRIVER was at its limit: latency and loss are not the target's alone"
        }
    }
}

extension RelayLoadLimit {
    /// The last line for a reader.
    var sentence: String {
        let rate = lossFreeRate.map { "without loss up to \($0) datagrams/s" }
        return "\(rate ?? "no rate without loss"); above, \(verdict.sentence)"
    }
}

extension RelayLoadReport {
    /// The report for a reader.
    var text: String {
        func rate(_ value: Double) -> String { String(format: "%.0f/s", value) }
        func percent(_ value: Double) -> String { String(format: "%.4g %%", value * 100) }
        func line(_ distribution: LoadDistribution) -> String {
            let values = [distribution.p50, distribution.p99, distribution.p999, distribution.max]
            let texts = values.map { String(format: "%.3f", $0 * 1000) }
            return "p50 \(texts[0]), p99 \(texts[1]), p99.9 \(texts[2]), max \(texts[3]) ms"
        }
        var lines = [
            "\(allocations) allocations, trains of \(train)",
            "asked for \(rate(wantedRate)), sent \(rate(sentRate)), relayed \(rate(relayedRate))",
            "to peers    \(toPeers.received) of \(toPeers.sent), \(toPeers.reordered) reordered",
            "to clients  \(toClients.received) of \(toClients.sent), "
                + "\(toClients.reordered) reordered",
            "lost        \(percent(lossRatio)), \(droppedAtDriver) datagrams at the driver's sockets",
            "latency     \(line(latency)) from the intended time",
            "lateness    \(line(lateness)); \(percent(lateRatio)) of the trains over 1 ms, "
                + "\(unsent) datagrams never sent",
            "driver      \(percent(driverCPU)) of a core"
                + String(format: ", %.3f µs per datagram", driverCPUPerPacket * 1e6),
        ]
        if let relayCPU {
            let each = relayCPUPerPacket.map { String(format: ", %.3f µs per datagram", $0 * 1e6) }
            lines.append("relay       \(percent(relayCPU)) of a core\(each ?? "")")
        }
        lines.append(verdict.sentence)
        return lines.joined(separator: "\n")
    }

    /// The report in one line, as a step of a search.
    var line: String {
        func milliseconds(_ value: Double) -> String { String(format: "%.2f", value * 1000) }
        return String(format: "%8.0f/s in trains of %d: ", wantedRate, train)
            + "\(received) of \(sent), latency p50 \(milliseconds(latency.p50)) "
            + "p99 \(milliseconds(latency.p99)) ms, lateness p99 \(milliseconds(lateness.p99)) ms, "
            + String(format: "driver %.2f of a core: ", driverCPU) + verdict.rawValue
    }
}
