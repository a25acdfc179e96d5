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

    let formula: SetUpTimeFormula
    /// When each kind of pair can be checked first; nil for never.
    let available: [SimDuration?]
    /// When the pair with the far relay is valid: those worse than it are left alone from then
    /// on where checks are repeated in turn.
    var farRelayValid = SimDuration.max

    /// The first turn of all.
    var start: SimDuration? { available.compactMap { $0 }.min() }

    /// Calls `visit` with every turn's time and pair until it returns true.
    private func forEachTurn(_ visit: (SimDuration, CheckedPair) -> Bool) {
        guard var time = start else { return }
        var last = [SimDuration?](repeating: nil, count: available.count)
        for _ in 0..<Self.mostTurns {
            guard let pair = next(at: time, last) else {
                let later = available.compactMap { $0 }.filter { $0 > time }.min()
                guard let later else { return }
                time = later
                continue
            }
            last[pair] = time
            if let kind = CheckedPair(rawValue: pair), visit(time, kind) { return }
            time += formula.pacing
        }
    }

    private func next(at time: SimDuration, _ last: [SimDuration?]) -> Int? {
        var oldest: Int?
        for pair in available.indices {
            guard let availableAt = available[pair], availableAt <= time else { continue }
            if pair >= CheckedPair.farRelay.rawValue, time >= farRelayValid { continue }
            guard let checked = last[pair] else { return pair }
            if !formula.repeatsInTurn { continue }
            if let best = oldest, let other = last[best], other <= checked { continue }
            oldest = pair
        }
        return oldest
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
