import Quantities

/// Something that may let a waiting ticket be paired.
enum QueueEvent {
    /// The ticket in `slot` asks for a partner and stands in no list yet. Not sent to policies that
    /// decide at intervals.
    case arrival(slot: Int32)
    /// The ticket in `slot` waits, and has come to another level; under a policy that decides at
    /// intervals: the time has come and the ticket is new or has come to another level since.
    case review(slot: Int32)
}

/// Two tickets that a policy puts together.
struct PairDecision: BitwiseCopyable {
    var one: Int32
    var other: Int32
    /// Tickets older than the partner that were passed over as remembered.
    var rematchesAvoided: UInt8
}

/// What a policy decides: mostly nothing or one pair, for which no memory is taken.
struct PairDecisions {
    var first: PairDecision?
    var more: [PairDecision] = []

    /// Adds a pair behind the others.
    mutating func append(_ pair: PairDecision) {
        if first == nil { first = pair } else { more.append(pair) }
    }
}

/// A policy: whom to pair when something happens.
///
/// A decision is a function of the queue's state and the event. Policies are pure, keep nothing
/// between two events, and follow a total order down to the order of arrival, so there is nothing left to draw by
/// chance: a policy that did draw would be given its random stream as an argument. Slots in an answer are pairwise distinct,
/// wait (or are those of the arrival) and are compatible under the rules.
protocol MatchFunction: Sendable {
    /// Whom to pair at `event`, in order.
    func decide(
        _ state: QueueState, _ event: QueueEvent, at now: SimTime,
        where predicate: some PairPredicate
    ) -> PairDecisions
}

/// A policy that ranks partners by one order that all share.
///
/// Any such order leaves exactly one way to pair without two who would both rather have each
/// other, and following choices from any ticket on leads to a part of it.
protocol RankedMatchFunction: MatchFunction {
    /// The best partner for `seeker` apart from those in `taken`; nil if there is none.
    func partner(
        for seeker: Int32, in state: QueueState, besides taken: QueueState.Taken,
        where predicate: some PairPredicate
    ) -> QueueState.Found?
}

// The functions on the way to a search are laid into their caller, which else copies the whole state
// for each of them.
extension RankedMatchFunction {
    @inline(__always)
    func decide(
        _ state: QueueState, _ event: QueueEvent, at now: SimTime,
        where predicate: some PairPredicate
    ) -> PairDecisions {
        switch event {
        case .arrival(let slot):
            guard let found = partner(for: slot, in: state, besides: [], where: predicate) else {
                return PairDecisions()
            }
            return PairDecisions(
                first: PairDecision(
                    one: slot, other: found.slot, rematchesAvoided: found.rematchesAvoided))
        case .review(let slot):
            return follow(from: slot, in: state, where: predicate)
        }
    }

    /// Pairs `slot` if anybody is left for it, and before that whoever has a better claim.
    ///
    /// When several tickets are reviewed at the same instant, the partner that one of them would choose may
    /// be the choice of a better one. So the chain of first choices is followed until two choose
    /// each other: they are paired, and the chain goes on from where it stood. Everybody ranks
    /// partners by the same order, so chains end; by age the result is the only pairing without an
    /// age inversion. The chain is kept after each pairing, which makes the searches linear in the
    /// tickets reviewed.
    @inline(__always)
    private func follow(
        from slot: Int32, in state: QueueState, where predicate: some PairPredicate
    ) -> PairDecisions {
        guard let found = partner(for: slot, in: state, besides: [], where: predicate) else {
            return PairDecisions()
        }
        let back = partner(for: found.slot, in: state, besides: [], where: predicate)
        if let back, back.slot == slot {
            return PairDecisions(first: Self.pair(slot, found, found.slot, back, in: state))
        }
        return follow(from: slot, finding: found, in: state, where: predicate)
    }

