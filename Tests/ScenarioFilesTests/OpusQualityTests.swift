import Quantities
import ScenarioFiles
import ScenarioModel
import Testing

@Suite struct `Quality of the codec` {
    private func quality(_ media: String) throws -> QualityModel {
        try load("media: {\(media)}").model.media.quality
    }

    @Test func `follows bit rate, scale and bandwidth unless stated`() throws {
        #expect(try quality("") == QualityModel())
        let low = try quality("codec: {bitrate: 12 kbit/s}")
        #expect(low.ie > QualityModel().ie)
        let wide = try quality("quality: {scale: wideband}")
        #expect(abs(wide.ie + 19 - QualityModel().ie) < 1e-9)
        #expect(try quality("codec: {bandwidth: fullband}").ie < 10)
    }

    @Test func `stated values stay, each for itself`() throws {
        let ie = try quality("quality: {ie: 3}")
        #expect((ie.ie, ie.bpl) == (3, QualityModel().bpl))
        let bpl = try quality("quality: {bpl: 3}")
        #expect((bpl.ie, bpl.bpl) == (QualityModel().ie, 3))
    }

    @Test func `stands in the effective scenario`() throws {
        let text = try load("{}").effectiveText
        #expect(text.contains("24.4"))
        #expect(text.contains("15.5"))
    }
}
