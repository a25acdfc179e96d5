import RandomStreams
import Testing

private func stream(_ entity: UInt64) -> RandomStream {
    RandomStream(
        StreamName(seed: 11, replication: 0, purpose: StreamPurpose(rawValue: 901), entity: entity))
}

/// A distribution with its mean and variance from the textbook formulae.
struct Law: Sendable, CustomTestStringConvertible {
    var name: String
    var distribution: Distribution
    var mean: Double
    /// Nil where it does not exist or a sample of the test's size does not show it.
    var variance: Double?

    var testDescription: String { name }

    static let all: [Law] = [
        Law(name: "exponential", distribution: .exponential(mean: 30), mean: 30, variance: 900),
        Law(
            name: "uniform", distribution: .uniform(min: 1, max: 3), mean: 2, variance: 1.0 / 3.0),
        // e^(σ²/2)·m and (e^σ² − 1)·e^σ²·m², σ = 0.5.
        Law(
            name: "lognormal", distribution: .lognormal(median: 20, sigma: 0.5),
            mean: 22.662969061336526, variance: 145.87786176,
        ),
        // scale·Γ(1.5) and scale²·(Γ(2) − Γ(1.5)²).
        Law(
            name: "weibull", distribution: .weibull(scale: 30, shape: 2),
            mean: 26.586807763582737, variance: 193.1416529422),
        Law(
            name: "log-logistic", distribution: .logLogistic(median: 150, shape: 1.5),
            mean: 362.7598728468436, variance: nil),
        Law(
            name: "gamma of shape 2", distribution: .gamma(mean: 4, shape: 2), mean: 4, variance: 8),
        Law(
            name: "gamma of shape 7.5", distribution: .gamma(mean: 15, shape: 7.5), mean: 15,
            variance: 30),
        Law(
            name: "gamma of shape 0.5", distribution: .gamma(mean: 3, shape: 0.5), mean: 3,
            variance: 18),
        Law(
            name: "mixture",
            distribution: .mixture([
                .init(weight: 0.6, distribution: .exponential(mean: 5)),
                .init(weight: 0.4, distribution: .uniform(min: 100, max: 200)),
            ]), mean: 63, variance: 0.6 * 50 + 0.4 * (22500 + 2500.0 / 3.0) - 63 * 63),
    ]
}

@Suite struct DistributionTests {
    static let draws = 100_000

    /// What each law gave.
    private static let samples = Dictionary(
        uniqueKeysWithValues: Law.all.map { law in
            var s = stream(UInt64(law.name.utf8.reduce(0) { $0 &* 31 &+ Int($1) } & 0xFFFF))
            return (law.name, (0..<draws).map { _ in law.distribution.sample(using: &s) })
        })

    private func sample(_ law: Law) -> [Double] { Self.samples[law.name]! }

    /// The mean of n draws is off by more than 5 standard errors with probability 6e-7.
    @Test(arguments: Law.all)
    func `sample means are the law's mean`(law: Law) {
        #expect((law.distribution.mean / law.mean - 1).magnitude < 1e-12)
        guard let variance = law.variance else { return }
        let mean = sample(law).reduce(0, +) / Double(Self.draws)
        let error = (variance / Double(Self.draws)).squareRoot()
        #expect((mean - law.mean).magnitude < 5 * error)
    }

    /// The share of draws below a quantile is binomial: 5 standard errors, probability 6e-7.
    @Test(arguments: Law.all)
    func `a share p of the draws lies below the quantile of p`(law: Law) {
        let values = sample(law)
        for p in [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999] {
            let limit = law.distribution.quantile(p)
            let below = Double(values.count { $0 <= limit })
            let n = Double(values.count)
            #expect((below - n * p).magnitude < 5 * (n * p * (1 - p)).squareRoot(), "p = \(p)")
            #expect((law.distribution.cumulative(limit) - p).magnitude < 1e-12)
        }
    }

    /// Kolmogorov–Smirnov: √n·D exceeds 2.7 with probability below 2·exp(−2·2.7²) = 9.4e-7.
    @Test(arguments: Law.all)
    func `the whole sample follows the cumulative share`(law: Law) {
        let values = sample(law).sorted()
        let n = Double(values.count)
        var worst = 0.0
        for (rank, value) in values.enumerated() where rank % 7 == 0 {
            let share = law.distribution.cumulative(value)
            worst = max(worst, (share - Double(rank) / n).magnitude)
        }
        #expect(worst * n.squareRoot() < 2.7)
    }

    /// Variance of the sample variance ≈ (kurtosis − 1)·σ⁴/n; light tails only.
    @Test(arguments: [
        (Distribution.uniform(min: 1, max: 3), 1.0 / 3.0, 1.8), (.exponential(mean: 30), 900, 9),
        (.gamma(mean: 15, shape: 7.5), 30, 3.8), (.gamma(mean: 4, shape: 2), 8, 6),
    ])
    func `sample variances are the law's variance`(
        distribution: Distribution, variance: Double, kurtosis: Double
    ) {
        var s = stream(77)
        let values = (0..<Self.draws).map { _ in distribution.sample(using: &s) }
        let n = Double(Self.draws)
        let mean = values.reduce(0, +) / n
        let found = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
        let error = variance * ((kurtosis - 1) / n).squareRoot()
        #expect((found - variance).magnitude < 5 * error)
    }

