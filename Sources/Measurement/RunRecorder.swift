public import Quantities
import Statistics

/// Takes the measurements of one replication while it runs.
///
/// Drive it in this order: record as things happen; call ``beginMeasurement(at:)`` once at the end
/// of the warm-up, ``sample(at:)`` whenever ``nextSample`` is due, and ``finish(at:)`` at the end.
/// What an observation's window is, is the caller's business: observe only what was created in
/// [warm-up, stop). Levels are told of every change from the start and forget the warm-up.
///
/// Recording costs a few array accesses for the metric and each of its groups; nothing is hashed
/// or formatted, and memory is allocated only when a histogram is first used or grows.
public struct RunRecorder: Sendable {
    private let layout: MetricLayout
    private let replication: Int
    private var store: MetricStore
    private var levels: [TimeWeightedLevel]
    private var series: SeriesRecorder

    /// The metrics that ``sample(at:)`` writes, in the order of the columns.
    public static let seriesMetrics: [Metric] =
        MetricCatalogue.all.filter { $0.kind == .level }.map(\.metric)

    /// A recorder for replication number `replication` with rows of the series every `seriesStep`.
    public init(replication: Int, labels spaces: LabelSpaces, seriesStep: SimDuration) {
        layout = MetricLayout(spaces: spaces)
        self.replication = replication
        store = MetricStore(layout: layout)
        levels = Array(repeating: TimeWeightedLevel(), count: store.levels.count)
        series = SeriesRecorder(
            columns: Self.seriesMetrics.map(\.description.name), step: seriesStep)
    }

    /// Observes `value` whole units of a distribution (nanoseconds, calls, thousandths); what
    /// exceeds `DistributionRecorder.greatestObservation` (52 days in nanoseconds) counts as that.
    public mutating func record(_ metric: Metric, units value: Int64, _ labels: Labels = .none) {
        let row = row(metric, .distribution)
        let observation = observation(of: value)
        store.distributions[row.slot].record(observation)
        for group in row.groups {
            guard let slot = layout.slot(ofGroup: group, labels) else { continue }
            store.distributions[slot].record(observation)
        }
    }

    private func observation(of value: Int64) -> DistributionRecorder.Observation {
        DistributionRecorder.Observation(min(value, DistributionRecorder.greatestObservation))
    }

    /// Observes a span of time.
    public mutating func record(
        _ metric: Metric, _ span: SimDuration, _ labels: Labels = .none
    ) {
        record(metric, units: span.nanoseconds, labels)
    }

    /// Observes something between two people: once overall, and once in each group that at least
    /// one of them belongs to.
    public mutating func record(
        _ metric: Metric, _ span: SimDuration, between a: Labels, and b: Labels
    ) {
        let row = row(metric, .distribution)
        let observation = observation(of: span.nanoseconds)
        store.distributions[row.slot].record(observation)
        for group in row.groups {
            let (one, other) = slots(ofGroup: group, a, b)
            if let one { store.distributions[one].record(observation) }
            if let other { store.distributions[other].record(observation) }
        }
    }

    /// The slots of the groups that two people belong to; the second is nil where it is the first.
    private func slots(ofGroup group: Int, _ a: Labels, _ b: Labels) -> (Int?, Int?) {
        let (one, other) = (layout.slot(ofGroup: group, a), layout.slot(ofGroup: group, b))
        return (one, other == one ? nil : other)
    }

    /// Observes `value` in reported units (an R-factor, a MOS), rounded to the recorded unit; what
    /// is below 0 counts as 0.
    public mutating func record(_ metric: Metric, value: Double, _ labels: Labels = .none) {
        let units = value * layout.row(metric).unitsPerReported
        record(metric, units: Int64(max(units, 0).rounded(.toNearestOrEven)), labels)
    }

    /// Counts `n` occurrences or recorded units.
    public mutating func count(_ metric: Metric, _ n: Int64 = 1, _ labels: Labels = .none) {
        let row = row(metric, .count)
        store.counters[row.slot].add(n)
        for group in row.groups {
            guard let slot = layout.slot(ofGroup: group, labels) else { continue }
            store.counters[slot].add(n)
        }
    }

    /// Counts something between two people: once overall, and once in each group that at least
    /// one of them belongs to.
    public mutating func count(_ metric: Metric, between a: Labels, and b: Labels) {
        let row = row(metric, .count)
        store.counters[row.slot].add(1)
        for group in row.groups {
            let (one, other) = slots(ofGroup: group, a, b)
            if let one { store.counters[one].add(1) }
            if let other { store.counters[other].add(1) }
        }
    }

    /// Counts one case of a ratio, a hit or not.
    public mutating func ratio(_ metric: Metric, hit: Bool, _ labels: Labels = .none) {
        ratio(metric, numerator: hit ? 1 : 0, denominator: 1, labels)
    }

    /// Adds to both parts of a ratio.
    public mutating func ratio(
        _ metric: Metric, numerator: Int64, denominator: Int64, _ labels: Labels = .none
    ) {
        let row = row(metric, .ratio)
        store.ratios[row.slot].add(numerator: numerator, denominator: denominator)
        for group in row.groups {
            guard let slot = layout.slot(ofGroup: group, labels) else { continue }
            store.ratios[slot].add(numerator: numerator, denominator: denominator)
        }
    }

