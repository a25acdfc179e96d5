/// What the listener's frames were made of; sums over calls by ``merge(_:)``.
///
/// Each frame of playout after the first packet's is one of ``played``, ``recovered``,
/// ``concealed``, ``stretched`` and ``silent``. What a frame made in the dark was, is told by the
/// next packet and counted then.
public struct PlayoutCounters: Hashable, Sendable {
    /// Frames decoded from their own packets.
    public var played: Int64 = 0
    /// Frames decoded from the redundancy in the packet after them.
    public var recovered: Int64 = 0
    /// Frames of speech that were due and never played, their packets lost or late.
    public var concealed: Int64 = 0
    /// Runs of concealed frames.
    public var concealedRuns: Int64 = 0
    /// Frames inserted to let the delay grow: because it was too short, because a packet was waited
    /// for that came in the end, or because the sender's clock is slow. None of the speech is lost.
    public var stretched: Int64 = 0
    /// Frames left out, though they were there, to let the delay shrink: because it was too long,
    /// or because the sender's clock is fast.
    public var trimmed: Int64 = 0
    /// Frames of comfort noise while the talker was silent.
    public var silent: Int64 = 0
    /// Frames within a talk spurt for which the buffer was empty; each is counted as concealed,
    /// stretched or silent as well.
    public var underruns: Int64 = 0
    /// Packets that came after their frame was concealed or recovered, or too late to be of use.
    /// What is concealed or recovered and not late was lost.
    public var late: Int64 = 0
    /// Packets that were there already, or were played.
    public var duplicates: Int64 = 0
    /// Times the buffer was emptied because the stream jumped.
    public var restarts: Int64 = 0

    /// Nothing was played.
    public init() {}

    /// Frames that the talker sent and that were due for playout.
    public var due: Int64 { played + recovered + concealed }

    /// Share of the frames due that had to be concealed, 0…1; lost and late ones alike, less those
    /// that redundancy brought back.
    public var effectiveLoss: Double { due == 0 ? 0 : Double(concealed) / Double(due) }

    /// BurstR of the E-model: the mean run of concealed frames over that of random loss of the
    /// same share, at least 1 (G.107 §7.5).
    public var burstRatio: Double {
        guard concealedRuns > 0 else { return 1 }
        return max(1, Double(concealed) / Double(concealedRuns) * (1 - effectiveLoss))
    }

    /// Adds the counts of another listener.
    public mutating func merge(_ other: PlayoutCounters) {
        played += other.played
        recovered += other.recovered
        concealed += other.concealed
        concealedRuns += other.concealedRuns
        stretched += other.stretched
        trimmed += other.trimmed
        silent += other.silent
        underruns += other.underruns
        late += other.late
        duplicates += other.duplicates
        restarts += other.restarts
    }
}
