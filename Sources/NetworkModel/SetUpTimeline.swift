import Quantities

/// The steps of one set-up, each as the time at which it happens.
struct SetUpTimeline {
    let formula: SetUpTimeFormula
    let conditions: SetUpConditions
    /// The mean delay that losses add to an exchange.
    private let lossDelay: SimDuration

    /// Round trips of an allocation over UDP, with the challenge (RFC 8656 §7, RFC 8489 §9.2.3).
    private static let allocationRoundTrips: Int64 = 2
    /// Round trips that a TCP connection adds.
    private static let connectionRoundTrips: Int64 = 1

    /// When the offerer has a valid pair, when it nominates, and when each side has selected.
    typealias Times = (
        valid: SimDuration, nominated: SimDuration, answerer: SimDuration, offerer: SimDuration
    )

    init(formula: SetUpTimeFormula, conditions: SetUpConditions) {
        self.formula = formula
        self.conditions = conditions
        let repetitions = conditions.exchangeLoss / (1 - conditions.exchangeLoss)
        lossDelay = SimDuration(seconds: formula.repetition.seconds * repetitions)
    }

    func estimate() -> SetUpEstimate {
        var times: Times
        var relay: SetUpSide?
        var isBoth = false
        let outcome = outcome
        switch outcome {
        case .direct:
            times = directTimes()
        case .relayed:
            relay = relaySide
            (times, isBoth) = relayedTimes(over: relaySide)
        case .unreachable:
            let end = credentials(of: .offerer) + formula.connectivityTimeout
            times = (end, end, credentials(of: .answerer) + formula.connectivityTimeout, end)
        }
        return SetUpEstimate(
            outcome: outcome, offererGathered: gathered(.offerer),
            answererGathered: gathered(.answerer), firstValid: times.valid,
            nominated: times.nominated, offererConnected: times.offerer,
            answererConnected: times.answerer,
            offererAllocation: allocation(
                of: .offerer, isHeld: isBoth || relay == .offerer, selectedAt: times.offerer),
            answererAllocation: allocation(
                of: .answerer, isHeld: isBoth || relay == .answerer, selectedAt: times.answerer))
    }

    private var outcome: ConnectivityOutcome {
        if conditions.relaysOnly {
            // Nobody has another candidate to pair with a single relay's.
            return conditions.offerer.gathersRelay && conditions.answerer.gathersRelay
                ? .relayed : .unreachable
        }
        return ConnectivityRules.outcome(
            conditions.offerer.nat, conditions.answerer.nat, vicinity: conditions.vicinity,
            bothHaveIPv6: conditions.meetOverIPv6,
            hidesHostAddresses: conditions.answerer.hidesHostAddresses,
            hasRelay: isRelayUseful(of: .offerer) || isRelayUseful(of: .answerer))
    }

    /// What stands before `side` on the direct path: nothing on one link, over IPv6 a firewall.
    func nat(_ side: SetUpSide) -> NATClass {
        if conditions.vicinity == .link { return .public }
        return conditions.meetOverIPv6 ? .firewall : conditions[side].nat
    }

    /// How many transactions with the STUN server `side` begins before its allocation, one from each
    /// address; IPv6 goes first (RFC 8421 §3).
    private func queries(of side: SetUpSide) -> Int64 {
        // Who uses relayed candidates only asks nothing.
        conditions.relaysOnly ? 0 : conditions[side].hasIPv6 ? 2 : 1
    }

    /// How many of them before the one that tells the address of the direct path.
    private func queriesBefore(_ side: SetUpSide) -> Int64 {
        conditions[side].hasIPv6 && !conditions.meetOverIPv6 ? 1 : 0
    }

    /// When `side` begins: the offerer at once, the answerer with the offer.
    func begins(_ side: SetUpSide) -> SimDuration {
        side == .offerer ? .zero : conditions.signalling
    }

    /// When `side` knows the other's credentials: with the offer, or the answer to it.
    func credentials(of side: SetUpSide) -> SimDuration {
        side == .offerer ? conditions.signalling * 2 : conditions.signalling
    }

    /// A request answered in `roundTrip`, with the mean delay that its losses cost.
    func exchange(_ roundTrip: SimDuration) -> SimDuration {
        roundTrip + lossDelay
    }

    /// When `side` is told the address that the other can be reached at directly; nil for never.
    func learns(_ side: SetUpSide) -> SimDuration? {
        let other = conditions[side.other]
        guard !conditions.isConfined(side.other) else { return nil }
        let isSignalledAtOnce =
            conditions.vicinity == .link
            || nat(side.other).hasPublicAddress && !other.hidesHostAddresses
        let found =
            isSignalledAtOnce
            ? .zero
            : exchange(other.toOwnServer * 2)
                + formula.gatheringPacing * queriesBefore(side.other)
        return begins(side.other) + found + conditions.signalling
    }

