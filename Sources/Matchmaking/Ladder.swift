import Quantities

/// The expansion ladder as the waiting room needs it: neighbouring steps that demand the same are
/// one level, and a wait before the first step is a level of its own.
struct Ladder: Sendable {
    struct Level: Sendable, BitwiseCopyable {
        /// What tickets on this level demand.
        var constraints: MatchConstraints
        /// Whether tickets on this level may be paired at all.
        var isOpen: Bool
        /// The age at which tickets come to this level.
        var entersAt: SimDuration
        /// The age at which tickets move to the next level; nil on the last.
        var leavesAt: SimDuration?
        /// The distinct unions of this level's constraints with a seeker's.
        var offers = ConstraintList()
    }

    /// A few sets of constraints in one word, so that a level is copied without counting references.
    struct ConstraintList: Sendable, BitwiseCopyable {
        private var packed: UInt64 = 0
        private(set) var count = 0

        var indices: Range<Int> { 0..<count }

        subscript(position: Int) -> MatchConstraints {
            MatchConstraints(rawValue: UInt8(truncatingIfNeeded: packed >> UInt64(position * 8)))
        }

        func firstIndex(of constraints: MatchConstraints) -> Int? {
            indices.first { self[$0] == constraints }
        }

        /// Adds `constraints` if they are new; there are only eight different ones.
        mutating func insert(_ constraints: MatchConstraints) {
            guard firstIndex(of: constraints) == nil else { return }
            packed |= UInt64(constraints.rawValue) << UInt64(count * 8)
            count += 1
        }
    }

    /// The levels, youngest tickets first.
    private(set) var levels: [Level] = []
    /// The largest number of offer lists that a ticket stands in.
    let stride: Int

    init(_ rules: MatchRules) {
        var levels: [Level] = []
        let firstAge = rules.expansion[0].after
        if firstAge > .zero {
            levels.append(
                Level(constraints: [], isOpen: false, entersAt: .zero, leavesAt: firstAge))
        }
        for index in rules.expansion.indices {
            let constraints = rules.constraints(atStep: index)
            let age = rules.expansion[index].after
            if let last = levels.last, last.isOpen {
                if last.constraints == constraints { continue }
                levels[levels.count - 1].leavesAt = age
            }
            levels.append(
                Level(constraints: constraints, isOpen: true, entersAt: age, leavesAt: nil))
        }
        let seekers = levels.filter(\.isOpen).map(\.constraints)
        for index in levels.indices where levels[index].isOpen {
            for seeker in seekers {
                levels[index].offers.insert(levels[index].constraints.union(seeker))
            }
        }
        self.levels = levels
        stride = levels.map(\.offers.count).max() ?? 0
    }
}
