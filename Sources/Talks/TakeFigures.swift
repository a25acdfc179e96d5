import MediaPipeline
import Quantities

/// What came, by some age of a rehearsed talk, of one direction's packets and of the frames they were
/// for: whole numbers that add up over stretches.
public struct TakeFigures: Hashable, Sendable, BitwiseCopyable {
    /// Packets that left.
    public internal(set) var sent: Int64 = 0
    /// Packets between the first and the last received, by their numbers (RFC 3550 A.3).
    public internal(set) var expected: Int64 = 0
    /// Packets among those that have not come.
    public internal(set) var lost: Int64 = 0
    /// Packets that came too late for their playout.
    public internal(set) var late: Int64 = 0
    /// Frames decoded from their own packets.
    public internal(set) var played: Int64 = 0
    /// Frames decoded from the redundancy in the packet after them.
    public internal(set) var recovered: Int64 = 0
    /// Frames of speech that were due and never played.
    public internal(set) var concealed: Int64 = 0
    /// Runs of concealed frames.
    public internal(set) var concealedRuns: Int64 = 0
    /// From capture to playout in nanoseconds, beyond the delay of the way itself: the sum over the
    /// frames in ``played``.
    public internal(set) var delay: Int64 = 0

    /// Nothing yet.
    public init() {}

    /// Mean time from capture to playout beyond the delay of the way; nil if nothing was played.
    public var meanDelay: SimDuration? {
        played > 0 ? SimDuration(nanoseconds: delay / played) : nil
    }

    /// What of it the frames were made of.
    public var playout: PlayoutCounters {
        var counters = PlayoutCounters()
        counters.played = played
        counters.recovered = recovered
        counters.concealed = concealed
        counters.concealedRuns = concealedRuns
        counters.late = late
        return counters
    }

    /// Adds what came in the stretch from `begin` to `end`.
    mutating func add(from begin: TakeFigures = TakeFigures(), to end: TakeFigures) {
        sent += end.sent - begin.sent
        expected += end.expected - begin.expected
        lost += end.lost - begin.lost
        late += end.late - begin.late
        played += end.played - begin.played
        recovered += end.recovered - begin.recovered
        concealed += end.concealed - begin.concealed
        concealedRuns += end.concealedRuns - begin.concealedRuns
        delay += end.delay - begin.delay
    }
}