    /// Whether `side`'s filter lets in addresses it has not sent to.
    func isOpen(_ side: SetUpSide) -> Bool {
        nat(side).behaviour?.filtering == .endpointIndependent
    }

    /// When `side` has its allocation and knows of it; nil when it asks for none.
    func allocated(_ side: SetUpSide) -> SimDuration? {
        let party = conditions[side]
        guard party.gathersRelay else { return nil }
        if party.hasAllocation { return begins(side) }
        let roundTrip = party.toOwnServer * 2
        let start = begins(side) + formula.gatheringPacing * queries(of: side)
        guard party.nat == .udpBlocked else {
            return start + exchange(roundTrip * Self.allocationRoundTrips)
        }
        return start + formula.streamFallback
            + roundTrip * (Self.allocationRoundTrips + Self.connectionRoundTrips)
    }

    private func gathered(_ side: SetUpSide) -> SimDuration {
        if let allocated = allocated(side) { return allocated }
        guard !conditions.isConfined(side) else { return begins(side) }
        return begins(side) + exchange(conditions[side].toOwnServer * 2)
    }

    /// When `side` is told the other's relayed address.
    func learnsRelay(_ side: SetUpSide) -> SimDuration? {
        allocated(side.other).map { max($0 + conditions.signalling, credentials(of: side)) }
    }

    /// When `side` knows that its relay has the permission for an address learnt at `known`.
    func permitted(_ side: SetUpSide, for known: SimDuration?) -> SimDuration? {
        guard let known, let allocated = allocated(side) else { return nil }
        return max(allocated, known) + conditions[side].toOwnServer * 2
    }

    /// Whether both had allocations before, which let each other in.
    private var areRelaysOpen: Bool {
        conditions.offerer.hasAllocation && conditions.answerer.hasAllocation
    }

    /// The turns of `side`; `incoming` is when a check of the other side's first arrives, which
    /// makes its address known before it is signalled.
    func turns(of side: SetUpSide, incoming: SimDuration? = nil) -> CheckTurns {
        let other = conditions[side.other]
        var direct = learns(side)
        if let incoming, let told = direct {
            direct = min(told, max(incoming, credentials(of: side)))
        }
        let hasPrivateAddress =
            !other.hidesHostAddresses && !nat(side.other).hasPublicAddress
            && !conditions.relaysOnly
        let shown = max(begins(side.other) + conditions.signalling, credentials(of: side))
        let privateAddress = hasPrivateAddress ? shown : nil
        let farRelay = learnsRelay(side)
        var turns = CheckTurns(
            formula: formula,
            available: [
                privateAddress ?? CheckTurns.never, direct ?? CheckTurns.never,
                conditions.relaysOnly ? CheckTurns.never : farRelay ?? CheckTurns.never,
                permitted(side, for: privateAddress) ?? CheckTurns.never,
                permitted(side, for: learns(side)) ?? CheckTurns.never,
                (areRelaysOpen ? farRelay : permitted(side, for: farRelay)) ?? CheckTurns.never,
            ])
        if !conditions.isConfined(side), formula.repeatsInTurn {
            turns.farRelayValid = relayAnswer(to: side, in: turns) ?? .max
        }
        return turns
    }

    /// When a check of `side` to the other's relay is first answered.
    private func relayAnswer(to side: SetUpSide, in turns: CheckTurns) -> SimDuration? {
        guard let permitted = permitted(side.other, for: learns(side.other)) else { return nil }
        let relayToOther = conditions[side.other].toOwnServer
        let path = relayToOther + conditions[side].toOtherServer
        return turns.check(
            of: .farRelay, arrivingAfter: path - relayToOther, at: permitted - relayToOther
        ).map { $0 + path * 2 }
    }

    /// The turns of `side`, which a check of the other's may have begun.
    func turnsAfterIncoming(of side: SetUpSide) -> CheckTurns {
        guard isOpen(side), let sent = turns(of: side.other).firstCheck(of: .direct) else {
            return turns(of: side)
        }
        return turns(of: side, incoming: sent + conditions.direct)
    }

    private func allocation(
        of side: SetUpSide, isHeld: Bool, selectedAt: SimDuration
    ) -> SetUpEstimate.Allocation? {
        guard let allocated = allocated(side) else { return nil }
        let toServer = conditions[side].toOwnServer
        let linger = conditions[side].hasAllocation ? formula.formerPathLinger : .zero
        return SetUpEstimate.Allocation(
            madeAt: allocated - toServer,
            releasedAt: isHeld ? nil : max(selectedAt, allocated) + linger + toServer)
    }
}

