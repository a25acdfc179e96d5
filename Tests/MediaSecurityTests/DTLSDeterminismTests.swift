import COpenSSL
import MediaSecurity
import Quantities
import Testing

@Suite struct DTLSDeterminismTests {
    /// One hash over lossy handshakes: every datagram with its time and direction, and the keys.
    static func trajectory(seeds: Range<UInt64>) -> UInt64 {
        hash(
            seeds.map { seed in
                var settings = HandshakePair.Settings()
                settings.seed = seed
                settings.loss = seed % 2 == 0 ? 0 : 0.2
                settings.groups = seed % 3 == 0 ? [.p256] : [.x25519, .p256]
                return settings
            })
    }

    /// The same over everything that a network does, with timers of both kinds.
    static func disorderedTrajectory(seeds: Range<UInt64>) -> UInt64 {
        hash(
            seeds.map { seed in
                DTLSDisorderTests.disorder(
                    seed, seed % 4 < 2 ? .milliseconds(50) : .seconds(1))
            })
    }

    private static func hash(_ settings: [HandshakePair.Settings]) -> UInt64 {
        settings.reduce(0) { hash, settings in
            let pair = HandshakePair(settings)
            pair.run()
            var hash = hash &* 31 &+ pair.fingerprint
            if let keys = pair.takeKeys(of: .client) {
                for byte in keys.local + keys.remote { hash = hash &* 257 &+ UInt64(byte) }
            }
            return hash
        }
    }

    @Test func `equal streams give equal datagrams and keys, other streams other ones`() {
        #expect(Self.trajectory(seeds: 0..<6) == Self.trajectory(seeds: 0..<6))
        #expect(Self.trajectory(seeds: 0..<6) != Self.trajectory(seeds: 1..<7))
    }

    @Test func `another process gives the same datagrams and keys`() async throws {
        let result = try await #require(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) {
            print("trajectory \(DTLSDeterminismTests.trajectory(seeds: 0..<6))")
            print("disordered \(DTLSDeterminismTests.disorderedTrajectory(seeds: 0..<24))")
        }
        let output = String(decoding: result.standardOutputContent, as: UTF8.self)
        #expect(output.contains("trajectory \(Self.trajectory(seeds: 0..<6))\n"))
        #expect(output.contains("disordered \(Self.disorderedTrajectory(seeds: 0..<24))\n"))
    }

    /// Four parts of the trajectories, each on a thread of its own if there are as many.
    fileprivate static func trajectoriesOfThreads() async -> [UInt64] {
        await withTaskGroup(of: (Int, UInt64).self) { group in
            for part in 0..<4 {
                group.addTask {
                    let first = UInt64(part) * 5
                    return (part, trajectory(seeds: first..<first + 5))
                }
            }
            var results = [UInt64](repeating: 0, count: 4)
            for await (part, hash) in group { results[part] = hash }
            return results
        }
    }

    @Test func `threads at once give what one thread gives`() async {
        let serial = (0..<4 as Range<UInt64>).map { Self.trajectory(seeds: $0 * 5..<$0 * 5 + 5) }
        let parallel = await Self.trajectoriesOfThreads()
        #expect(parallel == serial)
    }

    /// In a process of its own: tests of connections on real sockets, which other tests of this one are,
    /// draw from the system as they should.
    @Test func `no draw of OpenSSL escapes the streams`() async {
        await #expect(processExitsWith: .success) {
            _ = DTLSDeterminismTests.trajectory(seeds: 0..<6)
            _ = DTLSDeterminismTests.disorderedTrajectory(seeds: 0..<24)
            _ = await DTLSDeterminismTests.trajectoriesOfThreads()
            let escaped = AttributedRandomness.unattributedDraws
            precondition(escaped == 0, "\(escaped) draws")
        }
    }

    @Test(.enabled(if: String(cString: OpenSSL_version(OPENSSL_VERSION_STRING)) == "3.0.22"))
    func `the datagrams are those of this version of OpenSSL`() {
        #expect(Self.trajectory(seeds: 0..<6) == 11_034_708_611_134_196_589)
    }
}
