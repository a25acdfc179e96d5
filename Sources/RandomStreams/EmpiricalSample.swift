/// A sample that is drawn from: each of its values as often as it weighs.
public struct EmpiricalSample: Hashable, Sendable {
    /// The values, ascending; the same value may be there more than once.
    public let values: [Double]
    /// What the values weigh; nil where all weigh the same.
    let weights: WeightedSampler?

    /// The sample of `values`, in any order, that all weigh the same.
    ///
    /// - Precondition: there is a value, and each is a number.
    /// - Complexity: O(n log n).
    public init(_ values: [Double]) {
        precondition(!values.isEmpty, "an empty sample has nothing to draw")
        self.values = values.sorted()
        weights = nil
    }

    /// The sample of `entries`, in any order; values of weight 0 are left out.
    ///
    /// - Precondition: no weight is negative and at least one is positive.
    /// - Complexity: O(n log n).
    public init(weighted entries: [(value: Double, weight: Double)]) {
        let sorted = entries.filter { $0.weight != 0 }.sorted { $0 < $1 }
        values = sorted.map(\.value)
        weights = WeightedSampler(sorted.map(\.weight))
    }

    /// The share of draws that are the value at `index`, 0…1; equal values share theirs.
    public func share(at index: Int) -> Double {
        weights?.shares[index] ?? 1 / Double(values.count)
    }

    /// The mean.
    ///
    /// - Complexity: O(n).
    public var mean: Double {
        guard let weights else { return values.reduce(0, +) / Double(values.count) }
        return zip(values, weights.shares).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// A draw by inversion: takes one 64-bit word and never falls as that grows.
    ///
    /// - Complexity: O(1), and O(log n) with weights.
    public func draw(using stream: inout RandomStream) -> Double {
        if let weights { return values[weights.draw(using: &stream)] }
        let index = Int(stream.nextUnit() * Double(values.count))
        // The product may round up to the count.
        return values[min(index, values.count - 1)]
    }

    /// The share of draws at or below `x`, 0…1.
    ///
    /// - Complexity: O(log n).
    func cumulative(_ x: Double) -> Double {
        let below = values.partitioningIndex { $0 > x }
        guard let weights else { return Double(below) / Double(values.count) }
        guard below > 0 else { return 0 }
        return weights.cumulative[below - 1] / weights.cumulative[values.count - 1]
    }

    /// The smallest value with `cumulative` of at least `p`.
    ///
    /// - Complexity: O(log n).
    func quantile(_ p: Double) -> Double {
        guard let weights else {
            let rank = (p * Double(values.count)).rounded(.up)
            return values[Swift.min(Swift.max(Int(rank) - 1, 0), values.count - 1)]
        }
        let target = p * weights.cumulative[values.count - 1]
        let index = weights.cumulative.partitioningIndex { $0 >= target }
        return values[Swift.min(index, values.count - 1)]
    }
}

extension EmpiricalSample: ExpressibleByArrayLiteral {
    /// The sample of the values in the literal.
    public init(arrayLiteral elements: Double...) {
        self.init(elements)
    }
}

extension Array {
    /// The first index whose element satisfies `predicate`, in an array that is partitioned by it.
    fileprivate func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
