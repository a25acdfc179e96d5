import CMediaShim
import MediaSecurity
import Testing

/// Whether memory of keys that is given back was overwritten is seen, of all that is ours.
@Suite struct KeyReleaseTests {
    private static func keys(_ profile: SRTPProfile, _ releases: KeyReleases?) -> SRTPKeys {
        let count = profile.keyByteCount + profile.saltByteCount
        let material = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        defer { material.deallocate() }
        for index in material.indices { material[index] = UInt8(index * 7 + 1) }
        let bytes = UnsafeRawBufferPointer(material)
        var keys = SRTPKeys(profile: profile, local: bytes, remote: bytes)
        keys.releases = releases
        return keys
    }

    @Test func `keys are overwritten before their memory is freed, and seen not to be`() {
        let releases = KeyReleases()
        do { _ = Self.keys(.aeadAES128GCM, releases) }
        #expect(releases.blocks == 1 && releases.uncleansed == 0)
        releases.leavesKeys = true
        do { _ = Self.keys(.aeadAES128GCM, releases) }
        #expect(releases.blocks == 2 && releases.uncleansed == 1)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `a session overwrites what it has of its keys, for each packet's ciphers`(
        profile: SRTPProfile
    ) throws {
        let releases = KeyReleases()
        func talk(_ releases: KeyReleases?) throws {
            var session = try SRTPSession(keys: Self.keys(profile, releases))
            let packet = rtp(1, payload: [UInt8](repeating: 3, count: 40))
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 8)
            defer { buffer.deallocate() }
            buffer.copyBytes(from: packet)
            #expect(try session.protect(buffer, count: packet.count) > packet.count)
        }
        try talk(releases)
        // The keys, and a cipher for media and one for reports of each direction at least.
        #expect(releases.blocks >= 5 && releases.uncleansed == 0)
        let seen = releases.blocks
        try talk(nil)
        #expect(releases.blocks == seen)
    }

    @Test func `keys that are exported are seen to go, taken or not`() {
        let (taken, left) = (KeyReleases(), KeyReleases())
        let pair = HandshakePair()
        pair.client.keyReleases = taken
        pair.server.keyReleases = left
        pair.run()
        // What OpenSSL has written into, in its own order.
        #expect(taken.blocks == 1 && left.blocks == 1)
        do { _ = pair.client.takeKeys() }
        #expect(taken.take() == (2, 0) && taken.take() == (0, 0))
        left.leavesKeys = true
        pair.server.close()
        #expect(left.blocks == 2 && left.uncleansed == 1)
    }

    @Test func `a block is looked at by the thread that was told to, to its last byte`() {
        var block = [UInt8](repeating: 0, count: 100)
        media_key_releases_look(block, block.count)
        media_key_releases_begin()
        media_key_releases_look(block, block.count)
        block[99] = 1
        media_key_releases_look(block, 99)
        media_key_releases_look(block, 100)
        let seen = media_key_releases_end()
        #expect(seen.blocks == 3 && seen.uncleansed == 1)
    }
}
