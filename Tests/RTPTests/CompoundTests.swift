import Quantities
import RTP
import Testing

private let block = ReportBlock(
    source: 0x1111_1111, fractionLost: 25, cumulativeLost: -3, extendedHighest: 0x0001_0005,
    jitter: 77, lastSenderReport: 0x1234_5678, delaySinceLastSenderReport: 0x0001_8000)

private let information = SenderInformation(
    ntp: NTPTimestamp(rawValue: 0x0102_0304_0506_0708), timestamp: 960, packetCount: 50,
    octetCount: 3000)

/// What the steps write into `capacity` bytes.
private func written(
    capacity: Int = 1500, isReducedSize: Bool = false,
    _ steps: (inout CompoundWriter) throws -> Void
) rethrows -> [UInt8] {
    var bytes = [UInt8](repeating: 0xaa, count: capacity)
    let count = try bytes.withUnsafeMutableBytes { buffer in
        var writer = CompoundWriter(buffer, isReducedSize: isReducedSize)
        try steps(&writer)
        return writer.count
    }
    return Array(bytes[..<count])
}

/// One of each kind that is written.
private func everything(_ writer: inout CompoundWriter) throws {
    try writer.appendSenderReport(source: 1, information, block: block)
    try writer.appendReceiverReport(source: 2, blocks: [block, block])
    try writer.appendSourceDescription(source: 3, canonicalName: Array("abcdef".utf8))
    try writer.appendSourceDescription([
        CanonicalName(source: 4, name: Array("x".utf8)), CanonicalName(source: 5, name: []),
    ])
    try writer.appendApplication(source: 6, subtype: 9, name: 0x4142_4344, data: [1, 2, 3, 4])
    try writer.appendNegativeAcknowledgement(
        sender: 7, media: 8, NegativeAcknowledgement(sequenceNumber: 65_530, following: 0x8001))
    try writer.appendGoodbye(sources: [9, 10], reason: Array("camera malfunction".utf8))
}

/// Parts as text, so that they can be compared.
private func described(_ bytes: [UInt8], allowsReducedSize: Bool = false) throws -> [String] {
    try bytes.withUnsafeBytes { raw in
        try CompoundView(raw, allowsReducedSize: allowsReducedSize).map { part in
            switch part {
            case .senderReport(let source, let sent, let blocks):
                "SR \(source) \(sent.packetCount) \(sent.ntp.rawValue) \(blocks.map(\.source))"
            case .receiverReport(let source, let blocks):
                "RR \(source) \(blocks.map(\.cumulativeLost))"
            case .sourceDescription(let items):
                "SDES "
                    + items.map { "\($0.source)=\(String(decoding: $0.text, as: UTF8.self))" }
                    .joined(separator: ",")
            case .goodbye(let sources, let reason):
                "BYE \(Array(sources)) \(String(decoding: reason, as: UTF8.self))"
            case .application(let source, let subtype, let name, let data):
                "APP \(source) \(subtype) \(name) \(Array(data))"
            case .feedback(let feedback):
                "FB \(feedback.type)/\(feedback.format) \(feedback.sender) \(feedback.media) "
                    + "\((0..<feedback.negativeAcknowledgementCount).map { feedback.negativeAcknowledgement($0).following })"
            case .other(let type): "other \(type)"
            }
        }
    }
}

