extension RandomStream {
    /// An exponential draw with the given `mean`; takes one 64-bit word.
    public mutating func nextExponential(mean: Double) -> Double {
        -mean * Elementary.log(nextOpenUnit())
    }

    /// A standard normal draw; takes one 64-bit word and grows with it (inversion).
    public mutating func nextNormal() -> Double {
        Elementary.normalQuantile(nextOpenUnit())
    }

    /// A gamma draw with the given `mean` and `shape` (variance mean²/shape).
    ///
    /// Shapes 1 to 4 that are whole numbers are the logarithm of a product of uniform numbers;
    /// others by G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables",
    /// ACM TOMS 26(3), 2000, which takes a varying number of words.
    ///
    /// - Precondition: `shape` > 0.
    public mutating func nextGamma(mean: Double, shape: Double) -> Double {
        precondition(shape > 0, "a gamma distribution has a positive shape")
        let scale = mean / shape
        if shape <= 4, shape == shape.rounded(.down) {
            var product = nextOpenUnit()
            for _ in 1..<Int(shape) { product *= nextOpenUnit() }
            return -scale * Elementary.log(product)
        }
        if shape >= 1 { return scale * nextMarsagliaTsang(shape: shape) }
        // Γ(a) = Γ(a + 1)·U^(1/a).
        let boost = Elementary.pow(nextOpenUnit(), 1 / shape)
        return scale * nextMarsagliaTsang(shape: shape + 1) * boost
    }

    private mutating func nextMarsagliaTsang(shape: Double) -> Double {
        let d = shape - 1.0 / 3.0
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = nextNormal()
            let root = 1 + c * x
            guard root > 0 else { continue }
            let v = root * root * root
            let u = nextOpenUnit()
            let x2 = x * x
            if u < 1 - 0.0331 * x2 * x2 { return d * v }
            if Elementary.log(u) < 0.5 * x2 + d * (1 - v + Elementary.log(v)) { return d * v }
        }
    }

    /// An index drawn with probability proportional to its weight; takes one 64-bit word.
    ///
    /// An index of weight 0 is never drawn. For many draws from many weights build a
    /// ``WeightedSampler``.
    ///
    /// - Precondition: no weight is negative and at least one is positive.
    /// - Complexity: O(`weights.count`).
    public mutating func nextIndex(weights: [Double]) -> Int {
        var total = 0.0
        for weight in weights { total += weight }
        precondition(total > 0, "at least one weight is positive")
        var rest = nextUnit() * total
        var last = 0
        for (index, weight) in weights.enumerated() where weight > 0 {
            if rest < weight { return index }
            rest -= weight
            last = index
        }
        // Rounding can leave a hair above the last sum.
        return last
    }
}

/// Weights prepared for drawing indexes in proportion to them.
public struct WeightedSampler: Hashable, Sendable {
    @usableFromInline let cumulative: [Double]

    /// The weights' shares, in order, each 0…1.
    public let shares: [Double]

    /// Prepares `weights`; they need not sum to 1.
    ///
    /// - Precondition: no weight is negative and at least one is positive.
    public init(_ weights: [Double]) {
        var total = 0.0
        var sums: [Double] = []
        sums.reserveCapacity(weights.count)
        for weight in weights {
            precondition(weight >= 0, "a weight is never negative")
            total += weight
            sums.append(total)
        }
        precondition(total > 0 && total < .infinity, "at least one weight is positive")
        cumulative = sums
        shares = weights.map { $0 / total }
    }

    /// An index drawn with probability proportional to its weight; takes one 64-bit word.
    ///
    /// - Complexity: O(log n).
    @inlinable
    public func draw(using stream: inout RandomStream) -> Int {
        // The product may round up to the total: the last index of positive weight takes it.
        let total = cumulative[cumulative.count - 1]
        let target = min(stream.nextUnit() * total, total.nextDown)
        var low = 0
        var high = cumulative.count - 1
        while low < high {
            let middle = (low + high) / 2
            if target < cumulative[middle] { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
