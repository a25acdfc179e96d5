import Quantities

@testable import MediaPipeline

/// A talker, a path and a listener around one jitter buffer, in virtual time; the figures that
/// the tests are about.
struct PlayoutBench {
    /// How far the sender's clock is fast, in ppm.
    var drift: Int64 = 0
    var settings = JitterBufferSettings()
    /// When packets arrive after their capture, in ms; nil for never.
    var delay: (Int64) -> Double? = { _ in 0 }
    var hasRedundancy = false
    /// The playout delay beyond the fastest packet at the end of each second, in ms.
    private(set) var delays: [Double] = []
    /// Decisions by letter.
    private(set) var letters = ""
    private(set) var counters = PlayoutCounters()

    /// Runs `frames` frames of 20 ms of the listener's clock without a pause.
    mutating func run(frames: Int64, keepsLetters: Bool = false) {
        var buffer = JitterBuffer(settings: settings)
        var waiting: [(arrival: Int64, index: Int64)] = []
        var next: Int64 = 0
        for frame in 0..<frames {
            let now = 10_000_000 + frame * 20_000_000
            // The sender's frame `next` is complete when its clock shows 20 ms times `next`.
            while next * 20_000_000 * 1_000_000 / (1_000_000 + drift) <= now {
                let sent = next * 20_000_000 * 1_000_000 / (1_000_000 + drift)
                if let delay = delay(next) {
                    waiting.append((sent + Int64(delay * 1e6), next))
                }
                next += 1
            }
            let due = waiting.filter { $0.arrival <= now }
                .sorted { ($0.arrival, $0.index) < ($1.arrival, $1.index) }
            waiting.removeAll { $0.arrival <= now }
            for (arrival, index) in due {
                let at = SimTime(nanoseconds: arrival)
                _ = buffer.insert(
                    BufferedPacket(
                        slot: PacketSlot(index: Int32(truncatingIfNeeded: index)),
                        payloadOffset: 44, payloadCount: 40, sequence: index,
                        timestamp: index * 960, captured: nil, arrived: at,
                        announcesSilence: false, hasRedundancy: hasRedundancy),
                    at: at)
            }
            let decision = buffer.pull(at: SimTime(nanoseconds: now))
            while buffer.pollDiscarded() != nil {}
            if keepsLetters { letters.append(letter(decision)) }
            if frame % 50 == 49,
                let delay = buffer.currentDelay(at: SimTime(nanoseconds: now))
            {
                delays.append(Double(delay.nanoseconds) / 1e6)
            }
        }
        buffer.finish()
        counters = buffer.counters
    }
}

/// One letter a decision.
func letter(_ decision: PlayoutDecision) -> Character {
    switch decision {
    case .idle: "i"
    case .play: "p"
    case .recover: "r"
    case .conceal: "c"
    case .silence: "s"
    }
}
