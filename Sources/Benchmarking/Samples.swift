/// The repetitions of one contender on one workload.
public struct Samples: Hashable, Sendable, Codable {
    /// In the order they were taken.
    public private(set) var values: [Double]

    /// The given repetitions.
    public init(_ values: [Double] = []) { self.values = values }

    /// Adds a repetition.
    public mutating func add(_ value: Double) { values.append(value) }

    /// Their median with the least and the greatest; nil when there is none.
    public var spread: Spread? { Spread(values) }

    /// The ratios of these to `others`, repetition by repetition; nil where there is none to
    /// compare or one of `others` is 0.
    ///
    /// Repetitions with the same number were taken in the same round, one after the other, so that
    /// a slow moment of the machine is in both.
    public func ratios(to others: Samples) -> Spread? {
        guard others.values.allSatisfy({ $0 != 0 }) else { return nil }
        return Spread(zip(values, others.values).map { $0 / $1 })
    }

    private enum CodingKeys: String, CodingKey {
        case values
        case spread
    }

    /// Reads the repetitions; their spread follows from them.
    public init(from decoder: any Decoder) throws {
        values = try decoder.container(keyedBy: CodingKeys.self).decode(
            [Double].self, forKey: .values)
    }

    /// Writes the repetitions and, for readers that do not compute, their spread.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(values, forKey: .values)
        try container.encodeIfPresent(spread, forKey: .spread)
    }
}

/// The median of some values, the least and the greatest of them.
public struct Spread: Hashable, Sendable, Codable {
    /// The middle value, or the mean of the middle two.
    public var median: Double
    /// The least value.
    public var least: Double
    /// The greatest value.
    public var greatest: Double

    /// The given figures.
    public init(median: Double, least: Double, greatest: Double) {
        self.median = median
        self.least = least
        self.greatest = greatest
    }

    /// The spread of `values`; nil when there is none.
    public init?(_ values: [Double]) {
        let sorted = values.sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        let middle = sorted.count / 2
        median =
            sorted.count % 2 == 1
            ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        least = first
        greatest = last
    }

    /// All three multiplied by `factor`, which is > 0.
    func scaled(by factor: Double) -> Spread {
        Spread(median: median * factor, least: least * factor, greatest: greatest * factor)
    }

    /// `dividend` divided by each of the three, which are > 0: the least becomes the greatest.
    func dividing(_ dividend: Double) -> Spread {
        Spread(median: dividend / median, least: dividend / greatest, greatest: dividend / least)
    }
}
