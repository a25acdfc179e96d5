import Addressing
import Quantities
import RandomStreams
import TURN

/// Has a real client allocate at a real server, without sockets.
enum LogFixture {
    static func allocation(at configuration: ServerConfiguration) -> RelayedPortChange? {
        func stream(_ entity: UInt64) -> RandomStream {
            RandomStream(
                StreamName(
                    seed: 1, replication: 0, purpose: StreamPurpose(rawValue: 900), entity: entity))
        }
        var server = Server(configuration: configuration, randomness: stream(1))
        let settings = ClientConfiguration(
            server: TransportAddress(configuration.address, port: configuration.port),
            transport: .udp, local: TransportAddress(IPAddress(v4: 0xC000_0207), port: 4000),
            credentials: configuration.users[0])
        var client = Client(configuration: settings, randomness: stream(2))
        client.allocate(at: .zero)
        while let request = client.pollTransmit() {
            server.handle(
                request.payload, from: request.source, transport: .udp, to: request.destination,
                at: .zero)
            if let answer = server.pollTransmit() {
                _ = client.handle(answer.payload, from: answer.source, at: .zero)
            }
        }
        return server.takePortChanges().first
    }
}
