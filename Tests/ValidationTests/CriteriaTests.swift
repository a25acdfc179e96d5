import Testing

@testable import Validation

@Suite struct CriteriaTests {
    @Test func `of a hundred intervals 87 have to contain the closed form`() {
        let criteria = Criteria(seeds: 100)
        #expect(criteria.leastCovered == 87)
        let bounds = Criteria.pooledShare(of: 3000)
        #expect(abs(bounds.lowerBound - 0.93) < 1e-12)
        #expect(abs(bounds.upperBound - 0.97) < 1e-12)
    }

    @Test func `fewer seeds are asked for as little as chance asks`() {
        #expect(Criteria(seeds: 2).leastCovered == 0)
        #expect(Criteria(seeds: 20).leastCovered == 15)
        #expect(Criteria.pooledShare(of: 4).upperBound == 1)
        #expect(abs(Criteria.pooledShare(of: 4).lowerBound - 0.5) < 1e-12)
    }

    /// Two of two, by hand, and the sum of a whole law.
    @Test func `the binomial law`() {
        #expect(abs(Criteria.chance(ofFewerThan: 2, of: 2) - (1 - 0.9025)) < 1e-15)
        #expect(abs(Criteria.chance(ofFewerThan: 101, of: 100) - 1) < 1e-12)
    }
}
