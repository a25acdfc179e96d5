import ClosedForms
import Testing

/// Whether two figures agree to `tolerance` of the second.
func agree(_ a: Double, _ b: Double, _ tolerance: Double = 1e-12) -> Bool {
    (a - b).magnitude <= tolerance * b.magnitude
}

@Suite struct ErlangTests {
    @Test func `ten servers with a load of five block 1,84 %`() {
        #expect(agree(ErlangB.blocking(servers: 10, load: 5), 0.018385, 3e-5))
    }

    /// B = (aᶜ/c!) ÷ Σ aᵏ/k! as it is written.
    @Test(arguments: [(1, 0.5), (2, 2), (5, 3.25), (10, 20), (20, 11), (30, 1)])
    func `small systems block what the formula says`(servers: Int, load: Double) {
        var (term, sum) = (1.0, 1.0)
        for k in 1...servers {
            term *= load / Double(k)
            sum += term
        }
        #expect(agree(ErlangB.blocking(servers: servers, load: load), term / sum))
    }

    @Test func `the edges of the loss formula`() {
        #expect(ErlangB.blocking(servers: 0, load: 5) == 1)
        #expect(ErlangB.blocking(servers: 0, load: 0) == 1)
        #expect(ErlangB.blocking(servers: 3, load: 0) == 0)
        #expect(ErlangB.blocking(servers: 10_000, load: 1) == 0)
    }

    /// From the incomplete gamma function in 60 digits.
    @Test(arguments: [
        (10_000, 10_000.0, 0.007_936_563_248_805_672), (10_000, 9_800, 0.000_537_130_402_106_269_5),
        (10_000, 20_000, 0.500_049_980_015_981_2),
    ])
    func `ten thousand servers`(servers: Int, load: Double, blocking: Double) {
        #expect(agree(ErlangB.blocking(servers: servers, load: load), blocking, 1e-13))
    }

    @Test(arguments: [(5.0, 0.01), (100, 0.001), (0.1, 0.5), (950, 1e-6), (0, 0.1), (3, 1)])
    func `the least number of servers meets the target and one fewer does not`(
        load: Double, target: Double
    ) throws {
        let least = try #require(
            ErlangB.servers(load: load, targetBlocking: target, limit: 2000))
        #expect(least.blocking <= target)
        #expect(least.blocking == ErlangB.blocking(servers: least.servers, load: load))
        if least.servers > 0 {
            #expect(ErlangB.blocking(servers: least.servers - 1, load: load) > target)
        }
        #expect(
            least.servers == 0
                || ErlangB.servers(load: load, targetBlocking: target, limit: least.servers - 1)
                    == nil
        )
    }

    @Test func `two servers with a load of one let a third wait`() throws {
        let queue = try ErlangC(servers: 2, load: 1)
        #expect(agree(queue.waitProbability, 1.0 / 3))
        #expect(agree(queue.meanWait, 1.0 / 3))
    }

    /// M/M/1: C = ρ and E[W] = ρ/(1 − ρ).
    @Test(arguments: [0, 1e-9, 0.3, 0.999_999])
    func `one server is M/M/1`(load: Double) throws {
        let queue = try ErlangC(servers: 1, load: load)
        #expect(queue.waitProbability == load || agree(queue.waitProbability, load))
        #expect(queue.meanWait == 0 && load == 0 || agree(queue.meanWait, load / (1 - load), 1e-9))
    }

    @Test(arguments: [(2, 2.0), (2, 3), (10_000, 10_000)])
    func `a load of as many as there are servers has no law`(servers: Int, load: Double) {
        #expect(throws: QueueingError.overloaded(load: load, servers: servers)) {
            try ErlangC(servers: servers, load: load)
        }
        #expect(throws: QueueingError.overloaded(load: load, servers: servers)) {
            try ErlangA(arrivalRate: load, servers: servers, serviceRate: 1, patienceRate: 0)
        }
    }
}

@Suite struct ErlangATests {
    @Test func `the published anchor`() throws {
        let queue = try ErlangA(arrivalRate: 10, servers: 10, serviceRate: 1, patienceRate: 1)
        #expect(agree(queue.waitProbability, 0.542070, 1e-6))
        #expect(agree(queue.abandonmentProbability, 0.125110, 4e-6))
        #expect(agree(queue.meanQueue, 10 * queue.meanWait))
        #expect(agree(queue.utilisation, 1 - queue.abandonmentProbability))
    }

    /// With θ = μ the number present is Poisson with mean λ/μ, whatever the number of servers.
    @Test(arguments: [(3.0, 5), (10, 10), (40, 12), (0.01, 3)])
    func `patience as long as service makes a Poisson law`(load: Double, servers: Int) throws {
        let queue = try ErlangA(
            arrivalRate: load * 2, servers: servers, serviceRate: 2, patienceRate: 2)
        var (weight, total, waiting, excess) = (1.0, 0.0, 0.0, 0.0)
        var weights = [1.0]
        for n in 1..<400 {
            weight *= load / Double(n)
            weights.append(weight)
        }
        for (n, weight) in weights.enumerated() {
            total += weight
            if n >= servers {
                waiting += weight
                excess += weight * Double(n - servers)
            }
        }
        #expect(agree(queue.waitProbability, waiting / total))
        #expect(agree(queue.meanQueue, excess / total))
    }

    @Test func `nobody leaves at a patience rate of 0, and it is the limit`() throws {
        let patient = try ErlangA(arrivalRate: 8, servers: 5, serviceRate: 2, patienceRate: 0)
        let almost = try ErlangA(arrivalRate: 8, servers: 5, serviceRate: 2, patienceRate: 1e-9)
        let waiting = try ErlangC(servers: 5, load: 4)
        #expect(agree(patient.waitProbability, waiting.waitProbability))
        #expect(agree(patient.meanWait, waiting.meanWait / 2))
        #expect(patient.abandonmentProbability == 0)
        #expect(agree(almost.waitProbability, patient.waitProbability, 1e-7))
        #expect(agree(almost.meanQueue, patient.meanQueue, 1e-7))
        #expect(agree(almost.utilisation, patient.utilisation, 1e-7))
    }

    @Test func `immediate leaving is Erlang's loss system`() throws {
        let queue = try ErlangA(arrivalRate: 5, servers: 10, serviceRate: 1, patienceRate: 1e9)
        let blocking = ErlangB.blocking(servers: 10, load: 5)
        #expect(agree(queue.abandonmentProbability, blocking, 1e-8))
    }

    @Test func `a great overload is served at capacity and nothing overflows`() throws {
        let queue = try ErlangA(
            arrivalRate: 1e6, servers: 100, serviceRate: 1, patienceRate: 0.01)
        #expect(agree(queue.abandonmentProbability, 1 - 1e-4))
        #expect(agree(queue.meanQueue, (1e6 - 100) / 0.01))
        #expect(queue.waitProbability == 1 && queue.utilisation == 1)
    }

    /// With θ = μ the Poisson tail beyond 99 at mean 1, in 60 digits.
    @Test func `a rare wait keeps its digits`() throws {
        let queue = try ErlangA(arrivalRate: 1, servers: 100, serviceRate: 1, patienceRate: 1)
        #expect(agree(queue.waitProbability, 3.981_280_818_956_854_4e-159))
    }

    @Test func `patience without end in a great overload is refused`() {
        #expect(throws: QueueingError.tooManyStates) {
            try ErlangA(arrivalRate: 1e9, servers: 1, serviceRate: 1, patienceRate: 1e-9)
        }
    }
}
