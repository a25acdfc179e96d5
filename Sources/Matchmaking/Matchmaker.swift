import FlatStorage
import Quantities

/// Pairs waiting tickets under hard constraints that each ticket relaxes with its own age; whom and
/// when is the affair of the ``MatchPolicy`` in force.
///
/// Drive it in this order. At every call that takes a time, the time is no earlier than before.
///
/// 1. ``enqueue(_:at:)``, ``cancel(_:)`` and ``endSession(_:)`` as they happen;
/// 2. ``handleTimeout(at:)`` no later than ``nextTimeout``;
/// 3. after each of them ``pollPairing()`` and ``pollExpired()`` until they are nil.
///
/// A ticket is never paired with itself, twice, after ``cancel(_:)``, or with a ticket of its own
/// session, and ends exactly once: paired, cancelled or expired; ``ledger`` counts them. The same
/// calls give the same decisions in every process. Each operation is amortised O(1) in the number of
/// waiting tickets, but for cells of a fixed greatest size under ``MatchPolicy/blossom(every:)``;
/// see <doc:Matchmaking> for the structure and for what the audit of age inversions adds.
public struct Matchmaker: Sendable {
    /// Tickets that may wait at the same time: 16 million, far above one city's evening, 2 GB.
    ///
    /// A slot's number and a ticket's attributes share a word, and one word marks a gap.
    public static var maximumWaiting: Int { 1 << 24 - 1 }
    /// Tickets that the audit of one pairing looks at. Tickets that wait open to others are
    /// pairwise incompatible, so there are about as many as there are combinations of attributes.
    public static var maximumAudited: Int { 4096 }

    /// The rules it keeps.
    public var rules: MatchRules { state.rules }
    /// Pairings whose audit met more than ``maximumAudited`` older tickets and looked at the oldest only.
    public private(set) var auditsTruncated = 0
    /// How many tickets were taken, and how they ended.
    public private(set) var ledger = TicketLedger()

    var state: QueueState
    private var tickets = FlatTable<UInt32, Int32>(blank: WaitingRoom.none)
    private var arrivals: UInt32 = 0
    private var now = SimTime.zero
    private var pairings: [Pairing] = []
    private var polled = 0
    private var expired: [TicketID] = []
    private var moved: [Int32] = []
    /// What a policy that decides at intervals has to look at when the time has come.
    private var pending: [Pending] = []
    private var reviewDue = SimTime.distantFuture
    /// When those become critical who have announced when they will leave.
    private var departures = DepartureQueue()
    private var settled: [Settled] = []

    private struct Settled: BitwiseCopyable {
        var first: Int32
        var second: Int32
        var rematchesAvoided: UInt8
        var cause: Pairing.Cause
    }

    /// A ticket that is new or has come to another level; a slot used again has another order.
    private struct Pending: BitwiseCopyable {
        var slot: Int32
        var order: UInt32
    }

    /// An empty queue under `rules`.
    public init(rules: MatchRules) { state = QueueState(rules: rules) }

    /// Tickets that wait.
    public var waitingCount: Int { tickets.count }

    /// Sessions of which something is remembered.
    public var sessionCount: Int { state.sessions.count }

    /// Memory of what is kept of waiting tickets, in bytes; it never shrinks.
    public var ticketByteCount: Int {
        state.room.byteCount + tickets.byteCount + departures.byteCount
    }

    /// Memory of what is kept of sessions, in bytes; it never shrinks.
    public var sessionByteCount: Int { state.sessions.byteCount }

    /// Whether a ticket waits.
    public func isWaiting(_ id: TicketID) -> Bool { tickets[id.rawValue] != nil }

    /// Takes a ticket into the queue, or pairs it at once if the policy decides at once.
    ///
    /// What is due by `now` comes first, so that every ticket stands where its age puts it.
    ///
    /// - Precondition: `now` is no earlier than before, and the numbers of ticket and session are not 2^32 - 1.
    public mutating func enqueue(_ ticket: Ticket, at now: SimTime) -> Decision {
        take(ticket, at: now, where: EveryPair())
    }

