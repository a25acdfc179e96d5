/// A number of occurrences; merging adds.
public struct Counter: Hashable, Sendable, BitwiseCopyable {
    /// How many.
    public private(set) var value: Int64

    /// A counter standing at `value`.
    public init(_ value: Int64 = 0) {
        self.value = value
    }

    /// Counts `n` more.
    public mutating func add(_ n: Int64 = 1) {
        value += n
    }

    /// Takes the occurrences of `other` in.
    public mutating func merge(_ other: Counter) {
        value += other.value
    }
}

/// A share of whole numbers, such as relayed calls among connected ones; merging adds both parts.
public struct Ratio: Hashable, Sendable, BitwiseCopyable {
    /// The part.
    public private(set) var numerator: Int64
    /// The whole.
    public private(set) var denominator: Int64

    /// The share `numerator` ÷ `denominator`.
    public init(numerator: Int64 = 0, denominator: Int64 = 0) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// Counts one case, a hit or not.
    public mutating func add(hit: Bool) {
        numerator += hit ? 1 : 0
        denominator += 1
    }

    /// Adds to both parts.
    public mutating func add(numerator n: Int64, denominator d: Int64) {
        numerator += n
        denominator += d
    }

    /// Takes the cases of `other` in.
    public mutating func merge(_ other: Ratio) {
        numerator += other.numerator
        denominator += other.denominator
    }

    /// numerator ÷ denominator; nil while the denominator is 0.
    public var value: Double? {
        denominator == 0 ? nil : Double(numerator) / Double(denominator)
    }
}
