import RandomStreams
import Statistics
import Testing

@Suite struct SequentialTestTests {
    @Test func `looks spend the whole error and no more`() {
        let spending = ErrorSpending(total: 0.05)
        for counts in [[4, 8, 16], [2], [4, 6], [3, 9, 27, 40]] {
            let levels = spending.levels(at: counts)
            #expect(levels.count == counts.count)
            #expect(levels.allSatisfy { $0 > 0 })
            #expect(abs(levels.reduce(0, +) - 0.05) < 1e-15)
        }
        #expect(spending.levels(at: []).isEmpty)
        #expect(spending.spent(by: 0) == 0)
        #expect(abs(spending.spent(by: 0.25) - 0.05 * 0.357_374) < 1e-6)
    }

    /// The last but one: t = −√3 with 3 degrees of freedom, 1/2 − (π/4 + 1/2)/π by the closed form.
    private static let samples: [(values: [Double], p: Double)] = [
        ([-1, -1], 0), ([0, 0], 1), ([1, 1, 1], 1), ([-1, 1], 0.5),
        ([-2, -2, 0, 0], 0.5 - (Double.pi / 4 + 0.5) / Double.pi), ([1, -1, 1, -1], 0.5),
    ]

    @Test(arguments: samples.indices)
    func `a mean below zero is told from one above`(index: Int) throws {
        let (values, expected) = Self.samples[index]
        let p = try #require(OneSidedTest.below(zero: values))
        let mirrored = try #require(OneSidedTest.below(zero: values.map { -$0 }))
        #expect(abs(p - expected) < 1e-6)
        if values.contains(where: { $0 != values[0] }) { #expect(abs(p + mirrored - 1) < 1e-12) }
    }

    @Test func `one value tells nothing`() {
        #expect(OneSidedTest.below(zero: [-5]) == nil)
    }

    /// A loss just at the margin passes at no more than the stated rate, however often it is looked at.
    @Test func `whoever looks four times errs no more often than stated`() {
        let looks = [4, 8, 16, 32]
        let levels = ErrorSpending(total: 0.05).levels(at: looks)
        var stream = RandomStream(
            StreamName(seed: 1, replication: 0, purpose: StreamPurpose(rawValue: 1), entity: 0))
        let runs = 1000
        var wrong = 0
        for _ in 0..<runs {
            let values = (0..<32).map { _ in Elementary.normalQuantile(stream.nextUnit()) }
            let passes = zip(looks, levels).contains { count, level in
                (OneSidedTest.below(zero: Array(values.prefix(count))) ?? 1) <= level
            }
            if passes { wrong += 1 }
        }
        // 50 expected at most; four standard errors are 28.
        #expect(wrong <= 78)
        #expect(wrong > 20, "the error is spent, too")
    }
}
