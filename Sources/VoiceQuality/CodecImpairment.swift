/// What a codec does to quality on one scale of the E-model.
public struct CodecImpairment: Hashable, Sendable, BitwiseCopyable {
    /// Equipment impairment factor Ie without loss, on the R scale.
    public var ie: Double
    /// Packet-loss robustness factor Bpl, > 0.
    public var bpl: Double

    /// These factors.
    public init(ie: Double, bpl: Double) {
        self.ie = ie
        self.bpl = bpl
    }

    /// Ie,eff at a loss of `lossPercentage` (0…100) with bursts of `burstRatio` times the length of
    /// random ones (G.107 7-29, G.107.1 7-15, G.107.2).
    public func effective(
        lossPercentage: Double, burstRatio: Double = 1, scale: RatingScale
    ) -> Double {
        var parameters = TransmissionParameters()
        parameters.equipmentImpairment = ie
        parameters.lossRobustness = bpl
        parameters.lossPercentage = lossPercentage
        parameters.burstRatio = burstRatio
        return EModel.equipmentImpairment(parameters, scale)
    }

    /// An impairment that was measured.
    public struct Observation: Hashable, Sendable, BitwiseCopyable {
        /// Loss in per cent, 0…100.
        public var lossPercentage: Double
        /// Burst ratio, > 0.
        public var burstRatio: Double
        /// Ie,eff.
        public var impairment: Double

        /// This observation.
        public init(lossPercentage: Double, burstRatio: Double = 1, impairment: Double) {
            self.lossPercentage = lossPercentage
            self.burstRatio = burstRatio
            self.impairment = impairment
        }
    }

    /// The factors with the given `ie` whose Ie,eff comes nearest to `observations` in least
    /// squares: Bpl by a golden-section search over its logarithm from 0.1 to 1,000. The sum of
    /// squares has one minimum there wherever loss impairs at all. Nil without an observation of
    /// loss.
    public init?(fitting observations: [Observation], ie: Double, scale: RatingScale) {
        guard observations.contains(where: { $0.lossPercentage > 0 }) else { return nil }
        func squares(_ logarithm: Double) -> Double {
            CodecImpairment(ie: ie, bpl: Figures.exp(logarithm))
                .residuals(observations, scale: scale).reduce(0) { $0 + $1 * $1 }
        }
        // ln 0.1 and ln 1,000; the golden section leaves 1e-9 of them after 48 steps.
        var (low, high) = (-2.302_585_092_994_046, 6.907_755_278_982_137)
        let section = 0.618_033_988_749_894_8
        var (left, right) = (high - section * (high - low), low + section * (high - low))
        var (leftSum, rightSum) = (squares(left), squares(right))
        for _ in 0..<48 {
            if leftSum <= rightSum {
                (high, right, rightSum) = (right, left, leftSum)
                left = high - section * (high - low)
                leftSum = squares(left)
            } else {
                (low, left, leftSum) = (left, right, rightSum)
                right = low + section * (high - low)
                rightSum = squares(right)
            }
        }
        self.init(ie: ie, bpl: Figures.exp(0.5 * (low + high)))
    }

    /// Observed less computed Ie,eff.
    public func residuals(_ observations: [Observation], scale: RatingScale) -> [Double] {
        observations.map {
            $0.impairment
                - effective(
                    lossPercentage: $0.lossPercentage, burstRatio: $0.burstRatio, scale: scale)
        }
    }
}
