import Foundation
import VoiceQuality

extension HeardQualityStudy {
    /// The tables for people.
    public var table: String {
        ([Self.heading] + anchorLines + [""] + fitLines + [""] + cellLines + [""] + closing)
            .joined(separator: "\n") + "\n"
    }

    private static var heading: String {
        """
        Heard quality: what was heard in calls of full fidelity, compared with what was said by PESQ
        (ITU-T P.862.2 with Corrigendum 2), beside the E-model (ITU-T G.107.1). Remake: make heard-quality

        PESQ    mean MOS-LQO and half its 95 % interval over the samples
        R PESQ  129 less the impairment by PESQ, anchored at AMR-WB; R E-m. the E-model's with the defaults of
                Opus by bit rate, told the loss that was left after repair and its burst ratio; no delay

        """
    }

    private var anchorLines: [String] {
        let head = """
            Anchors: AMR-WB. Ie' is 129 less the R at which opinion is as PESQ says; known is Ie,eff by the values
            for both ears of ITU-T G.113 Appendix IV.
              kbit/s  lost %      Ie'   known  fitted
            """
        let lines = anchors.map { anchor in
            let fitted = max(0, scale.intercept + scale.slope * anchor.measured)
            return "  " + Text.right(Text.fixed(Double(anchor.bitrate) / 1000, 2), 6)
                + Text.right(Text.fixed(100 * anchor.loss, 2), 8)
                + Text.right(Text.fixed(anchor.measured, 1), 9)
                + Text.right(Text.fixed(anchor.known, 1), 8)
                + Text.right(Text.fixed(fitted, 1), 8)
        }
        let sign = scale.intercept < 0 ? "-" : "+"
        return [head] + lines + [
            "  Ie,eff = \(Text.fixed(scale.slope, 3)) Ie' \(sign) "
                + "\(Text.fixed(scale.intercept.magnitude, 2)), at least 0; standard deviation "
                + Text.fixed(scale.deviation, 1)
        ]
    }

    private var fitLines: [String] {
        let head = """
            Opus: Ie from the cell without loss, Bpl by least squares over independent losses, against the loss
            that was left. Fullband Ie is wideband Ie + 19.
              kbit/s  scale       repair     Ie    Bpl   rms residual
            """
        return [head]
            + fits.map { fit in
                "  " + Text.right("\(fit.bitrate / 1000)", 6) + "  "
                    + Text.left(fit.scale.rawValue, 12) + Text.left(fit.repair.rawValue, 6)
                    + Text.right(Text.fixed(fit.factors.ie, 1), 7)
                    + Text.right(Text.fixed(fit.factors.bpl, 1), 7)
                    + Text.right(Text.fixed(fit.deviation, 1), 15)
            }
    }

    private var cellLines: [String] {
        let head = """
            Cells. told: loss the encoder was told; lost, recov., conc.: per cent of the packets sent
              kbit/s  FEC  DTX told  loss burst   lost recov.  conc. BurstR  sent     PESQ        R PESQ  R E-m.   diff
            """
        return [head] + cells.map(line)
    }

    private func line(_ cell: HeardCell) -> String {
        let key = cell.cell
        let r = 129 - measured(cell)
        let model = 129 - predicted(cell)
        let half = cell.scoreInterval.map { Text.fixed($0.halfWidth, 2) } ?? "-"
        func percent(_ share: Double, _ digits: Int) -> String { Text.fixed(100 * share, digits) }
        return "  " + Text.right("\(key.bitrate / 1000)", 6)
            + Text.right(key.hasForwardErrorCorrection ? "on" : "off", 5)
            + Text.right(key.isDiscontinuous ? "on" : "off", 5)
            + Text.right(percent(key.expectedLoss, 0), 5) + Text.right(percent(key.loss, 0), 6)
            + Text.right(key.isRandom ? "-" : Text.fixed(key.meanBurst, 1), 6)
            + Text.right(percent(cell.lost, 2), 7) + Text.right(percent(cell.recovered, 2), 7)
            + Text.right(percent(cell.concealed, 2), 7)
            + Text.right(Text.fixed(cell.burstRatio, 2), 7)
            + Text.right(Text.fixed(cell.payloadBitrate / 1000, 1), 6)
            + Text.right(Text.fixed(cell.score, 2), 7) + " ±" + Text.right(half, 5)
            + Text.right(Text.fixed(r, 1), 9) + Text.right(Text.fixed(model, 1), 8)
            + Text.right(Text.fixed(model - r, 1), 7)
    }

