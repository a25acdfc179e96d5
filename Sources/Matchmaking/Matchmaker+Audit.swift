import Quantities

extension Matchmaker {
    /// What the audit of a pairing says.
    struct Audit {
        var inversion: Bool
        var isTruncated: Bool
    }

    /// Whether the pairing passes over an older waiting ticket that is compatible: one older than
    /// `second` that `first` could have had, or one older than `first` that `second` could have had.
    ///
    /// It shares no step with the search: it walks all waiting tickets from the oldest, works out each one's step from
    /// its age and the rules, and compares attributes one by one. A search that picks the wrong ticket, an offer list out of
    /// order or a ticket missing from its list shows here.
    func audit(first: Int32, second: Int32, at now: SimTime) -> Audit {
        let (firstTicket, secondTicket) = (room.slots[Int(first)], room.slots[Int(second)])
        let (firstDemands, secondDemands) = (demands(first, now), demands(second, now))
        var looked = 0
        for level in room.ladder.levels.indices.reversed() {
            var slot = room.head(ofLevel: level)
            while slot >= 0 {
                let other = room.slots[Int(slot)]
                if slot == second || !room.isOlder(slot, than: second) {
                    return Audit(inversion: false, isTruncated: false)
                }
                guard let demanded = demands(slot, now) else { break }
                if slot != first {
                    looked += 1
                    if looked > Self.maximumAudited {
                        return Audit(inversion: false, isTruncated: true)
                    }
                    if accepts(other, firstTicket, demanded, firstDemands)
                        || room.isOlder(slot, than: first)
                            && accepts(other, secondTicket, demanded, secondDemands)
                    {
                        return Audit(inversion: true, isTruncated: false)
                    }
                }
                slot = other.next
            }
        }
        return Audit(inversion: false, isTruncated: false)
    }

    private func demands(_ slot: Int32, _ now: SimTime) -> MatchConstraints? {
        rules.step(atAge: now - room.slots[Int(slot)].created).map(rules.constraints(atStep:))
    }

    private func accepts(
        _ a: WaitingRoom.Slot, _ b: WaitingRoom.Slot, _ demandsOfA: MatchConstraints,
        _ demandsOfB: MatchConstraints?
    ) -> Bool {
        guard let demandsOfB else { return false }
        let differences = a.attributes.differences(from: b.attributes)
        guard differences.isDisjoint(with: demandsOfA.union(demandsOfB)) else { return false }
        return !(rules.avoidRematch && sessions.haveMet(a.session, b.session))
    }
}
