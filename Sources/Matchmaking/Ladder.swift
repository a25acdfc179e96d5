import Quantities

/// The expansion ladder as the waiting room needs it: neighbouring steps that demand the same are
/// one level, a wait before the first step is a level of its own, and a level is parted at the
/// critical age of a patient policy and where a reservation ends.
struct Ladder: Sendable {
    struct Level: Sendable, BitwiseCopyable {
        /// What tickets on this level demand.
        var constraints: MatchConstraints
        /// Whether tickets on this level may be paired at all.
        var isOpen: Bool
        /// Whether a ticket on this level may be the reason for a pairing; one of two has to be.
        var isCritical: Bool
        /// Whether tickets on this level are kept for those who find nobody else.
        var isReserved: Bool
        /// The age at which tickets come to this level.
        var entersAt: SimDuration
        /// The age at which tickets move to the next level, or off the last; nil if they stay.
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
    /// The open levels in the order in which a seeker looks through them, four bits each, the first
    /// in the lowest: the oldest tickets first, those that are reserved behind all others.
    private(set) var searchOrder: UInt64 = 0
    private(set) var openCount = 0
    /// The open levels from the oldest tickets to the youngest, likewise.
    private(set) var ageOrder: UInt64 = 0

    /// Levels that fit into ``searchOrder``: more than the steps and the ages of ``MatchRules`` part.
    static let maximumLevels = 16

    init(_ rules: MatchRules) {
        var levels: [Level] = []
        for age in Self.boundaries(rules) {
            let level = Level(rules, from: age)
            if let last = levels.last {
                if last.demandsTheSame(as: level) { continue }
                levels[levels.count - 1].leavesAt = age
            }
            levels.append(level)
        }
        precondition(levels.count <= Self.maximumLevels, "a ladder of too many levels")
        levels[levels.count - 1].leavesAt = rules.expiry
        let seekers = levels.filter(\.isOpen).map(\.constraints)
        for index in levels.indices where levels[index].isOpen {
            for seeker in seekers {
                let union = levels[index].constraints.union(seeker)
                levels[index].offers.insert(union)
                if rules.policy == .longestQueue {
                    levels[index].offers.insert(union.union(.sameLanguage))
                }
            }
        }
        self.levels = levels
        stride = levels.map(\.offers.count).max() ?? 0
        let open = levels.indices.reversed().filter { levels[$0].isOpen }
        openCount = open.count
        ageOrder = Self.packed(open)
        searchOrder = Self.packed(
            open.filter { !levels[$0].isReserved } + open.filter { levels[$0].isReserved })
    }

    /// The ages at which what a ticket may do can change, ascending from zero.
    private static func boundaries(_ rules: MatchRules) -> [SimDuration] {
        var ages = [.zero] + rules.expansion.map(\.after)
        if case .patient(let age) = rules.policy { ages.append(age) }
        if let reserved = rules.reservedAges { ages.append(reserved.upperBound) }
        if let expiry = rules.expiry { ages.removeAll { $0 >= expiry } }
        return ages.sorted()
    }

    private static func packed(_ levels: [Int]) -> UInt64 {
        levels.reversed().reduce(0) { $0 << 4 | UInt64($1) }
    }
}

extension Ladder.Level {
    /// What holds from `age` on.
    fileprivate init(_ rules: MatchRules, from age: SimDuration) {
        let step = rules.step(atAge: age)
        self.init(
            constraints: step.map { rules.constraints(atStep: $0) } ?? [], isOpen: step != nil,
            isCritical: rules.isCritical(atAge: age),
            isReserved: rules.reservedAges?.contains(age) ?? false, entersAt: age, leavesAt: nil)
    }

    fileprivate func demandsTheSame(as other: Ladder.Level) -> Bool {
        constraints == other.constraints && isOpen == other.isOpen
            && isCritical == other.isCritical && isReserved == other.isReserved
    }
}

extension Ladder {
    /// The level of a ticket of `age`; nil once it has expired.
    func level(atAge age: SimDuration) -> Int? {
        for index in levels.indices.reversed() where levels[index].entersAt <= age {
            if let end = levels[index].leavesAt, end <= age { return nil }
            return index
        }
        return nil
    }
}
