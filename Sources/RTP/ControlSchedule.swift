import Quantities
import RandomStreams

/// When the next RTCP compound is due (RFC 3550 §6.2, §6.3).
///
/// Call ``expire(at:isSender:randomness:)`` when ``next`` is reached and ``noteSize(_:)`` for
/// every compound sent or received. A call has two members from the first to the last; a larger
/// session tells its size by ``join(count:)``, ``leave(count:at:)`` and ``otherSenders``.
public struct ControlSchedule: Sendable, BitwiseCopyable {
    /// Compensates timer reconsideration's convergence below the mean: e − 3/2 (RFC 3550 §6.3.1).
    public static var compensation: Double { 1.21828 }
    /// Header bytes of IPv4 and UDP, which count towards the average size (RFC 3550 §6.2).
    public static var transportHeaderBytes: Int { 28 }
    /// The largest session in which a goodbye is sent at once (RFC 3550 §6.3.7).
    public static var promptGoodbyeLimit: Int { 50 }

    private var interval: ControlInterval
    private var previous: SimTime
    /// Members when the timer was set last (`pmembers`).
    private var membersAtTimer: Int
    /// Members who send media, oneself not included.
    public var otherSenders = 1
    /// When the timer is to expire.
    public private(set) var next: SimTime

    /// The schedule of a participant that joins at `now`.
    ///
    /// - Parameters:
    ///   - sessionBandwidth: the session's media bandwidth, of which RTCP takes 5 %.
    ///   - firstSize: the likely size in bytes of the first compound.
    ///   - members: members known, oneself included.
    public init(
        sessionBandwidth: Bitrate, firstSize: Int, members: Int = 2,
        minimum: SimDuration = ControlInterval.recommendedMinimum, at now: SimTime,
        randomness: inout RandomStream
    ) {
        precondition(members >= 1, "a participant is a member")
        interval = ControlInterval(
            sessionBandwidth: sessionBandwidth,
            averageSize: Double(firstSize + Self.transportHeaderBytes), members: members,
            senders: 0, isSender: false, isInitial: true, minimum: minimum)
        previous = now
        membersAtTimer = members
        next = now
        next = now + draw(isSender: false, &randomness)
    }

    /// Members of the session, oneself included.
    public var members: Int { interval.members }

    /// How long others may be silent before they are to be counted out (RFC 3550 §6.3.5).
    public var memberTimeout: SimDuration { interval.memberTimeout }

    /// Takes a compound of `byteCount` bytes, sent or received, into the average (§6.3.3).
    public mutating func noteSize(_ byteCount: Int) {
        let size = Double(byteCount + Self.transportHeaderBytes)
        interval.averageSize += (size - interval.averageSize) / 16
    }

    /// Counts `count` members in (§6.3.3); the timer reconsiders when it expires.
    public mutating func join(count: Int = 1) {
        interval.members += count
    }

    /// Counts `count` members out at `now` and brings the timer forward in proportion (reverse
    /// reconsideration, §6.3.4).
    ///
    /// - Precondition: oneself remains.
    public mutating func leave(count: Int = 1, at now: SimTime) {
        precondition(count < interval.members, "a participant remains a member")
        interval.members -= count
        guard interval.members < membersAtTimer else { return }
        let share = Double(interval.members) / Double(membersAtTimer)
        next = now + SimDuration(seconds: share * (next - now).seconds)
        previous = now - SimDuration(seconds: share * (now - previous).seconds)
        membersAtTimer = interval.members
    }

    /// Reconsiders at `now` ≥ ``next``; true if a compound is to be sent at once (§6.3.6).
    public mutating func expire(
        at now: SimTime, isSender: Bool, randomness: inout RandomStream
    ) -> Bool {
        let due = previous + draw(isSender: isSender, &randomness)
        membersAtTimer = interval.members
        guard due <= now else {
            next = due
            return false
        }
        previous = now
        interval.isInitial = false
        next = now + draw(isSender: isSender, &randomness)
        return true
    }

    /// Prepares to leave at `now` with a goodbye of `byteCount` bytes (§6.3.7): true if it may be
    /// sent at once; else it is due when ``expire(at:isSender:randomness:)`` says so, and only
    /// goodbyes of others count from now on: each by ``join(count:)`` and ``noteSize(_:)``.
    public mutating func beginGoodbye(
        byteCount: Int, at now: SimTime, randomness: inout RandomStream
    ) -> Bool {
        guard interval.members > Self.promptGoodbyeLimit else { return true }
        previous = now
        interval.members = 1
        membersAtTimer = 1
        otherSenders = 0
        interval.isInitial = true
        interval.averageSize = Double(byteCount + Self.transportHeaderBytes)
        next = now + draw(isSender: false, &randomness)
        return false
    }

    /// The interval of §6.3.1, randomised between half and one and a half of the deterministic one.
    private mutating func draw(
        isSender: Bool, _ randomness: inout RandomStream
    ) -> SimDuration {
        interval.isSender = isSender
        interval.senders = min(otherSenders + (isSender ? 1 : 0), interval.members)
        return SimDuration(
            seconds: interval.seconds * (randomness.nextUnit() + 0.5) / Self.compensation)
    }
}

/// Whether a participant still counts as a sender: it is one that has sent media since its last
/// report but one (RFC 3550 §6.3.8, §6.4), and then reports as a sender.
public struct SenderActivity: Hashable, Sendable, BitwiseCopyable {
    private var atLast: UInt32 = 0
    private var atPrevious: UInt32 = 0

    /// That of a participant that has sent nothing.
    public init() {}

    /// Whether it is a sender, having sent `packetCount` packets by now.
    public func isSender(packetCount: UInt32) -> Bool { packetCount != atPrevious }

    /// Notes that a report was sent after `packetCount` packets.
    public mutating func noteReport(packetCount: UInt32) {
        atPrevious = atLast
        atLast = packetCount
    }
}
