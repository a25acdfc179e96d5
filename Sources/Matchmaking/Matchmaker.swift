import Quantities

/// Pairs waiting tickets: greedy, oldest first, under hard constraints that each ticket relaxes
/// with its own age.
///
/// Drive it in this order. At every call that takes a time, the time is no earlier than before.
///
/// 1. ``enqueue(_:at:)``, ``cancel(_:)`` and ``endSession(_:)`` as they happen;
/// 2. ``handleTimeout(at:)`` no later than ``nextTimeout``;
/// 3. after each of them ``pollPairing()`` until it is nil.
///
/// A ticket is never paired with itself, twice, after ``cancel(_:)``, or with a ticket of its own
/// session. The same calls give the same decisions in every process. Each operation is amortised O(1) in the number of
/// waiting tickets; see <doc:Matchmaking> for the structure and for what the audit of age inversions adds.
public struct Matchmaker: Sendable {
    /// Tickets that may wait at the same time: 16 million, far above one city's evening, 2 GB.
    public static var maximumWaiting: Int { 1 << 24 }
    /// Tickets that the audit of one pairing looks at. Tickets that wait open to others are
    /// pairwise incompatible, so there are about as many as there are combinations of attributes.
    public static var maximumAudited: Int { 4096 }

    /// The rules it keeps.
    public let rules: MatchRules
    /// Pairings whose audit met more than ``maximumAudited`` older tickets and looked at the oldest only.
    public private(set) var auditsTruncated = 0

    var room: WaitingRoom
    var sessions = SessionMemory()
    private var tickets = FlatTable<UInt32, Int32>(blank: WaitingRoom.none)
    private var arrivals: UInt32 = 0
    private var now = SimTime.zero
    private var pairings: [Pairing] = []
    private var polled = 0
    private var moved: [Int32] = []
    private var chain: [Int32] = []
    private var settled: [Settled] = []

    private struct Settled: BitwiseCopyable {
        var first: Int32
        var second: Int32
        var pairing: Pairing
    }

    /// An empty queue under `rules`.
    public init(rules: MatchRules) {
        self.rules = rules
        room = WaitingRoom(ladder: Ladder(rules))
    }

    /// Tickets that wait.
    public var waitingCount: Int { tickets.count }

    /// Sessions of which something is remembered.
    public var sessionCount: Int { sessions.count }

    /// Memory of what is kept of waiting tickets, in bytes; it never shrinks.
    public var ticketByteCount: Int { room.byteCount + tickets.byteCount }

    /// Memory of what is kept of sessions, in bytes; it never shrinks.
    public var sessionByteCount: Int { sessions.byteCount }

    /// Whether a ticket waits.
    public func isWaiting(_ id: TicketID) -> Bool { tickets[id.rawValue] != nil }

    /// Takes a ticket into the queue, or pairs it at once with the oldest compatible ticket.
    ///
    /// Expansions that are due by `now` come first, so that every ticket stands where its age puts it.
    ///
    /// - Precondition: `now` is no earlier than before, and the numbers of ticket and session are not 2^32 - 1.
    public mutating func enqueue(_ ticket: Ticket, at now: SimTime) -> Decision {
        take(ticket, at: now, where: EveryPair())
    }

    /// Takes a ticket as ``enqueue(_:at:)`` does, where only pairs that `predicate` allows are
    /// compatible: queues whose law is known have other kinds of compatibility than a platform.
    ///
    /// - Precondition: the ladder demands the same at every age, so that nobody is paired but by an
    ///   arrival; every ticket is enqueued with the same predicate.
    /// - Complexity: O(number waiting).
    public mutating func enqueue(
        _ ticket: Ticket, at now: SimTime, where predicate: some PairPredicate
    ) -> Decision {
        precondition(
            room.ladder.levels.count == 1, "tickets that expand are paired without a predicate")
        return take(ticket, at: now, where: predicate)
    }

