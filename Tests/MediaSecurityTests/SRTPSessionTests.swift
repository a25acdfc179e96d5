import MediaSecurity
import RandomStreams
import Testing

@Suite struct SRTPSessionTests {
    private static let payload = (0..<40).map { UInt8($0 * 5 + 3) }
    private static let report = hex("81c8000bcafebabe") + [UInt8](repeating: 0xAB, count: 40)

    @Test(arguments: SRTPProfile.allCases)
    func `what one end protects the other reads, and nobody else sees`(
        profile: SRTPProfile
    ) throws {
        let pair = try SRTPPair(profile)
        for sequence in 0..<100 as Range<UInt16> {
            let packet = rtp(sequence, payload: Self.payload)
            let sealed = try pair.seal(packet)
            #expect(sealed.count == packet.count + profile.overhead)
            #expect(sealed.prefix(12) == packet.prefix(12))
            #expect(sealed[12..<52] != packet[12..<52])
            #expect(try pair.open(sealed) == packet)
            let sealedReport = try pair.sealControl(Self.report)
            #expect(sealedReport.count == Self.report.count + profile.controlOverhead)
            #expect(try pair.openControl(sealedReport) == Self.report)
        }
        #expect(pair.aliceCounters.protected == 200)
        #expect(pair.bobCounters.accepted == 200)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `a packet altered in any single bit is rejected, and the true one still accepted`(
        profile: SRTPProfile
    ) throws {
        let pair = try SRTPPair(profile)
        _ = try pair.open(pair.seal(rtp(0, payload: Self.payload)))
        let packet = rtp(1, payload: Self.payload)
        let sealed = try pair.seal(packet)
        for bit in 0..<sealed.count * 8 {
            var altered = sealed
            altered[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            #expect(throws: SRTPError.self, "bit \(bit)") { _ = try pair.open(altered) }
        }
        #expect(pair.bobCounters.accepted == 1)
        let rejected = pair.bobCounters
        #expect(rejected.rejectedOther == 0)
        #expect(
            rejected.rejectedAuthentication + rejected.rejectedReplay + rejected.rejectedMalformed
                == Int64(sealed.count * 8))
        // Only the header's own promises (version, extension, contributing sources) can be broken.
        #expect(rejected.rejectedMalformed <= 7)
        #expect(try pair.open(sealed) == packet)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `a control packet altered in any single bit is rejected`(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        let sealed = try pair.sealControl(Self.report)
        for bit in 0..<sealed.count * 8 {
            var altered = sealed
            altered[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            #expect(throws: SRTPError.self, "bit \(bit)") { _ = try pair.openControl(altered) }
        }
        #expect(pair.bobCounters.accepted == 0)
        #expect(try pair.openControl(sealed) == Self.report)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `a packet cut short anywhere is rejected`(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        let sealed = try pair.seal(rtp(1, payload: Self.payload))
        let sealedReport = try pair.sealControl(Self.report)
        for count in 0..<sealed.count {
            #expect(throws: SRTPError.self) { _ = try pair.open(Array(sealed.prefix(count))) }
        }
        for count in 0..<sealedReport.count {
            #expect(throws: SRTPError.self) {
                _ = try pair.openControl(Array(sealedReport.prefix(count)))
            }
        }
        #expect(pair.bobCounters.accepted == 0)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `a packet is accepted once`(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        let sealed = try pair.seal(rtp(5, payload: Self.payload))
        let sealedReport = try pair.sealControl(Self.report)
        _ = try pair.open(sealed)
        _ = try pair.openControl(sealedReport)
        #expect(throws: SRTPError.replayFail) { _ = try pair.open(sealed) }
        #expect(throws: SRTPError.replayFail) { _ = try pair.openControl(sealedReport) }
        #expect(pair.bobCounters.rejectedReplay == 2)
    }

    @Test(arguments: SRTPProfile.allCases, [64, 128, 1024])
    func `reordering is tolerated within the window and no further`(
        profile: SRTPProfile, window: Int
    ) throws {
        let pair = try SRTPPair(profile, replayWindow: window)
        let sealed = try (0...UInt16(window)).map {
            try pair.seal(rtp($0, payload: Self.payload))
        }
        _ = try pair.open(sealed[window])
        #expect(throws: SRTPError.replayOld) { _ = try pair.open(sealed[0]) }
        for sequence in (1..<window).reversed() { _ = try pair.open(sealed[sequence]) }
        #expect(pair.bobCounters.accepted == Int64(window))
    }