    /// Takes a ticket as ``enqueue(_:at:)`` does, where only pairs that `predicate` allows are
    /// compatible: queues whose law is known have other kinds of compatibility than a platform.
    ///
    /// - Precondition: the ladder demands the same at every age; every ticket is enqueued and every
    ///   timeout is handled with the same predicate.
    /// - Complexity: O(number waiting).
    public mutating func enqueue(
        _ ticket: Ticket, at now: SimTime, where predicate: some PairPredicate
    ) -> Decision {
        checkLadder()
        return take(ticket, at: now, where: predicate)
    }

    private func checkLadder() {
        let levels = state.room.ladder.levels
        precondition(
            levels.allSatisfy { $0.isOpen && $0.constraints == levels[0].constraints },
            "tickets that expand are paired without a predicate")
    }

    private mutating func take(
        _ ticket: Ticket, at now: SimTime, where predicate: some PairPredicate
    ) -> Decision {
        precondition(
            ticket.id.rawValue < .max && ticket.session.rawValue < .max,
            "the number 2^32 - 1 stands for no ticket and no session")
        advance(to: now, where: predicate)
        guard waitingCount < Self.maximumWaiting else { return .refused(.full) }
        let place = tickets.preparedPlace(of: ticket.id.rawValue)
        guard tickets.value(at: place) == nil else { return .refused(.duplicateTicket) }
        let session = state.sessions.place(of: ticket.session)
        guard state.sessions.waitingSlot(at: session) < 0 else {
            return .refused(.sessionAlreadyWaiting)
        }
        let slot = state.room.allocate(
            WaitingRoom.Slot(
                attributes: ticket.attributes, created: now, order: arrivals,
                id: ticket.id.rawValue, session: ticket.session, level: 0))
        arrivals &+= 1
        ledger.taken += 1
        if let interval = state.rules.policy.interval {
            pending.append(Pending(slot: slot, order: state.room.slots[Int(slot)].order))
            reviewDue = min(reviewDue, Self.multiple(of: interval, after: now))
        } else if let found = partner(slot, ticket, where: predicate) {
            return .paired(pairAtOnce(slot, with: found, ticket.session, where: predicate))
        }
        tickets.store(ticket.id.rawValue, slot, at: place)
        tickets.fetchFollowing(ticket.id.rawValue)
        state.sessions.setWaiting(ticket.session, at: session, slot: slot)
        state.room.enter(slot, level: 0)
        if let time = state.rules.criticalTime(of: ticket), time > now {
            departures.insert(
                Departure(time: time, slot: slot, order: state.room.slots[Int(slot)].order))
        }
        return .waiting
    }

    /// The partner whom a policy that decides at once has for the ticket in `slot`, which has just
    /// come.
    @inline(__always)
    private func partner(
        _ slot: Int32, _ ticket: Ticket, where predicate: some PairPredicate
    ) -> PairDecision? {
        if let time = state.rules.criticalTime(of: ticket), time <= now {
            return decideLeaving(slot, where: predicate)
        }
        return decide(.arrival(slot: slot), where: predicate).first
    }

    /// The partner for a ticket that is about to leave.
    private func decideLeaving(
        _ slot: Int32, where predicate: some PairPredicate
    ) -> PairDecision? {
        state.search(for: slot, isLeaving: true, where: predicate).map {
            PairDecision(one: slot, other: $0.slot, rematchesAvoided: $0.rematchesAvoided)
        }
    }

    private mutating func pairAtOnce(
        _ slot: Int32, with decision: PairDecision, _ session: SessionID,
        where predicate: some PairPredicate
    ) -> Pairing {
        let found = decision.other
        let pairing = pairing(
            Settled(
                first: found, second: slot, rematchesAvoided: decision.rematchesAvoided,
                cause: .arrival), where: predicate)
        if state.rules.avoidRematch {
            state.sessions.meet(session, state.room.slots[Int(found)].session)
        }
        remove(found)
        state.room.free(slot)
        ledger.paired += 2
        dropDepartures()
        return pairing
    }

