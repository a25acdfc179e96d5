import Addressing
import Glibc
import NIOCore
import NIOPosix
import Quantities
import RandomStreams
import TURN

/// The listening sockets of one event loop.
struct ListeningSockets: Sendable {
    let datagrams: BoundSocket
    let connections: BoundSocket

    /// How often the host is asked for a port that is free for UDP and TCP.
    private static let attempts = 16

    /// One pair for each of the threads, all at one port.
    static func open(
        for configuration: RelayConfiguration
    ) throws(RelayFailure) -> [ListeningSockets] {
        var address = TransportAddress(configuration.address, port: configuration.port)
        let shares = configuration.threads > 1
        var made: [ListeningSockets] = []
        var attempt = 0
        while made.count < configuration.threads {
            attempt += 1
            do throws(BoundSocket.Refusal) {
                let datagrams = try BoundSocket(.datagram, at: address, sharesPort: shares)
                datagrams.makeRoom(for: Datagrams.waitingBytes)
                guard !configuration.relayedPorts.contains(datagrams.local.port) else {
                    datagrams.close()
                    throw BoundSocket.Refusal(code: EADDRINUSE)
                }
                do throws(BoundSocket.Refusal) {
                    let connections = try BoundSocket(
                        .listening, at: datagrams.local, sharesPort: shares)
                    made.append(ListeningSockets(datagrams: datagrams, connections: connections))
                    address = datagrams.local
                } catch {
                    datagrams.close()
                    throw error
                }
            } catch {
                if made.isEmpty, address.port == 0, attempt < attempts { continue }
                for sockets in made {
                    sockets.datagrams.close()
                    sockets.connections.close()
                }
                throw .cannotListen(address, reason: error.text)
            }
        }
        return made
    }
}

/// Makes the shards of a service.
struct RelayPlan: Sendable {
    private let configuration: RelayConfiguration
    private let port: UInt16
    private let log: RelayLog?
    private let clock = WallClock()
    private let secret: SharedSecret
    private let seed = UInt64.random(in: .min ... .max)

    /// Bytes that may wait for one client over TCP, about a second of a call: more is dropped.
    static let waitingConnectionBytes = 65_536
    /// Where clients would come over TLS (RFC 8656 §5); nothing listens there.
    static let securePort: UInt16 = 5349
    private static let purpose = StreamPurpose(rawValue: 1)

    init(configuration: RelayConfiguration, port: UInt16, log: RelayLog?) {
        self.configuration = configuration
        self.port = port
        self.log = log
        // A secret that nobody knows stands in where only named users get in.
        let bytes = configuration.secret ?? (0..<32).map { _ in UInt8.random(in: .min ... .max) }
        secret = SharedSecret(bytes, unixTimeAtStart: RelayLog.unixSeconds)
    }

    /// A server of its own for `sockets`; clients that are sooner wait in the kernel.
    func makeShard(
        _ index: Int, _ sockets: ListeningSockets
    ) throws(BoundSocket.Refusal) -> RelayShard {
        try RelayShard(server: server(index), listener: sockets.datagrams, clock: clock, log: log)
    }

    /// Takes connections for `shard`, which its thread serves.
    func takeConnections(
        _ sockets: ListeningSockets, for shard: RelayShard, on loop: any EventLoop
    ) -> EventLoopFuture<any Channel> {
        let mailbox = shard.mailbox
        return ServerBootstrap(group: loop)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(
                    low: Self.waitingConnectionBytes / 2, high: Self.waitingConnectionBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        ClientConnection(mailbox, transport: .tcp))
                }
            }
            .withBoundSocket(sockets.connections.descriptor)
    }

    private func server(_ index: Int) -> Server {
        let threads = configuration.threads
        let count = configuration.relayedPorts.count
        let first = count * index / threads
        let end = count * (index + 1) / threads
        var settings = ServerConfiguration(
            address: configuration.address, realm: configuration.realm, secret: secret,
            relayedPortCount: end - first,
            firstRelayedPort: configuration.relayedPorts.lowerBound + UInt16(first))
        settings.port = port
        settings.securePort = Self.securePort
        settings.users = configuration.users
        settings.allowsLoopbackPeers = configuration.allowsLoopbackPeers
        settings.nonceLifetime = configuration.nonceLifetime
        settings.announcesPorts = true
        settings.acceptsFormerChannels = true
        let name = StreamName(
            seed: seed, replication: 0, purpose: Self.purpose, entity: UInt64(index))
        return Server(configuration: settings, randomness: RandomStream(name))
    }
}
