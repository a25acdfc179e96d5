public import Statistics

/// What one replication measured: exact integers, merged with those of others by
/// ``RunSummaryBuilder``.
public struct ReplicationRecord: Sendable {
    /// The replication's number.
    public let replication: Int
    /// The time series, one column for each of ``RunRecorder/seriesMetrics``.
    public let series: SeriesRecorder

    let layout: MetricLayout
    let store: MetricStore

    init(replication: Int, layout: MetricLayout, store: MetricStore, series: SeriesRecorder) {
        self.replication = replication
        self.layout = layout
        self.store = store
        self.series = series
    }

    /// The count, or the numerator of the ratio, or the number of observations, overall.
    public func total(_ metric: Metric) -> Int64 {
        let slot = layout.slot(metric)
        switch metric.description.kind {
        case .distribution: return store.distributions[slot].count
        case .count: return store.counters[slot].value
        case .ratio: return store.ratios[slot].numerator
        case .survival: return store.survivals[slot].subjects
        case .contrast: return store.contrasts[slot].count + store.contrasts[slot].otherCount
        case .index: return 0
        case .level: return store.levels[slot].peak
        }
    }

    /// What a survival metric saw; nobody for metrics of another kind.
    public func survival(_ metric: Metric) -> SurvivalRecorder {
        guard metric.description.kind == .survival else { return SurvivalRecorder() }
        return store.survivals[layout.slot(metric)]
    }

    /// The mean of a distribution, the median of a survival, the value of a count, ratio, contrast or index, or the mean of
    /// a level over time, overall and in the reported unit; nil without observations.
    public func value(_ metric: Metric) -> Double? {
        store.value(metric, slot: layout.slot(metric), layout: layout)
    }

    /// The observation of a distribution below or at which `percent` of all lie, overall and in the
    /// reported unit; nil without observations and for metrics of another kind.
    ///
    /// - Parameter percent: 0…100.
    public func percentile(_ metric: Metric, _ percent: Double) -> Double? {
        let entry = metric.description
        guard entry.kind == .distribution else { return nil }
        return store.distributions[layout.slot(metric)].percentile(percent)
            .map { Double($0) / entry.unitsPerReported }
    }
}

extension MetricStore {
    /// The one figure that stands for a metric or group.
    func value(
        _ metric: Metric, slot: Int, group: (dimension: LabelDimension, label: Int)? = nil,
        layout: MetricLayout
    ) -> Double? {
        let entry = metric.description
        let raw: Double? =
            switch entry.kind {
            case .distribution: distributions[slot].mean
            case .count: Double(counters[slot].value)
            case .ratio: ratios[slot].value
            case .survival: KaplanMeier(survivals[slot]).quantile(0.5).map(Double.init)
            case .contrast: contrasts[slot].value
            case .index: index(metric, group, layout)
            case .level: levels[slot].timeMean
            }
        return raw.map { $0 / entry.unitsPerReported }
    }
}