    @Test func `a constant is itself and costs no draw`() {
        var s = stream(1)
        #expect(Distribution.constant(7).sample(using: &s) == 7)
        var fresh = stream(1)
        #expect(s.nextUInt64() == fresh.nextUInt64())
        #expect(Distribution.constant(7).quantile(0.3) == 7)
        #expect(Distribution.constant(7).cumulative(6.9) == 0)
    }

    @Test func `an empirical law draws every value of its sample and nothing else`() {
        let law = Distribution.empirical([1, 2, 2, 10])
        var s = stream(2)
        var counts: [Double: Int] = [:]
        for _ in 0..<40_000 { counts[law.sample(using: &s), default: 0] += 1 }
        #expect(counts.keys.sorted() == [1, 2, 10])
        // Binomial(40 000, ½): standard deviation 100.
        #expect((counts[2, default: 0] - 20_000).magnitude < 500)
        #expect(law.mean == 3.75)
        #expect(law.quantile(0.25) == 1)
        #expect(law.quantile(0.26) == 2)
        #expect(law.quantile(1) == 10)
        #expect(law.cumulative(2) == 0.75)
    }

    @Test func `a weighted sample draws its values as often as they weigh`() {
        let sample = EmpiricalSample(weighted: [(10, 1), (1, 5), (7, 0), (2, 1), (2, 3)])
        let law = Distribution.empirical(sample)
        #expect(sample.values == [1, 2, 2, 10])
        var s = stream(2)
        var counts: [Double: Int] = [:]
        for _ in 0..<40_000 { counts[law.sample(using: &s), default: 0] += 1 }
        #expect(counts.keys.sorted() == [1, 2, 10])
        // Binomial(40 000, ½) and (40 000, ¹⁄₁₀): standard deviations 100 and 60.
        #expect((counts[1, default: 0] - 20_000).magnitude < 600)
        #expect((counts[10, default: 0] - 4000).magnitude < 360)
        #expect((law.mean - 2.3).magnitude < 1e-15)
        #expect(law.quantile(0) == 1)
        #expect(law.quantile(0.5) == 1)
        #expect(law.quantile(0.51) == 2)
        #expect(law.quantile(0.9) == 2)
        #expect(law.quantile(1) == 10)
        #expect(law.cumulative(0.9) == 0)
        #expect(law.cumulative(1) == 0.5)
        #expect(law.cumulative(9) == 0.9)
        #expect(law.cumulative(10) == 1)
    }

    @Test(arguments: [
        EmpiricalSample([5, 3, 9, 9, 1]),
        EmpiricalSample(weighted: [(5, 0.1), (3, 2), (9, 7), (1, 0.5)]),
    ]) func `a draw from a sample is the quantile of its word`(sample: EmpiricalSample) {
        let law = Distribution.empirical(sample)
        var (a, b) = (stream(4), stream(4))
        for _ in 0..<1000 { #expect(law.sample(using: &a) == law.quantile(b.nextOpenUnit())) }
    }

    @Test func `a log-logistic law of shape 1 or less has no mean`() {
        #expect(Distribution.logLogistic(median: 1, shape: 1).mean == .infinity)
    }

    @Test func `spans are whole nanoseconds within a hundred years`() {
        var s = stream(3)
        #expect(
            Distribution.constant(1.5e-9).sampleDuration(using: &s) == .nanoseconds(2))
        #expect(
            Distribution.constant(1e30).sampleDuration(using: &s) == Distribution.longestDuration)
        #expect(Distribution.constant(-1).sampleDuration(using: &s) == .zero)
        #expect(Distribution.constant(.nan).sampleDuration(using: &s) == .zero)
        #expect(Distribution.constant(20).sampleDuration(using: &s) == .seconds(20))
    }

    /// Chi-square with 3 degrees of freedom: 30.7 is passed by chance with probability 1e-6.
    @Test func `indexes come in proportion to their weights, and never one of weight 0`() {
        let weights = [1.0, 0, 2, 3, 4]
        let prepared = WeightedSampler(weights)
        var (a, b) = (stream(4), stream(4))
        var counts = [Int](repeating: 0, count: 5)
        for _ in 0..<50_000 {
            let index = a.nextIndex(weights: weights)
            counts[index] += 1
            #expect(prepared.draw(using: &b) == index)
        }
        #expect(counts[1] == 0)
        var chi2 = 0.0
        for (count, weight) in zip(counts, weights) where weight > 0 {
            let expected = 5000 * weight
            chi2 += (Double(count) - expected) * (Double(count) - expected) / expected
        }
        #expect(chi2 < 30.7)
        #expect(prepared.shares == [0.1, 0, 0.2, 0.3, 0.4])
    }
}
