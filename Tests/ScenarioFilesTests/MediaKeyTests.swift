import ScenarioModel
import Testing

@testable import ScenarioFiles

@Suite struct MediaKeyTests {
    private func media(_ text: String) throws -> Media {
        try load("media: {\(text)}").model.media
    }

    @Test func `without keys the buffer and the clocks are the model's own`() throws {
        #expect(try media("srtp: aead_aes_128_gcm") == Media())
    }

    @Test func `the jitter buffer's keys are the model's, each by itself`() throws {
        let all = try media(
            "jitter_buffer: {quantile: 95 %, minimum: 0 ms, maximum: 200 ms, initial: 40 ms}")
        #expect(
            all.jitterBuffer
                == JitterBufferModel(
                    quantile: 0.95, minimum: .zero, maximum: .milliseconds(200),
                    initial: .milliseconds(40)))
        #expect(
            try media("jitter_buffer: {maximum: 1 s}").jitterBuffer
                == JitterBufferModel(maximum: .seconds(1)))
    }

    @Test(arguments: [
        ("{constant: -12.5 ppm}", ClockDrift.constant(-12.5)),
        ("{uniform: {min: -50 ppm, max: 50 ppm}}", .uniform(min: -50, max: 50)),
        ("{normal: {sigma: 30 ppm}}", .normal(mean: 0, sigma: 30)),
        ("{normal: {mean: -5 ppm, sigma: 0 ppm}}", .normal(mean: -5, sigma: 0)),
    ])
    func `clocks are off to both sides`(text: String, expected: ClockDrift) throws {
        #expect(try media("clock_drift: \(text)").clockDrift == expected)
    }

    @Test func `a single value can be overridden`() throws {
        let model = try load(
            "media: {clock_drift: {uniform: {min: -50 ppm, max: 50 ppm}}}",
            set: ["media.clock_drift.uniform.max=-10 ppm", "media.jitter_buffer.quantile=90 %"]
        ).model
        #expect(model.media.clockDrift == .uniform(min: -50, max: -10))
        #expect(model.media.jitterBuffer.quantile == 0.9)
    }
}