    /// Takes a waiting ticket out of the queue; false if it does not wait (any more).
    public mutating func cancel(_ id: TicketID) -> Bool {
        guard let slot = tickets[id.rawValue] else { return false }
        remove(slot)
        ledger.cancelled += 1
        dropDepartures()
        return true
    }

    /// Forgets a session: its partners, and it as a partner of others. A ticket with which it still
    /// waits is cancelled.
    public mutating func endSession(_ id: SessionID) {
        let slot = state.sessions.waitingSlot(of: id)
        if slot >= 0 {
            remove(slot)
            ledger.cancelled += 1
            dropDepartures()
        }
        state.sessions.end(id)
    }

    /// When the next ticket reaches another level of its ladder or expires, or the time of a policy
    /// that decides at intervals comes; nil if nothing will happen by itself.
    public var nextTimeout: SimTime? {
        let due = nextDue()
        return due == .distantFuture ? nil : due
    }

    /// Does everything that is due by `now`; pairings and tickets that expired are polled.
    public mutating func handleTimeout(at now: SimTime) { advance(to: now, where: EveryPair()) }

    /// Does everything that is due by `now` where only pairs that `predicate` allows are compatible.
    ///
    /// - Precondition: the ladder demands the same at every age.
    public mutating func handleTimeout(at now: SimTime, where predicate: some PairPredicate) {
        checkLadder()
        advance(to: now, where: predicate)
    }

    /// The next pairing that did not come with an arrival, in order of decision.
    public mutating func pollPairing() -> Pairing? {
        guard polled < pairings.count else { return nil }
        let pairing = pairings[polled]
        pairings[polled] = .blank
        polled += 1
        if polled == pairings.count {
            pairings.removeAll(keepingCapacity: true)
            polled = 0
        }
        return pairing
    }

    /// A ticket that has expired since the last call, in no particular but always the same order.
    public mutating func pollExpired() -> TicketID? {
        guard let last = expired.last else { return nil }
        expired[expired.count - 1] = TicketID(0)
        expired.removeLast()
        return last
    }

    @inline(__always)
    private func decide(
        _ event: QueueEvent, where predicate: some PairPredicate
    ) -> PairDecisions {
        switch state.rules.policy {
        case .greedy, .batch, .patient, .patientUntilLeaving:
            OldestFirst().decide(state, event, at: now, where: predicate)
        case .longestQueue: LongestQueueFirst().decide(state, event, at: now, where: predicate)
        case .blossom: BlossomMatching().decide(state, event, at: now, where: predicate)
        }
    }

    // MARK: What is due

    private func nextDue() -> SimTime {
        min(state.room.nextDue, reviewDue, departures.first?.time ?? .distantFuture)
    }

    /// The first multiple of `interval` after `time`.
    private static func multiple(of interval: SimDuration, after time: SimTime) -> SimTime {
        .zero + interval * (time.sinceStart.nanoseconds / interval.nanoseconds + 1)
    }

    private mutating func advance(to time: SimTime, where predicate: some PairPredicate) {
        precondition(time >= now, "time went backwards, from \(now) to \(time)")
        while true {
            let due = nextDue()
            guard due <= time else { break }
            now = due
            moveUp(at: due)
            if let interval = state.rules.policy.interval {
                postpone(moved, interval)
                if reviewDue == due { reviewPending(where: predicate) }
            } else {
                for slot in moved { review(slot, isInterval: false, where: predicate) }
                pairLeaving(at: due, where: predicate)
            }
            conclude(where: predicate)
            dropDepartures()
        }
        now = time
    }

