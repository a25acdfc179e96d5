import Addressing
import Quantities
import TURN
import Testing

@testable import LoadGenerator

@Suite struct RelayServiceTests {
    private func configuration(threads: Int = 1) -> RelayConfiguration {
        var configuration = RelayConfiguration(address: IPAddress(v4: 0x7F00_0001))
        configuration.port = 0
        configuration.users = [Credentials(username: "u", password: "p")]
        configuration.allowsLoopbackPeers = true
        configuration.threads = threads
        return configuration
    }

    private func probe(
        _ service: RelayService, _ transport: TransportProtocol
    ) async throws -> [RelayProbe.Finding] {
        var probe = RelayProbe(
            target: RelayTarget(
                server: service.local, transport: transport, local: service.local.ip,
                access: .user(Credentials(username: "u", password: "p"))))
        probe.datagrams = 20
        return try await probe.run { _ in }
    }

    @Test(arguments: [TransportProtocol.udp, .tcp], [1, 3])
    func `an allocation's life passes every step on real sockets`(
        transport: TransportProtocol, threads: Int
    ) async throws {
        let service = try await RelayService.start(configuration(threads: threads))
        let findings = try await probe(service, transport)
        let summary = await service.stop()
        #expect(findings.count == 10)
        let failed = findings.filter { !$0.isOK }
        #expect(failed.isEmpty)
        #expect(summary.server.created == 1 && summary.server.released == 1)
        #expect(summary.allocations == 0)
        #expect(summary.server.toPeers.packets == 60 && summary.server.toClients.packets == 60)
        #expect(summary.server.dropped(.noPermission) == 9, "one too early, eight of a stranger")
        #expect(summary.sockets.connections == (transport == .tcp ? 2 : 0))
    }

    @Test func `relayed ports that others have are passed over, until none is left`() async throws {
        let taken = try BoundSocket(
            .datagram, at: TransportAddress(IPAddress(v4: 0x7F00_0001), port: 0))
        defer { taken.close() }
        var settings = configuration()
        settings.relayedPorts = taken.local.port...taken.local.port
        let service = try await RelayService.start(settings)
        let findings = try await probe(service, .udp)
        let summary = await service.stop()
        #expect(findings.last?.step == "Allocate" && findings.last?.isOK == false)
        #expect(findings.last?.detail.contains("508") == true)
        #expect(summary.sockets.refusedPorts == 1)
        #expect(summary.server.created == 0 && summary.server.refused >= 1)
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
