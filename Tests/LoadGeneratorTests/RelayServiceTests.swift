import Addressing
import Quantities
import TURN
import Testing

@testable import LoadGenerator

/// What a relay refuses to start with; how it serves is held to other implementations, process by
/// process, by `make conformance`.
@Suite struct RelayServiceTests {
    private func configuration(threads: Int = 1) -> RelayConfiguration {
        var configuration = RelayConfiguration(address: IPAddress(v4: 0x7F00_0001))
        configuration.port = 0
        configuration.users = [Credentials(username: "u", password: "p")]
        configuration.allowsLoopbackPeers = true
        configuration.threads = threads
        return configuration
    }

    @Test func `a port in use, too few ports and a relayed listening port are refused`() async {
        let taken = try? BoundSocket(
            .datagram, at: TransportAddress(IPAddress(v4: 0x7F00_0001), port: 0))
        defer { taken?.close() }
        var settings = configuration()
        settings.port = taken?.local.port ?? 0
        settings.relayedPorts = 1...2
        await #expect(throws: RelayFailure.self) { try await RelayService.start(settings) }
        settings = configuration(threads: 3)
        settings.relayedPorts = 50_000...50_001
        await #expect(throws: RelayFailure.tooFewPorts(2)) {
            try await RelayService.start(settings)
        }
        settings = configuration()
        settings.relayedPorts = 5_000...6_000
        await #expect(throws: RelayFailure.listeningPortIsRelayed(5349)) {
            try await RelayService.start(settings)
        }
    }
}
