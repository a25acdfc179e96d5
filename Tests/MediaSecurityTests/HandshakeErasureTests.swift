import MediaSecurity
import MemorySearch
import Testing

/// Private keys and the master secret leave no trace in the memory of the process once an
/// association is over, however it ended. Each search runs in a process of its own.
@Suite struct HandshakeErasureTests {
    enum Ending: Int, CaseIterable, Codable, Sendable {
        case completed
        case closedHalfway
        case timedOut
        case peerCrashed
        case refusedFingerprint
    }

    @Test(arguments: Ending.allCases)
    func `private keys and master secret go when an association ends`(ending: Ending) async {
        await #expect(processExitsWith: .success) { [ending] in
            let handshake = TracedHandshake(mismatched: ending == .refusedFingerprint)
            HandshakeErasureTests.live(handshake, until: ending)
            // Four pieces of each certificate's key at least.
            precondition(
                MaskedSecret(handshake.unpublishedSecrets).occurrencesInMemory() >= 8,
                "the search is blind")
            handshake.end()
            precondition(
                MaskedSecret(handshake.unpublishedSecrets).occurrencesInMemory() == 0)
        }
    }

    @inline(never)
    private static func live(_ handshake: TracedHandshake, until ending: Ending) {
        switch ending {
        case .completed:
            handshake.exchange(datagrams: 10)
            precondition(handshake.isConnected)
            handshake.rememberAgreedSecrets()
            precondition(
                handshake.secrets[handshake.secrets.count - 2].occurrencesInMemory() > 0,
                "the search does not see the master secret")
        case .closedHalfway:
            handshake.exchange(datagrams: 2)
        case .timedOut:
            handshake.exchange(datagrams: 1)
            handshake.timeOut(0)
            handshake.timeOut(1)
            precondition(handshake.hasFailed(0) && handshake.hasFailed(1))
        case .peerCrashed:
            handshake.exchange(datagrams: 2)
            handshake.crash(1)
            handshake.timeOut(0)
            precondition(handshake.hasFailed(0))
        case .refusedFingerprint:
            handshake.exchange(datagrams: 10)
            precondition(handshake.hasFailed(0) && handshake.hasFailed(1))
        }
    }
}
