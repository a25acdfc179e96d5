import Quantities

/// The legs that one direction of a call's media takes: from the sender to the receiver, or to a
/// relay, perhaps on to a second one, and from there to the receiver.
public struct MediaRoute: Hashable, Sendable, BitwiseCopyable {
    /// The way between a peer and what comes next to it.
    public struct Leg: Hashable, Sendable, BitwiseCopyable {
        /// One way, without jitter.
        public var delay: SimDuration
        /// Whether packets are segments of a TCP or TLS connection, late instead of lost.
        public var isStream: Bool

        /// A leg of the given delay.
        public init(delay: SimDuration, isStream: Bool = false) {
            precondition(delay >= .zero, "no leg has a negative delay")
            self.delay = delay
            self.isStream = isStream
        }
    }

    /// From the sender to the first relay, or all the way.
    public let first: Leg
    /// Between two relays.
    public let between: SimDuration
    /// From the last relay to the receiver; of no meaning without one.
    public let last: Leg
    /// Relays on the way: 0, 1 or 2.
    public let relayCount: Int
    private let firstRelay: UInt16
    private let secondRelay: UInt16

    private init(
        first: Leg, between: SimDuration, last: Leg, relayCount: Int, firstRelay: UInt16,
        secondRelay: UInt16
    ) {
        self.first = first
        self.between = between
        self.last = last
        self.relayCount = relayCount
        self.firstRelay = firstRelay
        self.secondRelay = secondRelay
    }

    /// From peer to peer in `delay`, jitter apart.
    public static func direct(_ delay: SimDuration) -> MediaRoute {
        MediaRoute(
            first: Leg(delay: delay), between: .zero, last: Leg(delay: .zero), relayCount: 0,
            firstRelay: .max, secondRelay: .max)
    }

    /// Over the relay that the caller knows by the number `relay`.
    public static func relayed(_ first: Leg, over relay: UInt16, _ last: Leg) -> MediaRoute {
        MediaRoute(
            first: first, between: .zero, last: last, relayCount: 1, firstRelay: relay,
            secondRelay: .max)
    }

    /// Over the relay `near` of the sender's and `far` of the receiver's, `between` apart.
    public static func relayedTwice(
        _ first: Leg, over near: UInt16, _ between: SimDuration, and far: UInt16, _ last: Leg
    ) -> MediaRoute {
        precondition(between >= .zero, "no leg has a negative delay")
        return MediaRoute(
            first: first, between: between, last: last, relayCount: 2, firstRelay: near,
            secondRelay: far)
    }

    /// The number of the relay that is the `stop`-th on the way, counted from 1.
    @inlinable
    public func relay(at stop: Int) -> UInt16 {
        precondition(stop >= 1 && stop <= relayCount, "a route has no such relay")
        return relayNumber(stop)
    }

    @usableFromInline
    func relayNumber(_ stop: Int) -> UInt16 { stop == 1 ? firstRelay : secondRelay }

    /// From the sender to the receiver without jitter, retransmission and the relays' queues.
    public var delay: SimDuration {
        switch relayCount {
        case 0: first.delay
        case 1: first.delay + last.delay
        default: first.delay + between + last.delay
        }
    }
}