    /// The same where somebody else has a better claim to what `slot` has found.
    private func follow(
        from slot: Int32, finding found: QueueState.Found, in state: QueueState,
        where predicate: some PairPredicate
    ) -> PairDecisions {
        var decisions = PairDecisions()
        var taken: QueueState.Taken = []
        var chain = [(slot: slot, found: found)]
        var next = found.slot
        while true {
            guard let found = partner(for: next, in: state, besides: taken, where: predicate)
            else {
                // The first choice of whoever stood there last has been taken meanwhile.
                guard let last = chain.popLast() else { return decisions }
                next = last.slot
                continue
            }
            if let last = chain.last, last.slot == found.slot {
                chain.removeLast()
                decisions.append(Self.pair(last.slot, last.found, next, found, in: state))
                taken += [last.slot, next]
                guard let beforeLast = chain.popLast() else { return decisions }
                next = beforeLast.slot
            } else {
                chain.append((next, found))
                next = found.slot
            }
        }
    }

    /// The pair of two that chose each other; what the younger one passed over counts.
    private static func pair(
        _ one: Int32, _ ofOne: QueueState.Found, _ other: Int32, _ ofOther: QueueState.Found,
        in state: QueueState
    ) -> PairDecision {
        let younger = state.room.isOlder(one, than: other) ? ofOther : ofOne
        return PairDecision(
            one: one, other: other, rematchesAvoided: younger.rematchesAvoided)
    }
}

/// The oldest partner first; which pairs may be made at all is the ladder's affair. It serves
/// ``MatchPolicy/greedy``, ``MatchPolicy/patient(criticalAge:)`` and ``MatchPolicy/batch(every:)``.
struct OldestFirst: RankedMatchFunction {
    @inline(__always)
    func partner(
        for seeker: Int32, in state: QueueState, besides taken: QueueState.Taken,
        where predicate: some PairPredicate
    ) -> QueueState.Found? {
        state.search(for: seeker, besides: taken, where: predicate)
    }
}

/// The partner from the language in which the most tickets wait; the oldest where the languages
/// are equally long. Serves ``MatchPolicy/longestQueue``.
struct LongestQueueFirst: RankedMatchFunction {
    /// - Complexity: O(languages in which anybody waits).
    func partner(
        for seeker: Int32, in state: QueueState, besides taken: QueueState.Taken,
        where predicate: some PairPredicate
    ) -> QueueState.Found? {
        let level = Int(state.room.slots[Int(seeker)].level)
        let own = state.room.ladder.levels[level]
        guard own.isOpen else { return nil }
        if own.constraints.contains(.sameLanguage) {
            return state.search(for: seeker, besides: taken, where: predicate)
        }
        var best: QueueState.Found?
        var longest = 0
        for queue in state.room.languages {
            guard
                let found = state.search(
                    for: seeker, inLanguage: queue.language, besides: taken, where: predicate)
            else { continue }
            let isBetter =
                best.map {
                    queue.count != longest
                        ? queue.count > longest : state.room.isOlder(found.slot, than: $0.slot)
                } ?? true
            if isBetter { (best, longest) = (found, queue.count) }
        }
        return best
    }
}

extension QueueState {
    /// The first ticket that speaks `language` and suits `seeker`, who does not insist on its own.
    fileprivate func search(
        for seeker: Int32, inLanguage language: UInt16, besides taken: Taken,
        where predicate: some PairPredicate
    ) -> Found? {
        var ticket = room.slots[Int(seeker)]
        let isOwn = ticket.attributes.language == language
        ticket.attributes.language = language
        let constraints = room.ladder.levels[Int(ticket.level)].constraints.union(.sameLanguage)
        var avoided: UInt8 = 0
        var order = room.ladder.searchOrder
        for _ in 0..<room.ladder.openCount {
            let level = Int(order & 15)
            order >>= 4
            guard isOwn || !room.ladder.levels[level].constraints.contains(.sameLanguage) else {
                continue
            }
            let slot = firstOffer(
                to: seeker, ticket, level: level, constraints: constraints, besides: taken,
                avoided: &avoided, where: predicate)
            if slot >= 0 { return Found(slot: slot, rematchesAvoided: avoided) }
        }
        return nil
    }
}
