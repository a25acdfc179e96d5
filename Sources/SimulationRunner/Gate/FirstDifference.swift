import Matchmaking
import PlatformModel
import Quantities
import Results
import ScenarioModel

/// The first decision that the matchmaker took otherwise than in the baseline.
public struct FirstDifference: Sendable {
    /// Its number among the decisions of replication 0, from 0.
    public let number: Int
    /// When the first of the two was taken.
    public let time: SimTime
    /// The pair that the baseline made; nil if it made none any more.
    public let baseline: BaselineDocument.Decision?
    /// The pair that is made now; nil if there is none any more.
    public let now: BaselineDocument.Decision?
    /// The tickets of both pairs, ascending, with those that each could have had.
    public let choices: [Choice]

    /// A ticket and whom it could have had.
    public struct Choice: Sendable {
        /// The ticket.
        public var ticket: TicketLife
        /// Those who waited and suited, the oldest first.
        public var candidates: [TicketLife]
    }

    /// Compares the decisions of `outcome`, replication 0, with those of `baseline`; nil where all that
    /// the baseline keeps are the same.
    ///
    /// Up to the first difference both sides have the same tickets in the same order, so what waits
    /// at that moment is the same on both.
    public init?(
        _ outcome: ReplicationOutcome, against baseline: BaselineDocument, _ scenario: Scenario
    ) {
        let before = baseline.decisions
        // One more: a baseline with room left keeps all decisions there were.
        let all = BaselineDocument.Decision.all(in: outcome.tickets, limit: .max)
        let isWhole = before.count < BaselineDocument.decisionLimit
        let after = isWhole ? all : Array(all.prefix(before.count))
        guard
            let number = (0..<max(before.count, after.count)).first(where: { index in
                index >= before.count || index >= after.count || before[index] != after[index]
            })
        else { return nil }
        self.number = number
        self.baseline = number < before.count ? before[number] : nil
        now = number < after.count ? after[number] : nil
        let time = min(self.baseline?.time ?? .max, now?.time ?? .max)
        let moment = SimTime.zero + .nanoseconds(time)
        self.time = moment
        let numbers = Set([self.baseline, now].compactMap(\.self).flatMap(\.tickets)).sorted()
        let tickets = outcome.tickets
        let waiting = tickets.filter { $0.created <= moment && $0.ended >= moment }
        let rules = scenario.matchRules
        choices = numbers.filter { $0 < tickets.count }.map { number in
            let ticket = tickets[Int(number)]
            return Choice(
                ticket: ticket,
                candidates: waiting.filter {
                    $0.number != number && $0.peer != ticket.peer
                        && rules.obstacles(ticket.past, $0.past, at: moment) == []
                })
        }
    }
}
