import Quantities
import RTP
import Testing

private let header = PacketHeader(
    marker: true, payloadType: 111, sequenceNumber: 0x1234, timestamp: 0xdead_beef,
    source: 0xcafe_f00d)

private let headerBytes: [UInt8] = [
    0x80, 0xef, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 0xca, 0xfe, 0xf0, 0x0d,
]

/// A packet with two contributing sources, an extension of two words, payload and padding.
private let richPacket: [UInt8] = [
    0xb2, 0xef, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 0xca, 0xfe, 0xf0, 0x0d,
    0, 0, 0, 1, 0, 0, 0, 2,
    0xBE, 0xDE, 0, 2, 0x10, 0xff, 0x22, 1, 2, 3, 0, 0,
    7, 8, 9, 0, 0, 3,
]

@Suite struct PacketTests {
    @Test func `a header is written bit by bit as RFC 3550 §5,1 draws it`() throws {
        #expect(header.bytes == headerBytes)
        let layout = try PacketLayout(parsing: headerBytes + [1, 2, 3])
        #expect(layout.header == header)
        #expect(layout.payload == 12..<15)
        #expect(layout.extensionProfile == nil && layout.contributorCount == 0)
    }

    @Test func `contributors, extension and padding are told from the payload`() throws {
        let layout = try PacketLayout(parsing: richPacket)
        #expect(layout.contributorCount == 2)
        #expect(layout.extensionProfile == 0xBEDE)
        #expect(layout.extensionData == 24..<32)
        #expect(Array(richPacket[layout.payload]) == [7, 8, 9])
    }

    @Test func `a packet cut anywhere before its payload is refused, and never read beyond`() {
        for count in 0..<32 {
            let cut = Array(richPacket[..<count])
            #expect(throws: PacketError.self) { try PacketLayout(parsing: cut) }
        }
    }

    @Test func `padding that is none or too much is refused`() {
        for padding: UInt8 in [0, 7, 255] {
            let packet = Array(richPacket.dropLast()) + [padding]
            #expect(throws: PacketError.invalidPadding(padding)) {
                try PacketLayout(parsing: packet)
            }
        }
    }

    @Test(arguments: [UInt8(0x00), 0x40, 0xc0])
    func `another version is refused`(first: UInt8) {
        #expect(throws: PacketError.unsupportedVersion(first >> 6)) {
            try PacketLayout(parsing: [first] + headerBytes[1...])
        }
    }

    @Test func `any bytes give a layout inside the packet or an error`() {
        var bits: UInt64 = 0x9E37_79B9_7F4A_7C15
        for _ in 0..<20_000 {
            bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            var packet = richPacket
            packet[Int(bits >> 60)] ^= UInt8(truncatingIfNeeded: bits >> 40)
            packet[Int(bits >> 32) % packet.count] = UInt8(truncatingIfNeeded: bits >> 24)
            packet.removeLast(Int(bits >> 20) % packet.count)
            guard let layout = try? PacketLayout(parsing: packet) else { continue }
            #expect(layout.payload.upperBound <= packet.count)
            #expect(layout.extensionData.upperBound <= layout.payload.lowerBound)
            packet.withUnsafeBytes {
                _ = AudioHeaderExtension.sendTime(in: $0, layout: layout)
                _ = OpusPayload(UnsafeRawBufferPointer(rebasing: $0[layout.payload]))
            }
        }
    }

    @Test func `a short buffer is refused when writing`() {
        var short = [UInt8](repeating: 0, count: 11)
        #expect(throws: PacketError.insufficientSpace(capacity: 11, needed: 12)) {
            try short.withUnsafeMutableBytes { try header.write(to: $0) }
        }
    }

    @Test func `the audio extension makes a packet of 24 kbit per s as long as in the field`()
        throws
    {
        let sent = SimTime.zero + .milliseconds(63_999)
        let audio = AudioHeaderExtension(
            level: 30, hasVoice: true, sendTime: NTPTimestamp(sent).absoluteSendTime,
            transportSequence: 0xabcd)
        var packet = [UInt8](repeating: 0, count: 12 + AudioHeaderExtension.byteCount + 60)
        try packet.withUnsafeMutableBytes {
            try header.write(to: $0, hasExtension: true)
            try audio.write(to: $0, at: PacketHeader.byteCount)
        }
        #expect(packet.count + 10 + 28 == 126)
        let layout = try PacketLayout(parsing: packet)
        #expect(layout.payload == 28..<88)
        let read = packet.withUnsafeBytes { AudioHeaderExtension.sendTime(in: $0, layout: layout) }
        #expect(read == audio.sendTime)
        let delay = elapsed(sinceSendTime: audio.sendTime, at: sent + .milliseconds(150))
        #expect((delay - .milliseconds(150)).nanoseconds.magnitude < 4000)
    }
}