// MARK: Direct paths

extension SetUpTimeline {
    private func directTimes() -> Times {
        let delay = conditions.direct
        let mine = turnsAfterIncoming(of: .offerer)
        let theirs = turnsAfterIncoming(of: .answerer)
        let atAnswerer = arrival(from: mine, at: .answerer, opening: theirs)
        var atOfferer = arrival(from: theirs, at: .offerer, opening: mine)
        if isOpen(.answerer) {
            // Our check has come through and is followed by one of theirs, to an open filter.
            atOfferer = min(atOfferer, theirs.turn(at: atAnswerer) + delay)
        }
        let inTurn = mine.turn(at: max(atOfferer, credentials(of: .offerer)))
        let answer: SimDuration
        let farValid: SimDuration
        let nats = (nat(.offerer), nat(.answerer))
        switch (nats.0.isEndpointDependent, nats.1.isEndpointDependent) {
        case (false, false):
            answer = min(atAnswerer + delay, inTurn + delay * 2)
            farValid = min(atOfferer + delay, atAnswerer + delay * 2)
        case (false, true):
            // Only the answerer's checks come through; ours in turn go where they came from.
            answer = inTurn + delay * 2
            farValid = atOfferer + delay
        case (true, false):
            answer =
                isOpen(.offerer)
                ? min(atAnswerer + delay, inTurn + delay * 2) : atAnswerer + delay
            farValid = theirs.turn(at: atAnswerer) + delay * 2
        case (true, true):
            // The open side learns the other's new port, and the other one more of the open one's.
            let first = isOpen(.offerer) ? inTurn : theirs.turn(at: atAnswerer) + delay
            answer = mine.turn(at: first) + delay * 2
            farValid = answer + delay
        }
        let valid = exchange(answer)
        let told = learns(.offerer) ?? valid
        var nominated = mine.turn(at: max(valid, told))
        if !formula.repeatsInTurn, inTurn <= valid {
            nominated = max(nominated, inTurn + formula.pacing)
        }
        return (
            valid, nominated, max(nominated + delay, farValid), nominated + exchange(delay * 2)
        )
    }

    /// When the first check in `turns` comes through to `side`: at once if its filter is open,
    /// else once `side` has sent, by the turns `opening`.
    private func arrival(
        from turns: CheckTurns, at side: SetUpSide, opening: CheckTurns
    ) -> SimDuration {
        let opened = isOpen(side) ? .zero : opening.firstCheck(of: .direct)
        let sent = opened.flatMap {
            turns.check(of: .direct, arrivingAfter: conditions.direct, at: $0)
        }
        return (sent ?? formula.connectivityTimeout) + conditions.direct
    }
}

// MARK: Relayed paths

extension SetUpTimeline {
    /// Whether a relay of `side`, with the other's if need be, makes a path.
    private func isRelayUseful(of side: SetUpSide) -> Bool {
        conditions[side].gathersRelay
            && (!conditions.isConfined(side.other) || conditions[side.other].gathersRelay)
    }

    private var needsBothRelays: Bool {
        conditions.isConfined(.offerer) && conditions.isConfined(.answerer)
    }

    /// Whose relay the media take. The relayed candidate rules the priority of a pair; among
    /// such pairs the better of the other ends counts, and last the controlling side's own
    /// (RFC 8445 §6.1.2.3).
    private var relaySide: SetUpSide {
        let (ours, others) = (conditions.offerer, conditions.answerer)
        if !others.gathersRelay || conditions.isConfined(.offerer) { return .offerer }
        if !ours.gathersRelay || conditions.isConfined(.answerer) { return .answerer }
        let far = typePreference(of: others.nat, isHidden: others.hidesHostAddresses)
        return far > typePreference(of: ours.nat, isHidden: false) ? .offerer : .answerer
    }

    /// Type preference of the end without relay (RFC 8445 §5.1.2.2).
    private func typePreference(of nat: NATClass, isHidden: Bool) -> Int {
        if nat.hasPublicAddress { return isHidden ? 100 : 126 }
        return nat.isEndpointDependent ? 110 : 100
    }

    /// One-way delay of the path over the relay of `side`, or, `twice`, over those of both.
    private func delay(over side: SetUpSide, twice: Bool) -> SimDuration {
        let own = conditions[side].toOwnServer
        return twice
            ? own + conditions.betweenServers + conditions[side.other].toOwnServer
            : own + conditions[side.other].toOtherServer
    }