    /// All tickets due at `time` change level before anybody is paired, so that who may meet whom
    /// depends on ages alone and not on the order of moves.
    private mutating func moveUp(at time: SimTime) {
        if !moved.isEmpty { moved.removeAll(keepingCapacity: true) }
        let last = state.room.ladder.levels.count - 1
        for level in (0...last).reversed() {
            while state.room.due(ofLevel: level) == time {
                let slot = state.room.head(ofLevel: level)
                if level == last {
                    expired.appendGrowing(TicketID(state.room.slots[Int(slot)].id))
                    ledger.expired += 1
                    remove(slot)
                    continue
                }
                state.room.leave(slot)
                state.room.enter(slot, level: level + 1)
                if let next = state.room.fetchNext(ofLevel: level) {
                    state.sessions.fetch(next.session)
                    tickets.fetch(next.id)
                }
                ledger.expanded += 1
                moved.append(slot)
            }
        }
    }

    private mutating func postpone(_ slots: [Int32], _ interval: SimDuration) {
        guard !slots.isEmpty else { return }
        for slot in slots {
            pending.append(Pending(slot: slot, order: state.room.slots[Int(slot)].order))
        }
        // Whoever comes to another level just when the time comes takes part.
        let soonest = Self.multiple(of: interval, after: now - .nanoseconds(1))
        reviewDue = min(reviewDue, soonest)
    }

    /// Those on ``pending`` that still wait, the oldest first.
    private func pendingInOrder() -> [Int32] {
        pending.filter {
            let slot = state.room.slots[Int($0.slot)]
            return slot.order == $0.order && slot.level >= 0
        }.map(\.slot).sorted { state.room.isOlder($0, than: $1) }
    }

    private mutating func reviewPending(where predicate: some PairPredicate) {
        let slots = pendingInOrder()
        pending.removeAll(keepingCapacity: true)
        reviewDue = .distantFuture
        for slot in slots { review(slot, isInterval: true, where: predicate) }
    }

    private mutating func review(
        _ slot: Int32, isInterval: Bool, where predicate: some PairPredicate
    ) {
        guard state.room.slots[Int(slot)].level >= 0 else { return }
        let decisions = decide(.review(slot: slot), where: predicate)
        let cause: Pairing.Cause? = isInterval ? .interval : nil
        if let first = decisions.first { pairWaiting(first, cause: cause) }
        for next in decisions.more { pairWaiting(next, cause: cause) }
    }

    /// Pairs those who are about to leave at `time`, in the order in which they came.
    private mutating func pairLeaving(at time: SimTime, where predicate: some PairPredicate) {
        while let departure = departures.first, departure.time == time {
            departures.removeFirst()
            guard waits(departure), let pair = decideLeaving(departure.slot, where: predicate)
            else { continue }
            pairWaiting(pair, cause: .departure)
        }
    }

    private func waits(_ departure: Departure) -> Bool {
        let slot = state.room.slots[Int(departure.slot)]
        return slot.order == departure.order && slot.level >= 0
    }

    /// Lets go of the first departures whose tickets have ended, so that nobody wakes up for them.
    private mutating func dropDepartures() {
        while let departure = departures.first, !waits(departure) { departures.removeFirst() }
    }

    private mutating func pairWaiting(_ pair: PairDecision, cause given: Pairing.Cause?) {
        let isOlder = state.room.isOlder(pair.one, than: pair.other)
        let (first, second) = isOlder ? (pair.one, pair.other) : (pair.other, pair.one)
        let cause = given ?? cause(first, second)
        state.room.leave(first)
        state.room.leave(second)
        settled.append(
            Settled(
                first: first, second: second, rematchesAvoided: pair.rematchesAvoided,
                cause: cause))
    }

    /// Lets the pairs of one instant take effect in the order of their older tickets.
    private mutating func conclude(where predicate: some PairPredicate) {
        if settled.count > 1 {
            let room = state.room
            settled.sort { room.isOlder($0.first, than: $1.first) }
        }
        for pair in settled {
            let first = state.room.slots[Int(pair.first)]
            let second = state.room.slots[Int(pair.second)]
            pairings.appendGrowing(pairing(pair, where: predicate))
            if state.rules.avoidRematch {
                state.sessions.meet(first.session, second.session)
            } else {
                state.sessions.endWaiting(first.session)
                state.sessions.endWaiting(second.session)
            }
            end(pair.first)
            end(pair.second)
            ledger.paired += 2
        }
        if !settled.isEmpty { settled.removeAll(keepingCapacity: true) }
    }

