import ClosedForms
import Matchmaking
import Quantities
import RandomStreams

/// The double-ended queue: each side suits only the other.
public struct TwoSidedStudy: Study {
    /// Tickets of the two sides differ in the last digit of their numbers.
    struct OtherSide: PairPredicate {
        func allows(_ one: TicketID, _ other: TicketID) -> Bool {
            (one.rawValue ^ other.rawValue) & 1 == 1
        }
    }

    /// What its figures have to be.
    public let oracles: [Oracle]
    /// Replications for each seed.
    public let replications: Int
    private let sides: [MatchingWorld<OtherSide>.Side]
    private let measured: SimDuration

    /// The queue with arrivals at 1 and 0.9 per second who wait 1 and 1.25 s on average, measured for
    /// `measured` after 100 s in each of `replications`.
    public init(replications: Int, measured: SimDuration) throws(QueueingError) {
        self.replications = replications
        self.measured = measured
        sides = [
            .init(arrivalRate: 1, patienceRate: 1), .init(arrivalRate: 0.9, patienceRate: 0.8),
        ]
        let queue = try TwoSidedQueue(
            arrivalRate: 1, patienceRate: 1, otherArrivalRate: 0.9, otherPatienceRate: 0.8)
        let formula = "double-ended queue (Kashyap 1966; Conolly et al. 2002)"
        oracles =
            [Oracle("empty", .probability, queue.emptyProbability, by: formula)]
            + [("one", queue.one), ("other", queue.other)].flatMap { name, side in
                [
                    Oracle("\(name).queue", .mean, side.meanQueue, by: formula),
                    Oracle("\(name).wait", .mean, side.meanWait, by: formula),
                    Oracle(
                        "\(name).abandoned", .probability, side.abandonmentProbability,
                        by: formula),
                ]
            }
    }

    /// What it is called in results.
    public var name: String { "two-sided-queue" }
    /// The first of its seeds.
    public var firstSeed: UInt64 { 50_001 }

    /// Lets people arrive at the matchmaker once and reads its figures, in the order of ``oracles``.
    public func figures(seed: UInt64, replication: UInt32) -> [Double] {
        let begin = SimTime.zero + .seconds(100)
        var world = MatchingWorld(
            sides: sides, predicate: OtherSide(), window: begin..<begin + measured, seed: seed,
            replication: replication)
        let levels = world.run()
        precondition(world.inversions == 0, "an older ticket that was allowed was passed over")
        return [levels.emptyShare]
            + sides.indices.flatMap { side in
                [
                    levels.meanQueue[side], world.tallies[side].meanWait,
                    world.tallies[side].shareLeft,
                ]
            }
    }
}

/// The queue in which each two suit each other with the same chance, and nobody leaves.
public struct RandomCompatibilityStudy: Study {
    /// Two tickets suit each other if a hash of their numbers and of the replication is small.
    struct Chance: PairPredicate {
        /// As many hashes as are small enough, of 2^32.
        var limit: UInt64
        /// Tells the replications apart: with the same pairs in each they would not be independent.
        var key: UInt64

        init(_ chance: Double, seed: UInt64, replication: UInt32) {
            var keys = RandomStream(
                StreamName(
                    seed: seed, replication: replication, purpose: StreamPurpose(rawValue: 3),
                    entity: 0))
            limit = UInt64(chance * 0x1p32)
            key = keys.nextUInt64()
        }

        /// The finaliser of MurmurHash3 (Appleby, public domain).
        func allows(_ one: TicketID, _ other: TicketID) -> Bool {
            let (low, high) = (
                min(one.rawValue, other.rawValue), max(one.rawValue, other.rawValue)
            )
            var hash = (UInt64(low) << 32 | UInt64(high)) ^ key
            hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
            hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
            hash ^= hash >> 33
            return hash >> 32 < limit
        }
    }

    /// What its figures have to be.
    public let oracles: [Oracle]
    /// Replications for each seed.
    public let replications: Int
    private let compatibility: Double
    private let measured: SimDuration

    /// The queue with arrivals at 1 per second of whom each two suit each other with a chance of
    /// 1/16, measured for `measured` after 1,000 s in each of `replications`.
    public init(replications: Int, measured: SimDuration) throws(QueueingError) {
        self.replications = replications
        self.measured = measured
        compatibility = 0.0625
        let queue = try RandomCompatibilityQueue(arrivalRate: 1, compatibility: compatibility)
        let formula = "random compatibility (Anderson et al. 2017)"
        oracles = [
            Oracle("queue", .mean, queue.meanQueue, by: formula),
            Oracle("wait", .mean, queue.meanWait, by: formula),
        ]
    }

    /// What it is called in results.
    public var name: String { "random-compatibility" }
    /// The first of its seeds.
    public var firstSeed: UInt64 { 60_001 }

    /// Lets people arrive at the matchmaker once and reads its figures, in the order of ``oracles``.
    public func figures(seed: UInt64, replication: UInt32) -> [Double] {
        let begin = SimTime.zero + .seconds(1000)
        var world = MatchingWorld(
            sides: [.init(arrivalRate: 1, patienceRate: 0)],
            predicate: Chance(compatibility, seed: seed, replication: replication),
            window: begin..<begin + measured, seed: seed, replication: replication)
        let levels = world.run()
        precondition(world.inversions == 0, "an older ticket that was allowed was passed over")
        return [levels.meanQueue[0], world.tallies[0].meanWait]
    }
}
