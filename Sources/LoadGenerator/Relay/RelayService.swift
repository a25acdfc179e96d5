import Addressing
import Foundation
import NIOCore
import NIOPosix
import TURN

/// A TURN relay on real sockets: ``TURN/Server`` on as many threads as it was given.
///
/// The kernel spreads clients over the threads by their 5-tuple (`SO_REUSEPORT`); a thread shares
/// nothing with the others, and an allocation never leaves its thread.
public final class RelayService: Sendable {
    /// What it did.
    public struct Summary: Sendable {
        /// What the servers of all threads did.
        public var server = ServerCounters()
        /// What happened at their sockets.
        public var sockets = SocketCounters()
        /// Allocations alive at the end.
        public var allocations = 0
    }

    /// Where it listens.
    public let local: TransportAddress
    /// Where it listens for TLS, if it does.
    public let secure: TransportAddress?
    private let group: MultiThreadedEventLoopGroup
    private let mailboxes: [RelayMailbox]

    private init(
        sockets: ListeningSockets, group: MultiThreadedEventLoopGroup, mailboxes: [RelayMailbox]
    ) {
        local = sockets.datagrams.local
        secure = sockets.secureConnections?.local
        self.group = group
        self.mailboxes = mailboxes
    }

    /// Starts listening. Throws what the host refuses; then nothing is left open.
    public static func start(
        _ configuration: RelayConfiguration
    ) async throws(RelayFailure) -> RelayService {
        guard configuration.relayedPorts.count >= configuration.threads else {
            throw .tooFewPorts(configuration.relayedPorts.count)
        }
        let securePort = configuration.securePort ?? ListeningSockets.usualSecurePort
        for port in [configuration.port, securePort]
        where configuration.relayedPorts.contains(port) {
            throw .listeningPortIsRelayed(port)
        }
        var log: RelayLog?
        if let path = configuration.log { log = try RelayLog(path: path) }
        let security = try context(of: configuration)
        let ports = try ListeningSockets.open(for: configuration)
        let local = ports[0].datagrams.local
        let plan = RelayPlan(
            configuration: configuration, sockets: ports[0], security: security, log: log)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var shards: [RelayShard] = []
        do {
            for (index, sockets) in ports.enumerated() {
                let shard = try plan.makeShard(index, sockets)
                shards.append(shard)
                let loop = group.next()
                _ = try await plan.takeConnections(sockets, for: shard, on: loop).get()
            }
        } catch {
            try? await group.shutdownGracefully()
            throw .cannotListen(local, reason: "\(error)")
        }
        for shard in shards { Thread { shard.run() }.start() }
        return RelayService(sockets: ports[0], group: group, mailboxes: shards.map(\.mailbox))
    }

    private static func context(
        of configuration: RelayConfiguration
    ) throws(RelayFailure) -> TLSContext? {
        guard configuration.securePort != nil else { return nil }
        guard let files = configuration.certificate else {
            return .selfSigned(name: "\(configuration.address)")
        }
        do throws(TLSFailure) {
            return try .server(certificate: files.chain, key: files.key)
        } catch {
            guard case .unusableFile(let path, let reason) = error else {
                preconditionFailure("a certificate is refused for its file, not for \(error)")
            }
            throw .cannotUse(file: path, reason: reason)
        }
    }

    /// What it has done so far.
    public func summary() async -> Summary {
        await total { .summary($0) }
    }

    /// Closes all sockets and ends; what it did until then. The last call.
    public func stop() async -> Summary {
        try? await group.shutdownGracefully()
        return await total { .stop($0) }
    }

    private func total(
        _ letter: (CheckedContinuation<Summary, Never>) -> RelayMailbox.Letter
    ) async -> Summary {
        var total = Summary()
        for mailbox in mailboxes {
            let part = await withCheckedContinuation { mailbox.put(letter($0)) }
            total.server += part.server
            total.sockets += part.sockets
            total.allocations += part.allocations
        }
        return total
    }
}