    // MARK: Pairing

    private mutating func remove(_ slot: Int32) {
        state.sessions.fetch(state.room.slots[Int(slot)].session)
        state.room.leave(slot)
        forget(slot)
    }

    private mutating func forget(_ slot: Int32) {
        state.sessions.endWaiting(state.room.slots[Int(slot)].session)
        end(slot)
    }

    /// Lets nothing be left of a ticket but that its session waits.
    private mutating func end(_ slot: Int32) {
        tickets.remove(state.room.slots[Int(slot)].id)
        state.room.free(slot)
    }

    private mutating func pairing(
        _ pair: Settled, where predicate: some PairPredicate
    ) -> Pairing {
        let sides = (side(pair.first), side(pair.second))
        let constraints = state.rules.constraints(atStep: Int(sides.0.step))
            .union(state.rules.constraints(atStep: Int(sides.1.step)))
        let audit = state.audit(
            first: pair.first, second: pair.second, at: now, where: predicate)
        if audit.isTruncated { auditsTruncated += 1 }
        return Pairing(
            first: sides.0, second: sides.1, time: now, cause: pair.cause,
            constraints: constraints,
            tierRule: state.rules.tiers == .ignore
                ? .ignored : constraints.contains(.sameTier) ? .sameTierDemanded : .released,
            rematchesAvoided: pair.rematchesAvoided,
            passedOver: audit.inversion
                ? TicketID(state.room.slots[Int(audit.passedOver)].id) : nil)
    }

    @inline(__always)
    private func hasMoved(_ slot: Int32) -> Bool {
        let ticket = state.room.slots[Int(slot)]
        return now - ticket.created == state.room.ladder.levels[Int(ticket.level)].entersAt
    }

    /// Whether a ticket has come to a step of its ladder just now.
    @inline(__always)
    private func hasExpanded(_ slot: Int32) -> Bool {
        let age = now - state.room.slots[Int(slot)].created
        return hasMoved(slot) && state.rules.expansion.contains { $0.after == age }
    }

    @inline(__always)
    private func cause(_ first: Int32, _ second: Int32) -> Pairing.Cause {
        switch (hasExpanded(first), hasExpanded(second)) {
        case (true, true): return .expansionOfBoth
        case (true, false): return .expansionOfFirst
        case (false, true): return .expansionOfSecond
        case (false, false):
            precondition(
                hasMoved(first) || hasMoved(second),
                "two tickets that stood still at \(now) were paired")
            return .criticalAge
        }
    }

    @inline(__always)
    private func side(_ slot: Int32) -> Pairing.Side {
        let ticket = state.room.slots[Int(slot)]
        let age = now - ticket.created
        guard let step = state.rules.step(atAge: age) else {
            preconditionFailure("ticket \(ticket.id) was paired before its first step")
        }
        return Pairing.Side(
            ticket: TicketID(ticket.id), session: ticket.session, age: age, step: UInt8(step))
    }
}

/// How many tickets a matchmaker took, and how they ended. Each ends exactly once, so what was
/// taken and has not ended waits.
public struct TicketLedger: Hashable, Sendable, BitwiseCopyable {
    /// Tickets taken, those paired at once included.
    public internal(set) var taken = 0
    /// Tickets paired.
    public internal(set) var paired = 0
    /// Tickets cancelled by their owners or with their sessions.
    public internal(set) var cancelled = 0
    /// Tickets given up at ``MatchRules/expiry``.
    public internal(set) var expired = 0
    /// Times that a waiting ticket came to another level of its ladder.
    public internal(set) var expanded = 0

    /// Tickets that wait.
    public var waiting: Int { taken - paired - cancelled - expired }
}
