import Foundation
import Quantities
import Testing
import VoiceQuality

/// The published fits, found from this file.
private func fits() throws -> [(bitrate: Int64, scale: RatingScale, repair: String, [Double])] {
    let parts = #filePath.split(separator: "/").dropLast(3)
    let path = "/" + parts.joined(separator: "/") + "/results/heard-quality/fits.csv"
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst()
        .map { line in
            let fields = line.split(separator: ",").map(String.init)
            return (
                try #require(Int64(fields[0])), try #require(RatingScale(rawValue: fields[1])),
                fields[2], try fields[3...].map { try #require(Double($0)) }
            )
        }
}

@Suite struct `Planning values of Opus` {
    @Test func `are those of the published study`() throws {
        let fits = try fits()
        #expect(Set(fits.map(\.bitrate)).count == 9)
        for fit in fits where fit.scale != .narrowband {
            let hasBoth = fits.contains {
                $0.bitrate == fit.bitrate && $0.scale == fit.scale && $0.repair == "both"
            }
            guard fit.repair == (hasBoth ? "both" : "off") else { continue }
            let values = CodecImpairment.opus(
                bitrate: Bitrate(bitsPerSecond: fit.bitrate), scale: fit.scale)
            // Less than the study can tell: another jitter buffer may move the fits as much.
            #expect(abs(values.ie - fit.3[0]) < 0.3, "\(fit)")
            #expect(abs(values.bpl - fit.3[1]) < 0.5, "\(fit)")
        }
    }

    @Test(arguments: RatingScale.allCases)
    func `lie between their neighbours, and beyond the rates studied stay`(scale: RatingScale) {
        func ie(_ kilobits: Int64) -> Double {
            CodecImpairment.opus(bitrate: .kilobitsPerSecond(kilobits), scale: scale).ie
        }
        let all = (6...64).map { ie($0) }
        #expect(zip(all, all.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(abs(ie(28) - (ie(24) + ie(32)) / 2) < 0.11)
        #expect(ie(5) == ie(6))
        #expect(ie(256) == ie(64))
    }

    @Test func `beyond wideband are those of a codec that carries as much`() {
        let wider = CodecImpairment.opus(
            bitrate: .kilobitsPerSecond(24), isWiderThanWideband: true, scale: .fullband)
        #expect(wider == CodecImpairment(ie: 8, bpl: 10))
        let wideband = CodecImpairment.opus(
            bitrate: .kilobitsPerSecond(24), isWiderThanWideband: true, scale: .wideband)
        #expect(
            wideband
                == CodecImpairment.opus(bitrate: .kilobitsPerSecond(24), scale: .wideband))
    }
}
