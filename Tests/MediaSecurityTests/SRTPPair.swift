import MediaSecurity
import RandomStreams

/// Two SRTP sessions that hold each other's keys, and a buffer to work in.
final class SRTPPair {
    var alice: SRTPSession
    var bob: SRTPSession

    init(
        _ profile: SRTPProfile, seed: UInt64 = 1, replayWindow: Int = 128,
        lifetime: SRTPKeyLifetime = .maximum
    ) throws {
        var bytes = stream(11, seed: seed)
        let count = profile.keyByteCount + profile.saltByteCount
        let (first, second) = (bytes.nextBytes(count), bytes.nextBytes(count))
        alice = try SRTPSession(
            keys: makeKeys(profile, local: first, remote: second), replayWindow: replayWindow,
            lifetime: lifetime)
        bob = try SRTPSession(
            keys: makeKeys(profile, local: second, remote: first), replayWindow: replayWindow,
            lifetime: lifetime)
    }

    /// `packet` as Alice sends it.
    func seal(_ packet: [UInt8]) throws(SRTPError) -> [UInt8] {
        var packet = packet
        try alice.protect(&packet)
        return packet
    }

    /// `packet` as Bob reads it.
    func open(_ packet: [UInt8]) throws(SRTPError) -> [UInt8] {
        var packet = packet
        try bob.unprotect(&packet)
        return packet
    }

    /// The compound RTCP `packet` as Alice sends it.
    func sealControl(_ packet: [UInt8]) throws(SRTPError) -> [UInt8] {
        var packet = packet
        try alice.protectControl(&packet)
        return packet
    }

    /// The compound RTCP `packet` as Bob reads it.
    func openControl(_ packet: [UInt8]) throws(SRTPError) -> [UInt8] {
        var packet = packet
        try bob.unprotectControl(&packet)
        return packet
    }

    /// What Bob has counted.
    var bobCounters: SRTPCounters { bob.counters }
    /// What Alice has counted.
    var aliceCounters: SRTPCounters { alice.counters }
}

/// Keys out of bytes.
func makeKeys(_ profile: SRTPProfile, local: [UInt8], remote: [UInt8]) -> SRTPKeys {
    let joined = local + remote
    var keys: SRTPKeys?
    joined.withUnsafeBytes { bytes in
        keys = SRTPKeys(
            profile: profile, local: UnsafeRawBufferPointer(rebasing: bytes[..<local.count]),
            remote: UnsafeRawBufferPointer(rebasing: bytes[local.count...]))
    }
    return keys.take()!
}

/// An RTP packet with a 12-byte header and `payload`.
func rtp(_ sequence: UInt16, ssrc: UInt32 = 0xCAFE_BABE, payload: [UInt8]) -> [UInt8] {
    var packet: [UInt8] = [0x80, 0x6F, UInt8(sequence >> 8), UInt8(sequence & 0xFF)]
    packet += [0xDE, 0xCA, 0xFB, 0xAD]
    for shift in [24, 16, 8, 0] as [UInt32] { packet.append(UInt8(ssrc >> shift & 0xFF)) }
    return packet + payload
}
