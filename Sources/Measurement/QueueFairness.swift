import RandomStreams
import Statistics

/// How evenly the queue serves groups of tickets, from what was recorded of them.
///
/// The tests treat tickets as independent. Tickets that waited together are not, so a small
/// probability is a reason to look at the intervals over replications and not a verdict.
struct QueueFairness {
    typealias Group = (dimension: LabelDimension, label: Int)

    /// Finished tickets from which on a cell is held against others: most have a handful, of which
    /// one may be best or worst by chance and the tests' normal law does not hold.
    static let leastInCell = 30

    private let store: MetricStore
    private let layout: MetricLayout

    init(_ store: MetricStore, _ layout: MetricLayout) {
        self.store = store
        self.layout = layout
    }

    /// Jain's index (Σx)²/(n·Σx²) over the groups of `dimension` of their service x = share of
    /// finished tickets that were paired ÷ (1 s + mean match latency): 1 where all are served alike,
    /// 1/n where one of n is served alone. Nil where nobody is paired.
    ///
    /// Source: R. Jain, D. Chiu, W. Hawe, "A quantitative measure of fairness and discrimination for
    /// resource allocation in shared computer systems", DEC-TR-301, 1984.
    func jain(over dimension: LabelDimension) -> Double? {
        var (sum, squares, n) = (0.0, 0.0, 0.0)
        for label in labels(dimension) {
            guard let share = paired((dimension, label)),
                let wait = slot(.matchLatency, (dimension, label))
            else { continue }
            let mean = (store.distributions[wait].mean ?? 0) / 1e9
            let service = (1 - (share.finished - share.paired) / share.finished) / (1 + mean)
            sum += service
            squares += service * service
            n += 1
        }
        return squares > 0 ? sum * sum / (n * squares) : nil
    }

    /// The same index over the finished tickets of a group, or all, of their own service: 1 s ÷
    /// (1 s + match latency) of those that were paired and 0 of the others.
    func jainOfTickets(_ group: Group?) -> Double? {
        let wait = group.map { slot(.matchLatency, $0) } ?? layout.slot(.matchLatency)
        let left = group.map { slot(.abandoned, $0) } ?? layout.slot(.abandoned)
        guard let wait, let left else { return nil }
        let paired = store.distributions[wait].count
        return store.distributions[wait].jainOfService(
            unit: Metric.matchLatency.description.unitsPerReported,
            unserved: max(0, store.ratios[left].denominator - paired))
    }

    /// Gini's coefficient of the waits of paired tickets.
    func gini(_ group: Group?) -> Double? {
        guard let group else { return store.distributions[layout.slot(.matchLatency)].gini }
        return slot(.matchLatency, group).flatMap { store.distributions[$0].gini }
    }

    /// A group's mean wait ÷ the least mean wait of its dimension, ≥ 1; the greatest of all groups
    /// without one. Nil where a mean is zero or missing.
    func maxMin(_ group: Group?) -> Double? {
        guard let group else { return everyGroup.compactMap(maxMin).max() }
        guard let own = meanWait(group) else { return nil }
        let least = labels(group.dimension).compactMap { meanWait((group.dimension, $0)) }.min()
        guard let least, least > 0 else { return nil }
        return own / least
    }

    /// The four-fifths rule's ratio: a group's share of finished tickets that were paired ÷ the
    /// greatest share of its dimension, 0…1; the least of all groups without one.
    ///
    /// Source: Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4(D), 1978.
    func impactRatio(_ group: Group?) -> Double? {
        guard let group else { return everyGroup.compactMap(impactRatio).min() }
        guard let own = paired(group), let best = best(group.dimension), best.share > 0 else {
            return nil
        }
        return own.share / best.share
    }

    /// The probability that shares differ by chance as much as the group's and the best one's of
    /// its dimension: the two-proportion z test with the pooled share, two-sided, after Holm's
    /// correction over the groups of the dimension; without a group the least after the
    /// correction over all groups.
    ///
    /// Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
    /// Journal of Statistics 6, 1979.
    func impactP(_ group: Group?) -> Double? {
        guard let group else {
            let all = everyGroup.compactMap { rawP($0) }
            return Holm.adjusted(all).min()
        }
        let tested = labels(group.dimension).compactMap { label in
            rawP((group.dimension, label)).map { (label, $0) }
        }
        guard let place = tested.firstIndex(where: { $0.0 == group.label }) else { return nil }
        return Holm.adjusted(tested.map(\.1))[place]
    }

    // MARK: Shares

    private struct Share {
        var paired: Double
        var finished: Double
        var label: Int
        var share: Double { paired / finished }
    }

    /// Nil for the best group itself, and where nobody has finished.
    private func rawP(_ group: Group) -> Double? {
        guard let own = paired(group), let best = best(group.dimension), best.label != own.label
        else { return nil }
        let pooled = (own.paired + best.paired) / (own.finished + best.finished)
        let variance = pooled * (1 - pooled) * (1 / own.finished + 1 / best.finished)
        guard variance > 0 else { return 1 }
        let z = (best.share - own.share) / variance.squareRoot()
        return min(1, 2 * (1 - Elementary.normalCumulative(z)))
    }

    private func paired(_ group: Group) -> Share? {
        guard let wait = slot(.matchLatency, group), let left = slot(.abandoned, group),
            store.ratios[left].denominator >= (group.dimension == .cell ? Self.leastInCell : 1)
        else { return nil }
        return Share(
            paired: Double(store.distributions[wait].count),
            finished: Double(store.ratios[left].denominator), label: group.label)
    }

    /// The group of `dimension` with the greatest share; the first of several.
    private func best(_ dimension: LabelDimension) -> Share? {
        labels(dimension).compactMap { paired((dimension, $0)) }
            .reduce(nil) { best, next in best.map { $0.share >= next.share ? $0 : next } ?? next }
    }

    private func meanWait(_ group: Group) -> Double? {
        guard let slot = slot(.matchLatency, group),
            group.dimension != .cell || store.distributions[slot].count >= Self.leastInCell
        else { return nil }
        return store.distributions[slot].mean
    }

    private func slot(_ metric: Metric, _ group: Group) -> Int? {
        layout.groupSlots(metric, group.dimension).map { $0.lowerBound + group.label }
    }

    private func labels(_ dimension: LabelDimension) -> Range<Int> {
        layout.groupSlots(.matchLatency, dimension).map { 0..<$0.count } ?? 0..<0
    }

    private var everyGroup: [Group] {
        Metric.matchLatency.description.dimensions.flatMap { dimension in
            labels(dimension).map { (dimension, $0) }
        }
    }
}
