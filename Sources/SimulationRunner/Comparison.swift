import Measurement
import PlatformModel
import Quantities
import Results
import ScenarioModel
import Statistics

/// Two runs of the same people, one difference at a time.
///
/// Both runs draw from the same streams, so replication r of one is paired with replication r of
/// the other, and a person's first ticket with the same person's first ticket: who comes, when and how long each
/// would wait are the same. Intervals and tests are Student's t over the replications' differences,
/// as tickets of one replication depend on each other.
public struct Comparison: Sendable {
    /// The difference of a figure over the replications.
    public struct Change: Hashable, Sendable {
        /// Its mean over the replications that have it in both runs; nil if there are none.
        public var mean: Double?
        /// 95 % interval of the mean; nil with fewer than two replications.
        public var interval: ConfidenceInterval?
        /// Probability of so large a difference by chance alone; nil with fewer than two
        /// replications, 1 where there is no difference in any.
        public var p: Double?

        /// The change over the `differences` of replications.
        init(_ differences: [Double]) {
            guard !differences.isEmpty else { return }
            let n = Double(differences.count)
            let mean = differences.reduce(0, +) / n
            self.mean = mean
            interval = ReplicationSummary.interval95(of: differences)
            guard differences.count >= 2 else { return }
            let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let error = (squares / (n - 1) / n).squareRoot()
            guard error > 0 else {
                p = mean == 0 ? 1 : 0
                return
            }
            p = 1 - StudentT.central(abs(mean) / error, degreesOfFreedom: differences.count - 1)
        }
    }

    /// One metric in both runs.
    public struct MetricChange: Hashable, Sendable {
        /// The metric.
        public var metric: Metric
        /// Its mean over the first run's replications.
        public var first: Double?
        /// Its mean over the second run's replications.
        public var second: Double?
        /// Second less first.
        public var change: Change
    }

    /// How a group's tickets fared in the second run, against the same tickets in the first.
    public struct GroupChange: Hashable, Sendable {
        /// The dimension; nil for everybody.
        public var dimension: LabelDimension?
        /// The label's name; "all" for everybody.
        public var label: String
        /// Tickets in all replications that ended in both runs.
        public var tickets = 0
        /// Those that waited less.
        public var gained = 0
        /// Those that waited longer.
        public var paid = 0
        /// Those paired in the second run only.
        public var newlyPaired = 0
        /// Those paired in the first run only.
        public var newlyUnpaired = 0
        /// Change of the mean time waited, however it ended, in seconds.
        public var wait = Change([])
        /// Change of the share paired.
        public var paired = Change([])
        /// ``wait``'s probability after Holm's correction over all groups.
        public var adjustedWaitP: Double?
        /// ``paired``'s probability after Holm's correction over all groups.
        public var adjustedPairedP: Double?
    }

    /// Tickets of people who queued again, of which a run may have others than another.
    public struct Requeued: Hashable, Sendable {
        /// Tickets in the first run and the second, all replications.
        public var counts: [Int]
        /// Mean time waited in seconds, in the first run and the second; nil without tickets.
        public var meanWaits: [Double?]
        /// Shares paired, likewise.
        public var pairedShares: [Double?]
        /// The tickets whose owner had one of the same ordinal in both runs.
        public var matched: GroupChange
    }

    /// Every metric, in the catalogue's order.
    public let metrics: [MetricChange]
    /// First tickets: of everybody, then by group.
    public let groups: [GroupChange]
    /// Later tickets.
    public let requeued: Requeued
    /// Replications compared.
    public let replications: Int

    /// Compares the outcomes of `scenario` with those of another, replication by replication.
    ///
    /// - Precondition: both have the same replications, and their tickets were kept.
    public init(
        _ first: [ReplicationOutcome], _ second: [ReplicationOutcome], of scenario: Scenario
    ) {
        precondition(first.map(\.replication) == second.map(\.replication), "runs of a kind")
        replications = first.count
        metrics = MetricCatalogue.all.map { entry in
            let values = zip(first, second).map {
                ($0.record.value(entry.metric), $1.record.value(entry.metric))
            }
            return MetricChange(
                metric: entry.metric, first: Self.mean(values.compactMap(\.0)),
                second: Self.mean(values.compactMap(\.1)),
                change: Change(values.compactMap { a, b in a.flatMap { a in b.map { $0 - a } } }))
        }
        let pairs = zip(first, second).map { TicketPairs($0.tickets, $1.tickets) }
        groups = Self.groups(pairs.map(\.first), scenario)
        requeued = Requeued(
            counts: [
                pairs.reduce(0) { $0 + $1.laterCounts[0] },
                pairs.reduce(0) { $0 + $1.laterCounts[1] },
            ],
            meanWaits: [first, second].map {
                Self.mean(Self.later($0).compactMap { $0.wait?.seconds })
            },
            pairedShares: [first, second].map {
                Self.mean(Self.later($0).map { $0.end == .paired ? 1 : 0 })
            },
            matched: Self.change(pairs.map(\.later), nil, "all") { _ in true })
    }

