import Quantities

/// How long ICE takes, in closed form: the path of ``ConnectivityRules`` and the times at which
/// its steps can happen, each the latest of what it waits for.
///
/// The steps are those of T = T_gather + T_check + T_nominate with trickled candidates
/// (RFC 8445 §2, RFC 8838):
///
/// - a server-reflexive candidate takes one round trip to the server, a relayed one two (the
///   first Allocate is answered with 401), over TCP one more after the fall-back delay;
/// - the other side learns a candidate one signalling delay after it was found, and not before
///   offer or answer; it then sends its first check;
/// - a check that comes before the receiver's filter is open is lost and costs a repetition;
///   checks that pass are answered, and make the receiver check in turn;
/// - a direct pair is nominated when it is valid, a relayed one after the profile's patience;
///   the nominating check takes a round trip.
///
/// It was made to agree with the packet agents, pair of classes by pair of classes; the tests
/// of connectivity say how well.
public struct SetUpTimeFormula: Hashable, Sendable, BitwiseCopyable {
    /// Time between two checks of an agent (Ta, RFC 8445 §14.2).
    public var pacing: SimDuration
    /// Time until an unanswered check is repeated while nothing else is known to work.
    public var repetition: SimDuration
    /// Whether all checks, repeated ones too, keep the pace, so that an answer or a nomination
    /// waits for the next turn.
    public var keepsPace: Bool
    /// How long a UDP attempt to allocate goes unanswered before one over TCP joins it.
    public var streamFallback: SimDuration
    /// How long a valid relayed pair waits for a direct one.
    public var relayPatience: SimDuration
    /// How many round trips of the relayed pair are added to that.
    public var relayPatienceRoundTrips: Int64
    /// Time without a valid pair after which an agent gives up.
    public var connectivityTimeout: SimDuration

    /// The constants of the `browser` timing profile.
    public static let browser = SetUpTimeFormula(
        pacing: .milliseconds(48), repetition: .milliseconds(48), keepsPace: true,
        streamFallback: .milliseconds(250), relayPatience: .milliseconds(500),
        relayPatienceRoundTrips: 2, connectivityTimeout: .seconds(15))

    /// The constants of the `rfc8445` timing profile.
    public static let rfc8445 = SetUpTimeFormula(
        pacing: .milliseconds(50), repetition: .milliseconds(500), keepsPace: false,
        streamFallback: .milliseconds(250), relayPatience: .seconds(2),
        relayPatienceRoundTrips: 1, connectivityTimeout: .milliseconds(39_500))

    /// The set-up under `conditions`; O(1).
    public func estimate(_ conditions: SetUpConditions) -> SetUpEstimate {
        SetUpTimeline(formula: self, conditions: conditions).estimate()
    }
}

/// The steps of one set-up, each as the time at which it happens.
struct SetUpTimeline {
    let formula: SetUpTimeFormula
    let conditions: SetUpConditions

    /// Round trips of an allocation over UDP, with the challenge (RFC 8656 §7, RFC 8489 §9.2.3).
    private static let allocationRoundTrips: Int64 = 2
    /// Round trips that a TCP connection adds.
    private static let connectionRoundTrips: Int64 = 1

    private var outcome: ConnectivityOutcome {
        ConnectivityRules.outcome(
            conditions.offerer.nat, conditions.answerer.nat,
            hidesHostAddresses: conditions.answerer.hidesHostAddresses,
            hasRelay: SetUpSide.allCases.contains { allocates($0) && isRelayUseful(of: $0) })
    }

    /// When `side` begins: the offerer at once, the answerer with the offer.
    private func begins(_ side: SetUpSide) -> SimDuration {
        side == .offerer ? .zero : conditions.signalling
    }

    /// When `side` knows the other's credentials: with the offer, or the answer to it.
    func credentials(of side: SetUpSide) -> SimDuration {
        side == .offerer ? conditions.signalling * 2 : conditions.signalling
    }

    /// When `side` knows the address that the other can be reached at directly.
    func learns(_ side: SetUpSide) -> SimDuration {
        let other = conditions[side.other]
        let isSignalledAtOnce = other.nat.hasPublicAddress && !other.hidesHostAddresses
        let found = isSignalledAtOnce ? .zero : exchange(other.toOwnServer * 2)
        return begins(side.other) + found + conditions.signalling
    }

    /// A request answered in `roundTrip`, with the mean delay that its losses cost.
    private func exchange(_ roundTrip: SimDuration) -> SimDuration {
        roundTrip + lossDelay
    }

