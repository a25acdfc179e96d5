import Quantities

/// The kinds of pairs an agent checks, in the order of their priority.
enum CheckedPair: Int, CaseIterable {
    /// Own host with the other's private address, which leads nowhere; only where shown.
    case privateAddress
    /// Own host with the address that the other can be reached at directly.
    case direct
    /// Own host with the other's relayed address.
    case farRelay
    /// Own relay with the other's private address, which leads nowhere either.
    case privateOverRelay
    /// Own relay with the other's direct address.
    case ownRelay
    /// Own relay with the other's relayed address.
    case bothRelays
}

/// When an agent that has one turn every Ta checks which pair, nothing being answered yet.
///
/// A pair comes in when its candidates and permission are there. Never-checked pairs go first,
/// the best of them; then, in browsers, the one checked longest ago; the standard's agents
/// check each pair once and repeat it by the STUN timer (RFC 8445 §6.1.4.2, RFC 8489 §6.2.1).
struct CheckTurns {
    /// Turns looked at before giving in; a filter that opens later than 15 s after the first
    /// check is never met while the agent is alive.
    static let mostTurns = 320
    /// Repetitions by the STUN timer: Rc − 1 (RFC 8489 §6.2.1).
    static let mostRepetitions = 6

    /// A time for each kind of pair; ``never`` where there is none.
    typealias Times = InlineArray<6, SimDuration>

    static let never = SimDuration.max

    let formula: SetUpTimeFormula
    /// When each kind of pair can be checked first.
    let available: Times
    /// When the pair with the far relay is valid: those worse than it are left alone from then
    /// on where checks are repeated in turn.
    var farRelayValid = SimDuration.max

    /// The first turn of all.
    var start: SimDuration? { nextAvailable(after: nil) }

    private func nextAvailable(after time: SimDuration?) -> SimDuration? {
        var next = Self.never
        for pair in available.indices where available[pair] < next {
            if let time, available[pair] <= time { continue }
            next = available[pair]
        }
        return next == Self.never ? nil : next
    }

    /// Calls `visit` with every turn's time and pair until it returns true.
    @inline(__always)
    private func forEachTurn(_ visit: (SimDuration, CheckedPair) -> Bool) {
        guard var time = start else { return }
        var last = Times(repeating: Self.never)
        for _ in 0..<Self.mostTurns {
            guard let pair = next(at: time, last) else {
                guard let later = nextAvailable(after: time) else { return }
                time = later
                continue
            }
            last[pair.rawValue] = time
            if visit(time, pair) { return }
            time += formula.pacing
        }
    }

    private func next(at time: SimDuration, _ last: Times) -> CheckedPair? {
        var oldest: Int?
        for pair in available.indices where available[pair] <= time {
            if pair >= CheckedPair.farRelay.rawValue, time >= farRelayValid { continue }
            if last[pair] == Self.never { return CheckedPair(rawValue: pair) }
            if !formula.repeatsInTurn { continue }
            if let best = oldest, last[best] <= last[pair] { continue }
            oldest = pair
        }
        return oldest.flatMap { CheckedPair(rawValue: $0) }
    }

    /// When `pair` is first checked; nil for never.
    func firstCheck(of pair: CheckedPair) -> SimDuration? {
        check(of: pair) { _ in true }
    }

    /// The first check of `pair` that arrives, `delay` later, at or after `opening`.
    func check(
        of pair: CheckedPair, arrivingAfter delay: SimDuration, at opening: SimDuration
    ) -> SimDuration? {
        check(of: pair) { $0 + delay >= opening }
    }

    private func check(
        of pair: CheckedPair, where passes: (SimDuration) -> Bool
    ) -> SimDuration? {
        var found: SimDuration?
        forEachTurn { time, turn in
            guard turn == pair else { return false }
            if formula.repeatsInTurn {
                guard passes(time) else { return false }
                found = time
            } else {
                found = repetition(of: time, where: passes)
            }
            return true
        }
        return found
    }

    private func repetition(
        of first: SimDuration, where passes: (SimDuration) -> Bool
    ) -> SimDuration? {
        var (time, wait) = (first, formula.repetition)
        for _ in 0..<Self.mostRepetitions where !passes(time) {
            time += wait
            wait += wait
        }
        return passes(time) ? time : nil
    }

    /// When a check that has become due at `time` can be sent, before others: Ta after the last.
    func turn(at time: SimDuration) -> SimDuration {
        var result = time
        forEachTurn { sent, _ in
            if sent < time { result = max(time, sent + formula.pacing) }
            return sent >= time
        }
        return result
    }
}
