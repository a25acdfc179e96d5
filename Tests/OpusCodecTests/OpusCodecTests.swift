import OpusCodec
import Quantities
import Testing

/// A voiced sound of 140 Hz with a few harmonics and a slow swell, `count` samples at `rate`.
private func voice(_ count: Int, rate: OpusSampleRate) -> [Int16] {
    var phase: Int64 = 0
    let step = 140 * 65_536 / Int64(rate.rawValue)
    return (0..<count).map { index in
        phase += step
        func triangle(_ p: Int64) -> Int64 { abs((p & 0xffff) - 32_768) - 16_384 }
        let swell = abs(Int64(index % Int(rate.rawValue)) * 4 / Int64(rate.rawValue) - 2) + 1
        return Int16(
            (triangle(phase) / 4 + triangle(phase * 3) / 6 + triangle(phase * 7) / 9) / swell)
    }
}

/// Encodes `samples` frame by frame; one packet a frame, empty ones included.
private func encoded(
    _ samples: [Int16], settings: OpusSettings, rate: OpusSampleRate
) throws -> [[UInt8]] {
    var encoder = try OpusEncoder(settings: settings, sampleRate: rate)
    let frame = encoder.frameSamples
    var output = [UInt8](repeating: 0, count: 1275)
    var packets: [[UInt8]] = []
    for start in stride(from: 0, through: samples.count - frame, by: frame) {
        let length = try samples[start..<start + frame].withUnsafeBufferPointer { input in
            try output.withUnsafeMutableBytes { try encoder.encode(input, into: $0) }
        }
        packets.append(Array(output[..<length]))
    }
    return packets
}

@Suite struct OpusCodecTests {
    @Test(arguments: OpusSampleRate.allCases, OpusFrameDuration.allCases)
    func `encoder and decoder agree on every frame, in speech and in silence`(
        rate: OpusSampleRate, frame: OpusFrameDuration
    ) throws {
        var settings = OpusSettings()
        settings.frame = frame
        var encoder = try OpusEncoder(settings: settings, sampleRate: rate)
        var decoder = try OpusDecoder(sampleRate: rate)
        let samples = voice(Int(rate.rawValue), rate: rate)
        var packet = [UInt8](repeating: 0, count: 1275)
        var heard = [Int16](repeating: 0, count: frame.samples(at: rate))
        #expect(encoder.frameSamples == heard.count)
        for start in stride(from: 0, through: samples.count - heard.count, by: heard.count) {
            let length = try samples[start..<start + heard.count].withUnsafeBufferPointer { input in
                try packet.withUnsafeMutableBytes { try encoder.encode(input, into: $0) }
            }
            let count = try packet[..<length].withUnsafeBytes { bytes in
                try heard.withUnsafeMutableBufferPointer { try decoder.decode(bytes, into: $0) }
            }
            #expect(count == heard.count)
            #expect(try encoder.finalRange() == decoder.finalRange())
        }
    }

    @Test func `wideband speech is coded by linear prediction alone`() throws {
        var settings = OpusSettings()
        settings.bitrate = .kilobitsPerSecond(64)
        let packets = try encoded(
            voice(48_000, rate: .fullband), settings: settings, rate: .fullband)
        // Configurations 0…11 are SILK (RFC 6716 Table 2).
        #expect(packets.allSatisfy { $0[0] >> 3 < 12 })
        settings.bandwidth = .fullband
        let wider = try encoded(voice(48_000, rate: .fullband), settings: settings, rate: .fullband)
        #expect(wider.contains { $0[0] >> 3 >= 12 })
    }

    @Test func `constant bit rate gives packets of one size, the default rate's on average`() throws
    {
        var settings = OpusSettings()
        settings.isVariable = false
        settings.isDiscontinuous = false
        let constant = try encoded(
            voice(48_000, rate: .fullband), settings: settings, rate: .fullband)
        #expect(constant.allSatisfy { $0.count == 60 })
    }