    /// Mean delay of a check that is repeated until it is answered: loss/(1 − loss) repetitions.
    private var lossDelay: SimDuration {
        let repetitions = conditions.exchangeLoss / (1 - conditions.exchangeLoss)
        return SimDuration(seconds: formula.repetition.seconds * repetitions)
    }

    /// When a check sent from `start` on arrives after `delay` at a filter that is open from
    /// `opening` on; the ones before cost repetitions.
    private func firstThrough(
        from start: SimDuration, _ delay: SimDuration, opening: SimDuration
    ) -> SimDuration {
        let first = start + delay
        guard first < opening else { return first }
        return first + formula.repetition
            * (opening - first).quotient(roundedUp: formula.repetition)
    }

    /// When `side` can send a check at `time`: at the next of its turns, which began at `start`.
    private func turn(after time: SimDuration, of start: SimDuration) -> SimDuration {
        guard formula.keepsPace, time > start else { return time }
        return start + formula.pacing * (time - start).quotient(roundedUp: formula.pacing)
    }

    /// Whether `side`'s filter lets in an address it has not sent to.
    private func isOpen(_ side: SetUpSide) -> Bool {
        switch conditions[side].nat {
        case .public, .translated(_, .endpointIndependent): true
        default: false
        }
    }

    func estimate() -> SetUpEstimate {
        let outcome = self.outcome
        var (valid, nominated, answered, confirmed): Times
        var relay: SetUpSide?
        switch outcome {
        case .direct:
            (valid, nominated, answered, confirmed) = directTimes()
        case .relayed:
            relay = relaySide
            (valid, nominated, answered, confirmed) = relayedTimes(over: relaySide)
        case .unreachable:
            let end = credentials(of: .offerer) + formula.connectivityTimeout
            let far = credentials(of: .answerer) + formula.connectivityTimeout
            (valid, nominated, answered, confirmed) = (end, end, far, end)
        }
        let isBoth = relay != nil && needsBothRelays
        return SetUpEstimate(
            outcome: outcome, offererGathered: gathered(.offerer),
            answererGathered: gathered(.answerer), firstValid: valid, nominated: nominated,
            offererConnected: confirmed, answererConnected: answered,
            offererAllocation: allocation(
                of: .offerer, isHeld: isBoth || relay == .offerer, selectedAt: confirmed),
            answererAllocation: allocation(
                of: .answerer, isHeld: isBoth || relay == .answerer, selectedAt: answered))
    }

    typealias Times = (
        valid: SimDuration, nominated: SimDuration, answerer: SimDuration, offerer: SimDuration
    )
}

// MARK: Direct paths

extension SetUpTimeline {
    private func directTimes() -> Times {
        let direct = conditions.direct
        let (mine, theirs) = (learns(.offerer), learns(.answerer))
        let (ours, others) = (conditions.offerer.nat, conditions.answerer.nat)
        // A check passes to an open filter at once, to others when their side has sent too.
        let atAnswerer = firstThrough(
            from: mine, direct, opening: isOpen(.answerer) ? .zero : theirs)
        let atOfferer = firstThrough(
            from: theirs, direct, opening: isOpen(.offerer) ? .zero : mine)
        let inTurn = turn(after: max(atOfferer, credentials(of: .offerer)), of: mine)
        let answer: SimDuration
        let farValid: SimDuration
        switch (ours.isEndpointDependent, others.isEndpointDependent) {
        case (false, false):
            answer = min(atAnswerer + direct, inTurn + direct * 2)
            farValid = min(atOfferer + direct, atAnswerer + direct * 2)
        case (false, true):
            // Only the answerer's checks come through; ours in turn go where they came from.
            answer = inTurn + direct * 2
            farValid = atOfferer + direct
        case (true, false):
            answer = atAnswerer + direct
            farValid = turn(after: atAnswerer, of: theirs) + direct * 2
        case (true, true):
            // Both learn the other's new port: one exchange more.
            answer = max(inTurn, atAnswerer) + direct * 2
            farValid = answer + direct
        }
        let valid = exchange(answer)
        let nominated = turn(after: max(valid, mine), of: mine)
        return (
            valid, nominated, max(nominated + direct, farValid),
            nominated + exchange(direct * 2)
        )
    }
}

// MARK: Relayed paths

extension SetUpTimeline {
    private func allocates(_ side: SetUpSide) -> Bool { conditions[side].gathersRelay }

