import Foundation
import MediaPipeline
import MediaSecurity
import NetworkModel
import OpusCodec
import Quantities
import RandomStreams
import SpeechFiles
import Talks

/// Two-way `sealed` calls as a run has them: frames of recorded speech with DTX, over a relay with
/// jitter and loss, performed in windows of a second, on one thread or on two.
final class TalkWork {
    /// Simulated time that calls are performed in at once.
    private static let window = SimDuration.seconds(1)
    /// One way between a peer and the relay.
    private static let leg = SimDuration.milliseconds(20)

    private let talks: [Talk]
    private let loads = [EffectHistory()]
    private let threads: Int
    private var now = SimTime.zero

    init(_ corpus: SpeechCorpus, calls: Int, threads: Int) {
        self.threads = threads
        talks = (0..<calls).map { Self.talk($0, corpus) }
    }

    private static func talk(_ index: Int, _ corpus: SpeechCorpus) -> Talk {
        var stream = MediaMaterial.stream(1_000_000 + 8 * UInt64(index))
        let place = corpus.drawPlace(using: &stream)
        func party(_ party: Party) -> TalkParty {
            let local = 2 * index + Int(party.rawValue)
            let streams = (0..<2).map {
                MediaMaterial.stream(
                    1_000_001 + 8 * UInt64(index) + 2 * UInt64(party.rawValue)
                        + UInt64($0))
            }
            // The frame clocks of calls have nothing to do with each other.
            let began = SimTime(nanoseconds: Int64(index % 997) * 20_000)
            do {
                let side = try MediaSide(
                    MediaConfiguration(codec: corpus.settings),
                    source: .corpus(
                        corpus, conversation: place.conversation, party: party,
                        offset: place.offset),
                    decodes: false,
                    keys: ProtectionWork.keys(.aeadAES128GCM, local: local, remote: local ^ 1),
                    securedAt: began, randomness: streams[0])
                let link = LinkBehaviour(
                    jitter: .exponential(mean: 0.004), loss: GilbertLoss(loss: 0.005, meanBurst: 2)!
                )
                let channel = ChannelUse(client: 0x4000, server: 0x4000, transport: .udp)
                let legs = MediaRoute.relayed(
                    .init(delay: leg), over: 0, .init(delay: leg))
                return TalkParty(
                    side, securedAt: began,
                    path: MediaPath(from: link, to: link, randomness: streams[1]),
                    route: TalkRoute(
                        legs, sending: party == .first ? channel : nil,
                        receiving: party == .first ? nil : channel))
            } catch {
                preconditionFailure("the libraries make a side, but \(error)")
            }
        }
        return Talk(
            serial: UInt32(index), party(.first), party(.second),
            largestPayload: corpus.largestPayload)
    }

    /// Performs `seconds` of all calls; what a simulated second takes, ns: CPU time of the thread
    /// that asks, and real time.
    func round(_ seconds: Int) -> (processor: Double, real: Double) {
        let clock = ContinuousClock()
        let began = clock.now
        let start = ThreadClock.nanoseconds
        for _ in 0..<seconds {
            now = now + Self.window
            perform(TalkBatch(talks, until: now, under: loads))
        }
        let processor = ThreadClock.nanoseconds - start
        let real = (clock.now - began) / .nanoseconds(1)
        return (processor / Double(seconds), real / Double(seconds))
    }

    private func perform(_ batch: TalkBatch) {
        let count = talks.count
        guard threads > 1 else {
            batch.perform(0..<count)
            return
        }
        let share = 16
        DispatchQueue.concurrentPerform(iterations: (count + share - 1) / share) { number in
            batch.perform(number * share..<min(count, (number + 1) * share))
        }
    }
}

/// Calls as a run has them, beside real time and on two cores.
enum TalkBenchmark {
    static let usualCalls = 1000

    static func name(_ calls: Int) -> String {
        "\(calls) sealed calls with DTX, a simulated second"
    }

    static func real(_ calls: Int, threads: Int) -> String {
        "\(calls) sealed calls with DTX, real time, \(threads) thread\(threads == 1 ? "" : "s")"
    }

    /// Measures `calls` in `rounds` of about `seconds`, on one thread and on two in turns.
    static func run(
        calls: Int, rounds: Int, seconds: Double, into report: inout BenchmarkReport
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
        }
        report.add(
            .init(workload: name(calls), contender: BenchmarkReport.ours, samples: processor))
        for (threads, samples) in [(1, alone), (2, together)] {
            report.add(
                .init(
                    workload: real(calls, threads: threads), contender: BenchmarkReport.ours,
                    unit: .seconds, samples: samples))
        }
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
