import Testing

@testable import RiskScoring

@Suite struct BetaDistributionTests {
    /// P(at least `a` of `n` = a + b - 1 trials succeed), summed exactly.
    static func binomialTail(_ a: Int, _ b: Int, _ x: Double) -> Double {
        let n = a + b - 1
        var sum = 0.0
        for j in a...n {
            var term = 1.0
            for k in 0..<j { term *= Double(n - k) / Double(j - k) * x }
            for _ in 0..<(n - j) { term *= 1 - x }
            sum += term
        }
        return sum
    }

    @Test(arguments: [1, 2, 3, 7, 20], [1, 2, 5, 30, 120])
    func `whole parameters agree with the binomial tail`(a: Int, b: Int) {
        for x in [0.001, 0.02, 0.1, 0.3, 0.5, 0.8, 0.99] {
            let expected = Self.binomialTail(a, b, x)
            let value = BetaDistribution(a: Double(a), b: Double(b)).cumulative(x)
            #expect(abs(value - expected) <= 1e-12 + 1e-11 * expected)
        }
    }

    @Test func `fractional parameters agree with closed forms`() {
        for b in [0.3, 1.96, 50, 5000] {
            let value = BetaDistribution(a: 1, b: b).cumulative(0.01)
            let expected = 1 - BetaDistribution(a: b, b: 1).cumulative(0.99)
            #expect(abs(value - expected) < 1e-12)
        }
        // I_x(1/2, 1/2) = (2/π) arcsin √x
        #expect(abs(BetaDistribution(a: 0.5, b: 0.5).cumulative(0.25) - 1 / 3.0) < 1e-13)
        #expect(abs(BetaDistribution(a: 0.5, b: 0.5).cumulative(0.5) - 0.5) < 1e-13)
    }

    @Test func `a quantile is where the cumulative reaches it`() {
        for a in [0.04, 1.04, 3.04, 40] {
            for b in [1.96, 8, 200, 3000] {
                let beta = BetaDistribution(a: a, b: b)
                let point = beta.quantile(0.05)
                #expect(beta.cumulative(point) <= 0.05)
                #expect(beta.cumulative(point + 0x1p-49) >= 0.05)
            }
        }
    }
}