@Suite struct ClockTests {
    @Test func `the NTP timestamp of simulated time has 2^-32 s resolution`() {
        let half = NTPTimestamp(SimTime.zero + .milliseconds(1500))
        #expect(half.rawValue & 0xffff_ffff == 1 << 31)
        #expect(half.rawValue >> 32 == NTPTimestamp(.zero).rawValue >> 32 + 1)
        #expect(half.middle & 0xffff == 1 << 15)
    }

    @Test func `the Opus clock ticks 48 times a millisecond`() {
        #expect(MediaClock.opus.ticks(at: .zero + .milliseconds(20)) == 960)
        #expect(MediaClock.opus.ticks(at: .zero + .hours(24 * 365)) == 48_000 * 86_400 * 365)
        #expect(MediaClock.opus.duration(ofTicks: 960) == .milliseconds(20))
    }

    @Test func `a timestamp wraps in both directions`() {
        var unwrapper = TimestampUnwrapper()
        #expect(unwrapper.extend(0xffff_ff00) == 0xffff_ff00)
        #expect(unwrapper.extend(0x100) == 0x1_0000_0100)
        #expect(unwrapper.extend(0xffff_ffff) == 0xffff_ffff)
    }
}

@Suite struct OpusPayloadTests {
    struct Case {
        var bytes: [UInt8]
        var mode: OpusPayload.Mode
        var ticks: Int
        var count = 1
    }

    /// RFC 6716 Table 2 with frame counts of §3.2.
    @Test(arguments: [
        Case(bytes: [9 << 3], mode: .silk, ticks: 960),
        Case(bytes: [0], mode: .silk, ticks: 480),
        Case(bytes: [11 << 3], mode: .silk, ticks: 2880),
        Case(bytes: [12 << 3], mode: .hybrid, ticks: 480),
        Case(bytes: [15 << 3], mode: .hybrid, ticks: 960),
        Case(bytes: [16 << 3], mode: .celt, ticks: 120),
        Case(bytes: [31 << 3], mode: .celt, ticks: 960),
        Case(bytes: [9 << 3 | 1], mode: .silk, ticks: 960, count: 2),
        Case(bytes: [9 << 3 | 3, 6], mode: .silk, ticks: 960, count: 6),
    ])
    func `the first byte tells coder and duration`(_ expected: Case) throws {
        let payload = try #require(expected.bytes.withUnsafeBytes { OpusPayload($0) })
        #expect(payload.mode == expected.mode)
        #expect(payload.frameTicks == expected.ticks)
        #expect(payload.frameCount == expected.count)
    }

    @Test(arguments: [[], [0x4b], [0x4b, 0], [0x4b, 7]] as [[UInt8]])
    func `no frames and more than 120 ms are refused`(bytes: [UInt8]) {
        #expect(bytes.withUnsafeBytes { OpusPayload($0) } == nil)
    }

    @Test func `the marker is on the first packet after silence, over which time runs on`() {
        var numbering = OpusStreamNumbering(
            source: 1, payloadType: 111, sequenceNumber: .max, timestamp: .max - 959)
        let first = numbering.send(ticks: 960)
        let second = numbering.send(ticks: 960)
        numbering.skip(ticks: 960)
        numbering.skip(ticks: 960)
        let third = numbering.send(ticks: 960)
        #expect([first.marker, second.marker, third.marker] == [true, false, true])
        #expect([first, second, third].map(\.sequenceNumber) == [.max, 0, 1])
        #expect([second, third].map(\.timestamp) == [0, 2880])
    }
}
