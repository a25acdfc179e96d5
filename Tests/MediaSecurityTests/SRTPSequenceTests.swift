import MediaSecurity
import RandomStreams
import Testing

/// Packet indices: the roll-over counter, the replay window across it, and sources side by side
/// (RFC 3711 §3.3.1, §3.3.2, §3.4).
@Suite struct SRTPSequenceTests {
    private static let payload = (0..<40).map { UInt8($0 * 5 + 3) }
    private static let report = hex("81c8000bcafebabe") + [UInt8](repeating: 0xAB, count: 40)

    /// `count` packets sealed by Alice, from sequence number `first` on.
    private static func sealed(_ pair: SRTPPair, from first: UInt16, count: Int) throws -> [[UInt8]]
    {
        try (0..<count).map { try pair.seal(rtp(first &+ UInt16($0), payload: payload)) }
    }

    @Test(arguments: SRTPProfile.allCases, 0..<8 as Range<UInt64>)
    func `packets that overtake one another around the wrap are each read once`(
        profile: SRTPProfile, seed: UInt64
    ) throws {
        let pair = try SRTPPair(profile)
        let sealed = try Self.sealed(pair, from: 65_436, count: 200)
        _ = try pair.open(sealed[0])
        var order = Array(1..<200)
        var noise = stream(21, seed: seed)
        // Up to 60 places early or late.
        let places = order.map { ($0, UInt64($0) + noise.nextInteger(below: 60)) }
        order = places.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
        for index in order {
            let expected = rtp(65_436 &+ UInt16(index), payload: Self.payload)
            #expect(try pair.open(sealed[index]) == expected, "packet \(index)")
        }
        for index in order.suffix(100) {
            #expect(throws: SRTPError.self) { _ = try pair.open(sealed[index]) }
        }
        #expect(pair.bobCounters.accepted == 200)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `a packet from before the wrap is taken within the window and refused behind it`(
        profile: SRTPProfile
    ) throws {
        let pair = try SRTPPair(profile, replayWindow: 64)
        let sealed = try Self.sealed(pair, from: 65_530, count: 70)
        _ = try pair.open(sealed[0])
        _ = try pair.open(sealed[66])  // 60 after the wrap
        #expect(throws: SRTPError.replayOld) { _ = try pair.open(sealed[1]) }
        #expect(throws: SRTPError.replayOld) { _ = try pair.open(sealed[2]) }
        _ = try pair.open(sealed[3])  // 63 behind the newest: the window's last
        #expect(throws: SRTPError.replayFail) { _ = try pair.open(sealed[3]) }
        _ = try pair.open(sealed[5])  // the last one before the wrap
        #expect(pair.bobCounters.accepted == 4)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `equal packets a whole wrap apart differ when sealed, and the old one stays refused`(
        profile: SRTPProfile
    ) throws {
        let pair = try SRTPPair(profile)
        let first = try pair.seal(rtp(7, payload: Self.payload))
        _ = try pair.open(first)
        for step in stride(from: 1_000, through: 65_536, by: 1_000) {
            _ = try pair.open(pair.seal(rtp(7 &+ UInt16(step), payload: Self.payload)))
        }
        let second = try pair.seal(rtp(7, payload: Self.payload))
        #expect(second != first)
        #expect(throws: SRTPError.self) { _ = try pair.open(first) }
        #expect(try pair.open(second) == rtp(7, payload: Self.payload))
    }

    @Test(arguments: SRTPProfile.allCases)
    func `a peer may change its source, which begins anew`(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        for sequence in [65_534, 65_535, 0, 1] as [UInt16] {
            _ = try pair.open(pair.seal(rtp(sequence, payload: Self.payload)))
        }
        for sequence in [40_000, 40_001] as [UInt16] {
            let packet = rtp(sequence, ssrc: 0x1234_5678, payload: Self.payload)
            let sealed = try pair.seal(packet)
            #expect(try pair.open(sealed) == packet)
            #expect(throws: SRTPError.replayFail) { _ = try pair.open(sealed) }
        }
        // The former source goes on where it was, behind its wrap.
        let packet = rtp(2, payload: Self.payload)
        #expect(try pair.open(pair.seal(packet)) == packet)
        // A source cannot be put in another's place.
        var forged = try pair.seal(rtp(3, payload: Self.payload))
        forged[11] ^= 1
        #expect(throws: SRTPError.authentication) { _ = try pair.open(forged) }
    }

    @Test(arguments: SRTPProfile.allCases)
    func `control packets are numbered from one and say that they are encrypted`(
        profile: SRTPProfile
    ) throws {
        let pair = try SRTPPair(profile)
        for number in 1...300 {
            let sealed = try pair.sealControl(Self.report)
            // Behind a separate tag under HMAC, at the very end under AEAD (RFC 7714 §9.2).
            let end = profile == .aes128CMSHA1 ? sealed.count - 10 : sealed.count
            let index = sealed[end - 4..<end].reduce(0) { $0 << 8 | UInt32($1) }
            #expect(index == 0x8000_0000 | UInt32(number))
            var plain = sealed
            plain[end - 4] &= 0x7F
            #expect(throws: SRTPError.self) { _ = try pair.openControl(plain) }
            #expect(try pair.openControl(sealed) == Self.report)
        }
    }

    @Test(arguments: SRTPProfile.allCases)
    func `control packets overtake one another within the window of 128 and are read once`(
        profile: SRTPProfile
    ) throws {
        let pair = try SRTPPair(profile)
        let sealed = try (0..<130).map { _ in try pair.sealControl(Self.report) }
        _ = try pair.openControl(sealed[129])
        #expect(throws: SRTPError.replayOld) { _ = try pair.openControl(sealed[0]) }
        for index in (2..<129).reversed() { _ = try pair.openControl(sealed[index]) }
        for index in 2..<130 {
            #expect(throws: SRTPError.replayFail) { _ = try pair.openControl(sealed[index]) }
        }
    }
}
