import MediaPipeline
import MediaSecurity
import OpusCodec
import Quantities
import RandomStreams
import Testing

/// Whoever forwards the packets of a call holds all its bytes, and learns nothing of its speech.
@Suite struct RelayPrivacyTests {
    @Test(arguments: [SRTPProfile.aeadAES128GCM, .aes128CMSHA1])
    func `a relay in the middle sees only ciphertext`(profile: SRTPProfile) throws {
        var settings = CallPair.Settings()
        settings.configuration.profiles = [profile]
        // No flight is repeated only because its answer is still on its way.
        settings.configuration.firstTimeout = .milliseconds(500)
        let pair = try CallPair(settings)
        pair.run(for: .seconds(6))
        let packets = pair.seen.filter { $0.bytes[0] >> 6 == 2 }
        let haystack = Haystack(pair.seen.map(\.bytes))

        // The frames that the first party sent, encoded anew from what it said.
        let frames = try reencoded(pair.firstSpoken, configuration: settings.configuration)
        #expect(frames.filter { $0.count >= 8 }.count > 50)
        for frame in frames where frame.count >= 8 {
            #expect(!haystack.contains(frame), "a frame of \(frame.count) bytes passed in clear")
        }
        // The search finds what is there.
        let packet = try #require(packets.last).bytes
        #expect(haystack.contains(Array(packet.suffix(20))))

        // Both ends decoded it.
        let (ours, theirs) = pair.close()
        #expect(ours.playout.played > 50 && theirs.playout.played > 50)
        #expect(ours.rejected.total + theirs.rejected.total == 0)
    }

    @Test func `the frames encoded anew are those that were sent`() throws {
        // Guards the test above: were these others, their absence would say nothing.
        let pair = try CallPair()
        pair.run(for: .seconds(6))
        let frames = try reencoded(pair.firstSpoken, configuration: MediaConfiguration())
        let (ours, _) = pair.close()
        let sent = frames.filter { $0.count > 2 }
        let bytes = sent.reduce(Int64(0)) { $0 + Int64($1.count) }
        let markers = ours.mediaSent.datagrams - Int64(sent.count)
        #expect(markers >= 0 && ours.payloadBytesSent == bytes + markers)
    }

