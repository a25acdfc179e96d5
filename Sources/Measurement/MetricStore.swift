import Statistics

/// The mean of one class of observations against that of another, exactly mergeable.
struct Contrast: Hashable, Sendable, BitwiseCopyable {
    var sum: Int128 = 0
    var count: Int64 = 0
    var otherSum: Int128 = 0
    var otherCount: Int64 = 0

    mutating func merge(_ other: Contrast) {
        sum += other.sum
        count += other.count
        otherSum += other.otherSum
        otherCount += other.otherCount
    }

    /// Mean of the first class less mean of the other; nil while one is empty.
    var value: Double? {
        guard count > 0, otherCount > 0 else { return nil }
        return Double(sum) / Double(count) - Double(otherSum) / Double(otherCount)
    }
}

/// A level over a finished window, exactly mergeable.
struct LevelRecord: Hashable, Sendable, BitwiseCopyable {
    var integral: Int128 = 0
    var nanoseconds: Int128 = 0
    var peak: Int64 = 0

    mutating func merge(_ other: LevelRecord) {
        integral += other.integral
        nanoseconds += other.nanoseconds
        peak = Swift.max(peak, other.peak)
    }

    var timeMean: Double? { nanoseconds == 0 ? nil : Double(integral) / Double(nanoseconds) }
}

/// The recorded integers of all metrics and groups, by slot.
struct MetricStore: Equatable, Sendable {
    var distributions: [DistributionRecorder]
    var counters: [Counter]
    var ratios: [Ratio]
    var survivals: [SurvivalRecorder]
    var contrasts: [Contrast]
    var levels: [LevelRecord]

    init(layout: MetricLayout) {
        distributions = layout.resolutions.map { DistributionRecorder(resolution: $0) }
        counters = Array(repeating: Counter(), count: layout.slotCounts[.count, default: 0])
        ratios = Array(repeating: Ratio(), count: layout.slotCounts[.ratio, default: 0])
        survivals = Array(
            repeating: SurvivalRecorder(), count: layout.slotCounts[.survival, default: 0])
        contrasts = Array(repeating: Contrast(), count: layout.slotCounts[.contrast, default: 0])
        levels = Array(repeating: LevelRecord(), count: layout.slotCounts[.level, default: 0])
    }

    mutating func merge(_ other: MetricStore) {
        for i in distributions.indices { distributions[i].merge(other.distributions[i]) }
        for i in counters.indices { counters[i].merge(other.counters[i]) }
        for i in ratios.indices { ratios[i].merge(other.ratios[i]) }
        for i in survivals.indices { survivals[i].merge(other.survivals[i]) }
        for i in contrasts.indices { contrasts[i].merge(other.contrasts[i]) }
        for i in levels.indices { levels[i].merge(other.levels[i]) }
    }

    /// The index `metric` of one label, or of all together; nil where there is nothing to tell.
    func index(
        _ metric: Metric, _ group: (dimension: LabelDimension, label: Int)?, _ layout: MetricLayout
    ) -> Double? {
        let fairness = QueueFairness(self, layout)
        switch metric {
        case .riskLeakWaits: return tierLeakOfWaits(layout)
        case .riskLeakPartners: return tierLeakOfPartners(layout)
        case .matchFairnessJain: return fairness.jain(over: .language)
        case .matchFairnessJainInterest: return fairness.jain(over: .interest)
        case .matchFairnessJainPersona: return fairness.jain(over: .persona)
        case .matchFairnessJainAccess: return fairness.jain(over: .access)
        case .matchFairnessJainTier: return fairness.jain(over: .tier)
        case .matchFairnessJainCell: return fairness.jain(over: .cell)
        case .matchFairnessJainTickets: return fairness.jainOfTickets(group)
        case .matchFairnessGini: return fairness.gini(group)
        case .matchFairnessMaxMin: return fairness.maxMin(group)
        case .matchFairnessImpactRatio: return fairness.impactRatio(group)
        case .matchFairnessImpactP: return fairness.impactP(group)
        default: preconditionFailure("\(metric) is not an index")
        }
    }

    /// How well waits tell tickets of tier clear from others: the area under the ROC curve.
    private func tierLeakOfWaits(_ layout: MetricLayout) -> Double? {
        guard let slots = layout.groupSlots(.matchLatency, .tier), let clear = slots.first else {
            return nil
        }
        var others = DistributionRecorder(resolution: distributions[clear].resolution)
        for slot in slots.dropFirst() { others.merge(distributions[slot]) }
        return distributions[clear].probabilityOfLess(than: others)
    }

    /// How well a partner tells: the area under a ROC curve of one corner, (1 + hits − false
    /// alarms) ÷ 2.
    private func tierLeakOfPartners(_ layout: MetricLayout) -> Double? {
        guard let slots = layout.groupSlots(.riskAbusivePartner, .tier), let clear = slots.first
        else { return nil }
        var others = Ratio()
        for slot in slots.dropFirst() { others.merge(ratios[slot]) }
        guard let hits = others.value, let alarms = ratios[clear].value else { return nil }
        return (1 + hits - alarms) / 2
    }
}
