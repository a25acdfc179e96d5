import ClosedForms
import Matchmaking
import Quantities

/// One class of people who all suit each other and never leave, under policies that decide at once or
/// at intervals.
///
/// Whoever waits for a tick waits half an interval on average, and the one who is left over every other
/// time a whole one. What that costs over pairing at once is half an interval, however many come: the
/// penalty of batching does not shrink as the market thickens.
public struct BatchingStudy: Study {
    private struct Anybody: PairPredicate {
        func allows(_ one: TicketID, _ other: TicketID) -> Bool { true }
    }

    /// What its figures have to be.
    public let oracles: [Oracle]
    /// Replications for each seed.
    public let replications: Int
    private let arrivals: Double

    /// Seconds between two decisions.
    private static let interval = 2.0
    /// Arrivals per second of a thin market, where two come in an interval, and of a thick one.
    private static let markets = [("thin", 1.0), ("thick", 8)]

    /// The queues with arrivals at 1 and 8 per second, decided every 2 s, each measured for the time
    /// that `arrivals` take on average after 20 intervals in each of `replications`.
    public init(replications: Int, arrivals: Double) {
        self.replications = replications
        self.arrivals = arrivals
        let formula = "tick matching, REFERENCE §5"
        oracles = Self.markets.flatMap { name, rate in
            let ticks = TickQueue(arrivalRate: rate, interval: Self.interval)
            let greedy = SingleClassQueue(arrivalRate: rate, patienceRate: 0)
            return [
                Oracle("\(name).queue", .mean, ticks.meanQueue, by: formula),
                Oracle("\(name).wait", .mean, ticks.meanWait, by: formula),
                Oracle(
                    "\(name).penalty", .mean, ticks.meanWait - greedy.meanWait,
                    by: formula + ", less the self-pairing queue"),
            ]
        }
    }

    /// What it is called in results.
    public var name: String { "tick-matching" }
    /// The first of its seeds.
    public var firstSeed: UInt64 { 70_001 }

    /// Lets the same people arrive at both policies and reads the figures, in the order of ``oracles``.
    public func figures(seed: UInt64, replication: UInt32) -> [Double] {
        Self.markets.flatMap { _, rate in
            let begin = SimTime.zero + SimDuration(seconds: 20 * Self.interval)
            let end = begin + SimDuration(seconds: arrivals / rate)
            let runs = [MatchPolicy.batch(every: SimDuration(seconds: Self.interval)), .greedy].map
            {
                policy in
                var world = MatchingWorld(
                    sides: [.init(arrivalRate: rate, patienceRate: 0)], predicate: Anybody(),
                    policy: policy, window: begin..<end, seed: seed, replication: replication)
                let levels = world.run()
                precondition(world.inversions == 0, "an older ticket was passed over")
                return (queue: levels.meanQueue[0], wait: world.tallies[0].meanWait)
            }
            return [runs[0].queue, runs[0].wait, runs[0].wait - runs[1].wait]
        }
    }
}

/// People of whom each two suit each other with the same chance, and who leave after exponential times,
/// under policies that know when each will and policies that do not.
///
/// Whoever knows loses far fewer. Where nothing is known, age tells nothing either, as patience has no
/// memory: to wait until some share would have left is no better than to pair at once, and no worse
/// while that share is small.
public struct DeparturesStudy: Study {
    /// What its figures have to be.
    public let oracles: [Oracle]
    /// Replications for each seed.
    public let replications: Int
    private let measured: SimDuration

    private static let side = MatchingWorld<RandomCompatibilityStudy.Chance>.Side(
        arrivalRate: 1, patienceRate: 0.05)
    private static let compatibility = 0.25
    /// 1 % have left before that age.
    private static let criticalAge = SimDuration(seconds: 0.201)

    /// The market with arrivals at 1 per second who wait 20 s on average and of whom each two suit
    /// each other with a chance of 1/4, measured for `measured` after 300 s in each of `replications`.
    public init(replications: Int, measured: SimDuration) throws(QueueingError) {
        self.replications = replications
        self.measured = measured
        let (rate, leaving) = (Self.side.arrivalRate, Self.side.patienceRate)
        let greedy = try GreedyMarket(
            arrivalRate: rate, patienceRate: leaving, compatibility: Self.compatibility)
        let patient = try PatientMarket(
            arrivalRate: rate, patienceRate: leaving, compatibility: Self.compatibility)
        let formula = "dynamic matching market (Akbarpour et al. 2020)"
        oracles = [
            Oracle("greedy.queue", .mean, greedy.meanQueue, by: formula),
            Oracle("greedy.abandoned", .probability, greedy.abandonmentProbability, by: formula),
            Oracle("patient.queue", .mean, patient.meanQueue, by: formula),
            Oracle("patient.abandoned", .probability, patient.abandonmentProbability, by: formula),
            Oracle(
                "patient.saved", .probability,
                greedy.abandonmentProbability - patient.abandonmentProbability, by: formula),
            Oracle(
                "uninformed.abandoned", .likeness, 1,
                by: "relative to greedy: exponential patience has no memory"),
        ]
    }

    /// What it is called in results.
    public var name: String { "known-departures" }
    /// The first of its seeds.
    public var firstSeed: UInt64 { 80_001 }

    /// Lets the same people arrive at three policies and reads the figures, in the order of
    /// ``oracles``.
    public func figures(seed: UInt64, replication: UInt32) -> [Double] {
        let greedy = run(.greedy, .ofAll, seed, replication)
        let patient = run(.patientUntilLeaving(notice: .zero), .announced, seed, replication)
        let uninformed = run(
            .patient(criticalAge: Self.criticalAge), .ofAll, seed, replication)
        return [
            greedy.queue, greedy.left, patient.queue, patient.left, greedy.left - patient.left,
            uninformed.left / greedy.left,
        ]
    }

    private func run(
        _ policy: MatchPolicy,
        _ departures: MatchingWorld<RandomCompatibilityStudy.Chance>.Departures, _ seed: UInt64,
        _ replication: UInt32
    ) -> (queue: Double, left: Double) {
        let begin = SimTime.zero + .seconds(300)
        var world = MatchingWorld(
            sides: [Self.side],
            predicate: RandomCompatibilityStudy.Chance(
                Self.compatibility, seed: seed, replication: replication),
            policy: policy, departures: departures, window: begin..<begin + measured, seed: seed,
            replication: replication)
        let levels = world.run()
        return (levels.meanQueue[0], world.tallies[0].shareLeft)
    }
}
