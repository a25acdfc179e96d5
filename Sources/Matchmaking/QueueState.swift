import Quantities

/// What a policy may look at: who waits, on which level of the ladder, and which sessions remember
/// each other. By its type nothing else can reach a decision.
struct QueueState: Sendable {
    /// The rules in force.
    let rules: MatchRules
    /// The waiting tickets.
    var room: WaitingRoom
    /// What sessions remember.
    var sessions = SessionMemory()

    init(rules: MatchRules) {
        self.rules = rules
        room = WaitingRoom(ladder: Ladder(rules), countsLanguages: rules.policy == .longestQueue)
    }

    /// A partner that a search came up with.
    struct Found {
        var slot: Int32
        var rematchesAvoided: UInt8
    }

    /// Slots that a decision under way has already spoken for.
    typealias Taken = [Int32]

    /// The first compatible waiting ticket in the order of ``Ladder/searchOrder`` and that
    /// `predicate` allows, or nil: without reservations the oldest. One of the two has to be critical;
    /// a seeker that `isLeaving` is.
    ///
    /// Tickets of a later level are older than those of an earlier one, so the first level from the
    /// end that has anybody has the oldest. At most ``SessionMemory/partnersRemembered`` tickets
    /// are skipped because they are remembered, so the cost does not depend on how many wait.
    @inline(__always)
    func search(
        for seeker: Int32, besides taken: Taken = [], isLeaving: Bool = false,
        where predicate: some PairPredicate
    ) -> Found? {
        let ticket = room.slots[Int(seeker)]
        let own = room.ladder.levels[Int(ticket.level)]
        guard own.isOpen else { return nil }
        var avoided: UInt8 = 0
        var order = room.ladder.searchOrder
        for _ in 0..<room.ladder.openCount {
            let level = Int(order & 15)
            order >>= 4
            guard isLeaving || own.isCritical || room.ladder.levels[level].isCritical else {
                continue
            }
            let slot = firstOffer(
                to: seeker, ticket, level: level, constraints: own.constraints, besides: taken,
                avoided: &avoided, where: predicate)
            if slot >= 0 { return Found(slot: slot, rematchesAvoided: avoided) }
        }
        return nil
    }

    /// The oldest ticket of `level` that suits `seeker`, or none; counts those in `avoided` whose
    /// sessions remember the seeker's.
    @inline(__always)
    func firstOffer(
        to seeker: Int32, _ ticket: WaitingRoom.Slot, level: Int, constraints: MatchConstraints,
        besides taken: Taken, avoided: inout UInt8, where predicate: some PairPredicate
    ) -> Int32 {
        var candidate = room.oldestOffer(
            level: level, constraints: constraints, attributes: ticket.attributes)
        while candidate >= 0 {
            if candidate != seeker,
                predicate.allows(TicketID(ticket.id), TicketID(room.slots[Int(candidate)].id)),
                taken.isEmpty || !taken.contains(candidate)
            {
                let session = room.slots[Int(candidate)].session
                if !rules.avoidRematch || !sessions.haveMet(ticket.session, session) {
                    return candidate
                }
                if avoided < .max { avoided += 1 }
            }
            candidate = room.nextOffer(after: candidate, level: level, constraints: constraints)
        }
        return WaitingRoom.none
    }

    /// The oldest waiting ticket whose rules and those of `seeker` allow the pair, whatever the
    /// policy would rather do; or none.
    func oldestCompatible(
        with seeker: Int32, onLevel own: Int, where predicate: some PairPredicate
    ) -> Int32 {
        guard room.ladder.levels[own].isOpen else { return WaitingRoom.none }
        let ticket = room.slots[Int(seeker)]
        var avoided: UInt8 = 0
        var order = room.ladder.ageOrder
        for _ in 0..<room.ladder.openCount {
            let slot = firstOffer(
                to: seeker, ticket, level: Int(order & 15),
                constraints: room.ladder.levels[own].constraints, besides: [], avoided: &avoided,
                where: predicate)
            order >>= 4
            if slot >= 0 { return slot }
        }
        return WaitingRoom.none
    }
}
