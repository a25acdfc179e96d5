import Quantities
import RTP
import Testing

@Suite struct MultiplexTests {
    private func kind(_ bytes: [UInt8]) -> DatagramKind {
        bytes.withUnsafeBytes { DatagramKind($0) }
    }

    @Test func `the first byte tells the protocol as RFC 7983 §7 draws it`() {
        #expect(kind([]) == .unassigned)
        for first in UInt8.min...UInt8.max {
            let expected: DatagramKind =
                switch first {
                case 0...3: .stun
                case 16...19: .zrtp
                case 20...63: .dtls
                case 64...79: .turnChannel
                case 128...191: .media
                default: .unassigned
                }
            #expect(kind([first]) == expected)
            #expect(kind([first, 111]) == expected)
        }
    }

    @Test func `the second byte tells RTCP from RTP, and payload types keep clear of it`() {
        for second in UInt8.min...UInt8.max {
            #expect(kind([0x80, second]) == ((192...223).contains(second) ? .control : .media))
        }
        for payloadType: UInt8 in 0..<128 {
            let isTold = [payloadType, payloadType | 0x80].allSatisfy {
                kind([0x80, $0]) == .media
            }
            if PayloadTypeRules.isTellable(payloadType) { #expect(isTold) }
            #expect(PayloadTypeRules.isTellable(payloadType) == !(64...95).contains(payloadType))
        }
        #expect(PayloadTypeRules.dynamic.allSatisfy(PayloadTypeRules.isTellable))
    }
}

@Suite struct HeaderExtensionTests {
    /// A packet whose extension has `profile` and `data`, filled with zeros to whole words.
    private func packet(profile: UInt16, _ data: [UInt8]) -> [UInt8] {
        let padded = data + [UInt8](repeating: 0, count: (4 - data.count % 4) % 4)
        return [0x90, 0x6f] + [UInt8](repeating: 1, count: 10)
            + [UInt8(profile >> 8), UInt8(profile & 0xff), 0, UInt8(padded.count / 4)] + padded
            + [0xf8]
    }

    /// Identifiers with their data.
    private func elements(_ packet: [UInt8]) throws -> [[UInt8]] {
        let layout = try PacketLayout(parsing: packet)
        return packet.withUnsafeBytes { bytes in
            HeaderExtensionElements(of: bytes, layout: layout).map {
                [$0.identifier] + bytes[$0.data]
            }
        }
    }

    @Test func `one-byte elements are read, with padding between them`() throws {
        let read = try elements(packet(profile: 0xBEDE, [0x10, 0xaa, 0, 0x21, 1, 2, 0, 0xe0, 7]))
        #expect(read == [[1, 0xaa], [2, 1, 2], [14, 7]])
    }

    @Test(arguments: [UInt16(0x1000), 0x1005, 0x100f])
    func `two-byte elements are read, empty ones and padding included`(profile: UInt16) throws {
        let read = try elements(packet(profile: profile, [1, 0, 0, 200, 3, 7, 8, 9, 15, 1, 5]))
        #expect(read == [[1], [200, 7, 8, 9], [15, 5]])
    }

    @Test func `another profile has no elements`() throws {
        #expect(try elements(packet(profile: 0x1010, [1, 1, 1, 0])) == [])
        #expect(try elements(packet(profile: 0xABAC, [0x10, 1, 0, 0])) == [])
    }

    @Test(
        arguments: [
            [0x10, 5, 0xf0, 1, 0x20, 6], [0x10, 5, 0x01, 1, 0x20, 6], [0x10, 5, 0x2f, 1, 0x30, 6],
        ] as [[UInt8]])
    func `a reserved or overlong element ends the extension`(data: [UInt8]) throws {
        #expect(try elements(packet(profile: 0xBEDE, data)) == [[1, 5]])
        let whole = packet(profile: 0xBEDE, data)
        let layout = try PacketLayout(parsing: whole)
        whole.withUnsafeBytes {
            #expect(
                HeaderExtension.element(
                    .absoluteSendTime, in: layout.extensionData, of: $0) == nil)
            #expect(
                HeaderExtension.element(.audioLevel, in: layout.extensionData, of: $0) != nil)
        }
    }

    @Test func `any extension is read inside its bounds`() throws {
        var bits: UInt64 = 0x1234_5678_9abc_def1
        for round in 0..<20_000 {
            var data: [UInt8] = []
            for _ in 0..<round % 24 {
                bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                data.append(UInt8(truncatingIfNeeded: bits >> 33))
            }
            let whole = packet(profile: round % 2 == 0 ? 0xBEDE : 0x1000, data)
            let layout = try PacketLayout(parsing: whole)
            whole.withUnsafeBytes { bytes in
                var end = layout.extensionData.lowerBound
                for element in HeaderExtensionElements(of: bytes, layout: layout) {
                    #expect(element.data.lowerBound > end - 1)
                    end = element.data.upperBound
                }
                #expect(end <= layout.extensionData.upperBound)
                _ = AnnouncedLevel(of: bytes, layout: layout)
            }
        }
    }

    @Test func `the level is announced in both layouts`() throws {
        for (profile, data) in [
            (UInt16(0xBEDE), [0x10, 0x80 | 30]), (0x1000, [1, 2, 0x80 | 30, 0]),
        ] as [(UInt16, [UInt8])] {
            let whole = packet(profile: profile, data)
            let layout = try PacketLayout(parsing: whole)
            let level = whole.withUnsafeBytes { AnnouncedLevel(of: $0, layout: layout) }
            #expect(level?.decibelsBelowFullScale == 30 && level?.hasVoice == true)
        }
        let without = packet(profile: 0x1000, [1, 0, 0, 0])
        let layout = try PacketLayout(parsing: without)
        #expect(without.withUnsafeBytes { AnnouncedLevel(of: $0, layout: layout) } == nil)
    }
}

