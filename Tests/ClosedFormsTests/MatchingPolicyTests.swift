import ClosedForms
import RandomStreams
import Testing

@Suite struct TickQueueTests {
    @Test(arguments: [(1.0, 2.0), (8, 2), (0.1, 30)])
    func `it costs half an interval more than pairing at once`(rate: Double, interval: Double) {
        let ticks = TickQueue(arrivalRate: rate, interval: interval)
        let atOnce = SingleClassQueue(arrivalRate: rate, patienceRate: 0)
        #expect(agree(ticks.meanWait - atOnce.meanWait, interval / 2))
        // Little's law.
        #expect(agree(ticks.meanQueue, rate * ticks.meanWait))
        #expect(agree(ticks.meanQueue, rate * interval / 2 + 0.5))
    }
}

@Suite struct MarketTests {
    /// The stationary law of a chain with these rates from state to state, by elimination
    /// (W. K. Grassmann, M. I. Taksar, D. P. Heyman, Operations Research 33, 1985).
    private func stationary(_ rates: [[Double]]) -> [Double] {
        var q = rates
        for n in (1..<q.count).reversed() {
            let out = q[n][..<n].reduce(0, +)
            for i in 0..<n {
                q[i][n] /= out
                for j in 0..<n where i != j { q[i][j] += q[i][n] * q[n][j] }
            }
        }
        var law = [1.0]
        for n in 1..<q.count { law.append((0..<n).reduce(0) { $0 + law[$1] * q[$1][n] }) }
        let total = law.reduce(0, +)
        return law.map { $0 / total }
    }

    private static let markets: [(Double, Double, Double)] = [
        (1, 0.05, 0.25), (2, 0.05, 0.2), (1, 1, 0.5), (0.1, 0.7, 0.9), (3, 0.1, 0.02),
    ]

    @Test(arguments: markets)
    func `greed's figures are those of its chain`(l: Double, t: Double, p: Double) throws {
        let most = 200
        var rates = Array(repeating: [Double](repeating: 0, count: most), count: most)
        var unsuited = 1.0
        for n in 0..<most - 1 {
            rates[n][n + 1] = l * unsuited
            unsuited *= 1 - p
            rates[n + 1][n] = l * (1 - unsuited) + Double(n + 1) * t
        }
        let law = stationary(rates)
        let market = try GreedyMarket(arrivalRate: l, patienceRate: t, compatibility: p)
        let queue = law.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
        #expect(agree(market.meanQueue, queue, 1e-11))
        #expect(agree(market.meanWait, queue / l, 1e-11))
        #expect(agree(market.abandonmentProbability, t * queue / l, 1e-11))
        #expect(market.abandonmentProbability > 1 / (2 * l * p / t + 1))
    }

    @Test(arguments: markets)
    func `patience's figures are those of its chain`(l: Double, t: Double, p: Double) throws {
        let most = 200
        var rates = Array(repeating: [Double](repeating: 0, count: most), count: most)
        var lonely: [Double] = [0]
        for n in 0..<most - 1 {
            rates[n][n + 1] = l
            // Of n + 1 one is about to leave, and n others may suit.
            let nobody = Elementary.exp(Double(n) * Elementary.log(1 - p))
            lonely.append(Double(n + 1) * nobody)
            rates[n + 1][n] += Double(n + 1) * t * nobody
            if n > 0 { rates[n + 1][n - 1] += Double(n + 1) * t * (1 - nobody) }
        }
        let law = stationary(rates)
        let market = try PatientMarket(arrivalRate: l, patienceRate: t, compatibility: p)
        let queue = law.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
        let lost = zip(law, lonely).reduce(0) { $0 + $1.0 * $1.1 } * t / l
        #expect(agree(market.meanQueue, queue, 1e-10))
        #expect(agree(market.meanWait, queue / l, 1e-10))
        #expect(agree(market.abandonmentProbability, lost, 1e-10))
        let greedy = try GreedyMarket(arrivalRate: l, patienceRate: t, compatibility: p)
        #expect(market.abandonmentProbability < greedy.abandonmentProbability)
    }

    @Test func `at its edges greed is the queues that are known`() throws {
        let single = SingleClassQueue(arrivalRate: 3, patienceRate: 0.5)
        let all = try GreedyMarket(arrivalRate: 3, patienceRate: 0.5, compatibility: 1 - 1e-13)
        #expect(agree(all.meanWait, single.meanWait, 1e-9))
        #expect(agree(all.abandonmentProbability, single.abandonmentProbability, 1e-9))
        let staying = try RandomCompatibilityQueue(arrivalRate: 1, compatibility: 0.01)
        let market = try GreedyMarket(arrivalRate: 1, patienceRate: 1e-13, compatibility: 0.01)
        #expect(agree(market.meanQueue, staying.meanQueue, 1e-9))
    }

    /// In a large market greed loses from 1/(2d + 1) to ln 2/d of all, and patience about exp(−d/2)/2 at most.
    @Test(arguments: [2.0, 5, 10, 20]) func `large markets are as Akbarpour and others say`(
        d: Double
    ) throws {
        let p = d / 20_000
        let greedy = try GreedyMarket(arrivalRate: 1, patienceRate: 1.0 / 20_000, compatibility: p)
        let patient = try PatientMarket(
            arrivalRate: 1, patienceRate: 1.0 / 20_000, compatibility: p)
        #expect(greedy.abandonmentProbability > 1 / (2 * d + 1))
        #expect(greedy.abandonmentProbability < Elementary.log(2) / d)
        #expect(patient.abandonmentProbability < 1.005 * Elementary.exp(-d / 2) / 2)
        // Between all and half of those wait who would if nobody were paired.
        #expect(patient.meanQueue > 10_000 && patient.meanQueue < 20_000)
    }

    @Test func `more than can be summed is refused`() {
        #expect(throws: QueueingError.tooManyStates) {
            try PatientMarket(arrivalRate: 1, patienceRate: 1e-9, compatibility: 0.5)
        }
    }
}
