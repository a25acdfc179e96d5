import ClosedForms
import Measurement
import Quantities
import RandomStreams
import ScenarioModel

/// The waiting tickets of a scenario as queues that know nothing of each other: one for each
/// combination of what partners must have in common from first to last, each with Poisson arrivals
/// whose owners are paired with whoever comes next.
///
/// That takes arrivals at a constant rate, people who come once, the greedy policy from age zero,
/// demands that do not change with age, and tiers that keep nobody apart.
struct IndependentQueues {
    /// One queue: what share of the arrivals it gets, and how long they wait.
    struct Cell {
        var share = 0.0
        var patience: [(weight: Double, patience: Distribution)] = []
    }

    /// People per second, > 0.
    let rate: Double
    let cells: [Cell]
    /// Measured seconds.
    let window: Double
    /// Whether everything but the wait is independent of who is paired with whom: the two of a
    /// pair are two people picked at random.
    let pairsAreRandom: Bool
    private let queues: [PairingQueue]

    /// Fewer arrivals than this inside a window let those at its edges weigh.
    private static let leastArrivals = 200.0
    /// So many mean times between arrivals after the start a queue has forgotten that it was empty.
    private static let forgetting = 10.0

    /// The queues of `scenario`; nil unless all of the above holds and the transform of their
    /// patience is known.
    init?(_ scenario: Scenario) {
        let people = scenario.population.filter { $0.share > 0 }
        guard case .rate(let rate) = scenario.arrivals, rate > 0,
            people.allSatisfy({ $0.requeue == 0 }),
            let cells = Self.cells(of: people, under: scenario)
        else { return nil }
        let window = scenario.general.measured.seconds
        var queues: [PairingQueue] = []
        for cell in cells {
            let own = rate * cell.share
            guard own * window >= Self.leastArrivals,
                own * scenario.general.warmUp.seconds >= Self.forgetting,
                let leaving = LeavingTransform(of: cell.patience, rate: own),
                leaving.chance < 1
            else { return nil }
            queues.append(
                PairingQueue(
                    arrivalRate: own, leavingChance: leaving.chance,
                    weightedPatience: leaving.weighted))
        }
        self.rate = rate
        self.cells = cells
        self.window = window
        self.queues = queues
        let hasOnePatience = people.allSatisfy { $0.patience == people[0].patience }
        pairsAreRandom = hasOnePatience && (cells.count == 1 || people.count == 1)
    }

    private static func cells(of people: [Persona], under scenario: Scenario) -> [Cell]? {
        let rules = scenario.matchmaking
        let tiersSplit = rules.tiers != .ignore && scenario.risk.enabled
        guard rules.policy == .greedy, rules.expiry == nil, !tiersSplit,
            let first = rules.expansion.first,
            first.after == .zero
        else { return nil }
        let byLanguage = first.requiresLanguage && isMixed(people, \.language)
        let byInterest = first.requiresInterest && isMixed(people, \.interest)
        let isSteady = rules.expansion.allSatisfy { step in
            (step.requiresLanguage && isMixed(people, \.language)) == byLanguage
                && (step.requiresInterest && isMixed(people, \.interest)) == byInterest
        }
        guard isSteady else { return nil }
        let rows = byLanguage ? scenario.languages.count : 1
        let columns = byInterest ? scenario.interests.count : 1
        var cells = Array(repeating: Cell(), count: rows * columns)
        for persona in people {
            for language in byLanguage ? persona.language : [NamedShare(index: 0, share: 1)] {
                for interest in byInterest ? persona.interest : [NamedShare(index: 0, share: 1)] {
                    let share = persona.share * language.share * interest.share
                    guard share > 0 else { continue }
                    let place = language.index * columns + interest.index
                    cells[place].share += share
                    cells[place].patience.append((share, persona.patience))
                }
            }
        }
        return cells.filter { $0.share > 0 }
    }

    /// Whether two people may differ in what `attribute` says.
    private static func isMixed(
        _ people: [Persona], _ attribute: KeyPath<Persona, [NamedShare]>
    ) -> Bool {
        var first: Int?
        for persona in people {
            for entry in persona[keyPath: attribute] where entry.share > 0 {
                if let first, first != entry.index { return true }
                first = entry.index
            }
        }
        return false
    }
}

extension IndependentQueues {
    /// Pairs per second, of all queues.
    var pairRate: Double {
        zip(cells, queues).reduce(0) { sum, queue in
            sum + 0.5 * rate * queue.0.share * (1 - queue.1.abandonmentProbability)
        }
    }

    private var formula: String {
        let isExponential = cells.allSatisfy { cell in
            cell.patience.allSatisfy {
                guard case .exponential = $0.patience else { return false }
                return $0.patience == cell.patience[0].patience
            }
        }
        let queue =
            isExponential ? "M/M self-pairing queue" : "M/G self-pairing queue (any patience)"
        return (cells.count == 1 ? queue : "\(cells.count) separate queues: \(queue)")
            + ", REFERENCE §5"
    }

    /// What is known of waiting, leaving and pairing.
    var predictions: [Prediction] {
        // Of each queue at most one ticket straddles an edge of the window.
        let edge = 1 / (rate * (cells.map(\.share).min() ?? 1) * window)
        let pairs = pairRate
        let abandoned = 1 - 2 * pairs / rate
        let waited = zip(cells, queues).reduce(0) { sum, queue in
            sum + rate * queue.0.share * (1 - queue.1.abandonmentProbability)
                * queue.1.meanWaitMatched
        }
        var all = [
            Prediction(.matches, .value, pairs * window, by: formula),
            Prediction(
                .matchLatency, .mean, waited / (2 * pairs), tolerance: edge, by: formula),
            Prediction(
                .queueLength, .timeMean, queues.reduce(0) { $0 + $1.waitProbabilityInTime },
                by: formula),
        ]
        if abandoned > 1e-9 {
            all.append(
                Prediction(.abandoned, .value, abandoned, tolerance: edge, by: formula))
        }
        return all
    }
}
