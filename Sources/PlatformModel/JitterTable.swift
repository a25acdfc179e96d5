import MediaPipeline
import Quantities
import RandomStreams

/// What the jitter of two access networks, one behind the other, means for playout.
///
/// The jitter of a path is the sum of both sides' and has no closed form in general, so each pair
/// of networks is sampled once, from a stream that belongs to no run: the same scenario always
/// gives the same table.
struct JitterTable {
    struct Playout: BitwiseCopyable {
        /// Mean of the summed jitter.
        var meanJitter: SimDuration
        /// Its quantile that the jitter buffer aims at, above its least value.
        var variation: SimDuration
        /// Share of packets that arrive after their playout.
        var lateShare: Double
    }

    private let count: Int
    private var cells: [Playout] = []

    /// Samples a pair: the 97th percentile is then good to about 3 % of itself.
    private static let samples = 4096

    init(_ jitter: [Distribution], buffer: JitterBufferSettings) {
        count = jitter.count
        for a in jitter.indices {
            for b in jitter.indices {
                var stream = RandomStream(
                    StreamName(
                        seed: 0, replication: 0, purpose: StreamPurpose(rawValue: .max),
                        entity: UInt64(a) << 16 | UInt64(b)))
                let sums = (0..<Self.samples).map { _ in
                    jitter[a].sampleDuration(using: &stream)
                        + jitter[b].sampleDuration(using: &stream)
                }
                cells.append(Self.playout(sums.sorted(), buffer))
            }
        }
    }

    subscript(sender: Int, receiver: Int) -> Playout { cells[sender * count + receiver] }

    private static func playout(
        _ sorted: [SimDuration], _ buffer: JitterBufferSettings
    ) -> Playout {
        let least = sorted[0]
        let sum = sorted.reduce(Int128(0)) { $0 + Int128($1.nanoseconds) }
        let rank = sorted.count * buffer.arrivalQuantile / 1000
        let variation = sorted[min(rank, sorted.count - 1)] - least
        let frame = SimDuration(nanoseconds: Int64(buffer.frameTicks) * 1_000_000_000 / 48_000)
        // Playout waits for the expected delay less the mean half frame to the next boundary; how
        // long that really is, is uniform over a frame.
        let wait = buffer.expectedDelay(variation: variation) - frame / 2
        let late = sorted.reduce(0.0) { total, jitter in
            let excess = (jitter - least - wait).seconds / frame.seconds
            return total + min(1, max(0, excess))
        }
        return Playout(
            meanJitter: SimDuration(nanoseconds: Int64(sum / Int128(sorted.count))) - least,
            variation: variation, lateShare: late / Double(sorted.count))
    }
}
