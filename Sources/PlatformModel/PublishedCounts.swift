public import PrivacyStores
import Quantities
import RandomStreams
import ScenarioModel

/// What whoever plans by the published counts of calls gets wrong, in a run that knows the calls themselves.
public struct PublishedCounts: Hashable, Sendable {
    /// Cells with fewer calls are withheld.
    public static let bound: UInt64 = 10
    /// ε of the noise.
    public static var loss: PrivacyLoss { PrivacyLoss(1, 1)! }

    /// Calls that were counted.
    public let calls: Int
    /// Whether the run went on for a day or longer; else its load is told as if the rest of the day had been empty.
    public let fillsDays: Bool
    /// Cells with calls.
    public let cells: Int
    /// How many of these are withheld.
    public let withheldCells: Int
    /// Calls of the cells that are withheld.
    public let withheldCalls: Int
    /// Planning by the counts of which those below ``bound`` are withheld.
    public let withheld: PlanningError
    /// Planning by the counts with noise of ``loss``.
    public let noisy: PlanningError
}

extension StoreDesk {
    /// What planning by the counts so far gets wrong, of a run that has gone on for `length` with the calls `trace`.
    ///
    /// - Parameter noise: a stream for this alone.
    func publishedCounts(
        _ trace: [TracedCall], over length: SimDuration, noise: RandomStream
    ) -> PublishedCounts {
        var noise = noise
        let days = Int((length.nanoseconds - 1) / SimDuration.days(1).nanoseconds) + 1
        func error(_ published: PublishedAggregates) -> PlanningError {
            PlanningError(of: published, against: trace, days: days, start: dayStart)
        }
        let withheld = guarded.aggregates(suppressedBelow: PublishedCounts.bound)
        let all = guarded.aggregates(suppressedBelow: 1).counts
        let hidden = zip(all, withheld.counts).compactMap { $1 == nil ? $0 : nil }
        return PublishedCounts(
            calls: trace.count, fillsDays: length >= .days(1), cells: all.count { $0 != nil },
            withheldCells: hidden.count,
            withheldCalls: Int(hidden.reduce(0, +)), withheld: error(withheld),
            noisy: error(guarded.aggregates(noisy: PublishedCounts.loss, using: &noise)))
    }
}
