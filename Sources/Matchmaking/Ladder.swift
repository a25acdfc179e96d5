import Quantities

/// The expansion ladder as the waiting room needs it: neighbouring steps that demand the same are
/// one level, and a wait before the first step is a level of its own.
struct Ladder: Sendable {
    struct Level: Sendable {
        /// What tickets on this level demand.
        var constraints: MatchConstraints
        /// Whether tickets on this level may be paired at all.
        var isOpen: Bool
        /// The age at which tickets come to this level.
        var entersAt: SimDuration
        /// The age at which tickets move to the next level; nil on the last.
        var leavesAt: SimDuration?
        /// The distinct unions of this level's constraints with a seeker's.
        var offers: [MatchConstraints] = []
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
                let union = levels[index].constraints.union(seeker)
                if !levels[index].offers.contains(union) { levels[index].offers.append(union) }
            }
        }
        self.levels = levels
        stride = levels.map(\.offers.count).max() ?? 0
    }
}
