import Foundation
import MediaPipeline
import OpusCodec
import Quantities
import SpeechFiles

/// Calls as a run has them, beside real time and on two cores.
enum TalkBenchmark {
    static let usualCalls = 1000

    static func name(_ calls: Int) -> String {
        "\(calls) sealed calls with DTX, a simulated second"
    }

    static func real(_ calls: Int, threads: Int) -> String {
        "\(calls) sealed calls with DTX, real time, \(threads) thread\(threads == 1 ? "" : "s")"
    }

    /// Measures `calls` in `rounds` of about `seconds`, on one thread and on two in turns, and
    /// beside it what `pair` gains from the second core.
    static func run(
        calls: Int, rounds: Int, seconds: Double, beside pair: LoopPair?,
        into report: inout BenchmarkReport
    ) {
        let settings = OpusSettings()
        let corpus: SpeechCorpus
        do {
            corpus = try SpeechCorpus(
                of: SpeechLibrary(sampleRate: settings.bandwidth.sampleRate).material,
                as: settings)
        } catch {
            preconditionFailure("libopus takes the settings, but \(error)")
        }
        let works = [1, 2].map { TalkWork(corpus, calls: calls, threads: $0) }
        // Jitter buffers and arenas come into their steady state.
        for work in works { _ = work.round(3) }
        let span = max(1, Int(seconds * 15_000 / Double(calls)))
        var (processor, alone, together) = (Samples(), Samples(), Samples())
        for _ in 0..<rounds {
            let one = works[0].round(span)
            processor.add(one.processor)
            alone.add(one.real / 1e9)
            together.add(works[1].round(span).real / 1e9)
            pair?.round()
        }
        report.add(
            .init(workload: name(calls), contender: BenchmarkReport.ours, samples: processor))
        for (threads, samples) in [(1, alone), (2, together)] {
            report.add(
                .init(
                    workload: real(calls, threads: threads), contender: BenchmarkReport.ours,
                    unit: .seconds, samples: samples))
        }
        pair?.add(to: &report)
    }

    /// What calls are to reach.
    static let targets = [
        SpeedTarget(
            "1,000 two-way sealed calls with DTX on one core",
            .rate(workload: name(usualCalls)), .atLeast(6), unit: "× real time",
            why: "ten thousand calls on two cores in less time than they last"),
        SpeedTarget(
            "1,000 two-way sealed calls on two cores, against one",
            .speedOfWorkload(
                real(usualCalls, threads: 2), againstWorkload: real(usualCalls, threads: 1)),
            .atLeast(1.8), why: "calls share nothing while a window lasts"),
    ]
}

/// Two processes of one C loop, asked one at a time and both at once: what the machine's second core
/// gives to work that shares nothing at all. Cores that are two threads of one give less than twice.
final class LoopPair {
    private let rival: Rival
    private let sessions: [RivalSession]
    private let operations: Int
    private var (alone, together) = (Samples(), Samples())
    private var failure: RivalSession.Failure?

    static let aloneName = "packet path of as many peers as C loops, one process"
    static let togetherName = "packet path of as many peers as C loops, two processes, half each"

    /// Two processes of `rival` that each do half of `operations` when both are asked.
    init(_ rival: Rival, arguments: [String], operations: Int) throws(RivalSession.Failure) {
        self.rival = rival
        self.operations = max(2, operations)
        var sessions: [RivalSession] = []
        for _ in 0..<2 {
            let session = try RivalSession.open(command: rival.command, arguments: arguments)
            _ = try session.round(operations: max(1, operations / 8))
            sessions.append(session)
        }
        self.sessions = sessions
    }

    /// Measures once each way, in real time.
    func round() {
        guard failure == nil else { return }
        let clock = ContinuousClock()
        do throws(RivalSession.Failure) {
            let began = clock.now
            _ = try sessions[0].round(operations: operations)
            let halfway = clock.now
            for session in sessions { try session.begin(operations: operations / 2) }
            for session in sessions { _ = try session.finish() }
            alone.add((halfway - began) / .seconds(1))
            together.add((clock.now - halfway) / .seconds(1))
        } catch {
            failure = error
        }
    }

    /// Adds both lines to `report`, or why there are none.
    func add(to report: inout BenchmarkReport) {
        if let failure {
            report.absences.append(
                .init(
                    contender: rival.name, reason: "\(Self.togetherName): \(failure.description)"))
            return
        }
        for (name, samples) in [(Self.aloneName, alone), (Self.togetherName, together)] {
            report.add(
                .init(workload: name, contender: rival.name, unit: .seconds, samples: samples))
        }
    }
}