    /// Adds to both parts of a ratio of the group `label` of `dimension` and of nothing else, for
    /// figures of groups that do not add up to one of all.
    ///
    /// - Precondition: the metric is grouped by `dimension`, which has such a group.
    public mutating func ratio(
        _ metric: Metric, numerator: Int64, denominator: Int64, ofGroup label: Int,
        in dimension: LabelDimension
    ) {
        assert(metric.description.kind == .ratio, "\(metric) is not a ratio")
        guard let slots = layout.groupSlots(metric, dimension), (0..<slots.count) ~= label else {
            preconditionFailure("\(metric) has no group \(label) by \(dimension)")
        }
        store.ratios[slots.lowerBound + label].add(
            numerator: numerator, denominator: denominator)
    }

    /// The number of the group of `dimension` that `labels` belong to; nil where they belong to
    /// none or nothing is grouped by it.
    public func group(of labels: Labels, in dimension: LabelDimension) -> Int? {
        layout.spaces.group(of: labels, in: dimension)
    }

    /// Counts one case of a ratio between two people: once overall, and once in each group that at
    /// least one of them belongs to.
    public mutating func ratio(_ metric: Metric, hit: Bool, between a: Labels, and b: Labels) {
        ratio(metric, numerator: hit ? 1 : 0, denominator: 1, between: a, and: b)
    }

    /// Adds to both parts of a ratio of something between two people: once overall, and once in
    /// each group that at least one of them belongs to.
    public mutating func ratio(
        _ metric: Metric, numerator: Int64, denominator: Int64, between a: Labels, and b: Labels
    ) {
        let row = row(metric, .ratio)
        store.ratios[row.slot].add(numerator: numerator, denominator: denominator)
        for group in row.groups {
            let (one, other) = slots(ofGroup: group, a, b)
            if let one { store.ratios[one].add(numerator: numerator, denominator: denominator) }
            if let other {
                store.ratios[other].add(numerator: numerator, denominator: denominator)
            }
        }
    }

    /// A subject was watched up to `time` whole recorded units, when it happened, or when watching
    /// ended without.
    public mutating func survival(
        _ metric: Metric, _ time: Int64, happened: Bool, _ labels: Labels = .none
    ) {
        let row = row(metric, .survival)
        store.survivals[row.slot].record(time, happened: happened)
        for group in row.groups {
            guard let slot = layout.slot(ofGroup: group, labels) else { continue }
            store.survivals[slot].record(time, happened: happened)
        }
    }

    /// Observes a span for a contrast, in its first class or in the other.
    public mutating func contrast(_ metric: Metric, _ span: SimDuration, isFirstClass: Bool) {
        let slot = slot(metric, .contrast)
        if isFirstClass {
            store.contrasts[slot].sum += Int128(span.nanoseconds)
            store.contrasts[slot].count += 1
        } else {
            store.contrasts[slot].otherSum += Int128(span.nanoseconds)
            store.contrasts[slot].otherCount += 1
        }
    }

    /// A level rises by `change` (falls, if negative) at `now`.
    public mutating func level(_ metric: Metric, add change: Int64, at now: SimTime) {
        levels[slot(metric, .level)].add(change, at: now)
    }

    /// A level is `value` from `now` on.
    public mutating func level(_ metric: Metric, set value: Int64, at now: SimTime) {
        levels[slot(metric, .level)].set(value, at: now)
    }

    /// What a level stands at.
    public func currentLevel(_ metric: Metric) -> Int64 {
        levels[slot(metric, .level)].level
    }

    /// The warm-up is over: levels are measured from `now` on.
    public mutating func beginMeasurement(at now: SimTime) {
        for i in levels.indices { levels[i].reset(at: now) }
    }

    /// Memory of the histograms in bytes; it never shrinks.
    public var byteCount: Int {
        store.distributions.reduce(0) { $0 + $1.footprint }
    }

    /// When the next row of the series is due; nil when the series is full.
    public var nextSample: SimTime? { series.nextTime }

    /// Writes the row of the series for `now`.
    ///
    /// - Precondition: `now` is ``nextSample``.
    public mutating func sample(at now: SimTime) {
        precondition(now == series.nextTime, "rows of the series are taken at their times")
        series.append(levels.map(\.level))
    }

    /// The replication ends at `end`: its record.
    public consuming func finish(at end: SimTime) -> ReplicationRecord {
        for (i, level) in levels.enumerated() {
            store.levels[i] = LevelRecord(
                integral: level.integral(to: end),
                nanoseconds: Int128((end - level.start).nanoseconds), peak: level.peak)
        }
        return ReplicationRecord(
            replication: replication, layout: layout, store: store, series: series)
    }

    private func slot(_ metric: Metric, _ kind: MetricKind) -> Int { row(metric, kind).slot }

    private func row(_ metric: Metric, _ kind: MetricKind) -> MetricLayout.Row {
        assert(metric.description.kind == kind, "\(metric) is not a \(kind)")
        return layout.row(metric)
    }
}
