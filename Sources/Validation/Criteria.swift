/// When figures that were repeated with many seeds meet their closed forms.
///
/// A correct simulation with correct 95 % intervals fails one of 30 oracles once in about thirty
/// validations. The bounds depend on the number of seeds alone.
public struct Criteria: Hashable, Sendable {
    /// How many seeds there are.
    public let seeds: Int
    /// How many of the seeds' intervals have to contain the closed form: 87 of 100, and of another
    /// number so many that a correct interval misses them as rarely.
    public let leastCovered: Int
    /// How many standard errors the mean over all replications of all seeds may be off.
    public static let greatestDeviation = 3.5
    /// What share of intervals should contain the closed form.
    public static let nominal = 0.95

    /// The criteria for `seeds` ≥ 2.
    public init(seeds: Int) {
        precondition(seeds >= 2, "an error is estimated from two seeds at least")
        self.seeds = seeds
        let rarity = Self.chance(ofFewerThan: 87, of: 100)
        leastCovered = (0...seeds).last { Self.chance(ofFewerThan: $0, of: seeds) <= rarity } ?? 0
    }

    /// Between which shares of the `count` intervals of all oracles have to contain their closed
    /// forms: 93…97 % of 2,025 and more, and of fewer by four standard deviations of as many
    /// independent ones, 0.9/√`count`.
    public static func pooledShare(of count: Int) -> ClosedRange<Double> {
        let reach = max(0.02, 0.9 / Double(max(1, count)).squareRoot())
        return max(0, nominal - reach)...min(1, nominal + reach)
    }

    /// The chance that fewer than `least` of `count` intervals contain what they should.
    static func chance(ofFewerThan least: Int, of count: Int) -> Double {
        var term = 1.0
        for _ in 0..<count { term *= 1 - nominal }
        var sum = 0.0
        for hits in 0..<least {
            sum += term
            term *= nominal / (1 - nominal) * Double(count - hits) / Double(hits + 1)
        }
        return sum
    }
}