@Suite struct HeaderWritingTests {
    private let header = PacketHeader(
        payloadType: 111, sequenceNumber: 7, timestamp: 960, source: 0xcafe)

    @Test func `contributors and padding are read back`() throws {
        for contributorCount in 0...15 {
            for payloadCount in 0..<9 {
                var packet = [UInt8](repeating: 0xee, count: 128)
                let contributors = (0..<contributorCount).map { UInt32($0) * 0x0101_0101 }
                let count = try packet.withUnsafeMutableBytes { buffer in
                    let start = try header.write(to: buffer, contributors: contributors)
                    return try PacketHeader.pad(
                        buffer, count: start + payloadCount, toMultipleOf: 4)
                }
                packet.removeLast(packet.count - count)
                let layout = try PacketLayout(parsing: packet)
                #expect(layout.header == header && layout.payload.count == payloadCount)
                #expect(layout.contributorCount == contributorCount && count % 4 == 0)
                let read = packet.withUnsafeBytes { bytes in
                    (0..<contributorCount).map { layout.contributor($0, of: bytes) }
                }
                #expect(read == contributors)
            }
        }
    }

    @Test func `what does not fit is refused`() {
        var short = [UInt8](repeating: 0, count: 15)
        #expect(throws: PacketError.insufficientSpace(capacity: 15, needed: 16)) {
            try short.withUnsafeMutableBytes {
                _ = try header.write(to: $0, contributors: [1])
            }
        }
        #expect(throws: PacketError.insufficientSpace(capacity: 15, needed: 16)) {
            try short.withUnsafeMutableBytes {
                _ = try PacketHeader.pad($0, count: 12, toMultipleOf: 4)
            }
        }
    }
}

@Suite struct SenderTimelineTests {
    private func report(_ milliseconds: Int64, ticks: Int64) -> SenderInformation {
        SenderInformation(
            ntp: NTPTimestamp(.zero + .milliseconds(milliseconds)),
            timestamp: UInt32(truncatingIfNeeded: ticks), packetCount: 0, octetCount: 0)
    }

    @Test func `timestamps and wall-clock times are mapped onto each other, over the wrap`() throws
    {
        var timeline = SenderTimeline()
        #expect(timeline.time(of: 0) == nil && timeline.timestamp(at: NTPTimestamp(.zero)) == nil)
        timeline.note(report(10_000, ticks: 0xffff_ff00))
        for milliseconds: Int64 in [-5000, -1, 0, 1, 20, 100_000] {
            let ticks = UInt32(truncatingIfNeeded: 0xffff_ff00 + milliseconds * 48)
            let ntp = NTPTimestamp(.zero + .milliseconds(10_000 + milliseconds))
            let mapped = try #require(timeline.time(of: ticks))
            #expect(Int64(bitPattern: mapped.rawValue &- ntp.rawValue).magnitude < 8)
            let back = try #require(timeline.timestamp(at: ntp))
            #expect(Int32(bitPattern: back &- ticks).magnitude <= 1)
        }
        #expect(timeline.timestamp(at: NTPTimestamp(.zero + .hours(48))) == nil)
    }

    @Test(arguments: [-200.0, -1, 0, 1, 50, 200])
    func `a clock that runs wrong is told from the reports`(partsPerMillion: Double) throws {
        var timeline = SenderTimeline()
        for second: Int64 in 0...600 {
            let ticks = Double(48_000 * second) * (1 + partsPerMillion / 1e6)
            timeline.note(report(1000 * second, ticks: 0xff00_0000 + Int64(ticks)))
        }
        // One tick in ten minutes is 35 parts per billion.
        let error = try #require(timeline.clockErrorPartsPerBillion)
        #expect(abs(Double(error) - partsPerMillion * 1000) < 40)
    }

    @Test func `an old report is left out, and one alone tells no error`() {
        var timeline = SenderTimeline()
        timeline.note(report(2000, ticks: 96_000))
        timeline.note(report(1000, ticks: 7))
        #expect(timeline.clockErrorPartsPerBillion == nil)
        #expect(timeline.timestamp(at: NTPTimestamp(.zero + .seconds(2))) == 96_000)
    }
}
