import Matchmaking
import Quantities

/// What services still hold that is to be gone, in a run that is audited.
extension Platform {
    /// Looks whose tickets the matchmaker holds: of nobody but those who wait.
    mutating func lookAtMatchmaker(at now: SimTime) {
        guard knowledge != nil else { return }
        var waiting = Set<UInt32>()
        for ticket in tickets.handles(where: { _ in true }) {
            waiting.insert(peers[tickets[ticket].peer].serial)
        }
        knowledge?.noteHeldTickets(
            of: matchmaker.sessionsHeld.map(\.rawValue), waiting: waiting, at: now)
        let ended = knowledge!.labels[.matchmaker, .interest].subjects.count - waiting.count
        knowledge!.evidence.endedTickets = max(knowledge!.evidence.endedTickets, ended)
    }

    /// A ticket has come to the matchmaker: the one that an audit holds beside it is told what that may know, from where it
    /// begins.
    @inline(__always)
    mutating func decideBlindly(
        _ ticket: Ticket, of serial: UInt32, _ tier: RiskTier, at now: SimTime
    ) {
        guard knowledge != nil else { return }
        let wishes = crowd.wishes(of: serial)
        knowledge?.blind.enqueue(
            Ticket(
                id: ticket.id, session: SessionID(serial), language: wishes.language,
                interest: wishes.interest, tier: tier, leaves: ticket.leaves), at: now)
    }

    /// Tries whether what is stored can be read without a right to it, and looks at the access log: whether it has everything
    /// that was handed out.
    mutating func lookAtAccessLog(at now: SimTime) {
        guard knowledge != nil else { return }
        stores?.tryDoors(at: now)
        guard let readings = stores?.readings else { return }
        knowledge?.note(readings)
    }
}