    private var closing: [String] {
        func differences(_ isWanted: (ScoredCall.Cell) -> Bool) -> [Double] {
            cells.filter { isWanted($0.cell) }.map { measured($0) - predicted($0) }
        }
        func line(_ name: String, _ values: [Double]) -> String? {
            guard !values.isEmpty else { return nil }
            let mean = values.reduce(0, +) / Double(values.count)
            let worst = values.max { $0.magnitude < $1.magnitude } ?? 0
            return "  " + Text.left(name, 34) + Text.right("\(values.count)", 4) + " cells, mean "
                + Text.right(Text.fixed(mean, 1), 5) + ", rms "
                + Text.fixed(Self.rootMeanSquare(values), 1) + ", largest " + Text.fixed(worst, 1)
        }
        return ["E-model less PESQ, R:"]
            + [
                line(
                    "independent losses, FEC off",
                    differences {
                        $0.isRandom && !$0.hasForwardErrorCorrection && !$0.isDiscontinuous
                    }),
                line(
                    "independent losses, FEC on",
                    differences {
                        $0.isRandom && $0.hasForwardErrorCorrection && !$0.isDiscontinuous
                    }),
                line("losses in bursts", differences { !$0.isRandom }),
                line("DTX", differences(\.isDiscontinuous)),
                line("all", differences { _ in true }),
            ].compactMap { $0 }
    }

    /// One line a cell, for machines.
    public var cellsCSV: String {
        var text =
            "bitrate,fec,dtx,expected_loss,loss,mean_burst,calls,lost,recovered,concealed,burst_ratio,"
            + "payload_bitrate,mos_lqo,mos_lqo_low,mos_lqo_high,ie_eff,r,r_emodel,mos_emodel,"
            + "mos_lqo_narrowband,ie_eff_narrowband\n"
        for cell in cells {
            let key = cell.cell
            let model = 129 - predicted(cell)
            let flags = [key.hasForwardErrorCorrection, key.isDiscontinuous]
                .map { $0 ? "on" : "off" }
            let shares = [key.expectedLoss, key.loss, key.meanBurst].map { Text.fixed($0, 4) }
            let figures = [
                cell.lost, cell.recovered, cell.concealed, cell.burstRatio, cell.payloadBitrate,
                cell.score, cell.scoreInterval?.low ?? cell.score,
                cell.scoreInterval?.high ?? cell.score, measured(cell), 129 - measured(cell),
                model, Opinion.meanScore(model, scale: .wideband),
            ].map { Text.fixed($0, 5) }
            let narrowband = [
                cell.narrowbandScore,
                cell.narrowbandScore.map { ScoreScale.impairment(narrowband: $0) },
            ].map { $0.map { Text.fixed($0, 5) } ?? "" }
            text +=
                (["\(key.bitrate)"] + flags + shares + ["\(cell.calls)"] + figures + narrowband)
                .joined(separator: ",") + "\n"
        }
        return text
    }

    /// One line a fit, for machines.
    public var fitsCSV: String {
        "bitrate,scale,repair,ie,bpl,rms_residual\n"
            + fits.map { fit in
                "\(fit.bitrate),\(fit.scale.rawValue),\(fit.repair.rawValue),"
                    + [fit.factors.ie, fit.factors.bpl, fit.deviation]
                    .map { Text.fixed($0, 4) }.joined(separator: ",") + "\n"
            }.joined()
    }
}

/// Laying out figures.
enum Text {
    /// `value` with `digits` after the point.
    static func fixed(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value == 0 ? 0 : value)
    }

    static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
