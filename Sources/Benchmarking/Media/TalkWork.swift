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
