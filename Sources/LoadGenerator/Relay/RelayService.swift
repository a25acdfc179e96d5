import Addressing
import NIOCore
import NIOPosix
import TURN

/// A TURN relay on real sockets: ``TURN/Server`` on as many event loops as it was given.
///
/// The kernel spreads clients over the loops by their 5-tuple (`SO_REUSEPORT`); a loop shares
/// nothing with the others, and an allocation never leaves its loop.
public final class RelayService: Sendable {
    /// What it did.
    public struct Summary: Sendable {
        /// What the servers of all loops did.
        public var server = ServerCounters()
        /// What happened at their sockets.
        public var sockets = SocketCounters()
        /// Allocations alive at the end.
        public var allocations = 0
    }

    /// Where it listens.
    public let local: TransportAddress
    private let group: MultiThreadedEventLoopGroup
    private let shards: [NIOLoopBound<RelayShard>]

    private init(
        local: TransportAddress, group: MultiThreadedEventLoopGroup,
        shards: [NIOLoopBound<RelayShard>]
    ) {
        self.local = local
        self.group = group
        self.shards = shards
    }

    /// Starts listening. Throws what the host refuses; then nothing is left open.
    public static func start(
        _ configuration: RelayConfiguration
    ) async throws(RelayFailure) -> RelayService {
        guard configuration.relayedPorts.count >= configuration.threads else {
            throw .tooFewPorts(configuration.relayedPorts.count)
        }
        for port in [configuration.port, RelayPlan.securePort]
        where configuration.relayedPorts.contains(port) {
            throw .listeningPortIsRelayed(port)
        }
        var log: RelayLog?
        if let path = configuration.log { log = try RelayLog(path: path) }
        let ports = try ListeningSockets.open(for: configuration)
        let local = ports[0].datagrams.local
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
        let plan = RelayPlan(configuration: configuration, port: local.port, log: log)
        var shards: [NIOLoopBound<RelayShard>] = []
        do {
            for (index, loop) in group.makeIterator().enumerated() {
                let sockets = ports[index]
                shards.append(
                    try await loop.flatSubmit { plan.startShard(index, on: loop, sockets) }.get())
            }
        } catch {
            try? await group.shutdownGracefully()
            throw .cannotListen(local, reason: "\(error)")
        }
        return RelayService(local: local, group: group, shards: shards)
    }

    /// What it has done so far.
    public func summary() async -> Summary {
        var total = Summary()
        for shard in shards {
            let part = try? await shard.eventLoop.submit {
                let shard = shard.value
                return Summary(
                    server: shard.server.counters, sockets: shard.counters,
                    allocations: shard.server.allocationCount)
            }.get()
            guard let part else { continue }
            total.server += part.server
            total.sockets += part.sockets
            total.allocations += part.allocations
        }
        return total
    }

    /// Closes all sockets and ends; what it did until then.
    public func stop() async -> Summary {
        let total = await summary()
        for shard in shards {
            try? await shard.eventLoop.submit { shard.value.stop() }.get()
        }
        try? await group.shutdownGracefully()
        return total
    }
}
