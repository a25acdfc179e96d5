import ClosedForms
import Testing

@Suite struct RenewalLossTests {
    @Test(arguments: [(1, 0.5), (10, 5.0), (30, 25), (10_000, 9_800)])
    func `gaps of one stage are Erlang's loss formula`(servers: Int, load: Double) {
        #expect(
            agree(
                RenewalLoss.blocking(servers: servers, load: load, stages: 1),
                ErlangB.blocking(servers: servers, load: load), 1e-11))
    }

    /// One server is found busy if the gap is shorter than the service: φ(μ) of the gap.
    @Test(arguments: [(0.5, 1), (2.0, 2), (0.1, 3), (7, 10)])
    func `one server blocks as often as a service outlasts a gap`(load: Double, stages: Int) {
        var transform = 1.0
        for _ in 0..<stages { transform /= 1 + 1 / (Double(stages) * load) }
        #expect(
            agree(
                RenewalLoss.blocking(servers: 1, load: load, stages: stages), transform))
    }

    /// From the chain of customers and stages, whose linear equations were solved in rational
    /// numbers: 4 servers with a load of 3 and two stages; 3 with a load of 1 and three.
    @Test(arguments: [(4, 3.0, 2, 0.162_387_926_713_816_34), (3, 1, 3, 0.018_231_380_983_344_17)])
    func `small systems block what their chain says`(
        servers: Int, load: Double, stages: Int, blocking: Double
    ) {
        #expect(
            agree(RenewalLoss.blocking(servers: servers, load: load, stages: stages), blocking))
    }

    /// From the formula in 60 digits.
    @Test(arguments: [
        (10, 8.0, 2, 0.093_024_617_138_539_493), (10_000, 9_800, 2, 0.000_233_109_746_129_075_58),
        (10_000, 20_000, 5, 0.500_029_992_203_932_1),
    ])
    func `large systems keep their digits`(
        servers: Int, load: Double, stages: Int, blocking: Double
    ) {
        #expect(
            agree(
                RenewalLoss.blocking(servers: servers, load: load, stages: stages), blocking,
                1e-11))
    }

    @Test func `the edges`() {
        #expect(RenewalLoss.blocking(servers: 0, load: 5, stages: 2) == 1)
        #expect(RenewalLoss.blocking(servers: 0, load: 0, stages: 2) == 1)
        #expect(RenewalLoss.blocking(servers: 3, load: 0, stages: 2) == 0)
        #expect(RenewalLoss.blocking(servers: 10_000, load: 1, stages: 2) == 0)
        let blocked = RenewalLoss.blocking(servers: 4, load: 3, stages: 2)
        #expect(
            agree(RenewalLoss.meanBusy(servers: 4, load: 3, stages: 2), 3 * (1 - blocked)))
    }
}

@Suite struct HawkesCountsTests {
    /// From numerical integration of the covariance density in 30 digits.
    @Test(arguments: [
        (0.6, 3.0, 7.0, 2.836_979_054_885_87), (0.4, 10, 20, 1.742_509_943_573_632_7),
        (0.9, 60, 1, 1.082_454_185_757_524_9),
    ])
    func `counts vary as their covariance density says`(
        branching: Double, decay: Double, span: Double, dispersion: Double
    ) {
        let counts = HawkesCounts(base: 2, branching: branching, decay: decay)
        #expect(agree(counts.dispersion(over: span), dispersion, 1e-12))
        #expect(agree(counts.meanRate, 2 / (1 - branching)))
    }

    @Test func `a short while is Poisson, a long one varies by one over the square of the rest`() {
        let counts = HawkesCounts(base: 2, branching: 0.75, decay: 4)
        #expect(agree(counts.dispersion(over: 1e-9), 1, 1e-8))
        #expect(agree(counts.dispersion(over: 1e12), 16, 1e-9))
        #expect(HawkesCounts(base: 1, branching: 0, decay: 1).dispersion(over: 5) == 1)
    }
}