    @Test func `keys of another call decrypt nothing`() throws {
        let pair = try CallPair()
        pair.run(for: .seconds(3))
        var randomness = stream(50)
        let packets = pair.seen.map(\.bytes).filter { $0[0] >> 6 == 2 }
        for profile in SRTPProfile.allCases {
            for _ in 0..<20 {
                let count = profile.keyByteCount + profile.saltByteCount
                let (local, remote) = (randomness.nextBytes(count), randomness.nextBytes(count))
                let keys = Self.keys(profile, local: local, remote: remote)
                var session = try SRTPSession(keys: keys)
                for packet in packets.prefix(20) {
                    var copy = packet
                    #expect(throws: SRTPError.self) {
                        try copy.withUnsafeMutableBytes {
                            let isControl = (192...223).contains($0[1])
                            return isControl
                                ? try session.unprotectControl($0, count: $0.count)
                                : try session.unprotect($0, count: $0.count)
                        }
                    }
                }
            }
        }
    }

    @Test func `with the call's own keys the captured bytes are the speech, so they were the lock`()
        throws
    {
        // The same handshake again, from the same streams, yields the same keys: they are in
        // nothing that the path carried, and they open what it carried.
        let pair = try CallPair()
        pair.run(for: .seconds(3))
        let captured = pair.seen.map(\.bytes)
        let haystack = Haystack(captured)
        var replay = try HandshakeReplay(seed: 1, configuration: MediaConfiguration())
        guard let keys = replay.keysOfSecond(answering: pair.seen) else {
            Issue.record("the handshake does not repeat")
            return
        }
        var material: [[UInt8]] = []
        keys.withKeys { local, remote in material = [Array(local), Array(remote)] }
        for secret in material {
            #expect(!haystack.contains(Array(secret[..<16])), "a master key passed in clear")
            #expect(!haystack.contains(Array(secret[16...])), "a master salt passed in clear")
        }
        var session = try SRTPSession(keys: keys)
        let packets = pair.seen.filter {
            $0.fromFirst && $0.bytes[0] >> 6 == 2 && !(192...223).contains($0.bytes[1])
        }
        let frames = try reencoded(pair.firstSpoken, configuration: MediaConfiguration())
        var opened = 0
        for packet in packets {
            var copy = packet.bytes
            let count = try copy.withUnsafeMutableBytes {
                try session.unprotect($0, count: $0.count)
            }
            // 12 bytes of header, 16 of extension, then the frame.
            let payload = Array(copy[28..<count])
            if payload.count > 2, frames.contains(payload) { opened += 1 }
        }
        #expect(opened > 20)
    }

    private static func keys(_ profile: SRTPProfile, local: [UInt8], remote: [UInt8]) -> SRTPKeys {
        let both = UnsafeMutableRawBufferPointer.allocate(
            byteCount: local.count + remote.count, alignment: 1)
        defer { both.deallocate() }
        both.copyBytes(from: local + remote)
        return SRTPKeys(
            profile: profile,
            local: UnsafeRawBufferPointer(rebasing: both[..<local.count]),
            remote: UnsafeRawBufferPointer(rebasing: both[local.count...]))
    }

    /// What an encoder of `configuration` makes of `samples`, frame by frame.
    private func reencoded(
        _ samples: [Int16], configuration: MediaConfiguration
    ) throws -> [[UInt8]] {
        var encoder = try OpusEncoder(settings: configuration.codec, sampleRate: .wideband)
        var output = [UInt8](repeating: 0, count: 1275)
        return try stride(from: 0, through: samples.count - 320, by: 320).map { start in
            let count = try samples[start..<start + 320].withUnsafeBufferPointer { input in
                try output.withUnsafeMutableBytes { try encoder.encode(input, into: $0) }
            }
            return Array(output[..<count])
        }
    }
}

/// Finds byte strings of at least 8 bytes in many datagrams.
private struct Haystack {
    private let datagrams: [[UInt8]]
    private var windows: [UInt64: [(datagram: Int, offset: Int)]] = [:]

    init(_ datagrams: [[UInt8]]) {
        self.datagrams = datagrams
        for (index, bytes) in datagrams.enumerated() where bytes.count >= 8 {
            for offset in 0...bytes.count - 8 {
                windows[Self.word(bytes, offset), default: []].append((index, offset))
            }
        }
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
        bytes[offset..<offset + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }

    func contains(_ needle: [UInt8]) -> Bool {
        precondition(needle.count >= 8)
        return windows[Self.word(needle, 0), default: []].contains { place in
            datagrams[place.datagram][place.offset...].starts(with: needle)
        }
    }
}

/// The answering side's handshake once more, fed with the datagrams that a call's path carried.
private struct HandshakeReplay: ~Copyable {
    private var session: DTLSSession

    init(seed: UInt64, configuration: MediaConfiguration) throws {
        var certificates = stream(11, seed: seed)
        let ours = Certificate(randomness: &certificates)
        let theirs = Certificate(randomness: &certificates)
        var dtls = DTLSConfiguration(
            role: .server, remoteFingerprint: ours.fingerprint,
            firstTimeout: configuration.firstTimeout)
        dtls.profiles = configuration.profiles
        session = DTLSSession(dtls, certificate: theirs, randomness: stream(14, 1, seed: seed))
    }

    mutating func keysOfSecond(answering seen: [CallPair.Seen]) -> SRTPKeys? {
        session.start(at: .zero)
        for datagram in seen where datagram.fromFirst && (20...63).contains(datagram.bytes[0]) {
            session.handle(datagram.bytes, at: datagram.time + .milliseconds(30))
        }
        return session.takeKeys()
    }
}
