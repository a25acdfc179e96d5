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
    /// For connections over TLS, if there are to be any.
    let secureConnections: BoundSocket?

    /// Where clients come over TLS when nothing else is said (RFC 8656 §5).
    static let usualSecurePort: UInt16 = 5349
    /// How often the host is asked for a port that is free for UDP and TCP.
    private static let attempts = 16

    /// One pair for each of the threads, all at one port.
    static func open(
        for configuration: RelayConfiguration
    ) throws(RelayFailure) -> [ListeningSockets] {
        var address = TransportAddress(configuration.address, port: configuration.port)
        var secure = configuration.securePort.map {
            TransportAddress(configuration.address, port: $0)
        }
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
                var opened = [datagrams]
                do throws(BoundSocket.Refusal) {
                    for place in [datagrams.local, secure].compactMap({ $0 }) {
                        opened.append(try BoundSocket(.listening, at: place, sharesPort: shares))
                    }
                    made.append(
                        ListeningSockets(
                            datagrams: datagrams, connections: opened[1],
                            secureConnections: secure == nil ? nil : opened[2]))
                    address = datagrams.local
                    secure = made[0].secureConnections?.local
                } catch {
                    for socket in opened { socket.close() }
                    throw error
                }
            } catch {
                if made.isEmpty, address.port == 0, attempt < attempts { continue }
                for sockets in made {
                    sockets.datagrams.close()
                    sockets.connections.close()
                    sockets.secureConnections?.close()
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
    private let securePort: UInt16
    private let security: TLSContext?
    private let log: RelayLog?
    private let clock = WallClock()
    private let secret: SharedSecret
    private let seed = UInt64.random(in: .min ... .max)

    /// Bytes that may wait for one client over TCP, about a second of a call: more is dropped.
    static let waitingConnectionBytes = 65_536
    private static let purpose = StreamPurpose(rawValue: 1)

    /// For a relay whose threads have such sockets as `sockets`.
    init(
        configuration: RelayConfiguration, sockets: ListeningSockets, security: TLSContext?,
        log: RelayLog?
    ) {
        self.configuration = configuration
        port = sockets.datagrams.local.port
        securePort = sockets.secureConnections?.local.port ?? ListeningSockets.usualSecurePort
        self.security = security
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

    /// Takes connections for `shard`, which its thread serves: over TCP, and over TLS if it may.
    func takeConnections(
        _ sockets: ListeningSockets, for shard: RelayShard, on loop: any EventLoop
    ) -> EventLoopFuture<Void> {
        var openings = [takeConnections(at: sockets.connections, nil, shard.mailbox, on: loop)]
        if let secure = sockets.secureConnections, let security {
            openings.append(takeConnections(at: secure, security, shard.mailbox, on: loop))
        }
        return EventLoopFuture.andAllSucceed(openings, on: loop)
    }

    private func takeConnections(
        at socket: BoundSocket, _ security: TLSContext?, _ mailbox: RelayMailbox,
        on loop: any EventLoop
    ) -> EventLoopFuture<any Channel> {
        ServerBootstrap(group: loop)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(
                    low: Self.waitingConnectionBytes / 2, high: Self.waitingConnectionBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let security { try pipeline.addHandler(TLSHandler(security)) }
                    try pipeline.addHandler(
                        ClientConnection(mailbox, transport: security == nil ? .tcp : .tls))
                }
            }
            .withBoundSocket(socket.descriptor)
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
        settings.securePort = securePort
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