    @Test func `silence yields packets that need not be sent`() throws {
        let silence = [Int16](repeating: 0, count: 96_000)
        let packets = try encoded(silence, settings: OpusSettings(), rate: .fullband)
        #expect(packets.prefix(5).allSatisfy { $0.count > 2 })
        let empty = packets.dropFirst(50).filter { $0.count <= 2 }.count
        #expect(empty > 40, "of 50 frames in silence \(empty) were empty")
        var settings = OpusSettings()
        settings.isDiscontinuous = false
        #expect(
            try encoded(silence, settings: settings, rate: .fullband).allSatisfy { $0.count > 2 })
    }

    @Test func `a lost frame is better recovered from the next packet than concealed`() throws {
        var settings = OpusSettings()
        settings.expectedLossPercentage = 20
        settings.bitrate = .kilobitsPerSecond(32)
        let samples = voice(32_000, rate: .wideband)
        let packets = try encoded(samples, settings: settings, rate: .wideband)
        /// Decodes all, with every fifth frame lost, and returns those frames.
        func lostFrames(_ treat: (inout OpusDecoder, [UInt8], inout [Int16]) throws -> Void)
            throws -> [[Int16]]
        {
            var decoder = try OpusDecoder(sampleRate: .wideband)
            var frames: [[Int16]] = []
            var heard = [Int16](repeating: 0, count: 320)
            for index in packets.indices.dropLast() {
                if index % 5 == 4 {
                    try treat(&decoder, packets[index + 1], &heard)
                    frames.append(heard)
                } else {
                    _ = try packets[index].withUnsafeBytes { bytes in
                        try heard.withUnsafeMutableBufferPointer {
                            try decoder.decode(bytes, into: $0)
                        }
                    }
                }
            }
            return frames
        }
        var clean: [[Int16]] = []
        var decoder = try OpusDecoder(sampleRate: .wideband)
        for (index, packet) in packets.dropLast().enumerated() {
            var heard = [Int16](repeating: 0, count: 320)
            _ = try packet.withUnsafeBytes { bytes in
                try heard.withUnsafeMutableBufferPointer { try decoder.decode(bytes, into: $0) }
            }
            if index % 5 == 4 { clean.append(heard) }
        }
        let concealed = try lostFrames { decoder, _, heard in
            _ = try heard.withUnsafeMutableBufferPointer { try decoder.conceal(into: $0) }
        }
        let recovered = try lostFrames { decoder, next, heard in
            _ = try next.withUnsafeBytes { bytes in
                try heard.withUnsafeMutableBufferPointer {
                    try decoder.recover(from: bytes, into: $0)
                }
            }
        }
        func error(_ frames: [[Int16]]) -> Double {
            var sum = 0.0
            for (frame, truth) in zip(frames, clean) {
                for (heard, said) in zip(frame, truth) {
                    let difference = Double(heard) - Double(said)
                    sum += difference * difference
                }
            }
            return sum
        }
        #expect(error(recovered) < 0.8 * error(concealed))
    }

    @Test func `hostile packets are refused or decoded, never trapped on`() throws {
        var decoder = try OpusDecoder(sampleRate: .wideband)
        var heard = [Int16](repeating: 0, count: 1920)
        var bits: UInt64 = 1
        for _ in 0..<3000 {
            bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let packet = (0..<Int(bits >> 58) + 1).map {
                UInt8(truncatingIfNeeded: bits >> UInt64($0 % 50))
            }
            packet.withUnsafeBytes { bytes in
                _ = heard.withUnsafeMutableBufferPointer { try? decoder.decode(bytes, into: $0) }
            }
        }
        #expect(throws: OpusError.invalidPacket) {
            try [UInt8(9 << 3 | 3), 0].withUnsafeBytes { bytes in
                try heard.withUnsafeMutableBufferPointer { try decoder.decode(bytes, into: $0) }
            }
        }
    }

    @Test func `a setting out of range is refused`() {
        var settings = OpusSettings()
        settings.bitrate = .kilobitsPerSecond(5)
        #expect(throws: OpusError.badArgument) {
            _ = try OpusEncoder(settings: settings)
        }
        settings.bitrate = .kilobitsPerSecond(24)
        settings.complexity = 11
        #expect(throws: OpusError.badArgument) {
            _ = try OpusEncoder(settings: settings)
        }
    }

    @Test(arguments: OpusSampleRate.allCases)
    func `the look-ahead is 6,5 ms`(rate: OpusSampleRate) throws {
        let encoder = try OpusEncoder(settings: OpusSettings(), sampleRate: rate)
        let samples = try encoder.lookAheadSamples()
        #expect(
            Int64(samples) * 1_000_000 / Int64(rate.rawValue) == OpusEncoder.lookAheadMicroseconds)
    }
}
