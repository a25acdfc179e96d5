import CMediaShim
import CSRTP
import MediaSecurity
import MemorySearch
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
                        secret!.occurrencesInMemory() >= 64, "the search is blind")
                }
            }
            precondition(secret.occurrencesInMemory() == 0)
        }
    }

    @Test(arguments: SRTPProfile.allCases)
    func `a session forgets its keys and all that it derived from them when it ends`(
        profile: SRTPProfile
    ) async {
        await #expect(processExitsWith: .success) { [number = profile.rawValue as UInt16] in
            let profile = SRTPProfile(rawValue: number)!
            let keys = KeyErasureTests.keys(profile)
            let master = keys.withKeys { local, _ in MaskedSecret(local) }
            let derived = keys.withKeys { local, remote in
                derivedSecrets(profile, key: local) + derivedSecrets(profile, key: remote)
            }
            KeyErasureTests.use(keys, master, derived)
            precondition(MaskedSecret([master] + derived).occurrencesInMemory() == 0)
        }
    }

    @Test(arguments: SRTPProfile.allCases)
    func `a session that cannot be made forgets its keys`(profile: SRTPProfile) async {
        await #expect(processExitsWith: .success) { [number = profile.rawValue as UInt16] in
            let profile = SRTPProfile(rawValue: number)!
            let keys = KeyErasureTests.keys(profile)
            let master = keys.withKeys { local, _ in MaskedSecret(local) }
            precondition(master.occurrencesInMemory() > 0, "the search is blind")
            precondition(media_srtp_initialize() == 0)
            precondition(srtp_shutdown() == srtp_err_status_ok)
            do {
                _ = try SRTPSession(keys: keys)
                preconditionFailure("a session without ciphers")
            } catch {}
            precondition(master.occurrencesInMemory() == 0)
        }
    }

    @Test func `keys agreed on in a handshake are gone when both ends are`() async {
        await #expect(processExitsWith: .success) {
            let secret = KeyErasureTests.liveAndDie { secret in
                let pair = HandshakePair()
                pair.run()
                guard let keys = pair.client.takeKeys() else { preconditionFailure("no keys") }
                secret = keys.withKeys { local, _ in MaskedSecret(local) }
                precondition(secret!.occurrencesInMemory() > 0, "the search is blind")
                _ = consume keys
            }
            precondition(secret.occurrencesInMemory() == 0)
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
            precondition(secret.occurrencesInMemory() > 0, "the search is blind")
            opened.server.close()
            closed.client.close()
            closed.server.close()
            KeyErasureTests.overwriteStack()
            withExtendedLifetime((opened, closed)) {
                precondition(secret.occurrencesInMemory() == 0)
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

    /// A session's life: keys in, packets both ways, refused ones too, and the end.
    @inline(never)
    private static func use(
        _ keys: consuming SRTPKeys, _ master: MaskedSecret, _ derived: [MaskedSecret]
    ) {
        precondition(master.occurrencesInMemory() > 0, "the search is blind")
        var session = try! SRTPSession(keys: keys)
        for sequence in 0..<10 as Range<UInt16> {
            var packet = rtp(sequence, payload: [1, 2, 3])
            try! session.protect(&packet)
            var control = hex("81c8000bcafebabe0102030405060708")
            try! session.protectControl(&control)
            // Under the other direction's keys, so neither is accepted.
            _ = try? session.unprotect(&packet)
            _ = try? session.unprotectControl(&control)
        }
        precondition(session.counters.accepted == 0)
        // The session lives on what it derived; the master key is gone already.
        precondition(master.occurrencesInMemory() == 0, "master key")
        let alive = MaskedSecret(derived).occurrencesInMemory()
        precondition(alive >= derived.count, "the search is blind to derived keys")
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
