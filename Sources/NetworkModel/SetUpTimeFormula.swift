import Quantities

/// How long ICE takes, without packets: the path of ``ConnectivityRules`` and the times at which
/// its steps can happen, each the latest of what it waits for.
///
/// The steps are those of T = T_gather + T_check + T_nominate with trickled candidates
/// (RFC 8445 §2, RFC 8838):
///
/// - a server-reflexive candidate takes one round trip to the server, a relayed one two (the
///   first Allocate is answered with 401), over TCP one more after the fall-back delay;
/// - the other side learns a candidate one signalling delay after it was found, and not before
///   offer or answer; it then checks it in its next turn, of which it has one every Ta;
/// - a check that comes before the receiver's filter is open is lost and repeated; checks that
///   pass are answered, and make the receiver check in turn;
/// - a direct pair is nominated when it is valid, a relayed one after the profile's patience, but
///   at once where the offerer is UDP-blocked, and where the answerer is and shows no private
///   address; the nominating check takes a round trip.
///
/// Where agents use relayed candidates only, the one pair between their relays is nominated as soon
/// as it is valid. An ICE restart takes over the allocations that there are, at no time.
///
/// Losses add their mean delay. It was made to agree with the packet agents, pair of classes by
/// pair of classes; the tests of connectivity say how well.
public struct SetUpTimeFormula: Hashable, Sendable, BitwiseCopyable {
    /// Time between two checks of an agent (Ta, RFC 8445 §14.2).
    public var pacing: SimDuration
    /// Whether unanswered checks are repeated in turn, as browsers do, or by the STUN timer.
    public var repeatsInTurn: Bool
    /// Time until an unanswered check is first repeated where it is alone.
    public var repetition: SimDuration
    /// Time between the beginnings of two transactions with servers.
    public var gatheringPacing: SimDuration
    /// How long a UDP attempt to allocate goes unanswered before one over TCP joins it.
    public var streamFallback: SimDuration
    /// How long a valid relayed pair waits for a direct one that may still be found.
    public var relayPatience: SimDuration
    /// How many round trips of the relayed pair are added to that.
    public var relayPatienceRoundTrips: Int64
    /// Time without a valid pair after which an agent gives up.
    public var connectivityTimeout: SimDuration
    /// How long after an ICE restart has a pair the one before is still listened to, and its
    /// allocation held (RFC 8445 §8.3.1).
    public var formerPathLinger = SimDuration.seconds(3)

    /// The constants of the agents' `browser` timing profile.
    public static let browser = SetUpTimeFormula(
        pacing: .milliseconds(48), repeatsInTurn: true, repetition: .milliseconds(48),
        gatheringPacing: .zero, streamFallback: .milliseconds(250),
        relayPatience: .milliseconds(500), relayPatienceRoundTrips: 2,
        connectivityTimeout: .seconds(15))

    /// The constants of the agents' `rfc8445` timing profile.
    public static let rfc8445 = SetUpTimeFormula(
        pacing: .milliseconds(50), repeatsInTurn: false, repetition: .milliseconds(500),
        gatheringPacing: .milliseconds(50), streamFallback: .milliseconds(500),
        relayPatience: .seconds(2), relayPatienceRoundTrips: 1,
        connectivityTimeout: .milliseconds(39_500))

    /// The set-up under `conditions`; takes some microseconds.
    public func estimate(_ conditions: SetUpConditions) -> SetUpEstimate {
        SetUpTimeline(formula: self, conditions: conditions).estimate()
    }
}
