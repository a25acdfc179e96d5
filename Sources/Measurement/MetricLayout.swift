/// Where each metric and each of its groups lies in the arrays of its kind. Worked out once per
/// run, so that recording is array access alone.
struct MetricLayout: Hashable, Sendable {
    static let dimensionCount = LabelDimension.allCases.count

    let spaces: LabelSpaces
    /// By the metric's number.
    private var rows: [Row] = []
    /// All groups, those of one metric together.
    private var groups: [Group] = []
    /// Slots needed for each kind, by the kind's position.
    private(set) var slotCounts: [MetricKind: Int] = [:]
    /// The resolutions of the distributions, by slot.
    private(set) var resolutions: [UInt64] = []

    /// Where a metric lies.
    struct Row: Hashable, Sendable {
        /// The slot of the metric as a whole.
        var slot: Int
        /// Its groups.
        var groups: Range<Int>
        /// How many recorded units make a reported one.
        var unitsPerReported: Double
    }

    /// Where the groups of a metric in one dimension lie: a slot for each label from `first` on.
    private struct Group: Hashable, Sendable, BitwiseCopyable {
        var dimension: Int
        var first: Int
        var count: Int
    }

    init(spaces: LabelSpaces) {
        self.spaces = spaces
        for entry in MetricCatalogue.all {
            let slot = take(1, for: entry)
            let first = groups.count
            for dimension in entry.dimensions where !spaces[dimension].isEmpty {
                let count = spaces[dimension].count
                groups.append(
                    Group(
                        dimension: dimension.rawValue, first: take(count, for: entry), count: count)
                )
            }
            rows.append(
                Row(
                    slot: slot, groups: first..<groups.count,
                    unitsPerReported: entry.unitsPerReported))
        }
    }

    private mutating func take(_ count: Int, for entry: MetricDescription) -> Int {
        let first = slotCounts[entry.kind, default: 0]
        slotCounts[entry.kind] = first + count
        if entry.kind == .distribution {
            // Nanoseconds below a microsecond tell a planner nothing: save their cells.
            let resolution: UInt64 = entry.unit == .second ? 1024 : 1
            resolutions += [UInt64](repeating: resolution, count: count)
        }
        return first
    }

    /// Where `metric` lies.
    func row(_ metric: Metric) -> Row { rows[Int(metric.rawValue)] }

    /// The slot of the metric as a whole.
    func slot(_ metric: Metric) -> Int { row(metric).slot }

    /// The slot of group number `group` that `labels` name; nil without such a label.
    func slot(ofGroup group: Int, _ labels: Labels) -> Int? {
        let group = groups[group]
        if group.dimension == LabelDimension.cell.rawValue {
            return spaces.cell(of: labels).map { group.first + $0 }
        }
        let label = labels[group.dimension]
        guard label != Labels.unlabelled else { return nil }
        precondition(Int(label) < group.count, "a label number without a name")
        return group.first + Int(label)
    }

    /// The slots of the groups of `metric` in `dimension`, by label number.
    func groupSlots(_ metric: Metric, _ dimension: LabelDimension) -> Range<Int>? {
        for index in row(metric).groups where groups[index].dimension == dimension.rawValue {
            return groups[index].first..<groups[index].first + groups[index].count
        }
        return nil
    }
}
