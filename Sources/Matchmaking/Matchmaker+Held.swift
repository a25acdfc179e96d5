import Quantities

/// Whose tickets are held, for audits.
extension Matchmaker {
    /// The sessions of whose tickets anything is held: those that wait, and nobody else.
    ///
    /// - Complexity: O(most tickets that have waited at once).
    public var sessionsHeld: [SessionID] { state.room.sessionsHeld }

    /// A breach that tests plant: keeps a ticket that waits no more.
    package mutating func keepEnded(_ ticket: Ticket, createdAt created: SimTime) {
        _ = state.room.allocate(
            WaitingRoom.Slot(
                attributes: ticket.attributes, created: created, order: 0,
                id: ticket.id.rawValue, session: ticket.session))
    }
}
