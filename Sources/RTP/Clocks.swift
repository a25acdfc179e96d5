import Quantities

/// An NTP timestamp (RFC 5905 §6): seconds in the upper 32 bits, binary fraction in the lower.
public struct NTPTimestamp: Hashable, Sendable, BitwiseCopyable {
    /// The 64 bits.
    public var rawValue: UInt64

    /// The timestamp of these bits.
    @inlinable
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// NTP second at which simulated time begins: 1 January 2000, 00:00 UTC. Any would do, as
    /// both ends read the same clock.
    @inlinable static var epochSecond: UInt64 { 3_155_673_600 }

    /// The timestamp at `time`, rounded down to 2^-32 s.
    @inlinable
    public init(_ time: SimTime) {
        precondition(time >= .zero, "wall-clock time starts with the run")
        let (seconds, rest) = UInt64(time.nanoseconds).quotientAndRemainder(
            dividingBy: 1_000_000_000)
        rawValue = (seconds &+ Self.epochSecond) << 32 | (rest << 32) / 1_000_000_000
    }

    /// The middle 32 bits: 16.16 fixed-point seconds, as LSR carries them (RFC 3550 §6.4.1).
    @inlinable public var middle: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 16) }

    /// 6.18 fixed-point seconds modulo 64 s, as `abs-send-time` carries them, in 24 bits.
    @inlinable public var absoluteSendTime: UInt32 {
        UInt32(truncatingIfNeeded: rawValue >> 14) & 0xff_ffff
    }
}

/// Time since a packet left, from its `abs-send-time` and the time now, both in 6.18 fixed point.
///
/// The difference is taken modulo 64 s, so delays in 0 s ..< 64 s are told right, to 2^-18 s.
@inlinable
public func elapsed(sinceSendTime sent: UInt32, at now: SimTime) -> SimDuration {
    let steps = (NTPTimestamp(now).absoluteSendTime &- sent) & 0xff_ffff
    return SimDuration(nanoseconds: (Int64(steps) * 1_000_000_000) >> 18)
}

/// A payload's clock (RFC 3550 §5.1): 48 kHz for Opus whatever it codes (RFC 7587 §4.1).
public struct MediaClock: Hashable, Sendable, BitwiseCopyable {
    /// Ticks per second.
    public let rate: Int64

    /// The clock of Opus payloads.
    @inlinable public static var opus: MediaClock { MediaClock(rate: 48_000) }

    /// A clock of `rate` ticks per second.
    ///
    /// - Precondition: 0 < `rate` ≤ 1 MHz, so that conversions do not overflow.
    @inlinable
    public init(rate: Int64) {
        precondition(rate > 0 && rate <= 1_000_000, "a media clock ticks at up to 1 MHz")
        self.rate = rate
    }

    /// Whole ticks that have passed at `time`, rounded down.
    @inlinable
    public func ticks(at time: SimTime) -> Int64 {
        let (seconds, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return seconds * rate + rest * rate / 1_000_000_000
    }

    /// The span of `ticks`, rounded towards zero to whole nanoseconds.
    @inlinable
    public func duration(ofTicks ticks: Int64) -> SimDuration {
        let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: rate)
        return SimDuration(nanoseconds: seconds * 1_000_000_000 + rest * 1_000_000_000 / rate)
    }
}

/// Extends 32-bit timestamps to 64 bits, taking each as the value nearest to the latest one.
public struct TimestampUnwrapper: Sendable, BitwiseCopyable {
    @usableFromInline var latest: Int64?

    /// An unwrapper that has seen nothing: its first timestamp keeps its value.
    @inlinable
    public init() {}

    /// The extended value of `timestamp`, which becomes the latest.
    @inlinable
    public mutating func extend(_ timestamp: UInt32) -> Int64 {
        guard let previous = latest else {
            latest = Int64(timestamp)
            return Int64(timestamp)
        }
        let step = Int32(bitPattern: timestamp &- UInt32(truncatingIfNeeded: previous))
        latest = previous + Int64(step)
        return previous + Int64(step)
    }
}
