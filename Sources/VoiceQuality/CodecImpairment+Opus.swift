import Quantities

extension CodecImpairment {
    /// Planning values of Opus at `bitrate` for speech of wideband at most, in frames of 20 ms.
    ///
    /// They come from calls heard by an objective measure and lie within 7 points of R of what it
    /// says; between the rates studied they are interpolated, beyond them held. The fullband Ie is
    /// the wideband one and the 19 points by which the best ratings of the two scales differ. See <doc:OpusImpairment> for how they were found.
    ///
    /// - Parameter isWiderThanWideband: whether the codec may carry more than 8 kHz; no measure at
    ///   hand judges that, so on the fullband scale EVS super-wideband at 24 and 32 kbit/s stands
    ///   in (ITU-T G.113 Appendix V).
    public static func opus(
        bitrate: Bitrate, isWiderThanWideband: Bool = false, scale: RatingScale
    ) -> CodecImpairment {
        if isWiderThanWideband, scale == .fullband { return CodecImpairment(ie: 8, bpl: 10) }
        let rate = Double(bitrate.bitsPerSecond) / 1000
        let upper = studied.firstIndex { $0.kilobits >= rate } ?? studied.count - 1
        let (a, b) = (studied[max(0, upper - 1)], studied[upper])
        let part = b.kilobits > a.kilobits ? (rate - a.kilobits) / (b.kilobits - a.kilobits) : 0
        func between(_ figure: (OpusStudy) -> Double) -> Double {
            let value = figure(a) + min(max(part, 0), 1) * (figure(b) - figure(a))
            // Tenths are more than the study can tell.
            return (10 * value).rounded() / 10
        }
        return switch scale {
        case .narrowband: CodecImpairment(ie: between(\.narrowIe), bpl: between(\.narrowBpl))
        case .wideband: CodecImpairment(ie: between(\.wideIe), bpl: between(\.wideBpl))
        case .fullband: CodecImpairment(ie: between(\.wideIe) + 19, bpl: between(\.fullBpl))
        }
    }

    /// What was found at one rate: results/heard-quality/fits.csv, rounded, of calls with and without
    /// FEC together. The narrowband Bpl was found at 12 and 24 kbit/s.
    private struct OpusStudy {
        let kilobits, wideIe, wideBpl, fullBpl, narrowIe, narrowBpl: Double
    }

    private static let studied = [
        OpusStudy(
            kilobits: 6, wideIe: 46.9, wideBpl: 30.6, fullBpl: 45.4, narrowIe: 37.9, narrowBpl: 22),
        OpusStudy(
            kilobits: 8, wideIe: 31.4, wideBpl: 23, fullBpl: 32, narrowIe: 21.9, narrowBpl: 22),
        OpusStudy(
            kilobits: 12, wideIe: 18.2, wideBpl: 15.9, fullBpl: 21.3, narrowIe: 17.2, narrowBpl: 22),
        OpusStudy(
            kilobits: 16, wideIe: 11, wideBpl: 14.5, fullBpl: 19, narrowIe: 10.3, narrowBpl: 20.1),
        OpusStudy(
            kilobits: 20, wideIe: 7.7, wideBpl: 13.2, fullBpl: 17.3, narrowIe: 7.1, narrowBpl: 18.3),
        OpusStudy(
            kilobits: 24, wideIe: 5.4, wideBpl: 11.9, fullBpl: 15.5, narrowIe: 5.1, narrowBpl: 16.4),
        OpusStudy(
            kilobits: 32, wideIe: 3.3, wideBpl: 12.1, fullBpl: 15.6, narrowIe: 2.9, narrowBpl: 16.4),
        OpusStudy(
            kilobits: 48, wideIe: 2, wideBpl: 12.3, fullBpl: 15.8, narrowIe: 1.6, narrowBpl: 16.4),
        OpusStudy(
            kilobits: 64, wideIe: 1.6, wideBpl: 12, fullBpl: 16, narrowIe: 1, narrowBpl: 16.4),
    ]
}
