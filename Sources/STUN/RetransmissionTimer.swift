import Quantities

/// When a request is sent again and when it has failed (RFC 8489 §6.2.1, §6.2.2).
///
/// The owner sends the request when it makes the timer, then calls ``expire(at:)`` whenever
/// ``deadline`` has come, until the answer arrives. With RTO = 500 ms, Rc = 7 and Rm = 16 it sends
/// at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s and fails at 39.5 s.
public struct RetransmissionTimer: Hashable, Sendable, BitwiseCopyable {
    /// What is due.
    public enum Step: Hashable, Sendable, BitwiseCopyable {
        /// Nothing yet.
        case wait
        /// Send the same bytes again.
        case retransmit
        /// Give up: nobody answered.
        case failed
    }

    /// Rc: requests sent in all (RFC 8489 §6.2.1).
    @inlinable public static var defaultMaximumRequests: UInt8 { 7 }
    /// Rm: how many RTO to wait after the last request (RFC 8489 §6.2.1).
    @inlinable public static var defaultLastWaitFactor: UInt8 { 16 }
    /// RTO where no round trip is known (RFC 8489 §6.2.1: at least 500 ms).
    @inlinable public static var defaultInitialInterval: SimDuration { .milliseconds(500) }
    /// Ti: how long to wait over a reliable transport (RFC 8489 §6.2.2).
    @inlinable public static var defaultReliableTimeout: SimDuration { .milliseconds(39_500) }

    /// When ``expire(at:)`` is due; `distantFuture` once it has failed.
    public private(set) var deadline: SimTime
    /// How many times the request has been sent, 1…Rc.
    public private(set) var requestsSent: UInt8 = 1

    private let longestInterval: SimDuration
    private var interval: SimDuration
    private let maximumRequests: UInt8
    private let lastWait: SimDuration

    /// The timer of a request first sent at `now` over UDP; intervals double from
    /// `initialInterval` up to `longestInterval`.
    ///
    /// - Precondition: `initialInterval` > 0 and `maximumRequests` ≥ 1.
    public init(
        sentAt now: SimTime, initialInterval: SimDuration = Self.defaultInitialInterval,
        maximumRequests: UInt8 = Self.defaultMaximumRequests,
        lastWaitFactor: UInt8 = Self.defaultLastWaitFactor, longestInterval: SimDuration = .max
    ) {
        precondition(initialInterval > .zero, "a retransmission timer needs a positive interval")
        precondition(maximumRequests >= 1, "a transaction sends its request at least once")
        self.longestInterval = longestInterval
        self.maximumRequests = maximumRequests
        interval = initialInterval
        lastWait = initialInterval * Int64(lastWaitFactor)
        deadline = now + (maximumRequests == 1 ? lastWait : initialInterval)
    }

    /// The timer of a request sent at `now` over TCP or TLS: one wait, no retransmission.
    public init(reliablySentAt now: SimTime, timeout: SimDuration = Self.defaultReliableTimeout) {
        self.init(
            sentAt: now, initialInterval: timeout, maximumRequests: 1, lastWaitFactor: 1)
    }

    /// What is due at `now`; on `retransmit` the deadline has moved on.
    public mutating func expire(at now: SimTime) -> Step {
        guard now >= deadline, deadline != .distantFuture else { return .wait }
        if requestsSent == maximumRequests {
            deadline = .distantFuture
            return .failed
        }
        requestsSent += 1
        if requestsSent == maximumRequests {
            deadline = now + lastWait
        } else {
            interval = interval > longestInterval - interval ? longestInterval : interval * 2
            deadline = now + interval
        }
        return .retransmit
    }
}
