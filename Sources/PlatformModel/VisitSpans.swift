import Quantities

/// For how long people have the app open, in a run that is audited: what serves somebody until a ticket, a session or a call is
/// over serves for no longer.
struct VisitSpans {
    /// When each person came who has not left, by number; `distantFuture` of whoever has.
    private var arrivals: [SimTime] = []
    private var longest = SimDuration.zero

    /// Person number `subject` comes.
    mutating func begin(_ subject: UInt32, at now: SimTime) {
        while arrivals.count <= Int(subject) { arrivals.append(.distantFuture) }
        arrivals[Int(subject)] = now
    }

    /// The person leaves.
    mutating func end(_ subject: UInt32, at now: SimTime) {
        longest = max(longest, now - arrivals[Int(subject)])
        arrivals[Int(subject)] = .distantFuture
    }

    /// The longest that anybody had it open by `now`.
    ///
    /// - Complexity: O(people).
    func longest(at now: SimTime) -> SimDuration {
        arrivals.reduce(longest) { $1 == .distantFuture ? $0 : max($0, now - $1) }
    }
}