    private mutating func take(
        _ ticket: Ticket, at now: SimTime, where predicate: some PairPredicate
    ) -> Decision {
        precondition(
            ticket.id.rawValue < .max && ticket.session.rawValue < .max,
            "the number 2^32 - 1 stands for no ticket and no session")
        advance(to: now)
        guard waitingCount < Self.maximumWaiting else { return .refused(.full) }
        guard tickets[ticket.id.rawValue] == nil else { return .refused(.duplicateTicket) }
        let session = sessions.record(of: ticket.session)
        guard sessions.waitingSlot(of: session) < 0 else {
            return .refused(.sessionAlreadyWaiting)
        }
        let slot = room.allocate(
            WaitingRoom.Slot(
                attributes: ticket.attributes, created: now, order: arrivals,
                id: ticket.id.rawValue, session: session, level: 0))
        arrivals &+= 1
        if let found = search(for: slot, where: predicate) {
            let pairing = pairing(
                first: found.slot, second: slot, isArrival: true,
                rematchesAvoided: found.rematchesAvoided, where: predicate)
            if rules.avoidRematch { sessions.meet(session, room.slots[Int(found.slot)].session) }
            remove(found.slot)
            sessions.setWaiting(session, slot: WaitingRoom.none)
            room.free(slot)
            return .paired(pairing)
        }
        tickets.set(ticket.id.rawValue, to: slot)
        sessions.setWaiting(session, slot: slot)
        room.enter(slot, level: 0)
        return .waiting
    }

    /// Takes a waiting ticket out of the queue; false if it does not wait (any more).
    public mutating func cancel(_ id: TicketID) -> Bool {
        guard let slot = tickets[id.rawValue] else { return false }
        remove(slot)
        return true
    }

    /// Forgets a session: its partners, and it as a partner of others. A ticket with which it still
    /// waits is cancelled.
    public mutating func endSession(_ id: SessionID) {
        guard let record = sessions.existingRecord(of: id) else { return }
        let slot = sessions.waitingSlot(of: record)
        if slot >= 0 { remove(slot) }
        if let record = sessions.existingRecord(of: id) { sessions.end(record) }
    }

    /// When the next ticket reaches a step of its ladder that demands something else; nil if none will.
    public var nextTimeout: SimTime? {
        let due = nextDue()
        return due == .distantFuture ? nil : due
    }

    /// Moves every ticket whose age calls for it to its next step and pairs those that find somebody
    /// there; the pairings are polled.
    public mutating func handleTimeout(at now: SimTime) { advance(to: now) }

    /// The next pairing that an expansion brought about, in order of decision.
    public mutating func pollPairing() -> Pairing? {
        guard polled < pairings.count else { return nil }
        defer {
            polled += 1
            if polled == pairings.count {
                pairings.removeAll(keepingCapacity: true)
                polled = 0
            }
        }
        return pairings[polled]
    }

    // MARK: Expansion

    private func nextDue() -> SimTime {
        var due = SimTime.distantFuture
        for level in 0..<room.ladder.levels.count - 1 {
            due = min(due, room.due(ofLevel: level))
        }
        return due
    }

    private mutating func advance(to time: SimTime) {
        precondition(time >= now, "time went backwards, from \(now) to \(time)")
        while true {
            let due = nextDue()
            guard due <= time else { break }
            now = due
            expand(at: due)
        }
        now = time
    }

    /// All tickets due at `time` change level first, so that who may meet whom depends on ages alone
    /// and not on the order of moves; then, the oldest first, each looks for a partner.
    private mutating func expand(at time: SimTime) {
        moved.removeAll(keepingCapacity: true)
        for level in (0..<room.ladder.levels.count - 1).reversed() {
            while room.due(ofLevel: level) == time {
                let slot = room.head(ofLevel: level)
                room.leave(slot)
                room.enter(slot, level: level + 1)
                moved.append(slot)
            }
        }
        for slot in moved where room.slots[Int(slot)].level >= 0 { settle(slot) }
        conclude()
    }

