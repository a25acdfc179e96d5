import ArrivalProcesses
import ClosedForms
import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel
import Testing
import Theory

@Suite struct CallTheoryTests {
    private let pairs =
        1 - SingleClassQueue(arrivalRate: 2, patienceRate: 0.1).abandonmentProbability

    @Test func `two exponential wishes make a call of half their mean`() {
        #expect(isClose(predicted("calls.active.time_mean", for: oneClass()), pairs * 30))
    }

    @Test func `the shorter of mixed wishes is weighed over all pairs of parts`() {
        var scenario = oneClass()
        scenario.population[0].conversation = .mixture([
            .init(weight: 0.25, distribution: .constant(20)),
            .init(weight: 0.75, distribution: .exponential(mean: 50)),
        ])
        let mixed = 50 * (1 - Elementary.exp(-0.4))
        let mean = 0.0625 * 20 + 0.375 * mixed + 0.5625 * 25
        #expect(isClose(predicted("calls.active.time_mean", for: scenario), pairs * mean))
    }

    @Test func `no level is predicted that the warm-up does not fill`() {
        var scenario = oneClass()
        scenario.general.warmUp = .seconds(100)
        #expect(predicted("calls.active.time_mean", for: scenario) == nil)
        #expect(predicted("matches", for: scenario) != nil)
    }

    @Test func `the relay share is that of the pairs which do not meet`() {
        var scenario = oneClass()
        scenario.access = [
            AccessNetwork(
                name: "a",
                nat: [
                    NATShare(.public, 0.5),
                    NATShare(.translated(.addressAndPortDependent, .addressAndPortDependent), 0.3),
                    NATShare(.udpBlocked, 0.2),
                ], delay: .constant(0.01), jitter: .constant(0),
                loss: GilbertLoss(loss: 0, meanBurst: 1)!)
        ]
        scenario.population[0].access = [NamedShare(index: 0, share: 1)]
        // Blocked with anybody, and endpoint-dependent with its like.
        #expect(isClose(predicted("relay.share", for: scenario), 1 - 0.8 * 0.8 + 0.09))
        scenario.relay.ports = 100
        #expect(predicted("relay.share", for: scenario) == nil)
        #expect(predicted("calls.active.time_mean", for: scenario) == nil)
    }

    @Test(arguments: [true, false])
    func `calls that depend on who waits longer are not predicted`(isPacket: Bool) {
        var scenario = oneClass()
        if isPacket {
            scenario.ice.setup = .packets
        } else {
            var other = scenario.population[0]
            other.patience = .exponential(mean: 20)
            scenario.population[0].share = 0.5
            other.share = 0.5
            scenario.population.append(other)
        }
        #expect(predicted("abandoned", for: scenario) != nil)
        #expect(predicted("calls.active.time_mean", for: scenario) == nil)
        #expect(predicted("relay.share", for: scenario) == nil)
    }
}

@Suite struct ArrivalCountTests {
    private static func point(_ second: Int64, _ rate: Double) -> RatePoint {
        RatePoint(at: .zero + .seconds(second), rate: rate)
    }

    private func scenario(_ arrivals: Arrivals) -> Scenario {
        var scenario = Scenario()
        scenario.arrivals = arrivals
        scenario.general = General(warmUp: .seconds(300), stopTime: .seconds(1100))
        return scenario
    }

    /// The integral of a rate over the window by the trapezium rule.
    private func integral(_ rate: (Double) -> Double) -> Double {
        let steps = 400_000
        let width = 800.0 / Double(steps)
        return (0..<steps).reduce(0) { $0 + width * rate(300 + (Double($1) + 0.5) * width) }
    }

    @Test func `a rate gives its area over the window`() {
        #expect(isClose(predicted("arrivals", for: scenario(.rate(3))), 2400))
        let linear = Arrivals.profile(
            .linear, points: [Self.point(500, 1), Self.point(600, 3), Self.point(800, 2)])
        #expect(isClose(predicted("arrivals", for: scenario(linear)), 200 + 200 + 500 + 600))
        let step = Arrivals.profile(.step, points: [Self.point(0, 1), Self.point(600, 3)])
        #expect(isClose(predicted("arrivals", for: scenario(step)), 300 + 1500))
    }

    @Test func `a day's cosine gives its area over the window`() {
        let arrivals = Arrivals.diurnal(
            mean: 4, amplitude: 0.6, peakAt: .hours(21), start: .hours(20))
        let expected = integral { time in
            4 * (1 + 0.6 * Elementary.cos2pi((20 * 3600 + time - 21 * 3600) / 86_400))
        }
        #expect(isClose(predicted("arrivals", for: scenario(arrivals)), expected, 1e-9))
    }

    @Test func `a flash crowd gives its area over the window`() {
        let arrivals = Arrivals.flashCrowd(
            base: 2, factor: 3, at: .seconds(400), rise: .seconds(100), decay: .seconds(60))
        let expected = integral { time in
            if time < 400 { return 2 }
            if time < 500 { return 2 + 4 * (time - 400) / 100 }
            return 2 + 4 * Elementary.exp(-(time - 500) / 60)
        }
        #expect(isClose(predicted("arrivals", for: scenario(arrivals)), expected, 1e-8))
    }

    @Test func `arrivals that excite each other approach base over one less branching`() {
        let arrivals = Arrivals.hawkes(base: 2, branching: 0.5, decay: .seconds(60))
        let expected = integral { time in 4 - 2 * Elementary.exp(-time / 120) }
        #expect(isClose(predicted("arrivals", for: scenario(arrivals)), expected, 1e-8))
    }

    @Test func `a trace leaves nothing to predict`() {
        #expect(Theory.predictions(for: scenario(.trace([.zero + .seconds(500)]))).isEmpty)
    }
}