    @Test(arguments: SRTPProfile.allCases)
    func `sequence numbers wrap around and packets are read on, across losses`(
        profile: SRTPProfile
    ) throws {
        let pair = try SRTPPair(profile)
        var sequence: UInt16 = 65_000
        // Around twice.
        for step in 0..<67_000 {
            let packet = rtp(sequence, payload: [UInt8(step & 0xFF)])
            let sealed = try pair.seal(packet)
            if step % 997 == 0 { #expect(try pair.open(sealed) == packet) }
            sequence &+= 1
        }
    }

    @Test(arguments: SRTPProfile.allCases)
    func `header extensions and contributing sources stay in the clear but are authenticated`(
        profile: SRTPProfile
    ) throws {
        let pair = try SRTPPair(profile)
        var packet = rtp(9, payload: [])
        packet[0] = 0x92
        packet += [1, 2, 3, 4, 5, 6, 7, 8, 0xBE, 0xDE, 0, 1, 0x10, 0xFF, 0, 0] + Self.payload
        let sealed = try pair.seal(packet)
        #expect(sealed.prefix(28) == packet.prefix(28))
        var altered = sealed
        altered[25] ^= 1
        #expect(throws: SRTPError.authentication) { _ = try pair.open(altered) }
        #expect(try pair.open(sealed) == packet)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `another call's packets do not authenticate`(profile: SRTPProfile) throws {
        let (pair, other) = (try SRTPPair(profile), try SRTPPair(profile, seed: 2))
        let sealed = try other.seal(rtp(1, payload: Self.payload))
        #expect(throws: SRTPError.authentication) { _ = try pair.open(sealed) }
        let sealedReport = try other.sealControl(Self.report)
        #expect(throws: SRTPError.authentication) { _ = try pair.openControl(sealedReport) }
        // One's own packet sent back is under the wrong direction's key.
        var reflected = try pair.seal(rtp(1, payload: Self.payload))
        #expect(throws: SRTPError.authentication) {
            try pair.alice.unprotect(&reflected)
        }
    }

    @Test(arguments: SRTPProfile.allCases)
    func `random bytes are rejected and counted, never trapped on`(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        var noise = stream(12)
        var rounds: Int64 = 0
        for count in (0..<400).map({ $0 % 200 }) {
            var bytes = noise.nextBytes(count)
            if count > 0 { bytes[0] = bytes[0] & 0x3F | 0x80 }
            #expect(throws: SRTPError.self) { _ = try pair.open(bytes) }
            #expect(throws: SRTPError.self) { _ = try pair.openControl(bytes) }
            rounds += 2
        }
        let counters = pair.bobCounters
        // A sequence number may look as if it belonged before the first one.
        #expect(
            counters.rejectedMalformed + counters.rejectedAuthentication + counters.rejectedReplay
                == rounds)
        #expect(counters.rejectedOther == 0)
        #expect(counters.accepted == 0)
    }

    @Test func `what is no packet is not protected`() throws {
        let pair = try SRTPPair(.aeadAES128GCM)
        for bytes in [[], [0x80], hex("000f1234decafbadcafebabe"), hex("9f0f1234decafbadcafebabe")]
        {
            #expect(throws: SRTPError.malformed) { _ = try pair.seal(bytes) }
        }
        #expect(throws: SRTPError.malformed) { _ = try pair.sealControl([0x81, 200, 0, 1]) }
        #expect(pair.aliceCounters.rejectedMalformed == 5)
    }

    @Test func `a sequence number is not used twice for different packets`() throws {
        let pair = try SRTPPair(.aeadAES128GCM)
        _ = try pair.seal(rtp(1, payload: [1]))
        #expect(throws: SRTPError.replayFail) { _ = try pair.seal(rtp(1, payload: [2])) }
    }

    @Test func `a packet leaves the bytes behind it alone`() throws {
        let pair = try SRTPPair(.aes128CMSHA1)
        let packet = rtp(1, payload: Self.payload)
        var buffer = packet + [UInt8](repeating: 0x55, count: 64)
        let count = try buffer.withUnsafeMutableBytes {
            try pair.alice.protect($0, count: packet.count)
        }
        #expect(buffer[count...].allSatisfy { $0 == 0x55 })
        #expect(try pair.open(Array(buffer.prefix(count))) == packet)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `keys serve as many packets as their lifetime says and no more`(
        profile: SRTPProfile
    ) throws {
        let pair = try SRTPPair(
            profile, lifetime: SRTPKeyLifetime(packets: 3, controlPackets: 2))
        for sequence in 0..<3 as Range<UInt16> {
            _ = try pair.open(pair.seal(rtp(sequence, payload: Self.payload)))
        }
        #expect(throws: SRTPError.keyExpired) {
            _ = try pair.seal(rtp(3, payload: Self.payload))
        }
        for _ in 0..<2 { _ = try pair.openControl(pair.sealControl(Self.report)) }
        #expect(throws: SRTPError.keyExpired) { _ = try pair.sealControl(Self.report) }
        // The one who receives does not take more either.
        let longer = try SRTPPair(profile)
        for sequence in 0..<4 as Range<UInt16> {
            let sealed = try longer.seal(rtp(sequence, payload: Self.payload))
            if sequence == 3 {
                #expect(throws: SRTPError.keyExpired) { _ = try pair.open(sealed) }
            }
        }
        #expect(pair.bobCounters.accepted == 5)
        #expect(pair.bobCounters.rejectedOther == 1)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `asking for a session's memory ahead changes nothing`(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        for sequence in 0..<3 as Range<UInt16> {
            pair.alice.prefetchOutbound()
            pair.bob.prefetchInbound()
            let packet = rtp(sequence, payload: Self.payload)
            #expect(try pair.open(pair.seal(packet)) == packet)
        }
    }
}
