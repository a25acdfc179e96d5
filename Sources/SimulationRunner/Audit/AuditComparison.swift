/// Why two audits cannot be compared.
public enum AuditMismatch: Error, Hashable, Sendable {
    /// The earlier one is of another scenario.
    case title(earlier: String, now: String)
    /// The earlier one is of other people: its seed and replication.
    case people(seed: UInt64, replication: UInt64)
    /// The earlier thief came at another time, chosen so, in seconds since the start; nil for not at all.
    case breach(earlier: Double?, mode: String?)
}

/// Who learns more than by an earlier audit of the same people, and which promises are kept less.
///
/// People and calls are compared as shares, so that a run in which more come says nothing by that alone. The audits are of the
/// same people and nothing is drawn anew, so between equal scenarios any increase is one; where a setting differs, other
/// people are paired at other moments, and a ``tolerance`` keeps that apart.
public struct AuditComparison: Hashable, Sendable {
    /// What differs of what an observer knows of an item.
    public struct Change: Hashable, Sendable {
        /// The observer's name.
        public var observer: String
        /// The item's name.
        public var item: String
        /// What it was; nil for nothing.
        public var before: AuditRecord.Cell?
        /// What it is; nil for nothing.
        public var now: AuditRecord.Cell?
        /// In which ways it is more, and in which less.
        public var more: [Aspect]
        /// In which ways it is less.
        public var less: [Aspect]
    }

    /// In what way somebody can know more.
    public enum Aspect: String, CaseIterable, Hashable, Sendable {
        /// Of a greater share of the people.
        case subjects
        /// In a greater share of the calls.
        case calls = "call_share"
        /// For longer.
        case residence = "longest_residence"
    }

    /// A promise with another verdict.
    public struct PromiseChange: Hashable, Sendable {
        /// What became of it by the earlier audit.
        public var before: AuditRecord.Promised
        /// What becomes of it.
        public var now: AuditRecord.Promised
    }

    /// What increase does not count yet, 0…1: of a share as such, of a residence in proportion.
    public let tolerance: Double
    /// The earlier audit.
    public let earlier: AuditRecord
    /// This one.
    public let now: AuditRecord
    /// Where somebody knows something more of an item, by observer and item.
    public let gains: [Change]
    /// Where somebody only knows less.
    public let losses: [Change]
    /// Promises that are kept less.
    public let worse: [PromiseChange]
    /// Promises that are kept better.
    public let better: [PromiseChange]
    /// Promises that were kept, or broken, and of which nothing was tried this time.
    public let lapsed: [PromiseChange]
    /// Observers, items and promises that one of the two did not look at; of these nothing can be said.
    public let uncompared: [String]

    /// Whether somebody learns more or a promise is kept less.
    public var isWorse: Bool { !gains.isEmpty || !worse.isEmpty }

    /// Holds `now` against `earlier`.
    ///
    /// - Precondition: `tolerance` is within 0…1.
    public init(
        _ now: AuditRecord, against earlier: AuditRecord, tolerance: Double = 0
    ) throws(AuditMismatch) {
        precondition((0...1).contains(tolerance), "a tolerance is a share")
        self.tolerance = tolerance
        try earlier.refuse(
            title: now.title, seed: now.seed, replication: now.replication, breach: now.breach,
            mode: now.breachMode)
        self.earlier = earlier
        self.now = now
        let changes = Self.changes(earlier, now, tolerance)
        gains = changes.filter { !$0.more.isEmpty }
        losses = changes.filter { $0.more.isEmpty && !$0.less.isEmpty }
        let promises = now.promises.compactMap { promise in
            earlier.promises.first { $0.name == promise.name }
                .map { PromiseChange(before: $0, now: promise) }
        }
        worse = promises.filter { $0.isWorse }
        better = promises.filter { PromiseChange(before: $0.now, now: $0.before).isWorse }
        lapsed = promises.filter { change in
            let untried = PromiseVerdict.untried.name
            return change.now.verdict == untried && change.before.verdict != untried
        }
        uncompared = Self.uncompared(earlier, now)
    }

