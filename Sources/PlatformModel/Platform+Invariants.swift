import Matchmaking
import Measurement
import Quantities

/// What has become of tickets and calls, counted apart from what is measured.
struct Tally: BitwiseCopyable {
    /// Tickets whose owner left unpaired.
    var abandoned = 0
    /// Tickets that the service gave up.
    var expired = 0
    /// Pairs whose set-up failed.
    var failed = 0
    /// Calls that were talked and are over.
    var ended = 0
    /// Calls whose relay crashed; what became of them follows.
    var silenced = 0
    var recovered = 0
    var endedSilent = 0
    var dropped = 0
}

/// The laws that hold at every moment of every run.
extension Platform {
    /// Whoever joins the queue was doing nothing else.
    mutating func checkIdle(_ peer: Handle, at now: SimTime) {
        invariants.check(
            .peersAreInOnePlace, peers[peer].state == .thinking,
            subject: UInt64(peers[peer].serial), at: now)
    }

    /// Whether the tickets of a pairing are two that wait, as those that ended once do not.
    mutating func bothWait(_ pairing: Pairing, at now: SimTime) -> Bool {
        let (one, other) = (pairing.first.ticket, pairing.second.ticket)
        let holds =
            one != other && tickets.hasRecord(at: one.rawValue)
            && tickets.hasRecord(at: other.rawValue)
        invariants.check(.ticketsEndOnce, holds, subject: UInt64(paired), at: now)
        return holds
    }

    /// Two tickets that are paired share what each demands at its own age, by the scenario's rules
    /// and not by what the matchmaker says of itself.
    mutating func checkConstraints(
        _ first: TicketRecord, _ second: TicketRecord, at now: SimTime
    ) {
        let (one, other) = (peers[first.peer].attributes, peers[second.peer].attributes)
        var holds = peers[first.peer].state == .waiting && peers[second.peer].state == .waiting
        for ticket in [first, second] {
            let age = now - ticket.createdAt
            let rules = scenario.matchmaking.expansion
            guard let step = rules.lastIndex(where: { $0.after <= age }) else {
                holds = false
                continue
            }
            let needsTier =
                switch scenario.matchmaking.tiers {
                case .ignore: false
                case .likeWithLike: rules.count == 1 || step < rules.count - 1
                case .separate: true
                }
            holds =
                holds && !(rules[step].requiresLanguage && one.language != other.language)
                && !(rules[step].requiresInterest && one.interest != other.interest)
                && !(needsTier && first.tier != second.tier)
        }
        invariants.check(
            .pairsKeepConstraints, holds, subject: UInt64(first.serial), at: now)
    }

    /// Checks what can be counted up; O(calls), done once for each row of the time series.
    mutating func checkInvariants(at now: SimTime) {
        invariants.check(
            .ticketsAreConserved,
            Int(ticketed)
                == 2 * Int(paired) + tally.abandoned + tally.expired + tickets.count, at: now)
        let ledger = matchmaker.ledger
        invariants.check(
            .ticketsEndOnce,
            ledger.taken == Int(ticketed) && ledger.paired == 2 * Int(paired)
                && ledger.cancelled == tally.abandoned && ledger.expired == tally.expired
                && ledger.waiting == matchmaker.waitingCount
                && matchmaker.waitingCount == tickets.count, at: now)
        let goingOn = calls.count { $0.phase < .windingUp }
        invariants.check(
            .callsAreConserved, Int(paired) == tally.failed + tally.ended + goingOn, at: now)
        let silent = calls.count { $0.phase == .talking && $0.outage != nil }
        invariants.check(
            .silencedCallsAreConserved,
            tally.silenced == tally.recovered + tally.endedSilent + tally.dropped + silent,
            at: now)
        var held = 0
        for (number, station) in relays.stations.enumerated() {
            let taken = station.server.takenPortCount
            held += taken
            invariants.check(
                .allocationsAreConserved, taken <= scenario.relay.ports,
                subject: UInt64(number), at: now)
        }
        invariants.check(
            .allocationsAreConserved, recorder.currentLevel(.relayAllocations) == Int64(held),
            at: now)
    }
}
