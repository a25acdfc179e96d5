import Quantities

/// What a pair is worth to ``MatchPolicy/blossom(every:)``, in seconds of waiting.
///
/// A pair counts as much as its two tickets have waited, and more if the two share what nobody
/// insists on any more. Any two pairs outweigh any one: as many tickets as possible are paired.
public enum PairWeight {
    /// What sharing the language is worth where it is not demanded: the wait after which the
    /// format's example ladder stops insisting on it.
    public static var sharedLanguage: SimDuration { .seconds(20) }
    /// What sharing the interest is worth where it is not demanded, likewise.
    public static var sharedInterest: SimDuration { .seconds(5) }
    /// Waits beyond this count no more: the weights of a cell then fit 64 bits.
    public static var longestWait: SimDuration { .hours(1) }

    /// Outweighs all else that a matching of ``BlossomMatching/cellLimit`` tickets comes to.
    private static let onePair: Int64 = 1 << 32

    /// What a pair is worth whose tickets have waited this long, in milliseconds above what being a
    /// pair is worth.
    ///
    /// - Precondition: the tickets have waited for 0 or longer.
    public static func of(
        waits: (SimDuration, SimDuration), sharesLanguage: Bool, sharesInterest: Bool
    ) -> Int64 {
        var total = onePair + 1
        total += min(waits.0, longestWait).nanoseconds / 1_000_000
        total += min(waits.1, longestWait).nanoseconds / 1_000_000
        if sharesLanguage { total += sharedLanguage.nanoseconds / 1_000_000 }
        if sharesInterest { total += sharedInterest.nanoseconds / 1_000_000 }
        return total
    }
}

/// A maximum-weight matching of all tickets that can reach each other over compatible ones.
///
/// A ticket that is reviewed gathers its cell: the tickets compatible with it, those compatible
/// with these, and so on, the oldest first, up to ``cellLimit``. In the cell the matching is exact;
/// tickets beyond the limit make cells of their own when they are reviewed. Serves
/// ``MatchPolicy/blossom(every:)``.
struct BlossomMatching: MatchFunction {
    /// Tickets in a cell: their matching takes milliseconds, and a pair more from larger ones is rare.
    static let cellLimit = 128

    func decide(
        _ state: QueueState, _ event: QueueEvent, at now: SimTime,
        where predicate: some PairPredicate
    ) -> PairDecisions {
        guard case .review(let slot) = event else { return PairDecisions() }
        let cell = state.cell(around: slot, limit: Self.cellLimit, where: predicate)
        var decisions = PairDecisions()
        guard cell.count > 1 else { return decisions }
        if cell.count == 2 {
            decisions.append(PairDecision(one: cell[0], other: cell[1], rematchesAvoided: 0))
            return decisions
        }
        let matching = MaximumWeightMatching(count: cell.count) { a, b in
            guard state.isCompatible(cell[a], cell[b], where: predicate) else { return 0 }
            let (one, other) = (state.room.slots[Int(cell[a])], state.room.slots[Int(cell[b])])
            return PairWeight.of(
                waits: (now - one.created, now - other.created),
                sharesLanguage: one.attributes.language == other.attributes.language,
                sharesInterest: one.attributes.interest == other.attributes.interest)
        }
        for (a, b) in matching.partners.enumerated() where b > a {
            decisions.append(
                PairDecision(one: cell[a], other: cell[b], rematchesAvoided: 0))
        }
        return decisions
    }
}

extension QueueState {
    /// Whether the rules allow two waiting tickets, each on its level, as a pair.
    func isCompatible(_ a: Int32, _ b: Int32, where predicate: some PairPredicate) -> Bool {
        let (one, other) = (room.slots[Int(a)], room.slots[Int(b)])
        let (own, theirs) = (
            room.ladder.levels[Int(one.level)], room.ladder.levels[Int(other.level)]
        )
        guard own.isOpen, theirs.isOpen, own.isCritical || theirs.isCritical else { return false }
        let demanded = Attributes.mask(of: own.constraints.union(theirs.constraints))
        return (one.attributes.packed ^ other.attributes.packed) & demanded == 0
            && predicate.allows(TicketID(one.id), TicketID(other.id))
            && !(rules.avoidRematch && sessions.haveMet(one.session, other.session))
    }

    /// `slot` and the tickets it reaches over compatible ones, at most `limit`, in order of age.
    fileprivate func cell(
        around slot: Int32, limit: Int, where predicate: some PairPredicate
    ) -> [Int32] {
        var cell = [slot]
        var members: Set<Int32> = [slot]
        var next = 0
        while next < cell.count, cell.count < limit {
            let seeker = cell[next]
            next += 1
            let own = room.ladder.levels[Int(room.slots[Int(seeker)].level)]
            guard own.isOpen else { continue }
            for level in room.ladder.levels.indices.reversed() {
                var other = room.oldestOffer(
                    level: level, constraints: own.constraints,
                    attributes: room.slots[Int(seeker)].attributes)
                while other >= 0, cell.count < limit {
                    if isCompatible(seeker, other, where: predicate), other != seeker,
                        members.insert(other).inserted
                    {
                        cell.append(other)
                    }
                    other = room.nextOffer(
                        after: other, level: level, constraints: own.constraints)
                }
            }
        }
        return cell.sorted { room.isOlder($0, than: $1) }
    }
}