    /// When the offerer has a valid pair over the relay of `side`, or, `twice`, over those of both;
    /// nil for never.
    private func relayedValid(over side: SetUpSide, twice: Bool) -> SimDuration? {
        let own = conditions[side]
        let path = delay(over: side, twice: twice)
        let (mine, theirs) = (turns(of: .offerer), turns(of: .answerer))
        let (near, far) = side == .offerer ? (mine, theirs) : (theirs, mine)
        let towards: CheckedPair = twice ? .bothRelays : .farRelay
        let known = twice ? learnsRelay(side) : learns(side)
        let isOpenBefore = twice && areRelaysOpen
        guard let permitted = isOpenBefore ? .zero : permitted(side, for: known) else {
            return nil
        }
        // The other side's checks get through the relay once it has the permission.
        let sent = far.check(
            of: towards, arrivingAfter: path - own.toOwnServer, at: permitted - own.toOwnServer)
        let arrival = sent.map { $0 + path }
        guard side == .offerer else { return arrival.map { exchange($0 + path) } }
        let inTurn = arrival.map {
            mine.turn(at: max($0, credentials(of: .offerer))) + path * 2
        }
        // Our own through the relay, once the other's filter is open to it; not where the answer
        // would come from another port than the one checked (RFC 8445 §7.2.5.2.1).
        let opening =
            twice || conditions.isConfined(.answerer)
            ? (isOpenBefore ? .zero : far.firstCheck(of: towards))
            : conditions.answerer.nat.isEndpointDependent
                ? nil : isOpen(.answerer) ? .zero : far.firstCheck(of: towards)
        let ours = opening.flatMap {
            near.check(of: twice ? .bothRelays : .ownRelay, arrivingAfter: path, at: $0)
        }
        guard let inTurn else { return ours.map { exchange($0 + path * 2) } }
        return exchange(ours.map { min(inTurn, $0 + path * 2) } ?? inTurn)
    }

    /// When the offerer knows that no direct pair can become valid; nil where it has addresses to
    /// check that may yet answer, and so waits for as long as its patience lasts.
    ///
    /// Where agents use relayed candidates only there never was one. A UDP-blocked offerer knows it with its own allocation. Of a UDP-blocked answerer it is told
    /// no address but the relayed one, with which that side's candidates end; unless the private
    /// address is shown, which never answers and is checked until patience ends.
    private var directRuledOut: SimDuration? {
        if conditions.relaysOnly { return .zero }
        if conditions.offerer.nat == .udpBlocked { return allocated(.offerer) }
        guard conditions.answerer.nat == .udpBlocked, conditions.answerer.hidesHostAddresses else {
            return nil
        }
        return learnsRelay(.offerer)
    }

    /// The times over the relay of `side`, and whether the other's is on the path as well.
    private func relayedTimes(over side: SetUpSide) -> (Times, isBoth: Bool) {
        let needsBoth = needsBothRelays
        let hopeless = credentials(of: .offerer) + formula.connectivityTimeout
        let chosen = relayedValid(over: side, twice: needsBoth) ?? hopeless
        let first = min(chosen, relayedValid(over: side.other, twice: needsBoth) ?? chosen)
        if areRelaysOpen, !needsBoth,
            let both = relayedValid(over: .offerer, twice: true), both < chosen
        {
            // The pair between the relays is valid at once; it serves unless a better one becomes
            // valid while there is still hope.
            let due = nominationDue(since: min(first, both), over: .offerer, twice: true)
            if max(both, due) < chosen {
                return (relayed(max(both, due), both, over: .offerer, twice: true), true)
            }
            let last = max(chosen, due)
            return (relayed(last, min(first, both), over: side, twice: false), false)
        }
        let due = max(chosen, nominationDue(since: first, over: side, twice: needsBoth))
        return (relayed(due, first, over: side, twice: needsBoth), needsBoth)
    }

    /// When the offerer stops waiting for a direct pair, having had a valid one since `first`.
    private func nominationDue(
        since first: SimDuration, over side: SetUpSide, twice: Bool
    ) -> SimDuration {
        let path = delay(over: side, twice: twice)
        let patience = formula.relayPatience + path * 2 * formula.relayPatienceRoundTrips
        return min(first + patience, directRuledOut ?? .max)
    }

    /// The times of a pair that is nominated in the next turn from `due` on.
    private func relayed(
        _ due: SimDuration, _ valid: SimDuration, over side: SetUpSide, twice: Bool
    ) -> Times {
        let path = delay(over: side, twice: twice)
        let nominated = turns(of: .offerer).turn(at: due)
        return (valid, nominated, nominated + path, nominated + exchange(path * 2))
    }
}
