public import RandomStreams

/// ε of differential privacy, as a fraction, so that noise can be drawn without rounding.
///
/// With counts of which one call changes one by one, the odds of any publication with and without that call
/// differ by a factor of at most e^ε. Somebody with m calls has m·ε (group privacy).
public struct PrivacyLoss: Hashable, Sendable, BitwiseCopyable {
    /// The numerator, > 0.
    public let numerator: UInt64
    /// The denominator, > 0.
    public let denominator: UInt64

    /// The greatest numerator and denominator, 2^20: noise is drawn from as many cases.
    public static var limit: UInt64 { 1 << 20 }

    /// ε = `numerator` ÷ `denominator`; nil unless both are within 1…``limit``.
    public init?(_ numerator: UInt64, _ denominator: UInt64) {
        let range = 1...Self.limit
        guard range.contains(numerator), range.contains(denominator) else { return nil }
        self.numerator = numerator
        self.denominator = denominator
    }

    /// ε.
    public var epsilon: Double { Double(numerator) / Double(denominator) }
}

extension RandomStream {
    /// A draw Z of the two-sided geometric distribution, P(Z = z) = (1 − α)/(1 + α)·α^|z| with α = e^−ε: A. Ghosh,
    /// T. Roughgarden and M. Sundararajan, "Universally utility-maximizing privacy mechanisms", SIAM Journal on
    /// Computing 41(6), 2012.
    ///
    /// Drawn by whole numbers alone, and so exactly: C. Canonne, G. Kamath and T. Steinke, "The discrete Gaussian for
    /// differential privacy", NeurIPS 2020, Algorithm 2. A draw by the logarithm of a rounded number would have
    /// gaps by which the count could be told (I. Mironov, CCS 2012).
    public mutating func nextTwoSidedGeometric(_ loss: PrivacyLoss) -> Int64 {
        let (s, t) = (loss.numerator, loss.denominator)
        while true {
            let remainder = nextInteger(below: t)
            guard nextExponentialTrial(remainder, t) else { continue }
            var whole: UInt64 = 0
            while nextExponentialTrial(1, 1) { whole += 1 }
            let magnitude = Int64((remainder + t * whole) / s)
            let isNegative = nextInteger(below: 2) == 1
            // Zero would be drawn twice as often, once with either sign.
            if isNegative, magnitude == 0 { continue }
            return isNegative ? -magnitude : magnitude
        }
    }

    /// True with probability e^−(numerator/denominator), for a fraction of 0…1 (ibid., Algorithm 1).
    private mutating func nextExponentialTrial(
        _ numerator: UInt64, _ denominator: UInt64
    ) -> Bool {
        var k: UInt64 = 1
        while nextInteger(below: denominator * k) < numerator { k += 1 }
        return k % 2 == 1
    }
}

extension CallAggregates {
    /// All counts, each with noise of its own: the loss is ε altogether, because a call is in one cell only.
    ///
    /// Publishing the same counts again with other noise adds to the loss.
    public func noisy(
        _ loss: PrivacyLoss, using randomness: inout RandomStream
    ) -> PublishedAggregates {
        var counts: [Int64?] = []
        for cell in Self.cells {
            counts.append(Int64(self[cell]) + randomness.nextTwoSidedGeometric(loss))
        }
        return PublishedAggregates(method: .noisy(loss), counts: counts)
    }
}
