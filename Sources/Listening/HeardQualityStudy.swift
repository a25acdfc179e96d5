import Quantities
import VoiceQuality

/// What scored calls say of the E-model: Ie and Bpl of Opus by bit rate, and how far the E-model
/// with the default values is from the scores.
public struct HeardQualityStudy: Sendable {
    /// Ie,fb less Ie,wb for a codec that carries wideband speech: the scales' best ratings differ
    /// by as much, 148 − 129 (ITU-T G.107.1, G.107.2).
    public static var fullbandOffset: Double { 19 }

    /// Which calls a Bpl was fitted to.
    public enum Repair: String, CaseIterable, Sendable {
        /// Without copies in the packets.
        case off
        /// With copies, against the loss that is left.
        case on
        /// Both.
        case both
    }

    /// Factors fitted to the cells of one bit rate with independent losses, DTX off.
    public struct Fit: Hashable, Sendable {
        /// Target rate in bit/s.
        public var bitrate: Int
        /// The scale of the factors.
        public var scale: RatingScale
        /// Which calls.
        public var repair: Repair
        /// Ie by the cell without loss, Bpl by least squares over the others.
        public var factors: CodecImpairment
        /// Root mean square of observed less computed Ie,eff, on the R scale.
        public var deviation: Double
    }

    /// The conditions of known impairment.
    public let anchors: [ScoreScale.Anchor]
    /// How scores become impairments.
    public let scale: ScoreScale
    /// Cells of Opus.
    public let cells: [HeardCell]
    /// Ie and Bpl.
    public let fits: [Fit]

    /// A study of `calls`.
    ///
    /// - Throws: `incomplete` without three conditions of AMR-WB or without Opus.
    public init(_ calls: [ScoredCall]) throws(ScoreSheetError) {
        let all = HeardCell.cells(of: calls)
        anchors = all.compactMap(Self.anchor)
        guard anchors.count >= 3 else { throw .incomplete("three conditions of AMR-WB") }
        scale = ScoreScale(anchors: anchors)
        cells = all.filter { $0.cell.codec == "opus" }
        guard !cells.isEmpty else { throw .incomplete("calls with Opus") }
        var fits: [Fit] = []
        for bitrate in Set(cells.map(\.cell.bitrate)).sorted() {
            for scale in RatingScale.allCases {
                for repair in Repair.allCases {
                    if let fit = Self.fit(cells, bitrate, scale, repair, self.scale) {
                        fits.append(fit)
                    }
                }
            }
        }
        self.fits = fits
    }

    /// The cell as an anchor, if its impairment is known.
    private static func anchor(_ cell: HeardCell) -> ScoreScale.Anchor? {
        guard cell.cell.codec == "amr-wb",
            let mode = ScoreScale.adaptiveMultiRate.first(where: {
                $0.bitrate == cell.cell.bitrate
            })
        else { return nil }
        var known = mode.ie
        if cell.cell.loss > 0 {
            guard let bpl = mode.bpl else { return nil }
            known = CodecImpairment(ie: mode.ie, bpl: bpl).effective(
                lossPercentage: 100 * cell.lost, burstRatio: cell.burstRatio, scale: .wideband)
        }
        return ScoreScale.Anchor(
            bitrate: mode.bitrate, loss: cell.lost,
            measured: ScoreScale.rawImpairment(wideband: cell.score), known: known)
    }

    private static func fit(
        _ cells: [HeardCell], _ bitrate: Int, _ ratingScale: RatingScale, _ repair: Repair,
        _ scale: ScoreScale
    ) -> Fit? {
        let usual = cells.filter {
            $0.cell.bitrate == bitrate && $0.cell.isRandom && !$0.cell.isDiscontinuous
        }
        func impairment(_ cell: HeardCell) -> Double? {
            switch ratingScale {
            case .narrowband: cell.narrowbandScore.map { ScoreScale.impairment(narrowband: $0) }
            case .wideband: scale.impairment(wideband: cell.score)
            case .fullband: scale.impairment(wideband: cell.score) + fullbandOffset
            }
        }
        guard let clean = usual.first(where: { $0.cell.loss == 0 }), let ie = impairment(clean)
        else { return nil }
        let observations = usual.compactMap { cell -> CodecImpairment.Observation? in
            let isWanted =
                repair == .both || cell.cell.hasForwardErrorCorrection == (repair == .on)
            guard isWanted, cell.cell.loss > 0, let impairment = impairment(cell) else {
                return nil
            }
            return cell.observation(impairment)
        }
        let hasRepair = usual.contains { $0.cell.hasForwardErrorCorrection }
        guard repair != .both || hasRepair && ratingScale != .narrowband,
            let factors = CodecImpairment(fitting: observations, ie: ie, scale: ratingScale)
        else { return nil }
        let residuals = factors.residuals(observations, scale: ratingScale)
        return Fit(
            bitrate: bitrate, scale: ratingScale, repair: repair, factors: factors,
            deviation: rootMeanSquare(residuals))
    }

    /// The E-model's wideband Ie,eff with the default factors, from the loss that was left.
    public func predicted(_ cell: HeardCell) -> Double {
        CodecImpairment.opus(
            bitrate: Bitrate(bitsPerSecond: Int64(cell.cell.bitrate)), scale: .wideband
        ).effective(
            lossPercentage: 100 * cell.concealed, burstRatio: cell.burstRatio, scale: .wideband)
    }

    /// Ie,wb,eff by the scores.
    public func measured(_ cell: HeardCell) -> Double {
        scale.impairment(wideband: cell.score)
    }

    static func rootMeanSquare(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return 0 }
        return (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    }
}
