import Quantities
import RTP
import Testing

private let block = ReportBlock(
    source: 0x1111_1111, fractionLost: 25, cumulativeLost: -3, extendedHighest: 0x0001_0005,
    jitter: 77, lastSenderReport: 0x1234_5678, delaySinceLastSenderReport: 0x0001_8000)

private let compound: [ControlPacket] = [
    .senderReport(
        source: 0x2222_2222,
        SenderInformation(
            ntp: NTPTimestamp(rawValue: 0x0102_0304_0506_0708), timestamp: 960, packetCount: 50,
            octetCount: 3000),
        blocks: [block]),
    .sourceDescription(canonicalNames: [
        CanonicalName(source: 0x2222_2222, name: Array("3xAmPl3".utf8)),
        CanonicalName(source: 0x3333_3333, name: []),
    ]),
    .goodbye(sources: [0x2222_2222]),
]

private func written(_ packets: [ControlPacket]) -> [UInt8] {
    var writer = ControlWriter()
    for packet in packets { writer.append(packet) }
    return writer.bytes
}

@Suite struct ControlPacketTests {
    @Test func `what is written is read back`() throws {
        let bytes = written(compound)
        #expect(bytes.count % 4 == 0)
        #expect(try ControlReader.packets(in: bytes) == compound)
        let receiver: [ControlPacket] = [.receiverReport(source: 9, blocks: [block, block])]
        #expect(try ControlReader.packets(in: written(receiver)) == receiver)
    }

    @Test func `a sender report is laid out as RFC 3550 §6,4,1 draws it`() {
        let bytes = written([compound[0]])
        #expect(bytes.count == 52)
        #expect(Array(bytes[..<12]) == [0x81, 200, 0, 12, 0x22, 0x22, 0x22, 0x22, 1, 2, 3, 4])
        #expect(Array(bytes[28..<36]) == [0x11, 0x11, 0x11, 0x11, 25, 0xff, 0xff, 0xfd])
    }

    @Test func `a compound cut anywhere but between its packets is refused whole`() throws {
        let bytes = written(compound)
        let boundaries = [52, bytes.count - 8]
        for count in 0..<bytes.count where !boundaries.contains(count) {
            #expect(throws: ControlError.self) {
                try ControlReader.packets(in: Array(bytes[..<count]))
            }
        }
        for (index, boundary) in boundaries.enumerated() {
            #expect(
                try ControlReader.packets(in: Array(bytes[..<boundary])).count == index + 1)
        }
    }

    @Test func `a compound must start with a report`() {
        var bytes = written(compound)
        bytes.removeFirst(52)
        #expect(throws: ControlError.doesNotStartWithReport(type: 202)) {
            try ControlReader.packets(in: bytes)
        }
    }

    @Test func `padding is allowed in the last packet alone`() throws {
        var last = written([.receiverReport(source: 9, blocks: [])])
        last[0] |= 0x20
        last[3] += 1
        last += [0, 0, 0, 4]
        #expect(
            try ControlReader.packets(in: last) == [.receiverReport(source: 9, blocks: [])])
        #expect(throws: ControlError.invalidPadding(offset: 0)) {
            try ControlReader.packets(in: last + written(compound))
        }
    }

    @Test func `a feedback message is passed over and a flood of packets refused`() throws {
        let report = written([.receiverReport(source: 9, blocks: [])])
        let feedback: [UInt8] = [0x81, 205, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(try ControlReader.packets(in: report + feedback).last == .other(type: 205))
        let flood = report + (0..<CompoundView.packetLimit).flatMap { _ in feedback }
        #expect(throws: ControlError.tooManyPackets) { try ControlReader.packets(in: flood) }
    }

    @Test func `altered bytes give packets or an error, never a trap`() {
        let bytes = written(compound)
        for position in bytes.indices {
            for value in UInt8.min...UInt8.max {
                var altered = bytes
                altered[position] = value
                _ = try? ControlReader.packets(in: altered)
            }
        }
    }

    @Test func `the round trip is arrival less the report less the delay in between`() {
        let sent = SimTime.zero + .seconds(10)
        let echoed = ReportBlock(
            source: 1, fractionLost: 0, cumulativeLost: 0, extendedHighest: 0, jitter: 0,
            lastSenderReport: NTPTimestamp(sent).middle, delaySinceLastSenderReport: 0x8000)
        #expect(echoed.roundTrip(at: NTPTimestamp(sent + .milliseconds(750))) == 0x4000)
        #expect(echoed.roundTrip(at: NTPTimestamp(sent + .milliseconds(100))) == nil)
    }
}
