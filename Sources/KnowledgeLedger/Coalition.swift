/// Observers who pool what they hold.
public struct Coalition: Hashable, Sendable {
    /// What it is called; nil for a pair like any other.
    public let name: String?
    /// Who is in it, at least two.
    public let members: [Observer]

    /// All services of the platform.
    public static let servers = Coalition(
        name: "all servers", members: Observer.allCases.filter(\.isServer))

    /// All pairs, then those with a name.
    public static let all: [Coalition] =
        Observer.allCases.flatMap { first in
            Observer.allCases.filter { $0.rawValue > first.rawValue }.map { second in
                let isNamed = first == .signalingProcessor && second == .relayProcessor
                return Coalition(
                    name: isNamed ? "signalling and relays" : nil, members: [first, second])
            }
        } + [
            servers,
            Coalition(name: "all servers and a thief", members: servers.members + [.thief]),
        ]
}

/// What a coalition concludes and no member by itself knows.
public struct CoalitionFinding: Hashable, Sendable {
    /// Who.
    public let coalition: Coalition
    /// What, in the order of the rules; only the people and calls of which no member knows it.
    public let inferences: [Inference]
}

extension Ledger {
    /// What coalitions learn that no member knows alone, told or concluded; nothing of those that learn nothing.
    ///
    /// - Complexity: O(coalitions · items · people and calls / 64).
    public func findings(of coalitions: [Coalition] = Coalition.all) -> [CoalitionFinding] {
        let alone = Observer.allCases.map { Holdings(of: [$0], in: self) }
        return coalitions.compactMap { coalition in
            let pooled = Holdings(of: coalition.members, in: self)
            let news = pooled.inferences.map { inference in
                coalition.members.reduce(inference) { rest, member in
                    rest.without(alone[Int(member.rawValue)])
                }
            }.filter { !$0.isEmpty }
            return news.isEmpty ? nil : CoalitionFinding(coalition: coalition, inferences: news)
        }
    }
}

extension Inference {
    /// What is left of it without what somebody who holds `holdings` knows.
    fileprivate func without(_ holdings: Holdings) -> Inference {
        let known = holdings.conclude(by: rule)
        var (subjects, calls, untold) = (subjects, calls, untold)
        subjects.subtract(known.subjects)
        calls.subtract(known.calls)
        if let item = rule.item {
            subjects.subtract(holdings[item].subjects)
            calls.subtract(holdings[item].calls)
        }
        untold.formIntersection(calls)
        return Inference(
            rule: rule, subjects: subjects, calls: calls, untold: untold, residence: residence)
    }
}
