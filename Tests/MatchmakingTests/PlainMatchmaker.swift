import Matchmaking
import Quantities

/// The rules of matching written down as plainly as possible, O(n²), as an oracle.
struct PlainMatchmaker {
    struct Waiting {
        var ticket: Ticket
        var created: SimTime
        var order: Int
    }

    struct Pair: Equatable {
        var older: UInt32
        var younger: UInt32
        var time: SimTime
        var avoided: Int
    }

    let rules: MatchRules
    let remembered = 16
    var waiting: [Waiting] = []
    var partners: [UInt32: [UInt32]] = [:]
    var now = SimTime.zero
    var arrivals = 0

    func demands(_ w: Waiting, at time: SimTime) -> MatchConstraints? {
        var current: Int?
        for (index, step) in rules.expansion.enumerated() where w.created + step.after <= time {
            current = index
        }
        guard let current else { return nil }
        var result: MatchConstraints = []
        if rules.expansion[current].requiresLanguage { result.insert(.sameLanguage) }
        if rules.expansion[current].requiresInterest { result.insert(.sameInterest) }
        let isLast = current == rules.expansion.count - 1
        if rules.tiers == .separate
            || rules.tiers == .likeWithLike && !(isLast && rules.expansion.count > 1)
        {
            result.insert(.sameTier)
        }
        return result
    }

    func attributesAllow(_ a: Waiting, _ b: Waiting, at time: SimTime) -> Bool {
        guard let x = demands(a, at: time), let y = demands(b, at: time) else { return false }
        for demanded in [x, y] {
            if demanded.contains(.sameLanguage), a.ticket.language != b.ticket.language {
                return false
            }
            if demanded.contains(.sameInterest), a.ticket.interest != b.ticket.interest {
                return false
            }
            if demanded.contains(.sameTier), a.ticket.tier != b.ticket.tier { return false }
        }
        return true
    }

    func haveMet(_ a: Waiting, _ b: Waiting) -> Bool {
        rules.avoidRematch
            && partners[a.ticket.session.rawValue, default: []].contains(b.ticket.session.rawValue)
    }

    mutating func forget(_ a: UInt32, _ b: UInt32) {
        partners[a]?.removeAll { $0 == b }
        partners[b]?.removeAll { $0 == a }
    }

    mutating func meet(_ a: UInt32, _ b: UInt32) {
        guard rules.avoidRematch else { return }
        forget(a, b)
        for session in [a, b] {
            let list = partners[session, default: []]
            if list.count == remembered { forget(session, list[0]) }
        }
        partners[a, default: []].append(b)
        partners[b, default: []].append(a)
    }

    /// Gives the oldest ticket that has any partner its oldest partner; nil when nobody has one.
    mutating func pairOldest() -> Pair? {
        for (i, first) in waiting.enumerated() {
            for (j, second) in waiting.enumerated().dropFirst(i + 1)
            where attributesAllow(first, second, at: now) && !haveMet(first, second) {
                let avoided = waiting[..<i].count {
                    attributesAllow($0, second, at: now) && haveMet($0, second)
                }
                waiting.remove(at: j)
                waiting.remove(at: i)
                meet(first.ticket.session.rawValue, second.ticket.session.rawValue)
                return Pair(
                    older: first.ticket.id.rawValue, younger: second.ticket.id.rawValue,
                    time: now, avoided: avoided)
            }
        }
        return nil
    }

    mutating func advance(to time: SimTime) -> [Pair] {
        var pairs: [Pair] = []
        while true {
            let dues = waiting.flatMap { w in rules.expansion.map { w.created + $0.after } }
            guard let due = dues.filter({ $0 > now && $0 <= time }).min() else { break }
            now = due
            while let pair = pairOldest() { pairs.append(pair) }
        }
        now = time
        return pairs
    }

    mutating func enqueue(_ ticket: Ticket) -> Pair? {
        waiting.append(Waiting(ticket: ticket, created: now, order: arrivals))
        arrivals += 1
        return pairOldest()
    }

    mutating func cancel(_ id: TicketID) -> Bool {
        guard let index = waiting.firstIndex(where: { $0.ticket.id == id }) else { return false }
        waiting.remove(at: index)
        return true
    }

    mutating func endSession(_ id: SessionID) {
        waiting.removeAll { $0.ticket.session == id }
        for partner in partners[id.rawValue, default: []] { forget(partner, id.rawValue) }
        partners[id.rawValue] = nil
    }
}

extension [PlainMatchmaker.Pair] {
    /// Leaves the count of avoided rematches to pairs that are alone at their instant.
    var comparable: Self {
        var result = self
        for index in indices
        where contains(where: { $0.time == self[index].time && $0 != self[index] }) {
            result[index].avoided = 0
        }
        return result
    }
}

extension PlainMatchmaker.Pair {
    init(_ pairing: Pairing) {
        self.init(
            older: pairing.first.ticket.rawValue, younger: pairing.second.ticket.rawValue,
            time: pairing.time, avoided: Int(pairing.rematchesAvoided))
    }
}
