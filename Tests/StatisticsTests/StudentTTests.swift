import RandomStreams
import Statistics
import Testing

@Suite struct StudentTTests {
    /// Abramowitz and Stegun, Table 26.10 (percentage points of the t-distribution).
    @Test(arguments: [
        (0.975, 1, 12.706), (0.975, 2, 4.303), (0.975, 3, 3.182), (0.975, 4, 2.776),
        (0.975, 5, 2.571), (0.975, 9, 2.262), (0.975, 10, 2.228), (0.975, 29, 2.045),
        (0.975, 30, 2.042), (0.975, 60, 2.000), (0.975, 120, 1.980), (0.95, 1, 6.314),
        (0.95, 7, 1.895), (0.995, 4, 4.604), (0.995, 15, 2.947), (0.9995, 2, 31.599),
        (0.75, 6, 0.718),
    ])
    func `quantiles are the tabulated ones`(p: Double, degrees: Int, tabulated: Double) {
        let t = StudentT.quantile(p, degreesOfFreedom: degrees)
        #expect((t - tabulated).magnitude <= 0.000_501)
        #expect(
            StudentT.quantile(1 - p, degreesOfFreedom: degrees) == -StudentT.quantile(
                1 - (1 - p), degreesOfFreedom: degrees))
    }

    @Test func `one and two degrees have closed forms`() {
        for p in [0.6, 0.8, 0.975, 0.999] {
            // tan(π(p − ½)) and (2p−1)·√2/√(1−(2p−1)²).
            let turns = 0.5 * (p - 0.5)
            let one = Elementary.sin2pi(turns) / Elementary.cos2pi(turns)
            #expect((StudentT.quantile(p, degreesOfFreedom: 1) / one - 1).magnitude < 1e-11)
            let u = 2 * p - 1
            let two = u * 2.0.squareRoot() / (1 - u * u).squareRoot()
            #expect((StudentT.quantile(p, degreesOfFreedom: 2) / two - 1).magnitude < 1e-11)
        }
    }

    @Test func `many degrees come close to the normal law`() {
        let t = StudentT.quantile(0.975, degreesOfFreedom: 10_000)
        // First term of the expansion in 1/n (Abramowitz and Stegun 26.7.5).
        let z = Elementary.normalQuantile(0.975)
        #expect((t - (z + (z * z * z + z) / 40_000)).magnitude < 1e-6)
    }

    @Test func `an interval needs two replications`() {
        #expect(ReplicationSummary.interval95(of: []) == nil)
        #expect(ReplicationSummary.interval95(of: [1]) == nil)
    }

    @Test func `the interval is the textbook's`() throws {
        // Mean 3, s² = 2.5, n = 5, t = 2.7764451.
        let found = try #require(ReplicationSummary.interval95(of: [1, 2, 3, 4, 5]))
        let half = 2.776_445_105_197_79 * (2.5 / 5).squareRoot()
        #expect((found.low - (3 - half)).magnitude < 1e-9)
        #expect((found.high - (3 + half)).magnitude < 1e-9)
        #expect((found.middle - 3).magnitude < 1e-12)
        #expect((found.halfWidth - half).magnitude < 1e-9)
    }

    /// Of 4000 intervals binomially 95 % hold the truth: 5 standard deviations are 1.72 %.
    @Test func `ninety-five of a hundred intervals hold the true mean`() throws {
        var s = RandomStream(
            StreamName(seed: 3, replication: 0, purpose: StreamPurpose(rawValue: 903), entity: 0))
        var held = 0
        for _ in 0..<4000 {
            let values = (0..<4).map { _ in 10 + 3 * s.nextNormal() }
            let interval = try #require(ReplicationSummary.interval95(of: values))
            if interval.low <= 10 && 10 <= interval.high { held += 1 }
        }
        #expect((Double(held) / 4000 - 0.95).magnitude < 0.0172)
    }
}