    private static func changes(
        _ earlier: AuditRecord, _ now: AuditRecord, _ tolerance: Double
    ) -> [Change] {
        let told = now.observers.flatMap { observer -> [Change] in
            guard let before = earlier.observers.first(where: { $0.name == observer.name }) else {
                return []
            }
            return changes(from: before, to: observer, earlier, now, tolerance).filter {
                earlier.looksAt($0.item) && now.looksAt($0.item)
            }
        }
        // Who is not among these concludes and recovers nothing; what is not measured is not told.
        let derived = [\AuditRecord.conclusions, \.recoverable].flatMap { list -> [Change] in
            guard let before = earlier[keyPath: list], let after = now[keyPath: list] else {
                return []
            }
            let gone = before.filter { one in !after.contains { $0.name == one.name } }
            return (after + gone.map { .init(name: $0.name, cells: []) }).flatMap { observer in
                let was = before.first { $0.name == observer.name }
                return changes(
                    from: was ?? .init(name: observer.name, cells: []), to: observer, earlier, now,
                    tolerance)
            }
        }
        let measured = now.measured.flatMap { after in
            earlier.measured.filter { $0.name == after.name }.flatMap {
                changes(from: $0, to: after, earlier, now, tolerance)
                    .filter { $0.before != nil && $0.now != nil }
            }
        }
        return told + derived + measured
    }

    private static func changes(
        from before: AuditRecord.Observed, to observer: AuditRecord.Observed,
        _ earlier: AuditRecord, _ now: AuditRecord, _ tolerance: Double
    ) -> [Change] {
        let gone = before.cells.filter { observer.cell($0.item) == nil }
        return (observer.cells + gone).map { cell in
            let (was, held) = (before.cell(cell.item), observer.cell(cell.item))
            return Change(
                observer: observer.name, item: cell.item, before: was, now: held,
                more: Aspect.allCases.filter {
                    $0.exceeds(now.measure($0, held), earlier.measure($0, was), tolerance)
                },
                less: Aspect.allCases.filter {
                    $0.exceeds(earlier.measure($0, was), now.measure($0, held), tolerance)
                })
        }
    }

    private static func uncompared(_ earlier: AuditRecord, _ now: AuditRecord) -> [String] {
        func onlyOne(_ before: [String], _ names: [String]) -> [String] {
            names.filter { !before.contains($0) } + before.filter { !names.contains($0) }
        }
        var items: [String] = []
        if let before = earlier.items, let names = now.items { items = onlyOne(before, names) }
        return onlyOne(earlier.observers.map(\.name), now.observers.map(\.name)) + items
            + onlyOne(earlier.promises.map(\.name), now.promises.map(\.name))
    }
}

extension AuditRecord {
    /// Throws unless an audit of that scenario and those people, with a thief at that time, can be held against this one.
    ///
    /// Where the run itself tells the moment, it need only be told in the same way: the worst one of each is compared.
    ///
    /// - Parameters:
    ///   - breach: in seconds since the start; nil where that is not known yet, or without a thief.
    ///   - mode: how it is chosen, by ``BreachTime/name``.
    public func refuse(
        title: String, seed: UInt64, replication: UInt64, breach: Double?, mode: String?
    ) throws(AuditMismatch) {
        guard title == self.title else { throw .title(earlier: self.title, now: title) }
        guard seed == self.seed, replication == self.replication else {
            throw .people(seed: self.seed, replication: self.replication)
        }
        let fixed = [BreachTime.end.name, BreachTime.at(.zero).name, nil]
        let isSame =
            fixed.contains(mode) && fixed.contains(breachMode)
            ? breach == self.breach : mode == breachMode
        guard isSame else { throw .breach(earlier: self.breach, mode: breachMode) }
    }

    /// Whether the audit looked at `item`, as far as it says.
    fileprivate func looksAt(_ item: String) -> Bool { items?.contains(item) ?? true }

    /// What is known in an aspect: a share of people or calls, or seconds. Shares are quotients of the same whole numbers on
    /// both sides where nothing changed, and so compare exactly.
    fileprivate func measure(_ aspect: AuditComparison.Aspect, _ cell: Cell?) -> Double {
        guard let cell else { return 0 }
        return switch aspect {
        case .subjects: subjects > 0 ? Double(cell.subjects) / Double(subjects) : 0
        case .calls: cell.callShare ?? 0
        case .residence: cell.residence
        }
    }
}

extension AuditComparison.PromiseChange {
    /// Whether it is kept less: by the verdict, or under a condition that it did not need. One that was not tried is
    /// not worse.
    fileprivate var isWorse: Bool {
        let (rank, earlier) = (Self.rank(now.verdict), Self.rank(before.verdict))
        guard rank == earlier else { return rank > earlier }
        return !now.settings.isSubset(of: before.settings)
    }

    /// How far a verdict is from being kept. One that this version does not know is between the two ends.
    private static func rank(_ verdict: String) -> Int {
        switch verdict {
        case PromiseVerdict.kept.name, PromiseVerdict.untried.name: 0
        case PromiseVerdict.broken.name: 2
        default: 1
        }
    }
}

extension AuditComparison.Aspect {
    fileprivate func exceeds(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
        switch self {
        case .subjects, .calls: a > b + tolerance
        case .residence: a > b * (1 + tolerance)
        }
    }
}
