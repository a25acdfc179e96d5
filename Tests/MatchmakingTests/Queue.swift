import Quantities

@testable import Matchmaking

/// A matchmaker that expectations can call: macros cannot hold a mutable value.
final class Queue {
    var matchmaker: Matchmaker

    init(_ rules: MatchRules) { matchmaker = Matchmaker(rules: rules) }

    var waitingCount: Int { matchmaker.waitingCount }
    var sessionCount: Int { matchmaker.sessionCount }
    var nextTimeout: SimTime? { matchmaker.nextTimeout }

    func enqueue(_ ticket: Ticket, at now: SimTime) -> Decision {
        matchmaker.enqueue(ticket, at: now)
    }

    func cancel(_ id: TicketID) -> Bool { matchmaker.cancel(id) }
    func endSession(_ id: SessionID) { matchmaker.endSession(id) }
    func handleTimeout(at now: SimTime) { matchmaker.handleTimeout(at: now) }
    func pollPairing() -> Pairing? { matchmaker.pollPairing() }
}