@Suite struct CompoundTests {
    @Test func `every kind of packet is read back as it was written`() throws {
        let bytes = try written(everything)
        #expect(
            try described(bytes) == [
                "SR 1 50 72623859790382856 [286331153]", "RR 2 [-3, -3]", "SDES 3=abcdef",
                "SDES 4=x,5=", "APP 6 9 1094861636 [1, 2, 3, 4]", "FB 205/1 7 8 [32769]",
                "BYE [9, 10] camera malfunction",
            ])
    }

    @Test func `a goodbye is laid out as RFC 3550 §6,6 draws it`() throws {
        let bytes = try written(isReducedSize: true) {
            try $0.appendGoodbye(sources: [0x0102_0304], reason: Array("bye".utf8))
        }
        #expect(
            bytes == [0x81, 203, 0, 2, 1, 2, 3, 4, 3] + Array("bye".utf8))
    }

    @Test func `a generic NACK is laid out as RFC 4585 §6,2,1 draws it`() throws {
        let bytes = try written(isReducedSize: true) {
            try $0.appendNegativeAcknowledgement(
                sender: 0x0a0b_0c0d, media: 0x0102_0304,
                NegativeAcknowledgement(sequenceNumber: 0x1122, following: 0x8001))
        }
        #expect(
            bytes == [
                0x81, 205, 0, 3, 0x0a, 0x0b, 0x0c, 0x0d, 1, 2, 3, 4, 0x11, 0x22, 0x80, 0x01,
            ])
    }

    @Test func `a compound that does not fit is refused where it ends, and never overrun`() throws {
        let whole = try written(everything)
        for capacity in 0..<whole.count {
            #expect(throws: PacketError.self) { try written(capacity: capacity, everything) }
        }
        #expect(try written(capacity: whole.count, everything) == whole)
    }

    @Test func `a refused packet leaves the compound as it was`() throws {
        let bytes = try written(capacity: 40) { writer in
            try writer.appendReceiverReport(source: 2, block: block)
            #expect(throws: PacketError.insufficientSpace(capacity: 40, needed: 48)) {
                try writer.appendSourceDescription(source: 2, canonicalName: [65, 66])
            }
            #expect(writer.count == 32)
            try writer.appendGoodbye(source: 2)
        }
        #expect(try described(bytes) == ["RR 2 [-3]", "BYE [2] "])
    }

    @Test(arguments: [0, 1, 2, 3, 254, 255])
    func `a canonical name of any length ends in zeros up to the word`(count: Int) throws {
        let name = [UInt8](repeating: 0x61, count: count)
        let bytes = try written {
            try $0.appendReceiverReport(source: 1, block: nil)
            try $0.appendSourceDescription(source: 1, canonicalName: name)
        }
        #expect(bytes.count % 4 == 0 && bytes.last == 0)
        #expect(bytes.count == 8 + 4 + (4 + 2 + count + 1 + 3) / 4 * 4)
        #expect(
            try ControlReader.packets(in: bytes).last
                == .sourceDescription(canonicalNames: [CanonicalName(source: 1, name: name)]))
    }

    @Test func `other items of a description are told with their types`() throws {
        // Two chunks: CNAME "a" and NAME "bc", then TOOL "d" (RFC 3550 §6.5).
        let description: [UInt8] = [
            0x82, 202, 0, 6, 0, 0, 0, 1, 1, 1, 0x61, 2, 2, 0x62, 0x63, 0,
            0, 0, 0, 2, 6, 1, 0x64, 0, 0, 0, 0, 0,
        ]
        let report = try written { try $0.appendReceiverReport(source: 1, block: nil) }
        // The trailing word belongs to no chunk.
        #expect(try described(report + description).last == "SDES 1=a,1=bc,2=d")
    }

    @Test func `reduced size is accepted only where it was agreed on`() throws {
        let bytes = try written(isReducedSize: true) {
            try $0.appendNegativeAcknowledgement(
                sender: 1, media: 2, NegativeAcknowledgement(sequenceNumber: 3))
        }
        #expect(throws: ControlError.doesNotStartWithReport(type: 205)) { try described(bytes) }
        #expect(try described(bytes, allowsReducedSize: true).count == 1)
    }

    @Test func `a reason or a description that runs over its packet is refused`() throws {
        let report = try written { try $0.appendReceiverReport(source: 1, block: nil) }
        #expect(throws: ControlError.malformedGoodbye(offset: 8)) {
            try described(report + [0x81, 203, 0, 2, 0, 0, 0, 1, 4, 1, 2, 3])
        }
        #expect(throws: ControlError.malformedDescription(offset: 12)) {
            try described(report + [0x81, 202, 0, 2, 0, 0, 0, 1, 1, 3, 1, 2])
        }
        #expect(throws: ControlError.truncated(offset: 8)) {
            try described(report + [0x82, 202, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0])
        }
    }

    @Test func `a compound cut at any length gives fewer packets or an error`() throws {
        let bytes = try written(everything)
        let whole = try described(bytes)
        for count in 0..<bytes.count {
            guard let parts = try? described(Array(bytes[..<count])) else { continue }
            #expect(parts == Array(whole[..<parts.count]) && parts.count < whole.count)
        }
    }

    @Test func `altered bytes are read inside their bounds or refused`() throws {
        let bytes = try written(everything)
        var bits: UInt64 = 0x2545_F491_4F6C_DD1D
        var refused = 0
        for _ in 0..<20_000 {
            // The tail of the buffer is outside the compound, so an overrun would trap.
            bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            var altered = bytes
            for shift in [8, 24, 40] as [UInt64] {
                altered[Int(bits >> shift & 0xff) % altered.count] =
                    UInt8(truncatingIfNeeded: bits >> (shift + 8))
            }
            altered.removeLast(Int(bits >> 56) % 40)
            if (try? described(altered, allowsReducedSize: true)) == nil { refused += 1 }
        }
        #expect(refused > 5_000 && refused < 20_000)
    }
}
