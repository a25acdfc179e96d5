import Quantities
import RTP

/// How a jitter buffer trades delay against late packets.
public struct JitterBufferSettings: Hashable, Sendable {
    /// Ticks of the 48 kHz clock in a frame.
    public var frameTicks = 960
    /// Share of packets, in per mille, that shall arrive in time; browsers aim at 95 to 97 %.
    public var arrivalQuantile = 970
    /// Packets whose delays are remembered, about 10 s of speech; older ones are forgotten.
    public var window = 512
    /// The least delay beyond the fastest packet.
    public var minimumDelay = SimDuration.milliseconds(20)
    /// The longest delay beyond the fastest packet, up to ``delayLimit``.
    public var maximumDelay = SimDuration.milliseconds(500)
    /// The least delay while fewer than ``settledCount`` packets have been seen.
    public var initialDelay = SimDuration.milliseconds(60)
    /// Whether a frame's playout waits one frame longer, so that the packet after a lost one is
    /// there to recover it from.
    public var awaitsRedundancy = true

    /// The longest ``maximumDelay`` that can be set: the delays that are told apart end 1.5 s above
    /// the fastest packet's.
    public static var delayLimit: SimDuration { .seconds(1) }
    /// Packets after which the measured delays alone decide, 1 s of speech.
    public static var settledCount: Int { 50 }
    /// Frames without a packet after which a talk spurt counts as over, 200 ms at 20 ms.
    public static var underrunLimit: Int { 10 }
    /// Frames in a row by which the delay must be too short before a frame is inserted, 0.2 s at
    /// 20 ms.
    public static var stretchPatience: Int { 10 }
    /// Frames in a row by which the delay must be too long before a frame is left out, 0.5 s at
    /// 20 ms; fewer when it is far too long.
    public static var trimPatience: Int { 25 }

    /// 20 ms frames, 97 % in time, 20…500 ms.
    public init() {}

    /// Packets the buffer holds, a power of two: the longest delay and 16 frames more, 1.28 s at
    /// 20 ms. A stream further ahead restarts the buffer.
    public var capacity: Int {
        let frames = Int(Self.ticks(maximumDelay)) / frameTicks + 16
        var capacity = 32
        while capacity < frames { capacity *= 2 }
        return capacity
    }

    static func ticks(_ duration: SimDuration) -> Int64 {
        MediaClock.opus.ticks(at: SimTime.zero + duration)
    }
}
