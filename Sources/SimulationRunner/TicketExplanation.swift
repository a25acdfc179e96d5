import Matchmaking
import Measurement
import PlatformModel
import Quantities
import ScenarioModel

/// A ticket's life: what it demanded when, who was there, why it was not given to them, and which
/// changes of the rules would have paired it sooner.
public struct TicketExplanation: Sendable {
    /// A change of the rules that was tried by running the scenario again, with all people as before.
    public struct Remedy: Hashable, Sendable {
        /// The change.
        public var change: RuleChange
        /// How long the ticket waited then; nil if it still waited at the end of the run.
        public var wait: SimDuration?
        /// Whether it was paired then.
        public var isPaired: Bool
    }

    /// The ticket.
    public let life: TicketLife
    /// Its partner; nil without one.
    public let partner: TicketLife?
    /// Changes that would have paired it sooner, the smallest first.
    public let remedies: [Remedy]
    /// How many changes were tried.
    public let tried: Int
    let neighbours: [PastQueue.Neighbour]
    let queue: PastQueue
    let scenario: Scenario

    /// Why there is no explanation.
    public enum Failure: Error, Hashable, Sendable {
        /// The replication has fewer tickets.
        case noSuchTicket(count: Int)
        /// The run was interrupted or broke a law.
        case stopped
    }

    /// Explains ticket `number` of replication `replication` of what `simulation` simulates.
    ///
    /// Runs the replication once as it is, and then up to the ticket's end with each change of the
    /// rules that might have helped, at most ``triesLimit``.
    public init(
        _ number: Int, replication: UInt32, of simulation: Simulation, _ progress: RunProgress
    ) async throws(Failure) {
        scenario = simulation.scenario
        var simulation = simulation
        await simulation.prepare()
        let tickets = try await Self.tickets(scenario, replication, simulation, progress)
        guard tickets.indices.contains(number) else {
            throw .noSuchTicket(count: tickets.count)
        }
        let life = tickets[number]
        let queue = PastQueue(
            tickets: tickets, rules: scenario.matchRules,
            stop: .zero + scenario.general.stopTime)
        self.life = life
        self.queue = queue
        partner = life.end == .paired ? tickets[Int(life.partner)] : nil
        let everybody = queue.neighbours(of: life)
        neighbours = everybody.filter { $0.life.number != life.partner }
        let changes = Self.changes(for: life, in: queue, everybody, scenario)
        var remedies: [Remedy] = []
        for change in changes {
            let changed = Self.shortened(
                change.applied(to: scenario), to: queue.end(of: life))
            let again = try await Self.tickets(changed, replication, simulation, progress)
                .first { $0.peer == life.peer && $0.visit == life.visit }
            guard let again, again.end == .paired else { continue }
            let wasPairedLater = life.end != .paired || again.ended < life.ended
            if wasPairedLater, again.ended < queue.end(of: life) {
                remedies.append(Remedy(change: change, wait: again.wait, isPaired: true))
            }
        }
        self.remedies = remedies
        tried = changes.count
    }

    /// Changes that are tried for one ticket.
    public static let triesLimit = 8

    private static func tickets(
        _ scenario: Scenario, _ replication: UInt32, _ simulation: Simulation,
        _ progress: RunProgress
    ) async throws(Failure) -> [TicketLife] {
        var run = simulation
        run.scenario = scenario
        run.replications = [replication]
        run.keepsTickets = true
        guard let outcome = await run.run(progress).first else { throw .stopped }
        return outcome.tickets
    }

    /// The scenario until just after `end`: what comes later changes nothing before.
    private static func shortened(_ scenario: Scenario, to end: SimTime) -> Scenario {
        var scenario = scenario
        let stop = min(scenario.general.stopTime, end.sinceStart + .seconds(1))
        scenario.general.stopTime = stop
        scenario.general.warmUp = min(scenario.general.warmUp, stop / 2)
        scenario.general.seriesStep = min(scenario.general.seriesStep, stop / 2)
        return scenario
    }

    /// The changes worth a try: earlier steps, and what has kept a neighbour who suited otherwise.
    private static func changes(
        for life: TicketLife, in queue: PastQueue, _ neighbours: [PastQueue.Neighbour],
        _ scenario: Scenario
    ) -> [RuleChange] {
        var changes = queue.earlierSteps(for: life, neighbours)
        if neighbours.contains(where: { $0.suited && !$0.hadMet }),
            scenario.matchmaking.policy != .greedy
        {
            changes.append(.greedy)
        }
        if scenario.matchmaking.avoidRematch, neighbours.contains(where: \.hadMet) {
            changes.append(.allowRematches)
        }
        if neighbours.contains(where: { $0.obstacles == .sameTier }) {
            changes.append(.ignoreTiers)
        }
        return Array(changes.prefix(triesLimit))
    }
}
