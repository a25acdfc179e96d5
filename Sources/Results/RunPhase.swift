/// How long a part of a run took, for `host.json`; sums over replications by ``add(_:)``.
public struct RunPhase: Hashable, Sendable {
    /// Real time, in seconds.
    public var wallSeconds: Double
    /// Time that threads were running, in seconds.
    public var cpuSeconds: Double
    /// Simulated time, in seconds.
    public var simulatedSeconds: Double
    /// Packets that were encrypted and sent in calls simulated packet by packet.
    public var mediaPackets: Int64

    /// The given figures.
    public init(
        wallSeconds: Double, cpuSeconds: Double, simulatedSeconds: Double, mediaPackets: Int64
    ) {
        self.wallSeconds = wallSeconds
        self.cpuSeconds = cpuSeconds
        self.simulatedSeconds = simulatedSeconds
        self.mediaPackets = mediaPackets
    }

    /// Nothing yet.
    public static let none = RunPhase(
        wallSeconds: 0, cpuSeconds: 0, simulatedSeconds: 0, mediaPackets: 0)

    /// Adds the same part of another replication.
    public mutating func add(_ other: RunPhase) {
        wallSeconds += other.wallSeconds
        cpuSeconds += other.cpuSeconds
        simulatedSeconds += other.simulatedSeconds
        mediaPackets += other.mediaPackets
    }

    /// The figures as JSON; `real_time_factor` is simulated over real time.
    var json: JSONValue {
        let isTimed = wallSeconds > 0
        return .object([
            .init("wall_time", .number(wallSeconds)),
            .init("cpu_time", .number(cpuSeconds)),
            .init("simulated_time", .number(simulatedSeconds)),
            .init("real_time_factor", isTimed ? .number(simulatedSeconds / wallSeconds) : .null),
            .init("media_packets", .integer(mediaPackets)),
            .init(
                "media_packets_per_second",
                isTimed ? .number((Double(mediaPackets) / wallSeconds).rounded()) : .null),
        ])
    }
}
