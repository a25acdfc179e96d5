import Quantities
import RandomStreams
import Statistics
import Testing

@testable import Matchmaking

/// One class of tickets against its closed form (the target's article, "How long one waits").
@Suite struct SingleClassQueueTests {
    struct Means {
        var paired: Double
        var all: Double
        var abandoned: Double
    }

    /// Poisson arrivals at `arrivalRate`, exponential patience at `patienceRate`, per second.
    static func drive(
        arrivalRate: Double, patienceRate: Double, arrivals: Int, replication: UInt32
    ) throws -> Means {
        var random = RandomStream(
            StreamName(
                seed: 5, replication: replication, purpose: StreamPurpose(rawValue: 2), entity: 0))
        let step = ExpansionStep(after: .zero, requiresLanguage: true, requiresInterest: true)
        let queue = Queue(
            try MatchRules(expansion: [step], avoidRematch: true, tiers: .likeWithLike))
        var now = SimTime.zero
        var patience: (id: TicketID, end: SimTime)?
        var created: SimTime = .zero
        var waitOfPaired = 0.0
        var waitOfAbandoned = 0.0
        var (paired, abandoned) = (0, 0)
        for id in 0..<UInt32(arrivals) {
            now += SimDuration(seconds: random.nextExponential(mean: 1 / arrivalRate))
            if let waiting = patience, waiting.end <= now {
                #expect(queue.cancel(waiting.id))
                abandoned += 1
                waitOfAbandoned += (waiting.end - created).seconds
                patience = nil
            }
            let ticket = Ticket(
                id: TicketID(id), session: SessionID(id), language: 3, interest: 4,
                tier: RiskTier(rawValue: 0))
            let stays = SimDuration(seconds: random.nextExponential(mean: 1 / patienceRate))
            switch queue.enqueue(ticket, at: now) {
            case .waiting: (patience, created) = ((ticket.id, now + stays), now)
            case .paired(let pairing):
                paired += 2
                waitOfPaired += pairing.first.age.seconds + pairing.second.age.seconds
                patience = nil
                queue.endSession(pairing.first.session)
                queue.endSession(pairing.second.session)
            case .refused(let reason): Issue.record("\(reason)")
            }
        }
        #expect(queue.waitingCount <= 1)
        return Means(
            paired: waitOfPaired / Double(paired),
            all: (waitOfPaired + waitOfAbandoned) / Double(paired + abandoned),
            abandoned: Double(abandoned) / Double(paired + abandoned))
    }

    /// Student's t over 20 replications at 99.9 %: by chance one in a thousand of these fails.
    func expect(_ values: [Double], toMean expected: Double) {
        let n = Double(values.count)
        let mean = values.reduce(0, +) / n
        let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / (n - 1)
        let reach =
            StudentT.quantile(0.9995, degreesOfFreedom: values.count - 1)
            * (variance / n).squareRoot()
        #expect(abs(mean - expected) < reach, "\(mean) ± \(reach), expected \(expected)")
        #expect(reach < 0.08 * expected, "the interval is narrow enough to tell a wrong formula")
    }

    @Test(arguments: [(2.0, 0.5), (0.5, 1.0), (10.0, 0.03)])
    func `paired tickets wait half of one over arrivals plus leaving`(
        arrivalRate: Double, patienceRate: Double
    ) throws {
        let runs = try (0..<20).map {
            try Self.drive(
                arrivalRate: arrivalRate, patienceRate: patienceRate, arrivals: 3000,
                replication: $0)
        }
        expect(runs.map(\.paired), toMean: 1 / (2 * (arrivalRate + patienceRate)))
        expect(runs.map(\.all), toMean: 1 / (2 * arrivalRate + patienceRate))
        if patienceRate > 0.1 {
            expect(
                runs.map(\.abandoned), toMean: patienceRate / (2 * arrivalRate + patienceRate))
        }
    }
}
