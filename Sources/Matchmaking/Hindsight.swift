import Quantities

/// A ticket as one sees it afterwards: with the moment at which its owner would have left.
public struct PastTicket: Hashable, Sendable, BitwiseCopyable {
    /// The language spoken.
    public var language: UInt16
    /// The interest chosen.
    public var interest: UInt16
    /// The tier when the ticket was created.
    public var tier: RiskTier
    /// When it was created.
    public var created: SimTime
    /// When its owner would leave, unless paired before.
    public var leaves: SimTime

    /// A ticket of these signals and times.
    public init(
        language: UInt16, interest: UInt16, tier: RiskTier, created: SimTime, leaves: SimTime
    ) {
        self.language = language
        self.interest = interest
        self.tier = tier
        self.created = created
        self.leaves = leaves
    }

    fileprivate var attributes: Attributes {
        Attributes(language: language, interest: interest, tier: tier.rawValue)
    }
}

extension MatchRules {
    /// The attributes that keep two tickets apart at `time`; nil where one is not offered to anybody.
    public func obstacles(_ a: PastTicket, _ b: PastTicket, at time: SimTime) -> MatchConstraints? {
        guard let one = step(atAge: time - a.created), let other = step(atAge: time - b.created)
        else { return nil }
        let demanded = constraints(atStep: one).union(constraints(atStep: other))
        let differing = a.attributes.packed ^ b.attributes.packed
        return demanded.filtered { differing & Attributes.mask(of: $0) != 0 }
    }

    /// The first moment at which both wait and the rules allow the pair, whatever the policy; nil
    /// if there is none. Rematches are not looked at.
    public func firstOpportunity(_ a: PastTicket, _ b: PastTicket) -> SimTime? {
        let begin = max(a.created, b.created)
        var end = min(a.leaves, b.leaves)
        if let expiry { end = min(end, min(a.created, b.created) + expiry) }
        guard begin < end else { return nil }
        if obstacles(a, b, at: begin) == [] { return begin }
        var first: SimTime?
        for ticket in [a, b] {
            for step in expansion {
                let time = ticket.created + step.after
                guard time > begin, time < end, time < first ?? .distantFuture else { continue }
                if obstacles(a, b, at: time) == [] { first = time }
            }
        }
        return first
    }
}

extension MatchConstraints {
    fileprivate func filtered(_ isKept: (MatchConstraints) -> Bool) -> MatchConstraints {
        [MatchConstraints.sameLanguage, .sameInterest, .sameTier]
            .filter { contains($0) && isKept($0) }
            .reduce(into: []) { $0.insert($1) }
    }
}

/// The most pairs that could have been made of tickets by whoever knew in advance who would come
/// and when each would leave: a maximum matching of all pairs with an opportunity.
///
/// A bound for every policy under the same rules; policies that avoid rematches are given none.
public struct Hindsight: Sendable {
    private var matching: MaximumMatching

    /// Looks at `tickets`, which are in order of creation, under `rules`.
    ///
    /// - Complexity: O(pairs with an opportunity × unpaired tickets).
    public init(_ tickets: [PastTicket], rules: MatchRules) {
        var neighbours: [[Int32]] = Array(repeating: [], count: tickets.count)
        for i in tickets.indices {
            for j in tickets.indices.dropFirst(i + 1) {
                if tickets[j].created >= tickets[i].leaves { break }
                guard rules.firstOpportunity(tickets[i], tickets[j]) != nil else { continue }
                neighbours[i].append(Int32(j))
                neighbours[j].append(Int32(i))
            }
        }
        matching = MaximumMatching(neighbours: neighbours)
    }

    /// The greatest number of pairs.
    public var greatestPairCount: Int { matching.pairCount }

    /// The greatest number of tickets of a group that can be paired, with each other or with others,
    /// by whoever thinks of the group alone; that costs no pair. What several groups can have each
    /// they cannot always have together.
    ///
    /// - Parameter group: by ticket, whether it belongs to the group.
    /// - Complexity: O(pairs with an opportunity × unpaired tickets of the group).
    public mutating func greatestTicketCount(of group: [Bool]) -> Int {
        matching.coverMost(of: group)
    }
}
