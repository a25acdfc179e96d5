import Quantities
import RandomStreams
import Testing

@testable import Matchmaking

/// What theory says of waiting before one pairs.
@Suite struct PolicyTheoryTests {
    /// Two tickets suit each other if a hash of their numbers is small.
    struct Chance: PairPredicate {
        var limit: UInt64
        var key: UInt64

        func allows(_ one: TicketID, _ other: TicketID) -> Bool {
            let (low, high) = (min(one.rawValue, other.rawValue), max(one.rawValue, other.rawValue))
            var hash = (UInt64(low) << 32 | UInt64(high)) ^ key
            hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
            hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
            hash ^= hash >> 33
            return hash >> 32 < limit
        }
    }

    struct Outcome {
        var meanWait: Double
        var shareLeft: Double
    }

    /// Poisson arrivals at 1 per second, of whom each two suit each other with chance
    /// `compatibility`, and who leave after `patience(stream)` seconds.
    static func drive(
        _ policy: MatchPolicy, rate: Double = 1, compatibility: Double, arrivals: Int,
        replication: UInt32, patience: (inout RandomStream) -> Double
    ) throws -> Outcome {
        var random = RandomStream(
            StreamName(
                seed: 9, replication: replication, purpose: StreamPurpose(rawValue: 2), entity: 0))
        let anybody = ExpansionStep(after: .zero, requiresLanguage: false, requiresInterest: false)
        var matchmaker = Matchmaker(
            rules: try MatchRules(
                expansion: [anybody], avoidRematch: false, tiers: .ignore, policy: policy))
        let chance = Chance(limit: UInt64(compatibility * 0x1p32), key: random.nextUInt64())
        var ends: [(id: UInt32, at: SimTime)] = []
        var (waited, paired, left) = (0.0, 0, 0)
        func collect(_ pairing: Pairing) {
            waited += pairing.first.age.seconds + pairing.second.age.seconds
            paired += 2
        }
        var now = SimTime.zero
        for id in 0..<UInt32(arrivals) {
            now += SimDuration(seconds: random.nextExponential(mean: 1 / rate))
            // Whatever leaves or is due before the arrival comes first, in order of time.
            while let first = ends.indices.min(by: { ends[$0].at < ends[$1].at }),
                ends[first].at <= now
            {
                let end = ends.remove(at: first)
                matchmaker.handleTimeout(at: end.at, where: chance)
                while let pairing = matchmaker.pollPairing() { collect(pairing) }
                if matchmaker.cancel(TicketID(end.id)) {
                    left += 1
                    matchmaker.endSession(SessionID(end.id))
                }
            }
            let stay = patience(&random)
            let decision = matchmaker.enqueue(
                Ticket(
                    id: TicketID(id), session: SessionID(id), language: 0, interest: 0,
                    tier: RiskTier(rawValue: 0),
                    leaves: stay < .infinity ? now + SimDuration(seconds: stay) : nil),
                at: now, where: chance)
            while let pairing = matchmaker.pollPairing() { collect(pairing) }
            if case .paired(let pairing) = decision { collect(pairing) }
            if stay < .infinity { ends.append((id, now + SimDuration(seconds: stay))) }
        }
        return Outcome(
            meanWait: waited / Double(paired), shareLeft: Double(left) / Double(paired + left))
    }

    static func runs(
        _ policy: MatchPolicy, rate: Double = 1, compatibility: Double = 1, arrivals: Int = 800,
        patience: (inout RandomStream) -> Double
    ) throws -> [Outcome] {
        try (0..<10).map {
            try drive(
                policy, rate: rate, compatibility: compatibility, arrivals: arrivals,
                replication: $0, patience: patience)
        }
    }

    /// At a tick everybody who came since the last one waits for it, half the interval on average, and
    /// parity leaves one over every other time: 1/(2λ) + Δ/2.
    @Test(arguments: [(1.0, 4.0), (4.0, 2.0)])
    func `whoever waits for a tick waits half of it and half a gap`(rate: Double, interval: Double)
        throws
    {
        let waits = try Self.runs(
            .batch(every: SimDuration(seconds: interval)), rate: rate, arrivals: 1500
        ) { _ in .infinity }.map(\.meanWait)
        SingleClassQueueTests().expect(waits, toMean: 1 / (2 * rate) + interval / 2)
    }

    /// The market thickens eightfold, and the price of a batch over greed stays half its interval:
    /// greedy's wait goes to zero and batch's to Δ/2.
    @Test func `the penalty of batching does not shrink as the market thickens`() throws {
        func mean(_ policy: MatchPolicy, _ rate: Double) throws -> Double {
            let runs = try Self.runs(policy, rate: rate) { _ in .infinity }
            return runs.map(\.meanWait).reduce(0, +) / Double(runs.count)
        }
        let penalties = try [1.0, 8.0].map {
            try mean(.batch(every: .seconds(2)), $0) - mean(.greedy, $0)
        }
        for penalty in penalties { #expect(abs(penalty - 1) < 0.15, "Δ/2 is 1 s, not \(penalty)") }
    }

    /// Akbarpour, Li and Oveis Gharan: where the law of leaving has no memory, age tells nothing, and
    /// patience is no better than greed. Where all have the same patience, age tells who leaves first, but
    /// greed that takes the oldest knows that as well.
    @Test func `patience is as good as greed where age tells no more than who is older`() throws {
        func left(_ policy: MatchPolicy, _ patience: (inout RandomStream) -> Double) throws
            -> Double
        {
            let runs = try Self.runs(policy, compatibility: 0.1, arrivals: 600, patience: patience)
            return runs.map(\.shareLeft).reduce(0, +) / Double(runs.count)
        }
        let greedyEqual = try left(.greedy) { _ in 20 }
        let patientEqual = try left(.patient(criticalAge: SimDuration(seconds: 19.999))) { _ in 20 }
        #expect(
            abs(patientEqual - greedyEqual) < 0.1 * greedyEqual,
            "\(patientEqual) against \(greedyEqual)")
        // Exponential patience of the same mean: 1 % have left after 0.2 s.
        let greedy = try left(.greedy) { $0.nextExponential(mean: 20) }
        let patient = try left(.patient(criticalAge: SimDuration(seconds: 0.2))) {
            $0.nextExponential(mean: 20)
        }
        #expect(abs(patient - greedy) < 0.1 * greedy + 0.01, "\(patient) against \(greedy)")
    }

    /// What they show to pay is knowing when each will leave. One in five pairs suits; 40 come while
    /// one stays on average, so d = 8: greed loses no less than 1/(2d + 1), 5.9 %, in the long run,
    /// and patience at most exp(−d/2)/2, 0.9 %; a run begins with an empty queue.
    @Test func `patience is better than greed where departures are known`() throws {
        func left(_ policy: MatchPolicy) throws -> [Double] {
            try Self.runs(policy, rate: 2, compatibility: 0.2, arrivals: 800) {
                $0.nextExponential(mean: 20)
            }.map(\.shareLeft)
        }
        let greedy = try left(.greedy)
        let patient = try left(.patientUntilLeaving(notice: .milliseconds(1)))
        for (one, other) in zip(greedy, patient) {
            #expect(other < one / 2, "\(other) against \(one), with the same people")
        }
        let (g, p) = (
            greedy.reduce(0, +) / Double(greedy.count), patient.reduce(0, +) / Double(patient.count)
        )
        #expect(abs(g - 1 / 17) < 0.02, "greed loses \(g)")
        #expect(p < 0.02, "patience loses \(p)")
    }
}
