import Matchmaking
import PlatformModel
import Quantities
import Results
import ScenarioModel

/// How each group fared in one replication, by place in ``GateGroups``.
public struct GateSample: Sendable {
    /// The replication's number.
    public var replication: UInt32
    /// The fingerprint of its trajectory.
    public var fingerprint: String
    /// Tickets of each group.
    var tickets: [Int]
    /// For each measure, in the order of its cases, the value of each group; nil where there is none.
    var values: [[Double?]]
}

/// The groups that the gate looks at: everybody, the labels of each dimension, and each language
/// with each interest.
public struct GateGroups: Sendable {
    /// Names such as `language=en interest=music`; the first is `all`.
    public let names: [String]
    private let dimensions: [Dimension]
    private let languages: Int
    private let interests: Int
    private let crossed: Int

    private struct Dimension: Sendable {
        var first: Int
        var label: @Sendable (TicketLife) -> Int
    }

    /// The groups of `scenario`; dimensions with one label are left out.
    public init(_ scenario: Scenario) {
        var names = ["all"]
        var dimensions: [Dimension] = []
        let all: [(String, [String], @Sendable (TicketLife) -> Int)] = [
            ("language", scenario.languages, { Int($0.language) }),
            ("interest", scenario.interests, { Int($0.interest) }),
            ("persona", scenario.population.map(\.name), { Int($0.persona) }),
            ("access", scenario.access.map(\.name), { Int($0.access) }),
            ("tier", Scenario.tierNames, { Int($0.tier.rawValue) }),
        ]
        for (name, labels, label) in all where labels.count > 1 {
            dimensions.append(Dimension(first: names.count, label: label))
            names += labels.map { "\(name)=\($0)" }
        }
        languages = scenario.languages.count
        interests = scenario.interests.count
        crossed = names.count
        if languages > 1, interests > 1 {
            for language in scenario.languages {
                names += scenario.interests.map { "language=\(language) interest=\($0)" }
            }
        }
        self.names = names
        self.dimensions = dimensions
    }

    /// The places of the groups that a ticket is in.
    private func places(of ticket: TicketLife) -> [Int] {
        var places = [0] + dimensions.map { $0.first + $0.label(ticket) }
        if languages > 1, interests > 1 {
            places.append(crossed + Int(ticket.language) * interests + Int(ticket.interest))
        }
        return places
    }

    /// How the groups fared in `outcome`.
    ///
    /// - Precondition: its tickets were kept.
    public func sample(_ outcome: ReplicationOutcome) -> GateSample {
        var waits = [[Int64]](repeating: [], count: names.count)
        var (unpaired, passedOver) = (waits.map { _ in 0 }, waits.map { _ in 0 })
        for ticket in outcome.tickets where ticket.isMeasured {
            guard let wait = ticket.wait else { continue }
            for place in places(of: ticket) {
                waits[place].append(wait.nanoseconds)
                if ticket.end != .paired { unpaired[place] += 1 }
                if ticket.wasPassedOver { passedOver[place] += 1 }
            }
        }
        for place in waits.indices { waits[place].sort() }
        func share(_ counts: [Int], _ place: Int) -> Double? {
            waits[place].isEmpty ? nil : Double(counts[place]) / Double(waits[place].count)
        }
        let values = GateMeasure.allCases.map { measure in
            names.indices.map { place -> Double? in
                let times = waits[place]
                switch measure {
                case .wait:
                    guard !times.isEmpty else { return nil }
                    return Double(times.reduce(Int128(0)) { $0 + Int128($1) })
                        / Double(times.count) / 1e9
                case .waitP95:
                    guard !times.isEmpty else { return nil }
                    return Double(times[(times.count * 95 + 99) / 100 - 1]) / 1e9
                case .unpaired: return share(unpaired, place)
                case .passedOver: return share(passedOver, place)
                case .leakByWaits, .leakByPartners:
                    guard place == 0, let metric = measure.metric else { return nil }
                    return outcome.record.value(metric).map { ($0 - 0.5).magnitude }
                }
            }
        }
        return GateSample(
            replication: outcome.replication, fingerprint: outcome.fingerprint.hexadecimal,
            tickets: waits.map(\.count), values: values)
    }
}

extension BaselineDocument.Decision {
    /// The pairs that the matchmaker made, in order; at most `limit`.
    ///
    /// - Precondition: `tickets` are all of a replication.
    static func all(in tickets: [TicketLife], limit: Int) -> [BaselineDocument.Decision] {
        let made = tickets.filter { $0.end == .paired && $0.number < $0.partner }
            .sorted { ($0.ended, $0.number) < ($1.ended, $1.number) }
        return made.prefix(limit).map { older in
            BaselineDocument.Decision(
                time: older.ended.sinceStart.nanoseconds, tickets: [older.number, older.partner],
                steps: [older.step, tickets[Int(older.partner)].step])
        }
    }
}

extension BaselineDocument {
    /// Decisions that a baseline keeps: a few dozen kilobytes.
    public static let decisionLimit = 1000
    /// The probability of a wrong verdict unless a baseline says something else.
    public static let usualError = 0.05
    /// Fewer tickets a replication tell too little of a group unless a baseline says something else.
    public static let usualLeastTickets = 50.0

    /// The baseline that `outcomes`, replications 0, 1, 2…, are from now on; margins and reasons go
    /// on from `earlier`.
    ///
    /// - Precondition: their tickets were kept, and there are two at least.
    public init(
        _ outcomes: [ReplicationOutcome], of scenario: Scenario, named name: String,
        effective: JSONValue, seed: UInt64, reason: String, toolVersion: String,
        after earlier: BaselineDocument? = nil
    ) {
        precondition(outcomes.count >= 2, "a spread takes two replications")
        let groups = GateGroups(scenario)
        let samples = outcomes.map(groups.sample)
        var cells: [Cell] = []
        for (row, measure) in GateMeasure.allCases.enumerated() {
            for (place, group) in groups.names.enumerated() {
                let values = samples.map { $0.values[row][place] }
                guard values.contains(where: { $0 != nil }) else { continue }
                let tickets = samples.reduce(0.0) { $0 + Double($1.tickets[place]) }
                cells.append(
                    Cell(
                        measure: measure.rawValue, group: group,
                        tickets: tickets / Double(samples.count), values: values))
            }
        }
        let known = earlier?.margins ?? []
        let margins = GateMeasure.allCases.map { measure in
            known.first { $0.measure == measure.rawValue } ?? measure.usualMargin
        }
        let fingerprints = samples.map(\.fingerprint)
        self.init(
            scenario: name, effectiveScenario: effective, seed: seed, fingerprints: fingerprints,
            error: earlier?.error ?? Self.usualError,
            leastTickets: earlier?.leastTickets ?? Self.usualLeastTickets, margins: margins,
            cells: cells,
            decisions: Decision.all(in: outcomes[0].tickets, limit: Self.decisionLimit),
            history: (earlier?.history ?? []) + [
                Entry(reason: reason, toolVersion: toolVersion, fingerprint: fingerprints[0])
            ])
    }
}