    private static func later(_ outcomes: [ReplicationOutcome]) -> [TicketLife] {
        outcomes.flatMap {
            $0.tickets.filter { $0.visit > 0 && $0.isMeasured && $0.end != .waiting }
        }
    }

    static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    // MARK: Groups

    private static func groups(
        _ replications: [[TicketPair]], _ scenario: Scenario
    ) -> [GroupChange] {
        let spaces = LabelSpaces(
            language: scenario.languages, interest: scenario.interests,
            persona: scenario.population.map(\.name), access: scenario.access.map(\.name),
            tier: Scenario.tierNames, crossed: scenario.matchmaking.crossedGroups)
        let dimensions: [(LabelDimension, [String], @Sendable (TicketLife) -> Int)] = [
            (.language, scenario.languages, { Int($0.language) }),
            (.interest, scenario.interests, { Int($0.interest) }),
            (.persona, scenario.population.map(\.name), { Int($0.persona) }),
            (.access, scenario.access.map(\.name), { Int($0.access) }),
            (.tier, Scenario.tierNames, { Int($0.tier.rawValue) }),
            (.cell, spaces[.cell], { spaces.cell(of: $0.labels) ?? 0 }),
        ]
        var groups: [GroupChange] = []
        for (dimension, names, label) in dimensions where names.count > 1 {
            for (index, name) in names.enumerated() {
                let group = change(replications, dimension, name) { label($0) == index }
                if group.tickets > 0 { groups.append(group) }
            }
        }
        correct(&groups)
        return [change(replications, nil, "all") { _ in true }] + groups
    }

    private static func correct(_ groups: inout [GroupChange]) {
        for (measure, adjusted) in [
            (\GroupChange.wait, \GroupChange.adjustedWaitP),
            (\GroupChange.paired, \GroupChange.adjustedPairedP),
        ] {
            let tested = groups.indices.filter { groups[$0][keyPath: measure].p != nil }
            let corrected = Holm.adjusted(tested.map { groups[$0][keyPath: measure].p! })
            for (index, p) in zip(tested, corrected) { groups[index][keyPath: adjusted] = p }
        }
    }

    private static func change(
        _ replications: [[TicketPair]], _ dimension: LabelDimension?, _ label: String,
        _ belongs: (TicketLife) -> Bool
    ) -> GroupChange {
        var group = GroupChange(dimension: dimension, label: label)
        var (waits, shares): ([Double], [Double]) = ([], [])
        for pairs in replications {
            let members = pairs.filter { belongs($0.first) }
            guard !members.isEmpty else { continue }
            group.tickets += members.count
            group.gained += members.count { $0.waitChange < 0 }
            group.paid += members.count { $0.waitChange > 0 }
            group.newlyPaired += members.count { $0.pairedChange > 0 }
            group.newlyUnpaired += members.count { $0.pairedChange < 0 }
            let n = Double(members.count)
            waits.append(members.reduce(0) { $0 + $1.waitChange } / n)
            shares.append(members.reduce(0) { $0 + Double($1.pairedChange) } / n)
        }
        group.wait = Change(waits)
        group.paired = Change(shares)
        return group
    }
}

/// The same person's ticket of the same ordinal in two runs.
struct TicketPair {
    var first: TicketLife
    var second: TicketLife

    /// Seconds by which the wait grew.
    var waitChange: Double {
        (second.ended - second.created).seconds - (first.ended - first.created).seconds
    }
    /// 1 if it was paired in the second run only, −1 if in the first only.
    var pairedChange: Int { (second.end == .paired ? 1 : 0) - (first.end == .paired ? 1 : 0) }
}

/// The tickets of one replication in two runs, by peer and ordinal.
struct TicketPairs {
    /// People's first tickets that are measured and ended in both.
    private(set) var first: [TicketPair] = []
    /// Later ones, likewise.
    private(set) var later: [TicketPair] = []
    /// Later tickets that are measured and ended, in each run.
    private(set) var laterCounts = [0, 0]

    init(_ one: [TicketLife], _ other: [TicketLife]) {
        let lists = [one, other].map { list in
            list.filter { $0.isMeasured && $0.end != .waiting }
                .sorted { ($0.peer, $0.visit) < ($1.peer, $1.visit) }
        }
        laterCounts = lists.map { $0.count { $0.visit > 0 } }
        var places = [0, 0]
        while places[0] < lists[0].count, places[1] < lists[1].count {
            let (a, b) = (lists[0][places[0]], lists[1][places[1]])
            if (a.peer, a.visit) == (b.peer, b.visit) {
                if a.visit == 0 {
                    first.append(TicketPair(first: a, second: b))
                } else {
                    later.append(TicketPair(first: a, second: b))
                }
                places[0] += 1
                places[1] += 1
            } else if (a.peer, a.visit) < (b.peer, b.visit) {
                places[0] += 1
            } else {
                places[1] += 1
            }
        }
    }
}

extension TicketLife {
    fileprivate var labels: Labels {
        Labels(
            language: language, interest: interest, persona: persona, access: access,
            tier: UInt16(tier.rawValue))
    }
}
