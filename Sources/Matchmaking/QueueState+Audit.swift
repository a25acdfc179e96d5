import Quantities

extension QueueState {
    /// What the audit of a pairing says.
    struct Audit {
        /// The oldest ticket that was passed over, or none.
        var passedOver: Int32
        var isTruncated: Bool

        var inversion: Bool { passedOver >= 0 }
    }

    /// Whether the pairing passes over an older waiting ticket that is compatible: one older than
    /// `second` that `first` could have had, or one older than `first` that `second` could have had.
    ///
    /// Where all tickets that wait are open to each other at once they are pairwise incompatible,
    /// and a walk through all of them is short. It shares no step with the search: it goes from the
    /// oldest on, compares attributes one by
    /// one, and works out each ticket's step from its age and the rules. A search that picks the
    /// wrong ticket, an offer list out of order or a ticket missing from its list shows here.
    /// Where compatible tickets wait beside each other it would be long, and offer lists are asked.
    @inline(__always)
    func audit(
        first: Int32, second: Int32, at now: SimTime, where predicate: some PairPredicate
    ) -> Audit {
        switch rules.policy {
        case .greedy, .longestQueue:
            walk(first: first, second: second, at: now, where: predicate)
        case .batch, .patient, .patientUntilLeaving, .blossom:
            look(first: first, second: second, at: now, where: predicate)
        }
    }

    @inline(__always)
    private func walk(
        first: Int32, second: Int32, at now: SimTime, where predicate: some PairPredicate
    ) -> Audit {
        guard let one = Party(room.slots[Int(first)], rules, at: now),
            let two = Party(room.slots[Int(second)], rules, at: now)
        else { return Audit(passedOver: first, isTruncated: false) }
        return room.slots.withUnsafeBufferPointer { slots in
            walk((one, first), (two, second), slots, at: now, where: predicate)
        }
    }

    /// Walks from the oldest ticket on to the younger of the pair.
    private func walk(
        _ older: (party: Party, slot: Int32), _ younger: (party: Party, slot: Int32),
        _ slots: UnsafeBufferPointer<WaitingRoom.Slot>, at now: SimTime,
        where predicate: some PairPredicate
    ) -> Audit {
        let (two, second) = younger
        let youngest = now - earliestAge
        // Where no more are open to others than may be looked at, they need not be counted.
        var open = 0
        for level in room.ladder.levels.indices where room.ladder.levels[level].isOpen {
            open += room.queues[level].count
        }
        var looked = open <= Matchmaker.maximumAudited ? nil : 0
        for level in room.ladder.levels.indices.reversed() {
            let queue = room.queues[level]
            let length = queue.offset { slot in
                let created = slots[Int(slot)].created
                if created > youngest { return true }
                return created >= two.created
                    && (slot == second || !room.isOlder(slot, than: second))
            }
            let audit = queue.withRuns(length) { run, rest in
                walk(run, older, younger, slots, &looked, at: now, where: predicate)
                    ?? walk(rest, older, younger, slots, &looked, at: now, where: predicate)
            }
            if let audit { return audit }
        }
        return Audit(passedOver: WaitingRoom.none, isTruncated: false)
    }

    /// Walks through tickets older than the younger of the pair; nil if none of them was passed over.
    private func walk(
        _ run: UnsafeBufferPointer<LevelQueue.Entry>,
        _ older: (party: Party, slot: Int32), _ younger: (party: Party, slot: Int32),
        _ slots: UnsafeBufferPointer<WaitingRoom.Slot>, _ looked: inout Int?, at now: SimTime,
        where predicate: some PairPredicate
    ) -> Audit? {
        let (one, first) = older
        let two = younger.party
        var next = 0
        while next < run.count {
            if looked == nil { next += Party.refused(from: next, in: run, one, two) }
            guard next < run.count else { break }
            let entry = run[next]
            next += 1
            if let count = looked, !entry.isGap {
                if count == Matchmaker.maximumAudited {
                    return Audit(passedOver: WaitingRoom.none, isTruncated: true)
                }
                looked = count + 1
            }
            guard one.accepts(entry.packed) || two.accepts(entry.packed), !entry.isGap else {
                continue
            }
            let slot = entry.slot
            let other = slots[Int(slot)]
            let suitsOne = slot != first && one.accepts(entry.packed)
            let suitsTwo =
                other.created <= one.created && two.accepts(entry.packed)
                && room.isOlder(slot, than: first)
            if suitsOne && isCompatible(other, with: one, at: now, where: predicate)
                || suitsTwo && isCompatible(other, with: two, at: now, where: predicate)
            {
                return Audit(passedOver: slot, isTruncated: false)
            }
        }
        return nil
    }

    private func look(
        first: Int32, second: Int32, at now: SimTime, where predicate: some PairPredicate
    ) -> Audit {
        var oldest = WaitingRoom.none
        for (seeker, bound) in [(first, second), (second, first)] {
            guard
                let level = room.ladder.level(atAge: now - room.slots[Int(seeker)].created)
            else { continue }
            let found = oldestCompatible(with: seeker, onLevel: level, where: predicate)
            guard found >= 0, room.isOlder(found, than: bound) else { continue }
            if oldest < 0 || room.isOlder(found, than: oldest) { oldest = found }
        }
        return Audit(passedOver: oldest, isTruncated: false)
    }

    /// The age before which a ticket is offered to nobody.
    private var earliestAge: SimDuration { rules.expansion[0].after }

    /// One of the two tickets of a pairing, with what it demands at its age.
    private struct Party {
        let id: TicketID
        let attributes: Attributes
        let created: SimTime
        let session: SessionID
        /// The bits of the attributes in which a partner must not differ.
        let demanded: UInt64

        init?(_ ticket: WaitingRoom.Slot, _ rules: MatchRules, at now: SimTime) {
            guard let step = rules.step(atAge: now - ticket.created) else { return nil }
            id = TicketID(ticket.id)
            attributes = ticket.attributes
            created = ticket.created
            session = ticket.session
            demanded = Attributes.mask(of: rules.constraints(atStep: step))
        }

        func accepts(_ other: Attributes) -> Bool { accepts(other.packed) }

        /// How many entries from `first` on neither of two accepts, to the last whole eight.
        ///
        /// No entry but an accepted one differs in nothing that is demanded; one less than no
        /// difference has the top bit, which no difference itself reaches.
        @inline(__always)
        static func refused(
            from first: Int, in run: UnsafeBufferPointer<LevelQueue.Entry>, _ one: Party,
            _ two: Party
        ) -> Int {
            let (a, b) = (one.attributes.packed, two.attributes.packed)
            var next = first
            while next &+ 8 <= run.count {
                var accepted: UInt64 = 0
                for place in next..<next &+ 8 {
                    let packed = run[place].packed
                    accepted |= ((a ^ packed) & one.demanded) &- 1
                    accepted |= ((b ^ packed) & two.demanded) &- 1
                }
                if accepted >> 63 != 0 { break }
                next &+= 8
            }
            return next &- first
        }

        /// Whether it accepts the attributes in the lower bits of `packed`.
        @inline(__always)
        func accepts(_ packed: UInt64) -> Bool { (attributes.packed ^ packed) & demanded == 0 }
    }

    private func isCompatible(
        _ slot: WaitingRoom.Slot, with party: Party, at now: SimTime,
        where predicate: some PairPredicate
    ) -> Bool {
        guard let other = Party(slot, rules, at: now), other.accepts(party.attributes),
            party.accepts(other.attributes), predicate.allows(other.id, party.id)
        else { return false }
        return !(rules.avoidRematch && sessions.haveMet(other.session, party.session))
    }
}
