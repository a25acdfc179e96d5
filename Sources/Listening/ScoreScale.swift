import VoiceQuality

/// From scores of an objective measure to impairments on the wideband scale, in the manner of
/// ITU-T P.834.1.
///
/// 1. The mean score is stretched so that the best the measure can say, which it says of the
///    unimpaired sample, is the 4.5 where opinion ends on the E-model's scale.
/// 2. The E-model's opinion curve is turned round: the rating R at which it gives that score.
/// 3. Ie' is the best R less that R.
/// 4. A codec whose impairment is known, without loss in several modes and under loss, gives the
///    line that leads from Ie' to Ie,eff, by which the peculiarities of the measure and of the
///    speech cancel out.
public struct ScoreScale: Hashable, Sendable {
    /// WB-PESQ of a sample against itself (the mapping of P.862.2 at a raw score of 4.5).
    public static var bestWideband: Double { 4.643_888 }
    /// PESQ of a sample against itself (the mapping of P.862.1 at a raw score of 4.5).
    public static var bestNarrowband: Double { 4.548_638 }

    /// Ie,wb by Ie': its slope.
    public let slope: Double
    /// Ie,wb at Ie' = 0.
    public let intercept: Double
    /// Root mean square of what the line leaves, over its degrees of freedom.
    public let deviation: Double

    /// A condition of known impairment.
    public struct Anchor: Hashable, Sendable {
        /// Rate of the codec in bit/s.
        public var bitrate: Int
        /// Share of packets lost, 0…1.
        public var loss: Double
        /// Ie' by the measure.
        public var measured: Double
        /// Ie,eff by ITU-T G.113 and G.107.1.
        public var known: Double

        /// This condition.
        public init(bitrate: Int, loss: Double = 0, measured: Double, known: Double) {
            self.bitrate = bitrate
            self.loss = loss
            self.measured = measured
            self.known = known
        }
    }

    /// A mode of AMR-WB with values heard by two ears (ITU-T G.113 Appendix IV).
    public struct KnownMode: Hashable, Sendable {
        /// Rate in bit/s.
        public var bitrate: Int
        /// Ie,wb.
        public var ie: Double
        /// Bpl,wb, where there is one.
        public var bpl: Double?
    }

    /// The modes of AMR-WB with values for both ears; only for them there are values of Bpl.
    public static let adaptiveMultiRate = [
        KnownMode(bitrate: 6600, ie: 56), KnownMode(bitrate: 8850, ie: 41),
        KnownMode(bitrate: 12_650, ie: 20, bpl: 4.3), KnownMode(bitrate: 15_850, ie: 17),
        KnownMode(bitrate: 23_050, ie: 8, bpl: 4.6), KnownMode(bitrate: 23_850, ie: 10, bpl: 4.9),
    ]

    /// The line nearest to `anchors` in least squares.
    ///
    /// - Precondition: at least three anchors, not all of one measured impairment.
    public init(anchors: [Anchor]) {
        let count = Double(anchors.count)
        let meanX = anchors.reduce(0) { $0 + $1.measured } / count
        let meanY = anchors.reduce(0) { $0 + $1.known } / count
        let squares = anchors.reduce(0) { $0 + ($1.measured - meanX) * ($1.measured - meanX) }
        let products = anchors.reduce(0) { $0 + ($1.measured - meanX) * ($1.known - meanY) }
        precondition(anchors.count >= 3 && squares > 0, "a line needs points apart")
        let slope = products / squares
        let intercept = meanY - slope * meanX
        let rest = anchors.reduce(0) {
            let residual = $1.known - intercept - slope * $1.measured
            return $0 + residual * residual
        }
        self.slope = slope
        self.intercept = intercept
        deviation = (rest / (count - 2)).squareRoot()
    }

    /// Ie' of a mean score on the wideband scale.
    public static func rawImpairment(wideband score: Double) -> Double {
        let stretched = 1 + (score - 1) * 3.5 / (bestWideband - 1)
        return RatingScale.wideband.bestRating
            - Opinion.rating(meanScore: stretched, scale: .wideband)
    }

    /// Ie of a mean score on the narrowband scale: the unimpaired sample has the best R of that
    /// scale. No codec of known impairment anchors it.
    public static func impairment(narrowband score: Double) -> Double {
        let best = RatingScale.narrowband.bestRating
        let stretched = 1 + (score - 1) * (Opinion.meanScore(best) - 1) / (bestNarrowband - 1)
        return max(0, best - Opinion.rating(meanScore: stretched))
    }

    /// Ie,wb of a mean score on the wideband scale, at least 0.
    public func impairment(wideband score: Double) -> Double {
        max(0, intercept + slope * Self.rawImpairment(wideband: score))
    }
}
