import Quantities
import STUN

/// When an agent checks, repeats, gives up, nominates and asks for consent.
public struct TimingProfile: Hashable, Sendable, BitwiseCopyable {
    /// How an unanswered check is repeated.
    public enum Repetition: UInt8, Hashable, Sendable, BitwiseCopyable {
        /// As a STUN transaction: the same bytes again after RTO, doubling (RFC 8445 §14.3).
        case retransmission
        /// As a new check in its turn, round robin, as browsers do.
        case roundRobin
    }

    /// When a pair in use counts as stable, and how often it is checked while it does not: sooner
    /// than after ``consentInterval``, so that a path that fails early is noticed early.
    public struct Stability: Hashable, Sendable, BitwiseCopyable {
        /// The time between two checks while the round trip is not known well, or an answer has not
        /// come within two of them.
        public var interval: SimDuration
        /// As many checks of a pair go out ``TimingProfile/pacing`` apart at first.
        public var quickChecks: UInt32
        /// After as many answers its round trip is known well.
        public var answers: UInt32

        /// A pair that is checked so.
        public init(interval: SimDuration, quickChecks: UInt32, answers: UInt32) {
            self.interval = interval
            self.quickChecks = quickChecks
            self.answers = answers
        }
    }

    /// Ta: the shortest time between two new checks (RFC 8445 §14.2).
    public var pacing: SimDuration
    /// How an unanswered check is repeated.
    public var repetition: Repetition
    /// The smallest RTO (RFC 8445 §14.3: never below 500 ms).
    public var smallestRTO: SimDuration
    /// How long an agent goes on looking for a pair before it fails, from its first knowledge of
    /// the peer's credentials.
    public var connectivityTimeout: SimDuration
    /// How long a pair may stay unanswered before it fails, where checks are repeated round robin.
    public var pairTimeout: SimDuration
    /// How long a valid relayed pair waits for a direct one, without round trips.
    public var relayPatience: SimDuration
    /// How many round trips of the valid relayed pair are added to ``relayPatience``.
    public var relayPatienceRoundTrips: Int64
    /// How long servers may leave requests over UDP unanswered before an attempt to allocate over
    /// a stream joins in. Not below ``serverRTO``, so that by the time the stream stands requests
    /// over UDP have been repeated in vain, not only lost once.
    public var streamFallbackDelay: SimDuration
    /// Mean time between two consent checks.
    public var consentInterval: SimDuration
    /// Relative half width of the uniform jitter of ``consentInterval``, 0…1.
    public var consentJitter: Double
    /// How the pair in use is checked until it is stable; nil for ``consentInterval`` all along.
    public var stability: Stability?
    /// How long consent lasts without an answer (RFC 7675 §5.1).
    public var consentTimeout: SimDuration
    /// How long nothing may come over the selected pair before that is told
    /// (``AgentEvent/disconnected``); nil for never.
    public var receivingTimeout: SimDuration?
    /// How long a consent check may be without answer before the next one, where silence is to be
    /// told; two round trips if that is longer.
    public var weakCheckInterval = SimDuration.milliseconds(480)
    /// How long after the loss of its pair, or after the beginning of an ICE restart that the peer
    /// does not answer, an agent waits before it fails for good.
    public var restartPatience = SimDuration.seconds(30)

    /// The shortest time between the beginnings of two transactions with servers.
    public var gatheringPacing: SimDuration
    /// RTO of transactions with servers (RFC 8489 §6.2.1).
    public var serverRTO: SimDuration
    /// Rc of transactions with servers (RFC 8489 §6.2.1).
    public var serverRequests: UInt8
    /// Rm of transactions with servers (RFC 8489 §6.2.1).
    public var serverLastWait: UInt8

    /// How long after its last check a pair in use is checked again, by what it has answered; nil
    /// where that makes no difference.
    func interval(after consent: Consent) -> SimDuration? {
        guard let stability else { return nil }
        if consent.sent < stability.quickChecks { return pacing }
        let isKnown = consent.roundTrip.samples >= stability.answers
        return isKnown ? consentInterval : min(stability.interval, consentInterval)
    }

    /// RTO of `count` transactions with servers: at least Ta · count (RFC 8445 §14.3).
    func serverRTO(of count: Int) -> SimDuration {
        max(serverRTO, gatheringPacing * Int64(count))
    }

    /// The timer of a request sent to a server at `now`, one of `count`.
    func serverTimer(sentAt now: SimTime, count: Int) -> RetransmissionTimer {
        RetransmissionTimer(
            sentAt: now, initialInterval: serverRTO(of: count), maximumRequests: serverRequests,
            lastWaitFactor: serverLastWait)
    }

    /// The standards' constants.
    ///
    /// The connectivity timeout is the whole life of a STUN transaction, which RFC 8863 §4 makes
    /// the least; relayed pairs wait 2 s, long enough for the second retransmission of every
    /// direct check (1.5 s) to be answered.
    public static let rfc8445 = TimingProfile(
        pacing: .milliseconds(50), repetition: .retransmission,
        smallestRTO: .milliseconds(500), connectivityTimeout: .milliseconds(39_500),
        pairTimeout: .milliseconds(39_500), relayPatience: .seconds(2),
        relayPatienceRoundTrips: 1, streamFallbackDelay: .milliseconds(500),
        consentInterval: .seconds(5), consentJitter: 0.2, consentTimeout: .seconds(30),
        gatheringPacing: .milliseconds(50), serverRTO: .milliseconds(500), serverRequests: 7,
        serverLastWait: 16)

    /// libwebrtc's constants: a check every 48 ms while nothing is selected, 15 s until an
    /// unanswered pair is given up, 2.5 s between checks of a stable pair, dead after 30 s
    /// (`p2p_constants.h`). A pair's first three checks are 48 ms apart, the next 900 ms, until it
    /// is stable: five answers are there (`rtt_samples_ > RTT_RATIO + 1`) and none is missing for
    /// more than two of their round trips (`basic_ice_controller.cc`,
    /// `CalculateActiveWritablePingInterval`; `connection.cc`, `stable`, `rtt_converged`,
    /// `missing_responses`). libwebrtc looks at its own ticks for what is due, here it goes out in time;
    /// and it checks backup pairs every 25 s, of which an agent here keeps none.
    ///
    /// libwebrtc talks over a relayed pair at once and moves to a direct one later. Here the
    /// relayed pair waits 500 ms and two of its round trips instead, time for at least three checks of
    /// each of four direct pairs, so that a call has one path and its relay is a decision.
    public static let browser = TimingProfile(
        pacing: .milliseconds(48), repetition: .roundRobin,
        smallestRTO: .milliseconds(500), connectivityTimeout: .seconds(15),
        pairTimeout: .seconds(15), relayPatience: .milliseconds(500),
        relayPatienceRoundTrips: 2, streamFallbackDelay: .milliseconds(250),
        consentInterval: .milliseconds(2500), consentJitter: 0,
        stability: Stability(interval: .milliseconds(900), quickChecks: 3, answers: 5),
        consentTimeout: .seconds(30), receivingTimeout: .milliseconds(2500),
        gatheringPacing: .zero, serverRTO: .milliseconds(250), serverRequests: 6,
        serverLastWait: 8)
}
