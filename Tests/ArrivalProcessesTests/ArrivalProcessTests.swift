import ArrivalProcesses
import Quantities
import RandomStreams
import Testing

@Suite struct ArrivalProcessTests {
    @Test func `a constant rate is a sum of exponential gaps`() {
        var draws = stream(0)
        var time = SimTime.zero
        let times = arrivals(of: .poisson(PoissonProcess(rate: 4)), before: .at(seconds: 100))
        #expect(times.count > 300)
        for found in times {
            time += SimDuration(seconds: draws.nextExponential(mean: 1 / 4.0))
            #expect(found == time)
        }
    }

    @Test func `a constant curve draws what a constant rate draws`() {
        let points = [0.0, 17, 80].map { RatePoint(at: .at(seconds: $0), rate: 4) }
        let end = SimTime.at(seconds: 200)
        let expected = arrivals(of: .poisson(PoissonProcess(rate: 4)), before: end)
        for kind in RateCurve.Interpolation.allCases {
            #expect(
                arrivals(of: .along(.profile(kind, through: points)), before: end) == expected)
        }
    }

    static let processes: [ArrivalProcess] =
        [.poisson(PoissonProcess(rate: 3))] + RateCurveTests.all.map { .along($0) }
        + [.hawkes(HawkesProcess(base: 2, branching: 0.5, decay: .seconds(10)))]

    @Test(arguments: processes) func `times ascend, and an earlier end only cuts them off`(
        process: ArrivalProcess
    ) {
        let all = arrivals(of: process, before: .at(seconds: 1200))
        #expect(all.count > 200)
        #expect(zip(all, all.dropFirst()).allSatisfy { $0 <= $1 })
        for end in [0.0, 1, 300, 650, 777.7] {
            let cut = arrivals(of: process, before: .at(seconds: end))
            #expect(cut[...] == all.prefix { $0 < .at(seconds: end) })
        }
        #expect(arrivals(of: process, before: .at(seconds: 1200), 1) != all)
    }

    @Test func `a rate that no clock holds brings nobody`() {
        #expect(
            arrivals(of: .poisson(PoissonProcess(rate: 1e-300)), before: .at(seconds: 1e9)) == [])
        #expect(arrivals(of: .poisson(PoissonProcess(rate: 0)), before: .at(seconds: 1e9)) == [])
        let slow = RateCurve.diurnal(
            mean: 1e-300, amplitude: 1, peakAt: .zero, start: .zero)
        #expect(arrivals(of: .along(slow), before: .at(seconds: 1e6)) == [])
        let rare = HawkesProcess(base: 1e-300, branching: 0.9, decay: .seconds(1))
        #expect(arrivals(of: .hawkes(rare), before: .at(seconds: 1e9)) == [])
    }

    /// Counts in windows over many runs: their mean is the integral and, for Poisson processes,
    /// so is their variance. Six standard errors: one in 10⁹ windows is outside.
    @Test(arguments: processes.dropLast()) func `counts in windows are Poisson`(
        process: ArrivalProcess
    ) {
        let corners = [0.0, 45, 200, 330, 420, 610, 690, 950, 1200].map { SimTime.at(seconds: $0) }
        let runs = 60
        var counts = [[Double]](repeating: [], count: corners.count - 1)
        for run in 0..<runs {
            let times = arrivals(of: process, before: corners.last!, UInt64(run))
            for i in counts.indices {
                counts[i].append(
                    Double(times.count { corners[i] <= $0 && $0 < corners[i + 1] }))
            }
        }
        var deviations = 0.0
        for i in counts.indices {
            let mean = process.meanCount(from: corners[i], to: corners[i + 1])
            let total = counts[i].reduce(0, +)
            #expect(
                (total - mean * Double(runs)).magnitude <= 6 * (mean * Double(runs)).squareRoot())
            deviations += counts[i].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / mean
        }
        let n = Double(runs * counts.count)
        // The square of a Poisson deviate in standard deviations has variance 2 + 1/mean.
        #expect((deviations - n).magnitude < 6 * (2.2 * n).squareRoot())
        #expect(
            process.countVariance(before: corners.last!) == process.meanCount(to: corners.last!))
    }

    /// Between arrivals the rate's integral is exponential with mean 1, each independent of the
    /// one before (the time-change theorem), however the bound is partitioned.
    @Test func `the integral of the rate between arrivals is exponential`() {
        var curves = RateCurveTests.all
        // Further points on the same lines: other bounds, the same law.
        let between =
            RateCurveTests.profile + [
                RatePoint(at: .at(seconds: 330), rate: 22.5),
                RatePoint(at: .at(seconds: 650), rate: 20),
                RatePoint(at: .at(seconds: 950), rate: 5),
            ]
        curves.append(.profile(.linear, through: between.sorted { $0.at < $1.at }))
        for curve in curves {
            var integrals: [Double] = []
            for run in 0..<4 {
                let times = arrivals(
                    of: .along(curve), before: .at(seconds: 1500), 100 + UInt64(run))
                integrals += zip([.zero] + times, times).map { curve.integral(from: $0, to: $1) }
            }
            #expect(exponentialErrors(integrals).allSatisfy { $0.magnitude < 6 })
        }
    }

    @Test func `a replay repeats its times, each once`() {
        let times = [0.0, 1.5, 1.5, 1.5, 7, 100].map { SimTime.at(seconds: $0) }
        let process = ArrivalProcess.replay(ArrivalReplay(times))
        #expect(arrivals(of: process, before: .at(seconds: 101)) == times)
        #expect(arrivals(of: process, before: .at(seconds: 100)) == times.dropLast())
        #expect(arrivals(of: process, before: .zero) == [])
        #expect(process.meanCount(to: .at(seconds: 7)) == 4)
        #expect(process.meanCount(from: .at(seconds: 1.5), to: .at(seconds: 100)) == 4)
        #expect(process.countVariance(before: .at(seconds: 7)) == 0)
        #expect(arrivals(of: .replay(ArrivalReplay([])), before: .at(seconds: 1)) == [])
    }

    @Test func `what is no process traps`() async {
        await #expect(processExitsWith: .failure) {
            _ = ArrivalReplay([.at(seconds: 2), .at(seconds: 1)])
        }
        await #expect(processExitsWith: .failure) { _ = PoissonProcess(rate: -1) }
        await #expect(processExitsWith: .failure) {
            _ = HawkesProcess(base: 1, branching: 1, decay: .seconds(1))
        }
        await #expect(processExitsWith: .failure) { _ = RateCurve.profile(.step, through: []) }
    }
}
