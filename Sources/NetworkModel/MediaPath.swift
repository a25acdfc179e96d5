import Quantities
import RandomStreams

/// What a peer's access link does to the packets of its media; ``PathQuality`` without the delay,
/// prepared for drawing.
public struct LinkBehaviour: Sendable {
    let jitter: JitterSampler
    /// What it loses, in either direction.
    public let loss: GilbertLoss

    /// The behaviour of a link of the given jitter, in seconds, and loss.
    public init(jitter: Distribution, loss: GilbertLoss) {
        self.init(JitterSampler(jitter), loss)
    }

    private init(_ jitter: JitterSampler, _ loss: GilbertLoss) {
        self.jitter = jitter
        self.loss = loss
    }

    /// A link that loses as this one does and delays nothing.
    public var losses: LinkBehaviour { LinkBehaviour(.none, loss) }

    /// A link that delays as this one does and loses nothing.
    public var delays: LinkBehaviour { LinkBehaviour(jitter, .none) }
}

/// One direction of one established call: what becomes of each packet between the two sockets.
///
/// It does what ``Network`` does to the same packets, jitter and both sides' Gilbert channels
/// included, but draws from a stream of its own: loss and delay of a call depend neither on what
/// else its peers send nor on what is simulated of other calls. Over UDP packets may overtake each
/// other; on a leg over TCP or TLS a lost one comes a retransmission later and the next ones wait.
public struct MediaPath: Sendable {
    private var outbound: GilbertChannel
    private var inbound: GilbertChannel
    private let sender: JitterSampler
    private let receiver: JitterSampler
    private var randomness: RandomStream
    /// When the latest segment arrives at the first relay, and at the receiver.
    private var lastAtRelay = SimTime.zero
    private var lastAtReceiver = SimTime.zero

    /// The path from a peer whose link is `sender` to one whose link is `receiver`.
    ///
    /// - Parameter isProven: whether a packet has just come through, which bursts of loss make
    ///   the more likely for the next one; else it begins as it is in the long run.
    public init(
        from sender: LinkBehaviour, to receiver: LinkBehaviour, randomness: RandomStream,
        isProven: Bool = false
    ) {
        self.randomness = randomness
        if isProven {
            outbound = .open(sender.loss, using: &self.randomness)
            inbound = .open(receiver.loss, using: &self.randomness)
        } else {
            outbound = GilbertChannel(sender.loss, using: &self.randomness)
            inbound = GilbertChannel(receiver.loss, using: &self.randomness)
        }
        self.sender = sender.jitter
        self.receiver = receiver.jitter
    }

    /// Lets a packet leave the `stop`-th stop of `route` at `now`: 0 is the sender, 1 and 2 are
    /// relays. Gives when it arrives at the next stop, or at the receiver behind the last; nil if
    /// it is lost.
    ///
    /// - Parameter effect: what the relay at `stop` does to packets at `now`.
    public mutating func depart(
        from stop: Int, of route: MediaRoute, at now: SimTime,
        under effect: FluidLink.Effect = .none
    ) -> SimTime? {
        var now = now
        if stop > 0 {
            // A stream's segments are held back, not lost: what a full relay does not take in is
            // sent again.
            if effect.isDown { return nil }
            let isHeld = stop == 1 && route.first.isStream
            if effect.loss > 0, !isHeld, randomness.nextBool(probability: effect.loss) {
                return nil
            }
            now += effect.delay
        }
        let isLast = stop == route.relayCount
        if stop == 0 {
            if route.first.isStream { return leaveInStream(route.first, at: now) }
            if outbound.losesNext(using: &randomness) { return nil }
            if isLast, inbound.losesNext(using: &randomness) { return nil }
            now += route.first.delay
            now += sender.draw(using: &randomness)
            if isLast { now += receiver.draw(using: &randomness) }
            return now
        }
        guard isLast else { return now + route.between }
        if route.last.isStream { return arriveInStream(route.last, at: now) }
        if inbound.losesNext(using: &randomness) { return nil }
        return now + route.last.delay + receiver.draw(using: &randomness)
    }

    private mutating func leaveInStream(_ leg: MediaRoute.Leg, at now: SimTime) -> SimTime {
        var arrival = now + leg.delay + sender.draw(using: &randomness)
        for _ in 0..<StreamConnection.maximumRetransmissions {
            guard outbound.losesNext(using: &randomness) else { break }
            arrival += StreamConnection.retransmission(roundTrip: leg.delay * 2)
        }
        lastAtRelay = max(lastAtRelay, arrival)
        return lastAtRelay
    }

    private mutating func arriveInStream(_ leg: MediaRoute.Leg, at now: SimTime) -> SimTime {
        var arrival = now + leg.delay + receiver.draw(using: &randomness)
        for _ in 0..<StreamConnection.maximumRetransmissions {
            guard inbound.losesNext(using: &randomness) else { break }
            arrival += StreamConnection.retransmission(roundTrip: leg.delay * 2)
        }
        lastAtReceiver = max(lastAtReceiver, arrival)
        return lastAtReceiver
    }

    /// A packet of the sender's goes elsewhere: bursts of loss on its own link go on by it.
    public mutating func sendElsewhere() { _ = outbound.losesNext(using: &randomness) }

    /// Lets a packet go all of `route` over idle relays at `now`; nil if it is lost.
    public mutating func carry(along route: MediaRoute, at now: SimTime) -> SimTime? {
        var time = now
        for stop in 0...route.relayCount {
            guard let next = depart(from: stop, of: route, at: time) else { return nil }
            time = next
        }
        return time
    }
}
