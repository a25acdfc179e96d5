/// Where each metric and each of its groups lies in the arrays of its kind. Worked out once per
/// run, so that recording is array access alone.
struct MetricLayout: Hashable, Sendable {
    static let dimensionCount = LabelDimension.allCases.count

    let spaces: LabelSpaces
    /// Metric × (overall, dimensions): first slot, or −1.
    private var bases: [Int32]
    /// Sizes of the label spaces.
    private var sizes: [Int]
    /// Slots needed for each kind, by the kind's position.
    private(set) var slotCounts: [MetricKind: Int]
    /// The resolutions of the distributions, by slot.
    private(set) var resolutions: [UInt64] = []

    init(spaces: LabelSpaces) {
        self.spaces = spaces
        sizes = LabelDimension.allCases.map { spaces[$0].count }
        let width = 1 + Self.dimensionCount
        bases = [Int32](repeating: -1, count: Metric.allCases.count * width)
        slotCounts = [:]
        for entry in MetricCatalogue.all {
            let row = Int(entry.metric.rawValue) * width
            bases[row] = take(1, for: entry)
            for dimension in entry.dimensions where sizes[dimension.rawValue] > 0 {
                bases[row + 1 + dimension.rawValue] = take(sizes[dimension.rawValue], for: entry)
            }
        }
    }

    private mutating func take(_ count: Int, for entry: MetricDescription) -> Int32 {
        let first = slotCounts[entry.kind, default: 0]
        slotCounts[entry.kind] = first + count
        if entry.kind == .distribution {
            // Nanoseconds below a microsecond tell a planner nothing: save their cells.
            let resolution: UInt64 = entry.unit == .second ? 1024 : 1
            resolutions += [UInt64](repeating: resolution, count: count)
        }
        return Int32(first)
    }

    /// The slot of the metric as a whole.
    func slot(_ metric: Metric) -> Int {
        Int(bases[Int(metric.rawValue) * (1 + Self.dimensionCount)])
    }

    /// The slot of the group of `metric` that `labels` name in `dimension`; nil if not grouped.
    func slot(_ metric: Metric, _ dimension: Int, _ labels: Labels) -> Int? {
        let base = bases[Int(metric.rawValue) * (1 + Self.dimensionCount) + 1 + dimension]
        guard base >= 0 else { return nil }
        let label = Int(labels[dimension])
        guard label != Int(Labels.unlabelled) else { return nil }
        precondition(label < sizes[dimension], "a label number without a name")
        return Int(base) + label
    }

    /// The slots of the groups of `metric` in `dimension`, by label number.
    func groupSlots(_ metric: Metric, _ dimension: LabelDimension) -> Range<Int>? {
        let width = 1 + Self.dimensionCount
        let base = bases[Int(metric.rawValue) * width + 1 + dimension.rawValue]
        return base < 0 ? nil : Int(base)..<Int(base) + sizes[dimension.rawValue]
    }
}
