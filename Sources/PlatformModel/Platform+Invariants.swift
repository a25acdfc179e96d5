import Measurement
import Quantities

/// What has become of tickets and calls, counted apart from what is measured.
struct Tally: BitwiseCopyable {
    /// Tickets whose owner left unpaired.
    var abandoned = 0
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

    /// Checks what can be counted up; O(calls), done once for each row of the time series.
    mutating func checkInvariants(at now: SimTime) {
        invariants.check(
            .ticketsAreConserved,
            Int(ticketed) == 2 * Int(paired) + tally.abandoned + tickets.count, at: now)
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
