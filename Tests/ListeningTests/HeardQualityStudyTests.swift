import Foundation
import Listening
import Quantities
import Testing
import VoiceQuality

private let header =
    "codec,bitrate,fec,dtx,expected_loss,loss,mean_burst,sample,sent,lost,recovered,concealed,"
    + "concealed_runs,payload_bitrate,mos_wb,mos_nb\n"

/// The score that leads back to Ie' = `raw`.
private func score(_ raw: Double) -> Double {
    let opinion = Opinion.meanScore(129 - raw, scale: .wideband)
    return 1 + (opinion - 1) * (ScoreScale.bestWideband - 1) / 3.5
}

/// A sheet in which the measure says Ie' = 1.25·Ie + 10, of AMR-WB as of Opus with `factors`.
private func sheet(_ factors: CodecImpairment, samples: Int = 2) -> String {
    var text = header
    func line(_ codec: String, _ bitrate: Int, _ loss: Double, _ ie: Double, fec: Bool = false) {
        for sample in 0..<samples {
            let concealed = fec ? loss / 2 : loss
            text +=
                "\(codec),\(bitrate),\(fec ? "on" : "off"),off,\(loss),\(loss),1.0,\(sample),"
                + "100000,\(Int(100_000 * loss)),0,\(Int(100_000 * concealed)),"
                + "\(Int(100_000 * concealed * (1 - concealed))),\(bitrate),"
                + "\(score(1.25 * ie + 10)),\n"
        }
    }
    for mode in ScoreScale.adaptiveMultiRate { line("amr-wb", mode.bitrate, 0, mode.ie) }
    line("opus", 24_000, 0, factors.ie)
    for loss in [0.01, 0.03, 0.1] {
        line(
            "opus", 24_000, loss,
            factors.effective(lossPercentage: 100 * loss, scale: .wideband))
        line(
            "opus", 24_000, loss,
            factors.effective(lossPercentage: 50 * loss, scale: .wideband), fec: true)
    }
    return text
}

@Suite struct `Heard quality` {
    @Test(arguments: [(7.0, 4.3), (0.5, 12.0), (25.0, 30.0)])
    func `known factors are found again in scores that were made of them`(
        ie: Double, bpl: Double
    ) throws {
        let study = try HeardQualityStudy(
            ScoredCall.calls(in: sheet(CodecImpairment(ie: ie, bpl: bpl))))
        #expect(study.anchors.count == 6)
        #expect(abs(study.scale.slope - 0.8) < 1e-6)
        #expect(abs(study.scale.intercept + 8) < 1e-4)
        let fit = try #require(
            study.fits.first { $0.scale == .wideband && $0.repair == .off })
        #expect(abs(fit.factors.ie - ie) < 1e-4)
        #expect(abs(fit.factors.bpl / bpl - 1) < 0.01)
        let both = try #require(
            study.fits.first { $0.scale == .wideband && $0.repair == .both })
        #expect(abs(both.factors.bpl / bpl - 1) < 0.02)
    }

    @Test func `the fullband scale has the same impairment and more`() throws {
        let study = try HeardQualityStudy(
            ScoredCall.calls(in: sheet(CodecImpairment(ie: 7, bpl: 8))))
        let wide = try #require(study.fits.first { $0.scale == .wideband && $0.repair == .off })
        let full = try #require(study.fits.first { $0.scale == .fullband && $0.repair == .off })
        #expect(abs(full.factors.ie - wide.factors.ie - 19) < 1e-9)
        #expect(full.factors.bpl > wide.factors.bpl)
    }

    @Test func `scores go there and back`() {
        for raw in stride(from: 0.0, through: 110, by: 5) {
            #expect(abs(ScoreScale.rawImpairment(wideband: score(raw)) - raw) < 1e-6)
        }
        #expect(ScoreScale.rawImpairment(wideband: ScoreScale.bestWideband) < 1e-6)
        #expect(ScoreScale.impairment(narrowband: ScoreScale.bestNarrowband) < 1e-6)
    }

    @Test func `an anchor's line is that of its points`() {
        let anchors = [(0.0, 1.0), (10, 6), (20, 11)].map {
            ScoreScale.Anchor(bitrate: 0, measured: $0.0, known: $0.1)
        }
        let scale = ScoreScale(anchors: anchors)
        #expect(abs(scale.slope - 0.5) < 1e-12)
        #expect(abs(scale.intercept - 1) < 1e-12)
        #expect(scale.deviation < 1e-9)
    }

    @Test func `a broken sheet is refused with its place`() {
        #expect(throws: ScoreSheetError.missingColumn("codec")) {
            try ScoredCall.calls(in: "a,b\n1,2\n")
        }
        #expect(throws: ScoreSheetError.fieldCount(line: 2)) {
            try ScoredCall.calls(in: header + "opus,1\n")
        }
        #expect(
            throws: ScoreSheetError.field(line: 2, column: "mos_wb", text: "nan")
        ) {
            try ScoredCall.calls(
                in: header + "opus,24000,on,off,0,0,1,0,100,0,0,0,0,24000,nan,\n")
        }
        #expect(throws: ScoreSheetError.incomplete("calls")) { try ScoredCall.calls(in: header) }
        #expect(throws: ScoreSheetError.incomplete("three conditions of AMR-WB")) {
            try HeardQualityStudy(
                ScoredCall.calls(
                    in: header + "opus,24000,on,off,0,0,1,0,100,0,0,0,0,24000,4.2,\n"))
        }
    }

    @Test func `tables name every cell`() throws {
        let study = try HeardQualityStudy(
            ScoredCall.calls(in: sheet(CodecImpairment(ie: 7, bpl: 8))))
        #expect(study.cells.count == 7)
        #expect(study.cellsCSV.split(separator: "\n").count == 8)
        #expect(study.fitsCSV.split(separator: "\n").count == study.fits.count + 1)
        #expect(study.table.contains("independent losses, FEC on"))
    }
}
