import ArrivalProcesses
import Quantities
import RandomStreams
import Testing

@Suite struct HawkesProcessTests {
    static let process = HawkesProcess(base: 0.5, branching: 0.6, decay: .seconds(5))

    /// The rate is recomputed from all arrivals; its integral between them has to be exponential.
    @Test func `the integral of the rate between arrivals is exponential`() {
        let process = Self.process
        var integrals: [Double] = []
        for run in 0..<5 {
            let times = arrivals(
                of: .hawkes(process), before: .at(seconds: 1500), UInt64(run)
            ).map(\.seconds)
            // Σ exp(−(t − tᵢ)/decay) at the arrival before, itself included.
            var sum = 0.0
            for (last, time) in zip([0] + times, times) {
                let faded = Elementary.exp(-(time - last) / process.decay)
                integrals.append(
                    process.base * (time - last) + process.branching * sum * (1 - faded))
                sum = sum * faded + 1
            }
        }
        #expect(integrals.count > 7000)
        #expect(exponentialErrors(integrals).allSatisfy { $0.magnitude < 6 })
    }

    @Test func `counts have the mean and variance that theory says`() {
        let corners = [5.0, 20, 60].map { SimTime.at(seconds: $0) }
        let runs = 3000
        var counts = [[Double]](repeating: [], count: corners.count)
        for run in 0..<runs {
            let times = arrivals(of: .hawkes(Self.process), before: corners.last!, UInt64(run))
            for i in corners.indices {
                counts[i].append(Double(times.count { $0 < corners[i] }))
            }
        }
        let process = ArrivalProcess.hawkes(Self.process)
        for i in corners.indices {
            let mean = process.meanCount(to: corners[i])
            let variance = process.countVariance(before: corners[i])
            let found = counts[i].reduce(0, +) / Double(runs)
            let spread = counts[i].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(runs)
            #expect((found - mean).magnitude < 6 * (variance / Double(runs)).squareRoot())
            // Counts are skewed: a kurtosis of up to 11 is allowed for.
            #expect((spread / variance - 1).magnitude < 6 * (10 / Double(runs)).squareRoot())
            #expect(variance > 1.3 * mean)
        }
    }

    /// Integrated by a Runge-Kutta method of order 4 with 20,000 steps.
    @Test(
        arguments: [
            (5, 0.5, 60, 600, 5404.04276819945, 17525.325814183),
            (2, 0.8, 10, 50, 247.151776468577, 1392.83055015699),
            (1, 0.5, 1, 1, 1.21306131942526, 1.76979715252846),
        ] as [(Double, Double, Int64, Double, Double, Double)])
    func `moments solve their differential equations`(
        base: Double, branching: Double, decay: Int64, end: Double, mean: Double, variance: Double
    ) {
        let process = HawkesProcess(base: base, branching: branching, decay: .seconds(decay))
        #expect((process.meanCount(before: .at(seconds: end)) / mean - 1).magnitude < 1e-12)
        #expect((process.countVariance(before: .at(seconds: end)) / variance - 1).magnitude < 1e-12)
    }

    @Test func `long windows approach the long-run rate and dispersion`() {
        let process = Self.process
        #expect(process.stationaryRate == 1.25)
        #expect((process.indexOfDispersion - 6.25).magnitude < 1e-12)
        let end = SimTime.at(seconds: 1e7)
        let mean = process.meanCount(before: end)
        #expect((mean / 1.25e7 - 1).magnitude < 1e-5)
        #expect((process.countVariance(before: end) / mean / 6.25 - 1).magnitude < 1e-5)
    }

    @Test func `without offspring it is a Poisson process`() {
        let process = HawkesProcess(base: 2, branching: 0, decay: .seconds(1))
        #expect(process.meanCount(before: .at(seconds: 50)) == 100)
        #expect(process.countVariance(before: .at(seconds: 50)) == 100)
        let times = arrivals(of: .hawkes(process), before: .at(seconds: 2000))
        let gaps = zip([.zero] + times, times).map { 2 * ($1 - $0).seconds }
        #expect(exponentialErrors(gaps).allSatisfy { $0.magnitude < 6 })
    }
}
