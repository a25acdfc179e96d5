import MediaSecurity
import Quantities
import RandomStreams
import Testing

/// Keys leave no trace in the memory of the process once their owner is gone. Each search runs in
/// a process of its own, and finds the keys while they are alive.
@Suite struct KeyErasureTests {
    @Test func `keys are gone with their owner`() async {
        await #expect(processExitsWith: .success) {
            let secret = KeyErasureTests.liveAndDie { secret in
                // Many owners, because a heap soon writes over the first blocks given back to it.
                KeyErasureTests.hold(64, .aes128CMSHA1) { keys in
                    secret = keys.withKeys { local, _ in MaskedSecret(local) }
                    precondition(
                        occurrencesInMemory(of: secret!) >= 64, "the search is blind")
                }
            }
            precondition(occurrencesInMemory(of: secret) == 0)
        }
    }

    @Test func `a session forgets its keys when it ends`() async {
        await #expect(processExitsWith: .success) {
            for profile in SRTPProfile.allCases {
                let secret = KeyErasureTests.liveAndDie { secret in
                    let keys = KeyErasureTests.keys(profile)
                    secret = keys.withKeys { local, _ in MaskedSecret(local) }
                    var session = try! SRTPSession(keys: keys)
                    for sequence in 0..<10 as Range<UInt16> {
                        var packet = rtp(sequence, payload: [1, 2, 3])
                        try! session.protect(&packet)
                    }
                    // The session has derived its own keys; the master key is gone already.
                    precondition(occurrencesInMemory(of: secret!) == 0, "\(profile), alive")
                    _ = consume session
                }
                precondition(occurrencesInMemory(of: secret) == 0, "\(profile)")
            }
        }
    }

    /// RFC 3711 §B.3 tells the session key that follows from a master key.
    @Test func `the keys derived from the master key go as well`() async {
        await #expect(processExitsWith: .success) {
            var derivedKey = hex("c61e7a93744f39ee10734afe3ff7a087")
            let derived = derivedKey.withUnsafeBytes { MaskedSecret($0) }
            for index in derivedKey.indices { derivedKey[index] = 0 }
            KeyErasureTests.useDerivedKeys(derived)
            KeyErasureTests.overwriteStack()
            precondition(occurrencesInMemory(of: derived) == 0)
        }
    }

    @Test func `keys agreed on in a handshake are gone when both ends are`() async {
        await #expect(processExitsWith: .success) {
            let secret = KeyErasureTests.liveAndDie { secret in
                let pair = HandshakePair()
                pair.run()
                guard let keys = pair.client.takeKeys() else { preconditionFailure("no keys") }
                secret = keys.withKeys { local, _ in MaskedSecret(local) }
                precondition(occurrencesInMemory(of: secret!) > 0, "the search is blind")
                _ = consume keys
            }
            precondition(occurrencesInMemory(of: secret) == 0)
        }
    }

    @Test func `keys that nobody took are gone when the association is closed`() async {
        await #expect(processExitsWith: .success) {
            // The two pairs agree on the same keys; one is laid open to know them.
            let (opened, closed) = (HandshakePair(), HandshakePair())
            opened.run()
            closed.run()
            let secret = KeyErasureTests.liveAndDie { secret in
                guard let keys = opened.client.takeKeys() else { preconditionFailure("no keys") }
                secret = keys.withKeys { local, _ in MaskedSecret(local) }
                _ = consume keys
            }
            precondition(occurrencesInMemory(of: secret) > 0, "the search is blind")
            opened.server.close()
            closed.client.close()
            closed.server.close()
            KeyErasureTests.overwriteStack()
            withExtendedLifetime((opened, closed)) {
                precondition(occurrencesInMemory(of: secret) == 0)
            }
        }
    }

    @inline(never)
    private static func liveAndDie(_ life: (inout MaskedSecret?) -> Void) -> MaskedSecret {
        var secret: MaskedSecret?
        life(&secret)
        overwriteStack()
        return secret!
    }

    /// Calls `body` while `count` owners of the same keys are alive.
    @inline(never)
    private static func hold(
        _ count: Int, _ profile: SRTPProfile, _ body: (borrowing SRTPKeys) -> Void
    ) {
        let keys = keys(profile)
        if count > 1 { hold(count - 1, profile, body) } else { body(keys) }
        _ = keys.profile
    }

    @inline(never)
    private static func useDerivedKeys(_ derived: MaskedSecret) {
        var material = hex("e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6")
        let keys = makeKeys(.aes128CMSHA1, local: material, remote: material)
        for index in material.indices { material[index] = 0 }
        var session = try! SRTPSession(keys: keys)
        var packet = rtp(1, payload: [1, 2, 3])
        try! session.protect(&packet)
        precondition(occurrencesInMemory(of: derived) > 0, "the search is blind")
    }

    private static func keys(_ profile: SRTPProfile) -> SRTPKeys {
        let count = profile.keyByteCount + profile.saltByteCount
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * count, alignment: 16)
        defer {
            for index in bytes.indices { bytes[index] = 0 }
            bytes.deallocate()
        }
        var source = stream(41)
        source.fill(bytes)
        source = stream(42)
        return SRTPKeys(
            profile: profile, local: UnsafeRawBufferPointer(rebasing: bytes[..<count]),
            remote: UnsafeRawBufferPointer(rebasing: bytes[count...]))
    }

    /// Ordinary code runs on after a call has ended; its frames lie where the old ones lay.
    @inline(never)
    private static func overwriteStack() {
        withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { bytes in
            for index in bytes.indices { bytes[index] = 0x11 }
        }
    }
}
