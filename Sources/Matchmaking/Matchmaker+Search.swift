extension Matchmaker {
    /// A partner that the search came up with.
    struct Found {
        var slot: Int32
        var rematchesAvoided: UInt8
    }

    /// The oldest waiting ticket that is compatible with `seeker` and that `predicate` allows, or nil.
    ///
    /// Tickets of a later level are older than those of an earlier one, so the first level from the
    /// end that has anybody has the oldest. At most ``SessionMemory/partnersRemembered`` tickets
    /// are skipped because they are remembered, so the cost does not depend on how many wait.
    func search(for seeker: Int32, where predicate: some PairPredicate) -> Found? {
        let ticket = room.slots[Int(seeker)]
        let level = Int(ticket.level)
        guard room.ladder.levels[level].isOpen else { return nil }
        let constraints = room.ladder.levels[level].constraints
        var avoided: UInt8 = 0
        for other in room.ladder.levels.indices.reversed() where room.ladder.levels[other].isOpen {
            var candidate = room.oldestOffer(
                level: other, constraints: constraints, attributes: ticket.attributes)
            while candidate >= 0 {
                if candidate != seeker,
                    predicate.allows(
                        TicketID(ticket.id), TicketID(room.slots[Int(candidate)].id))
                {
                    let session = room.slots[Int(candidate)].session
                    if !rules.avoidRematch || !sessions.haveMet(ticket.session, session) {
                        return Found(slot: candidate, rematchesAvoided: avoided)
                    }
                    avoided += 1
                }
                candidate = room.nextOffer(
                    after: candidate, level: other, constraints: constraints)
            }
        }
        return nil
    }
}
