import Foundation
import Testing

@testable import LoadGenerator

@Suite struct ToneTests {
    private func sine(_ frequency: Double, amplitude: Double = 8000, frames: Int = 10) -> [[Int16]]
    {
        (0..<frames).map { frame in
            (0..<320).map { index in
                let time = Double(frame * 320 + index) / 16_000
                return Int16(amplitude * sin(2 * .pi * frequency * time))
            }
        }
    }

    private func matches(_ frames: [[Int16]], _ frequency: Double) -> Int {
        var meter = ToneMeter(Tone(frequency: frequency))
        for frame in frames { meter.listen(to: frame) }
        #expect(meter.frames == frames.count)
        return meter.matches
    }

    @Test(arguments: [100.0, 440, 660, 1234.5, 3400])
    func `the tone itself is found in every frame, loud or soft`(frequency: Double) {
        #expect(matches(sine(frequency), frequency) == 10)
        #expect(matches(sine(frequency, amplitude: 300), frequency) == 10)
    }

    @Test func `another tone, noise, silence and the tone below noise are not it`() {
        #expect(matches(sine(660), 440) == 0)
        #expect(matches(sine(440, amplitude: 100), 440) == 0, "below −50 dBov")
        #expect(
            matches([[Int16]](repeating: [Int16](repeating: 0, count: 320), count: 10), 440) == 0)
        var state: UInt32 = 1
        let noise = (0..<10).map { _ in
            (0..<320).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return Int16(truncatingIfNeeded: Int32(bitPattern: state) >> 18)
            }
        }
        #expect(matches(noise, 440) == 0)
        let mixed = zip(noise, sine(440, amplitude: 3000)).map { a, b in zip(a, b).map { $0 &+ $1 }
        }
        #expect(matches(mixed, 440) == 0)
    }

    @Test(arguments: [440.0, 660, 987.654])
    func `what a peer says is the tone, without a break where it starts again`(frequency: Double) {
        let material = Tone(frequency: frequency).material()
        let samples = material.clips[0].samples + material.clips[0].samples
        let frames = stride(from: 0, to: samples.count - 319, by: 320).map {
            Array(samples[$0..<$0 + 320])
        }
        #expect(matches(frames, frequency) == frames.count)
    }
}
