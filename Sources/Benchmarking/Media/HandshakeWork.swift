import MediaSecurity
import Quantities
import RandomStreams

/// The DTLS handshake of a call, both sides on one thread: fresh certificates, mutual
/// authentication, and the keys for SRTP on both sides.
final class HandshakeWork: MediaWork {
    private var number: UInt64 = 0

    func round(_ operations: Int) -> Double {
        let start = ThreadClock.nanoseconds
        for _ in 0..<operations { handshake() }
        return (ThreadClock.nanoseconds - start) / Double(operations)
    }

    private func handshake() {
        var (first, second) = (stream(), stream())
        let (offered, answered) = (
            Certificate(randomness: &first), Certificate(randomness: &second)
        )
        var client = session(.client, offered, sees: answered, first)
        var server = session(.server, answered, sees: offered, second)
        client.start(at: .zero)
        for _ in 0..<8 where !Self.isDone(client, server) {
            while let datagram = client.pollTransmit() { server.handle(datagram, at: .zero) }
            while let datagram = server.pollTransmit() { client.handle(datagram, at: .zero) }
        }
        guard client.takeKeys() != nil, server.takeKeys() != nil else {
            preconditionFailure("two ends that mean each other agree on keys")
        }
        client.release()
        server.release()
    }

    private func stream() -> RandomStream {
        number += 1
        return MediaMaterial.stream(1000 + number)
    }

    private func session(
        _ role: DTLSRole, _ certificate: Certificate, sees other: Certificate,
        _ randomness: RandomStream
    ) -> DTLSSession {
        DTLSSession(
            DTLSConfiguration(
                role: role, remoteFingerprint: other.fingerprint, firstTimeout: .milliseconds(50)),
            certificate: certificate, randomness: randomness)
    }

    private static func isDone(
        _ client: borrowing DTLSSession, _ server: borrowing DTLSSession
    ) -> Bool {
        if case .connected = client.state, case .connected = server.state { return true }
        return false
    }
}
