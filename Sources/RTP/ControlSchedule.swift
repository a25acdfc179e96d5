import Quantities
import RandomStreams

/// When the next RTCP compound is due (RFC 3550 §6.2, §6.3) for a session of two.
///
/// Call ``expire(at:isSender:randomness:)`` when ``next`` is reached and
/// ``noteSize(_:)`` for every compound sent or received. The group never changes size, so timer
/// reconsideration (§6.3.3) has nothing to reconsider but the average size.
public struct ControlSchedule: Sendable {
    /// The least interval between compounds, 5 s (RFC 3550 §6.2); half of it before the first.
    public static var minimumInterval: SimDuration { .seconds(5) }
    /// Compensates timer reconsideration's convergence below the mean: e − 3/2 (RFC 3550 §6.3.1).
    public static var compensation: Double { 1.21828 }
    /// Header bytes of IPv4 and UDP, which count towards the average size (RFC 3550 §6.2).
    public static var transportHeaderBytes: Int { 28 }

    private let controlBandwidth: Double
    private var averageSize: Double
    private var isInitial = true
    private var previous: SimTime
    /// When the timer is to expire.
    public private(set) var next: SimTime

    /// The schedule of a participant that joins at `now`.
    ///
    /// - Parameters:
    ///   - sessionBandwidth: the session's media bandwidth, of which RTCP takes 5 %.
    ///   - firstSize: the likely size in bytes of the first compound.
    public init(
        sessionBandwidth: Bitrate, firstSize: Int, at now: SimTime,
        randomness: inout RandomStream
    ) {
        controlBandwidth = Double(sessionBandwidth.bitsPerSecond) / 8 * 0.05
        averageSize = Double(firstSize + Self.transportHeaderBytes)
        previous = now
        next = now
        next = now + interval(isSender: false, randomness: &randomness)
    }

    /// Takes a compound of `byteCount` bytes, sent or received, into the average (§6.3.3).
    public mutating func noteSize(_ byteCount: Int) {
        averageSize += (Double(byteCount + Self.transportHeaderBytes) - averageSize) / 16
    }

    /// Reconsiders at `now` ≥ ``next``; true if a compound is to be sent at once (§6.3.6).
    public mutating func expire(
        at now: SimTime, isSender: Bool, randomness: inout RandomStream
    ) -> Bool {
        let due = previous + interval(isSender: isSender, randomness: &randomness)
        guard due <= now else {
            next = due
            return false
        }
        previous = now
        isInitial = false
        next = now + interval(isSender: isSender, randomness: &randomness)
        return true
    }

    /// The interval of §6.3.1 for two members, of whom at most two send, randomised.
    private func interval(isSender: Bool, randomness: inout RandomStream) -> SimDuration {
        // Senders are more than a quarter of two members: all share the whole bandwidth (§6.3.1).
        let fair = controlBandwidth > 0 ? 2 * averageSize / controlBandwidth : 0
        let least = Self.minimumInterval.seconds / (isInitial ? 2 : 1)
        let mean = max(fair, least)
        return SimDuration(
            seconds: mean * (randomness.nextUnit() + 0.5) / Self.compensation)
    }
}