    /// Pairs `slot` if anybody is left for it, and before that whoever has a better claim.
    ///
    /// When several tickets move at the same instant, the partner that one of them would choose may
    /// be the choice of an older one. So the chain of oldest choices is followed until two choose
    /// each other: they are paired, and the chain goes on from where it stood. Everybody ranks
    /// partners by the same order, age, so chains end, and the result is the only pairing without an age inversion. The chain is
    /// kept after each pairing, which makes the searches linear in the tickets that moved.
    private mutating func settle(_ slot: Int32) {
        chain.append(slot)
        while let last = chain.last {
            guard let found = search(for: last, where: EveryPair()) else {
                chain.removeLast()
                continue
            }
            if chain.count > 1, chain[chain.count - 2] == found.slot {
                chain.removeLast(2)
                pairWaiting(last, found.slot)
            } else {
                chain.append(found.slot)
            }
        }
    }

    private mutating func pairWaiting(_ a: Int32, _ b: Int32) {
        let (first, second) = room.isOlder(a, than: b) ? (a, b) : (b, a)
        let avoided = search(for: second, where: EveryPair())?.rematchesAvoided ?? 0
        let pairing = pairing(
            first: first, second: second, isArrival: false, rematchesAvoided: avoided,
            where: EveryPair())
        room.leave(first)
        room.leave(second)
        settled.append(Settled(first: first, second: second, pairing: pairing))
    }

    /// Lets the pairs of one instant take effect in the order of their older tickets.
    private mutating func conclude() {
        if settled.count > 1 {
            let room = room
            settled.sort { room.isOlder($0.first, than: $1.first) }
        }
        for pair in settled {
            let (first, second) = (room.slots[Int(pair.first)], room.slots[Int(pair.second)])
            if rules.avoidRematch { sessions.meet(first.session, second.session) }
            forget(pair.first)
            forget(pair.second)
            pairings.append(pair.pairing)
        }
        settled.removeAll(keepingCapacity: true)
    }

    // MARK: Pairing

    private mutating func remove(_ slot: Int32) {
        room.leave(slot)
        forget(slot)
    }

    private mutating func forget(_ slot: Int32) {
        let ticket = room.slots[Int(slot)]
        tickets.remove(ticket.id)
        sessions.setWaiting(ticket.session, slot: WaitingRoom.none)
        room.free(slot)
    }

    private mutating func pairing(
        first: Int32, second: Int32, isArrival: Bool, rematchesAvoided: UInt8,
        where predicate: some PairPredicate
    ) -> Pairing {
        let sides = (side(first), side(second))
        let constraints = rules.constraints(atStep: Int(sides.0.step))
            .union(rules.constraints(atStep: Int(sides.1.step)))
        let audit = audit(first: first, second: second, at: now, where: predicate)
        if audit.isTruncated { auditsTruncated += 1 }
        return Pairing(
            first: sides.0, second: sides.1, time: now,
            cause: isArrival ? .arrival : cause(hasMoved(first), hasMoved(second)),
            constraints: constraints,
            tierRule: rules.tiers == .ignore
                ? .ignored : constraints.contains(.sameTier) ? .sameTierDemanded : .released,
            rematchesAvoided: rematchesAvoided, ageInversion: audit.inversion)
    }

    private func hasMoved(_ slot: Int32) -> Bool {
        let ticket = room.slots[Int(slot)]
        return now - ticket.created == room.ladder.levels[Int(ticket.level)].entersAt
    }

    private func cause(_ firstMoved: Bool, _ secondMoved: Bool) -> Pairing.Cause {
        switch (firstMoved, secondMoved) {
        case (true, true): .expansionOfBoth
        case (true, false): .expansionOfFirst
        case (false, true): .expansionOfSecond
        case (false, false):
            preconditionFailure("two tickets that stood still at \(now) were paired")
        }
    }

    private func side(_ slot: Int32) -> Pairing.Side {
        let ticket = room.slots[Int(slot)]
        let age = now - ticket.created
        guard let step = rules.step(atAge: age) else {
            preconditionFailure("ticket \(ticket.id) was paired before its first step")
        }
        return Pairing.Side(
            ticket: TicketID(ticket.id), session: sessions.session(of: ticket.session), age: age,
            step: UInt8(step))
    }
}