    /// Whether a relay of `side` alone, or with the other's, makes a path.
    private func isRelayUseful(of side: SetUpSide) -> Bool {
        conditions[side.other].nat != .udpBlocked || allocates(side.other)
    }

    private var needsBothRelays: Bool {
        conditions.offerer.nat == .udpBlocked && conditions.answerer.nat == .udpBlocked
    }

    /// Whose relay the media take. Pair priorities are ruled by the relayed candidate; then a
    /// peer-reflexive end counts more than a server-reflexive one, and last the controlling side
    /// prefers the pair in which its own candidate is the better one (RFC 8445 §6.1.2.3).
    private var relaySide: SetUpSide {
        let (ours, others) = (conditions.offerer.nat, conditions.answerer.nat)
        if !allocates(.answerer) || ours == .udpBlocked { return .offerer }
        if !allocates(.offerer) || others == .udpBlocked { return .answerer }
        return others.isEndpointDependent && !ours.isEndpointDependent ? .offerer : .answerer
    }

    /// When `side` has its allocation and knows of it.
    private func allocated(_ side: SetUpSide) -> SimDuration {
        let roundTrip = conditions[side].toOwnServer * 2
        guard conditions[side].nat == .udpBlocked else {
            return begins(side) + roundTrip * Self.allocationRoundTrips + lossDelay
        }
        return begins(side) + formula.streamFallback
            + roundTrip * (Self.allocationRoundTrips + Self.connectionRoundTrips)
    }

    private func gathered(_ side: SetUpSide) -> SimDuration {
        if allocates(side) { return allocated(side) }
        guard conditions[side].nat != .udpBlocked else { return begins(side) }
        return begins(side) + exchange(conditions[side].toOwnServer * 2)
    }

    /// One-way delay of the path over the relay of `side`.
    private func delay(over side: SetUpSide) -> SimDuration {
        if needsBothRelays {
            return conditions.offerer.toOwnServer + conditions.betweenServers
                + conditions.answerer.toOwnServer
        }
        return conditions[side].toOwnServer + conditions[side.other].toOtherServer
    }

    /// When the offerer has a valid pair over the relay of `side`.
    private func relayedValid(over side: SetUpSide) -> SimDuration {
        let (own, other) = (conditions[side], conditions[side.other])
        let path = delay(over: side)
        // The permission needs an address of the other side, or its relay's.
        let known =
            other.nat == .udpBlocked
            ? allocated(side.other) + conditions.signalling : learns(side)
        let permitted = max(allocated(side), known) + own.toOwnServer
        let isKnown = max(
            allocated(side) + conditions.signalling, credentials(of: side.other))
        let start =
            needsBothRelays
            ? max(isKnown, allocated(side.other)) + other.toOwnServer * 2 : isKnown
        // Checks from the other side arrive at the relay, then at the side.
        let atSide =
            firstThrough(
                from: start, path - own.toOwnServer, opening: permitted) + own.toOwnServer
        let checked =
            side == .answerer
            ? atSide + path
            : turn(
                after: max(atSide, credentials(of: .offerer)), of: learns(.offerer)) + path * 2
        return exchange(checked)
    }

    private func relayedTimes(over side: SetUpSide) -> Times {
        let path = delay(over: side)
        let chosen = relayedValid(over: side)
        var first = chosen
        let other = side.other
        if allocates(other), conditions[side].nat != .udpBlocked {
            first = min(first, relayedValid(over: other))
        }
        let patience =
            formula.relayPatience + path * 2 * formula.relayPatienceRoundTrips
        let nominated = turn(after: max(chosen, first + patience), of: learns(.offerer))
        return (first, nominated, nominated + path, nominated + exchange(path * 2))
    }

    private func allocation(
        of side: SetUpSide, isHeld: Bool, selectedAt: SimDuration
    ) -> SetUpEstimate.Allocation? {
        guard allocates(side) else { return nil }
        let toServer = conditions[side].toOwnServer
        let made = allocated(side) - toServer
        return SetUpEstimate.Allocation(
            madeAt: made,
            releasedAt: isHeld ? nil : max(selectedAt, allocated(side)) + toServer)
    }
}

extension SimDuration {
    /// How many whole `unit`s cover the span, which is positive.
    fileprivate func quotient(roundedUp unit: SimDuration) -> Int64 {
        (nanoseconds + unit.nanoseconds - 1) / unit.nanoseconds
    }
}
