import Statistics

/// Brings replications together one at a time, so that their histograms need not all be kept:
/// integers are pooled exactly, and of each replication only its own figures stay.
public struct RunSummaryBuilder: Sendable {
    private var layout: MetricLayout?
    private var pooled: MetricStore?
    private var last = Int.min
    private var count = 0
    /// Metric or group × replication: the figure that stands for it, where there is one.
    private var values: [[Double]] = []
    /// The same for 95th percentiles of distributions.
    private var quantiles: [[Double]] = []
    private var rows: [Row] = []

    /// A metric (no label) or a group of it.
    private struct Row {
        var metric: Metric
        var dimension: LabelDimension?
        var label: Int
        var slot: Int

        var group: (dimension: LabelDimension, label: Int)? { dimension.map { ($0, label) } }
    }

    /// No replications yet.
    public init() {}

    /// Takes a replication in.
    ///
    /// - Precondition: its number is greater than those taken so far, and its label names are the
    ///   same. The ascending order makes the floating-point last step the same whatever machine
    ///   or thread ran which replication.
    public mutating func add(_ record: ReplicationRecord) {
        precondition(record.replication > last, "replications are added in ascending order")
        last = record.replication
        count += 1
        if let layout {
            precondition(layout == record.layout, "replications of one run have the same labels")
            pooled?.merge(record.store)
        } else {
            layout = record.layout
            pooled = record.store
            rows = Self.rows(of: record.layout)
            values = Array(repeating: [], count: rows.count)
            quantiles = values
        }
        for (index, row) in rows.enumerated() {
            let value = record.store.value(
                row.metric, slot: row.slot, group: row.group, layout: record.layout)
            if let value { values[index].append(value) }
            guard row.metric.description.kind == .distribution,
                let p95 = record.store.distributions[row.slot].percentile(95)
            else { continue }
            quantiles[index].append(Double(p95) / row.metric.description.unitsPerReported)
        }
    }

    private static func rows(of layout: MetricLayout) -> [Row] {
        var rows: [Row] = []
        for entry in MetricCatalogue.all {
            let metric = entry.metric
            rows.append(Row(metric: metric, dimension: nil, label: 0, slot: layout.slot(metric)))
            for dimension in entry.dimensions {
                guard let slots = layout.groupSlots(metric, dimension) else { continue }
                for (label, slot) in slots.enumerated() {
                    rows.append(
                        Row(metric: metric, dimension: dimension, label: label, slot: slot))
                }
            }
        }
        return rows
    }

    /// The figures of all replications taken so far.
    ///
    /// - Precondition: there is at least one.
    public func summary() -> RunSummary {
        guard let layout, let pooled else {
            preconditionFailure("a summary needs a replication")
        }
        var summary = RunSummary(replications: count, metrics: [], groups: [])
        for (index, row) in rows.enumerated() {
            let entry = row.metric.description
            if row.dimension != nil {
                let isObserved =
                    entry.kind == .index
                    ? pooled.index(row.metric, row.group, layout) != nil
                    : pooled.hasObservations(entry.kind, slot: row.slot)
                if !isObserved { continue }
            }
            let figures = figures(of: index, entry: entry, pooled: pooled, layout: layout)
            if let dimension = row.dimension {
                summary.groups.append(
                    GroupFigures(
                        name: entry.name, unit: entry.unit,
                        labels: layout.spaces.parts(of: row.label, in: dimension),
                        figures: figures))
            } else {
                summary.metrics.append(
                    MetricFigures(name: entry.name, unit: entry.unit, figures: figures))
            }
        }
        return summary
    }

    private func figures(
        of index: Int, entry: MetricDescription, pooled: MetricStore, layout: MetricLayout
    ) -> Figures {
        let slot = rows[index].slot
        let interval = ReplicationSummary.interval95(of: values[index])
        let value = pooled.value(
            entry.metric, slot: slot, group: rows[index].group, layout: layout)
        switch entry.kind {
        case .distribution:
            var figures = pooled.distributions[slot].figures(per: entry.unitsPerReported)
            figures.meanInterval = interval
            figures.p95Interval = ReplicationSummary.interval95(of: quantiles[index])
            return .distribution(figures)
        case .count:
            return .value(
                ValueFigures(
                    value: value.map { $0 / Double(count) }, interval: interval,
                    total: entry.unitsPerReported == 1 ? pooled.counters[slot].value : nil))
        case .survival:
            var figures = pooled.survivals[slot].figures(per: entry.unitsPerReported)
            figures.p50Interval = interval
            return .survival(figures)
        case .contrast:
            return .value(ValueFigures(value: value, interval: interval))
        case .index:
            let possible = entry.metric == .matchFairnessMaxMin ? 1...Double.infinity : 0...1
            return .value(ValueFigures(value: value, interval: interval?.clamped(to: possible)))
        case .ratio:
            let possible = entry.unit == .one ? 0...1 : 0...Double.infinity
            return .ratio(
                RatioFigures(
                    value: value, interval: interval?.clamped(to: possible),
                    numerator: pooled.ratios[slot].numerator,
                    denominator: pooled.ratios[slot].denominator))
        case .level:
            let peak = Double(pooled.levels[slot].peak) / entry.unitsPerReported
            return .level(LevelFigures(timeMean: value, peak: peak, interval: interval))
        }
    }
}

extension MetricStore {
    func hasObservations(_ kind: MetricKind, slot: Int) -> Bool {
        switch kind {
        case .distribution: distributions[slot].count > 0
        case .count: counters[slot].value != 0
        case .ratio: ratios[slot].denominator != 0
        case .survival: survivals[slot].subjects > 0
        case .contrast, .index, .level: true
        }
    }
}

extension SurvivalRecorder {
    /// The figures of the observations, divided by the number of recorded units in a reported one.
    func figures(per units: Double) -> SurvivalFigures {
        let estimate = KaplanMeier(self)
        func quantile(_ share: Double) -> Double? {
            estimate.quantile(share).map { Double($0) / units }
        }
        return SurvivalFigures(
            subjects: subjects, events: events, p10: quantile(0.1), p25: quantile(0.25),
            p50: quantile(0.5), p75: quantile(0.75), p90: quantile(0.9))
    }
}

extension DistributionRecorder {
    /// The figures of the observations, divided by the number of recorded units in a reported one.
    func figures(per units: Double) -> DistributionFigures {
        func reported(_ value: Int64?) -> Double? { value.map { Double($0) / units } }
        var figures = DistributionFigures()
        figures.count = count
        figures.mean = mean.map { $0 / units }
        figures.min = reported(min)
        figures.p50 = reported(percentile(50))
        figures.p90 = reported(percentile(90))
        figures.p95 = reported(percentile(95))
        figures.p99 = reported(percentile(99))
        figures.p999 = reported(percentile(99.9))
        figures.max = reported(max)
        return figures
    }
}
