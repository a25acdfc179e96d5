import RTP
import Testing

@Suite struct OpusFramingTests {
    struct Case {
        var bytes: [UInt8]
        var first: Range<Int>?
        var count = 1
        var padding = 0
    }

    private static let toc: UInt8 = 9 << 3
    private static func filler(_ count: Int) -> [UInt8] { [UInt8](repeating: 0x55, count: count) }

    /// One packet of each code and of each requirement broken (RFC 6716 §3.2, §3.4).
    @Test(arguments: [
        Case(bytes: [toc], first: 1..<1),
        Case(bytes: [toc] + filler(1275), first: 1..<1276),
        Case(bytes: [toc] + filler(1276), first: nil),
        Case(bytes: [toc | 1] + filler(6), first: 1..<4, count: 2),
        Case(bytes: [toc | 1] + filler(5), first: nil),
        Case(bytes: [toc | 2, 2] + filler(6), first: 2..<4, count: 2),
        Case(bytes: [toc | 2, 7] + filler(6), first: nil),
        Case(bytes: [toc | 2], first: nil),
        Case(bytes: [toc | 2, 252], first: nil),
        Case(bytes: [toc | 2, 252, 1] + filler(256), first: 3..<259, count: 2),
        Case(bytes: [toc | 3, 3] + filler(6), first: 2..<4, count: 3),
        Case(bytes: [toc | 3, 3] + filler(7), first: nil),
        Case(bytes: [toc | 3, 0x83, 1, 2] + filler(6), first: 4..<5, count: 3),
        Case(bytes: [toc | 3, 0x83, 1, 9] + filler(6), first: nil),
        Case(bytes: [toc | 3, 0x41, 2] + filler(6), first: 3..<7, padding: 3),
        Case(bytes: [toc | 3, 0x41, 255, 2] + filler(260), first: 4..<8, padding: 258),
        Case(bytes: [toc | 3, 0x41, 7] + filler(6), first: nil),
        Case(bytes: [toc | 3, 0x41, 255], first: nil),
        Case(bytes: [toc | 3, 0x41], first: nil),
    ])
    func `frames lie where RFC 6716 §3,2 says`(_ expected: Case) {
        let framing = expected.bytes.withUnsafeBytes { OpusFraming($0) }
        #expect(framing?.firstFrame == expected.first)
        guard let framing else { return }
        #expect(framing.head.frameCount == expected.count)
        #expect(framing.paddingByteCount == expected.padding)
    }

    @Test func `redundancy is told in every length and in both channels`() {
        func has(_ configuration: UInt8, stereo: Bool = false, _ flags: UInt8) -> Bool {
            let bytes = [configuration << 3 | (stereo ? 4 : 0), flags, 0, 0]
            return bytes.withUnsafeBytes { OpusFraming($0)?.hasRedundancy($0) == true }
        }
        // 10 and 20 ms have one activity bit, 40 ms two, 60 ms three.
        #expect(has(8, 0b0100_0000) && has(9, 0b0100_0000) && !has(9, 0b1011_1111))
        #expect(has(10, 0b0010_0000) && !has(10, 0b1101_1111))
        #expect(has(11, 0b0001_0000) && !has(11, 0b1110_1111))
        // The side channel's flag follows the middle's: 1 + 1 + 1 + 1 bits.
        #expect(has(9, stereo: true, 0b0001_0000) && !has(9, stereo: true, 0b1010_1111))
        #expect(has(11, stereo: true, 0b0000_0001))
        #expect(!has(31, 0xff))
    }

    @Test func `the quick answer for single mono frames is the same`() {
        for first in UInt8.min...UInt8.max where first & 7 == 0 {
            for flags in UInt8.min...UInt8.max {
                [first, flags, 1, 2].withUnsafeBytes { payload in
                    #expect(
                        OpusPayload.hasRedundancy(payload)
                            == OpusFraming(payload)?.hasRedundancy(payload))
                }
            }
        }
    }

    @Test func `any bytes are framed inside their bounds or refused`() {
        var bits: UInt64 = 77
        for round in 0..<40_000 {
            var bytes: [UInt8] = []
            for _ in 0..<round % 40 {
                bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(UInt8(truncatingIfNeeded: bits >> 33))
            }
            bytes.withUnsafeBytes { payload in
                guard let framing = OpusFraming(payload) else { return }
                #expect(framing.firstFrame.lowerBound >= 1)
                #expect(
                    framing.firstFrame.upperBound + framing.paddingByteCount
                        <= payload.count + 8)
                #expect(framing.firstFrame.upperBound <= payload.count)
                _ = framing.hasRedundancy(payload)
            }
        }
    }
}
