import COpenSSL
import MediaPipeline
import MediaSecurity
import Quantities
import RandomStreams

/// How many SSL objects live, by OpenSSL's own account of their beginnings and ends.
enum LiveHandshakes {
    /// Changed by OpenSSL's callbacks, on the one thread that benchmarks.
    nonisolated(unsafe) private static var alive = 0

    /// Has OpenSSL count, once a process.
    private static let isCounting: Bool =
        CRYPTO_get_ex_new_index(
            CRYPTO_EX_INDEX_SSL, 0, nil, { _, _, _, _, _, _ in LiveHandshakes.alive += 1 }, nil,
            { _, _, _, _, _, _ in LiveHandshakes.alive -= 1 }) >= 0

    static let checkName = "no SSL object lives once both sides have authenticated a packet"

    /// Calls that agree on keys and exchange their first packets: how many SSL objects live while
    /// they do the former and after the latter.
    static func check(calls: Int, _ material: MediaMaterial) -> BenchmarkReport.Check {
        guard isCounting else {
            return .init(name: checkName, holds: false, detail: "OpenSSL does not count")
        }
        let before = alive
        var pairs = (0..<calls).map { pair($0, material) }
        for pair in pairs {
            pair.0.start(at: .zero)
            pair.1.start(at: .zero)
        }
        let during = alive - before
        var now = SimTime.zero
        // Ten steps of 20 ms: the flights, then the first frames.
        for _ in 0..<10 {
            for pair in pairs { exchange(pair, at: now) }
            now = now + .milliseconds(20)
            for pair in pairs {
                pair.0.handleTimeout(at: now)
                pair.1.handleTimeout(at: now)
            }
        }
        let secured = pairs.filter { $0.0.phase == .secured && $0.1.phase == .secured }.count
        let after = alive - before
        for pair in pairs {
            _ = pair.0.close(at: now)
            _ = pair.1.close(at: now)
        }
        pairs = []
        return .init(
            name: checkName,
            holds: during == 2 * calls && secured == calls && after == 0,
            detail: """
                \(during) during the handshakes of \(calls) calls, \(after) after the first \
                packets of \(secured)
                """)
    }

    private typealias Pair = (MediaEndpoint, MediaEndpoint)

    private static func pair(_ index: Int, _ material: MediaMaterial) -> Pair {
        let streams = (0..<6).map { MediaMaterial.stream(10_000 + UInt64(10 * index + $0)) }
        var (first, second) = (streams[0], streams[1])
        let offered = Certificate(randomness: &first)
        let answered = Certificate(randomness: &second)
        func end(
            _ role: DTLSRole, _ own: Certificate, _ other: Certificate, _ party: Party,
            _ handshake: RandomStream, _ session: RandomStream
        ) -> MediaEndpoint {
            do {
                return try MediaEndpoint(
                    configuration: MediaConfiguration(codec: material.codec.settings),
                    dtlsRole: role, certificate: own, remoteFingerprint: other.fingerprint,
                    speech: MediaMaterial.talker(party, material.speech),
                    randomness: MediaRandomness(handshake: handshake, session: session))
            } catch {
                preconditionFailure("libopus takes the settings, but \(error)")
            }
        }
        return (
            end(.client, offered, answered, .first, streams[2], streams[3]),
            end(.server, answered, offered, .second, streams[4], streams[5])
        )
    }

    /// Carries what both sides have to say, until they have no more.
    private static func exchange(_ pair: Pair, at now: SimTime) {
        for _ in 0..<16 {
            var isSilent = true
            while let datagram = pair.0.pollTransmit() {
                isSilent = false
                pair.1.handle(datagram, at: now)
            }
            while let datagram = pair.1.pollTransmit() {
                isSilent = false
                pair.0.handle(datagram, at: now)
            }
            if isSilent { return }
        }
    }
}
