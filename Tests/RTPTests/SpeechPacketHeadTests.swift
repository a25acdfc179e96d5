import RTP
import RandomStreams
import Testing

@Suite struct SpeechPacketHeadTests {
    @Test func `the bytes are those of header and extension, and are read as the general way does`()
        throws
    {
        var randomness = RandomStream(
            StreamName(seed: 4, replication: 0, purpose: StreamPurpose(rawValue: 9), entity: 0))
        for _ in 0..<2000 {
            let header = PacketHeader(
                marker: randomness.nextBool(probability: 0.5),
                payloadType: UInt8(randomness.nextInteger(below: 128)),
                sequenceNumber: UInt16(truncatingIfNeeded: randomness.nextUInt32()),
                timestamp: randomness.nextUInt32(), source: randomness.nextUInt32())
            let audio = AudioHeaderExtension(
                level: UInt8(randomness.nextInteger(below: 256)),
                hasVoice: randomness.nextBool(probability: 0.5),
                sendTime: randomness.nextUInt32(),
                transportSequence: UInt16(truncatingIfNeeded: randomness.nextUInt32()),
                mediaIdentifier: UInt8(randomness.nextInteger(below: 256)))
            var general = [UInt8](repeating: 0xaa, count: 40)
            var whole = general
            try general.withUnsafeMutableBytes {
                try header.write(to: $0, hasExtension: true)
                try audio.write(to: $0, at: PacketHeader.byteCount)
            }
            whole.withUnsafeMutableBytes {
                SpeechPacketHead.write(header, audio, to: $0.baseAddress!)
            }
            #expect(whole == general)
            try compare(whole)
        }
    }

    /// Reads `packet` both ways.
    private func compare(_ packet: [UInt8]) throws {
        try packet.withUnsafeBytes { bytes in
            guard let head = SpeechPacketHead(bytes) else { return }
            let layout = try PacketLayout(parsing: bytes)
            #expect(layout.header == head.header)
            #expect(layout.payload == SpeechPacketHead.byteCount..<bytes.count)
            #expect(AudioHeaderExtension.sendTime(in: bytes, layout: layout) == head.sendTime)
        }
    }

    @Test func `whatever it takes for such a head the general way reads alike`() throws {
        var packet = [UInt8](repeating: 5, count: 60)
        packet.withUnsafeMutableBytes {
            SpeechPacketHead.write(
                PacketHeader(
                    payloadType: 111, sequenceNumber: 1, timestamp: 2, source: 3),
                AudioHeaderExtension(level: 3, hasVoice: true, sendTime: 4, transportSequence: 5),
                to: $0.baseAddress!)
        }
        for index in 0..<SpeechPacketHead.byteCount {
            for value in 0...255 {
                var altered = packet
                altered[index] = UInt8(value)
                try compare(altered)
            }
        }
        for count in 0..<packet.count {
            let isWhole = packet[..<count].withUnsafeBytes { SpeechPacketHead($0) } != nil
            #expect(isWhole == (count >= SpeechPacketHead.byteCount))
            try compare(Array(packet[..<count]))
        }
    }
}
